//! The server: its organizations, its accounts, and how it is set up.

mod founding;
mod proxies;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use aims_app::{
    accounts::{Address, Entrance, Secret},
    chance::SystemChance,
    clock::SystemClock,
    concerns,
    jobs::{Board, Clerk, Mail, target::Allowed},
    live::Live,
};
use aims_store::{Chance, Clock, accounts::Membership};
use axum::{
    Router,
    extract::{RawPathParams, Request, State},
    routing::on,
};
use thiserror::Error;
use tower_http::compression::{CompressionLayer, CompressionLevel, Predicate, predicate::DefaultPredicate};

use crate::{
    api::{Feeds, Shelf},
    drive::drive,
    route::Route,
    routes::routes,
    wall, work,
};

pub use founding::slug_of;
pub use proxies::{Network, Proxies};

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where accounts and sessions are kept.
    pub data: PathBuf,
    /// Organizations: the name in addresses, and the folder.
    pub organizations: Vec<(String, PathBuf)>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How people reach it, such as `https://aims.example.org`, without a slash at the end.
    pub public_url: String,
}

/// Why a server does not start, or ends.
#[derive(Debug, Error)]
pub enum ServerError {
    /// An organization cannot be opened.
    #[error("`{folder}`: {failure}")]
    Organization {
        /// Its folder.
        folder: String,
        /// Why.
        failure: Box<aims_app::Failure>,
    },
    /// The folder of the organizations cannot be read.
    #[error("`{folder}`: {error}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        error: std::io::Error,
    },
    /// The accounts cannot be opened.
    #[error("{0}")]
    Accounts(String),
    /// The jobs cannot be begun.
    #[error("{0}")]
    Jobs(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// A server that runs.
pub struct Server {
    organizations: RwLock<BTreeMap<String, Arc<Live>>>,
    /// Accounts, sessions, tokens.
    pub entrance: Entrance,
    /// How it is set up.
    pub config: Config,
    /// Answers about single records.
    pub(crate) shelf: Shelf,
    /// What may speak for whoever is behind it.
    proxies: Proxies,
    /// Organizations are founded one after the other.
    founding: Mutex<()>,
    /// Who follows the changes of which organization.
    pub(crate) feeds: Feeds,
    /// How each job went the last time.
    pub(crate) board: Arc<Board>,
    /// Private places that webhooks may lead to.
    pub(crate) targets: Allowed,
    pub(crate) mail: Option<Mail>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

impl Server {
    /// Opens all organizations and the accounts.
    ///
    /// # Errors
    /// Where one of them cannot be opened.
    pub fn open(config: Config) -> Result<Server, ServerError> {
        Server::open_with(config, Arc::new(SystemClock), Arc::new(SystemChance))
    }

    /// The same with a clock and chance of the caller's.
    ///
    /// # Errors
    /// As [`Server::open`].
    pub fn open_with(config: Config, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Server, ServerError> {
        let failed = |refused: aims_app::accounts::Refused| ServerError::Accounts(refused.to_string());
        let address = Address::new(&config.public_url).map_err(failed)?;
        let entrance = Entrance::open(&config.data, address, clock.clone(), chance.clone()).map_err(failed)?;
        let (shelf, feeds, organizations) = (Shelf::default(), Feeds::default(), RwLock::default());
        let (board, targets, mail) = (Arc::default(), Allowed::default(), None);
        let (proxies, founding) = (Proxies::default(), Mutex::default());
        let server = Server {
            organizations,
            entrance,
            config,
            shelf,
            feeds,
            board,
            targets,
            mail,
            proxies,
            founding,
            clock,
            chance,
        };
        for (name, folder) in server.folders()? {
            server.serve_too(&name, &folder)?;
        }
        Ok(server)
    }

    /// With a way to send mail; without one, mail waits, and links of invitations are handed over by hand.
    pub fn with_mail(self, mail: Mail) -> Server {
        Server { mail: Some(mail), ..self }
    }

    /// With private places that webhooks may lead to, each `HOST:PORT`.
    pub fn with_targets(self, places: Vec<String>) -> Server {
        Server { targets: Allowed::new(places), ..self }
    }

    /// Serves one organization more.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn serve_too(&self, name: &str, folder: &Path) -> Result<Arc<Live>, ServerError> {
        let live = Live::open_with(folder, self.clock.clone(), self.chance.clone());
        let live = Arc::new(live.map_err(|failure| ServerError::Organization {
            folder: folder.display().to_string(),
            failure: Box::new(failure),
        })?);
        self.feeds.follow(name, &live);
        let mut all = self.organizations.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.to_owned(), Arc::clone(&live));
        Ok(live)
    }

    /// Trusts these proxies to say who is behind them.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Server {
        Server { proxies, ..self }
    }

    /// Where a request came from.
    pub(crate) fn address_of(&self, peer: std::net::IpAddr, headers: &http::HeaderMap) -> std::net::IpAddr {
        self.proxies.behind(peer, headers)
    }

    /// The set-up address of a server that nobody can sign in to yet: whoever opens it within the hour makes the first account.
    ///
    /// # Errors
    /// Where the accounts cannot be read.
    pub fn set_up_address(&self) -> Result<Option<String>, ServerError> {
        let secret = self.entrance.open_set_up().map_err(|refused| ServerError::Accounts(refused.to_string()))?;
        Ok(secret.map(|secret| format!("{}/first-run/{}", self.entrance.address().origin(), secret.reveal())))
    }

    /// The organization of this name in addresses.
    pub fn organization(&self, name: &str) -> Option<Arc<Live>> {
        self.organizations.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// All organizations, by their names in addresses.
    pub fn organizations(&self) -> Vec<(String, Arc<Live>)> {
        let all = self.organizations.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(name, live)| (name.clone(), Arc::clone(live))).collect()
    }

    /// Makes an account the person of this record in an organization: for whoever begins one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn join(&self, account: &str, org: &str, person: &str) -> Result<(), String> {
        let membership = Membership {
            account: account.to_owned(),
            org: org.to_owned(),
            person: person.to_owned(),
            since: self.now(),
            until: None,
            scope: None,
        };
        self.entrance.store().join(&membership).map_err(|e| e.to_string())
    }

    /// Takes a concern from anyone, and answers the code of the case.
    ///
    /// # Errors
    /// As [`aims_app::concerns::raise`].
    pub fn raise_concern(&self, live: &Live, told: &concerns::Told) -> Result<Secret, aims_app::Failure> {
        concerns::raise(live, &*self.chance, told)
    }

    /// Ends all feeds of changes: before the server closes, since they would not end by themselves.
    pub fn close_feeds(&self) {
        self.feeds.close();
    }

    /// The clock's moment.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The clock.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Chance.
    pub(crate) fn chance(&self) -> &dyn Chance {
        &*self.chance
    }

    /// 128 random bits, in hex.
    pub fn draw(&self) -> String {
        let mut bytes = [0; 16];
        self.chance.fill(&mut bytes);
        hex::encode(bytes)
    }

    /// Whether people reach it by https.
    pub fn is_secure(&self) -> bool {
        self.config.public_url.starts_with("https://")
    }

    /// A line for whoever runs the server.
    pub fn log(&self, request: &str, line: &str) {
        eprintln!("{} {request} {line}", self.now());
    }

    /// The router, made from the registry and from nothing else.
    pub fn router(self: Arc<Server>) -> Router {
        let mount = |router: Router<Arc<Server>>, route: &'static Route| {
            let row = move |state: State<Arc<Server>>, params: RawPathParams, request: Request| {
                let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                drive(state, route, params, request)
            };
            router.route(route.path, on(route.method.filter(), row))
        };
        let router = routes().iter().fold(Router::new(), mount);
        let beside = |choose: fn(&str) -> &'static Route| {
            move |state: State<Arc<Server>>, request: Request| {
                let route = choose(request.uri().path());
                drive(state, route, Vec::new(), request)
            }
        };
        let router = router.fallback(beside(wall::nowhere)).method_not_allowed_fallback(beside(wall::otherwise));
        // The quickest level: the next ones save a tenth of the bytes for twice the time.
        let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(Pays);
        router.layer(compression).with_state(self)
    }
}

