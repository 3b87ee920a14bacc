//! Two organizations on one server, people with roles in them, and requests without a network.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Arc;

use aims_app::{
    Aims, Founder, Start, Step, Wish,
    accounts::{Acceptance, Caller, Founded, Invitation, NewToken, Seated, Secret},
    chance::SystemChance,
    clock::SetClock,
};
use aims_store::Clock as _;
use aims_web::{Config, Server};
use axum::{
    Router,
    body::{Body, Bytes},
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub const PASSWORD: &str = "correct horse battery staple";
pub const ORIGIN: &str = "https://aims.example.org";
pub const HOST: &str = "aims.example.org";
const DAY: &str = "2026-06-01";

/// A server with the organizations `north` and `south`.
pub struct World {
    pub server: Arc<Server>,
    pub clock: Arc<SetClock>,
    router: Router,
    dir: TempDir,
}

/// Someone with a session.
#[derive(Clone)]
pub struct Person {
    pub account: String,
    pub cookie: String,
    pub csrf: String,
    pub id: String,
}

/// What came back.
pub struct Back {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Back {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn caller() -> Caller {
    Caller { address: [192, 0, 2, 1].into(), agent: "test".into() }
}

/// Runs requests one after the other.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

impl World {
    pub fn new() -> World {
        World::with(|server| server)
    }

    /// The same, set up further.
    pub fn with(set_up: impl FnOnce(Server) -> Server) -> World {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new("2026-06-01T09:00:00Z".parse().unwrap()));
        let organizations = ["north", "south"].map(|name| {
            let folder = dir.path().join(name);
            let founder = Founder { key: "p0".into(), name: format!("Founder {name}"), email: None };
            let start = Start { name: name.to_owned(), host: None, founder };
            Aims::found(&folder, start, clock.clone(), Arc::new(SystemChance)).unwrap().close().unwrap();
            (name.to_owned(), folder)
        });
        let config = Config {
            data: dir.path().join("server"),
            organizations: organizations.into(),
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: ORIGIN.into(),
        };
        let server = Server::open_with(config, clock.clone(), Arc::new(SystemChance)).unwrap();
        let server = Arc::new(set_up(server));
        let router = Arc::clone(&server).router();
        World { server, clock, router, dir }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now() + time);
    }

    /// Everything that the server keeps lies here.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub fn org(&self, slug: &str) -> String {
        self.server.organization(slug).unwrap().aims().store().about().org.clone()
    }

    pub fn size(&self, slug: &str) -> u64 {
        self.server.organization(slug).unwrap().aims().store().snapshot().unwrap().size().unwrap()
    }

    /// Does it as the person of this key, past the web.
    pub fn act(&self, slug: &str, who: &str, wish: Wish) -> aims_app::Done {
        let live = self.server.organization(slug).unwrap();
        let actor = live.aims().actor(Some(who)).unwrap();
        let step = Step { at: String::new(), wish, why: Some("a reason".into()) };
        let said = format!("{step:?}");
        let done = live.act(&actor, vec![step], None).unwrap_or_else(|f| panic!("{said}: {f}"));
        done.last().unwrap().clone()
    }

    pub fn record(&self, slug: &str, who: &str, kind: &str, key: &str, fields: Value) -> aims_app::Done {
        let fields = fields.as_object().cloned().unwrap();
        self.act(slug, who, Wish::Record { id: None, kind: kind.into(), key: Some(key.into()), fields })
    }

    /// A person on record with a role, or none.
    pub fn person(&self, slug: &str, key: &str, role: Option<&str>) -> String {
        let fields = json!({ "name": format!("Person {key}"), "employment": "employee" });
        let id = self.record(slug, "p0", "person", key, fields).id;
        if let Some(role) = role {
            let fields = json!({
                "title": format!("{role} of {key}"), "role": role, "person": key, "from": DAY,
                "responsibility": "What it answers for.", "authority": "What it may decide.",
            });
            let number = self.record(slug, "p0", "role-assignment", &format!("asg-{key}"), fields).number;
            self.act(slug, "p0", Wish::Move { record: number, seen: None, verb: "assign".into() });
        }
        id
    }

    /// The first account: it administers the server, and is the founder of `north`.
    pub fn admin(&self) -> Person {
        let first = Founded {
            name: "admin@example.org".into(),
            display: "Admin".into(),
            language: "en".into(),
            password: Secret::new(PASSWORD),
        };
        let arrival = self.server.entrance.found(&first, &caller()).unwrap();
        let id = self.person_id("north", "p0");
        self.server.join(&arrival.account.id, &self.org("north"), &id).unwrap();
        let (account, cookie) = (arrival.account.id.clone(), arrival.token.reveal().to_owned());
        Person { account, cookie, csrf: arrival.csrf.clone(), id }
    }

    pub fn person_id(&self, slug: &str, key: &str) -> String {
        let live = self.server.organization(slug).unwrap();
        live.aims().store().snapshot().unwrap().by_key(key).unwrap().unwrap().id().to_owned()
    }

    pub fn seated(&self, person: &Person) -> Seated {
        self.server.entrance.seated(&person.cookie).unwrap()
    }

    /// Lets the person of a key in; an auditor from outside has a scope.
    pub fn let_in(&self, admin: &Person, slug: &str, key: &str, scope: Option<Vec<String>>) -> Person {
        let id = self.person_id(slug, key);
        let until = scope.as_ref().map(|_| self.now() + SignedDuration::from_hours(24 * 30));
        let invitation = Invitation {
            name: format!("{key}@{slug}.example.org"),
            display: key.into(),
            language: "en".into(),
            org: self.org(slug),
            person: id.clone(),
            until,
            scope,
        };
        let secret = self.server.entrance.invite(&self.seated(admin), &invitation).unwrap();
        let how = Acceptance::New { password: Some(PASSWORD) };
        let arrival = self.server.entrance.accept(&caller(), secret.reveal(), how).unwrap();
        let (account, cookie) = (arrival.account.id.clone(), arrival.token.reveal().to_owned());
        Person { account, cookie, csrf: arrival.csrf.clone(), id }
    }

    /// A token of this person for these words.
    pub fn token(&self, person: &Person, slug: &str, scope: &[&str]) -> String {
        let scope: Vec<String> = scope.iter().map(|&w| w.to_owned()).collect();
        let new = NewToken {
            name: "test".into(),
            org: self.org(slug),
            scope: scope.clone(),
            ends: self.now() + SignedDuration::from_hours(24),
        };
        let (secret, _) = self.server.entrance.make_token(&self.seated(person), &new, &scope).unwrap();
        secret.reveal().to_owned()
    }

    /// Sends a request as it is, to this server's name where it holds none.
    pub fn send(&self, mut request: Request<Body>) -> Back {
        let host = HeaderValue::from_static(HOST);
        request.headers_mut().entry("host").or_insert(host);
        let router = self.router.clone();
        block_on(async move {
            let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Back { status: parts.status, headers: parts.headers, body }
        })
    }

    /// A request of the API with a session, a token or neither.
    pub fn ask(&self, who: &Who<'_>, method: &str, path: &str, body: Option<&Value>) -> Back {
        self.send(request(who, method, path, body, &[]))
    }

    pub fn ask_with(&self, who: &Who<'_>, method: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Back {
        self.send(request(who, method, path, Some(body), headers))
    }
}

/// Who sends a request.
pub enum Who<'p> {
    Nobody,
    Session(&'p Person),
    Token(&'p str),
}

pub fn request(
    who: &Who<'_>,
    method: &str,
    path: &str,
    body: Option<&Value>,
    headers: &[(&str, &str)],
) -> Request<Body> {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    request = match who {
        Who::Nobody => request.header("sec-fetch-site", "same-origin"),
        Who::Session(person) => request
            .header("cookie", format!("__Host-aims={}", person.cookie))
            .header("sec-fetch-site", "same-origin")
            .header("x-aims-csrf", &person.csrf),
        Who::Token(token) => request.header("authorization", format!("Bearer {token}")),
    };
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap(),
        None => request.body(Body::empty()).unwrap(),
    }
}