/// Serves until the process is told to end; the jobs end with it, and every organization is closed.
///
/// # Errors
/// Where it cannot listen.
pub async fn serve(server: Arc<Server>, ready: impl FnOnce(SocketAddr)) -> Result<(), ServerError> {
    let listen = server.config.listen;
    let failed = |error| ServerError::Listen(listen, error);
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(failed)?;
    ready(listener.local_addr().map_err(failed)?);
    let end = async {
        // Where the signal cannot be waited for, the process ends by it all the same.
        let _ = tokio::signal::ctrl_c().await;
    };
    let closing = Arc::clone(&server);
    let end = async move {
        end.await;
        closing.close_feeds();
    };
    let clerks = work::start(&server)?;
    crate::listen::listen(listener, server.router(), end).await;
    let ended = tokio::task::spawn_blocking(move || clerks.into_iter().for_each(Clerk::stop)).await;
    ended.map_err(|error| ServerError::Jobs(error.to_string()))
}

/// Compression pays where it saves a packet or more: pages nearly always, JSON only where it is long, since programs sit near.
#[derive(Clone, Copy)]
struct Pays;

/// Bytes of JSON below which it is sent as it is.
const JSON_PLAIN: u64 = 8 * 1024;

impl Predicate for Pays {
    fn should_compress<B: http_body::Body>(&self, response: &http::Response<B>) -> bool {
        let kind = response.headers().get(http::header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        let is_short = response.body().size_hint().exact().is_some_and(|size| size < JSON_PLAIN);
        !(is_short && kind.starts_with(b"application/json")) && DefaultPredicate::new().should_compress(response)
    }
}
