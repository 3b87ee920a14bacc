//! Who comes in: accounts, sign-in, sessions, passkeys, one-time codes, tokens, invitations, other providers.
//!
//! An [`Entrance`] is the door of one server. It knows accounts and which person of which organization each is, never what that person
//! may do: roles are records in the organization's ledger. Every method may take as long as a password hash or a commit takes, so an
//! asynchronous caller runs it where it may block. Refusals are [`Refused`]: a stable code and a sentence.
//! Decisions behind it stand in `docs/decisions/0007-sign-in.md`.

mod ceremony;
mod first_run;
mod invitation;
pub mod limits;
mod members;
mod note;
mod openid;
mod passkey;
mod password;
mod refused;
mod second_factor;
mod secret;
mod session;
mod sign_in;
mod token;
mod webauthn;

use std::{net::IpAddr, path::Path, sync::Arc};

use aims_store::{
    Chance, Clock,
    accounts::{Account, Accounts},
};
use jiff::Timestamp;

pub use ceremony::Begun;
pub use first_run::{First, SET_UP};
pub use invitation::{Acceptance, Invitation};
pub use limits::{Limits, Rate};
pub use members::Invited;
pub use openid::{Leaving, Provider, Returned};
pub use passkey::NewPasskey;
pub use refused::Refused;
pub use second_factor::Enrolment;
pub use secret::Secret;
pub use session::{Arrival, Seated};
pub use sign_in::{Founded, SignIn};
pub use token::{NewToken, TokenSeat};
pub use webauthn::{Assertion, verify_assertion};

/// Where the server is reached. Links, the passkeys' origin and the provider's way back are made from it, never from a request's headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `https://aims.example.org`, or `http://localhost:PORT` for one machine: scheme, host and port as browsers write an origin.
    origin: String,
    /// The host without port: what passkeys are bound to. Browsers refuse an IP address there, so a demo is reached as `localhost`.
    host: String,
}

impl Address {
    /// Takes a public address apart.
    ///
    /// # Errors
    /// Where it is not `https://HOST[:PORT]`, nor `http://` with a loopback host.
    pub fn new(public_url: &str) -> Result<Address, Refused> {
        let origin = public_url.trim_end_matches('/').to_ascii_lowercase();
        let refuse = || Refused::AddressRefused(public_url.to_owned());
        let (secure, rest) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            _ => return Err(refuse()),
        };
        let host = match rest.strip_prefix('[') {
            Some(six) => six.split_once(']').map(|(host, _)| format!("[{host}]")).ok_or_else(refuse)?,
            None => rest.split(':').next().unwrap_or_default().to_owned(),
        };
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '?' | '#' | '@');
        let loopback = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        if host.is_empty() || rest.contains(odd) || !(secure || loopback) {
            return Err(refuse());
        }
        Ok(Address { origin, host })
    }

    /// The origin, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Who is at the door.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their address, as the server itself sees it or a trusted proxy says.
    pub address: IpAddr,
    /// The browser, in a few words; cut to 120 characters.
    pub agent: String,
}

/// The door of a server. Shared between threads.
pub struct Entrance {
    store: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    address: Address,
    hashing: password::Hashing,
    halfway: ceremony::Halfway,
    limits: Limits,
    providers: openid::Providers,
    first_run: first_run::Address,
}

impl Entrance {
    /// Opens the door of the server whose `server.db` lies in `dir`; makes the file where there is none.
    ///
    /// # Errors
    /// [`Refused::Store`] where the file or its key cannot be used.
    pub fn open(
        dir: &Path,
        address: Address,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Entrance, Refused> {
        let store = Arc::new(Accounts::open(dir, Arc::clone(&chance))?);
        let mut salt = [0; 32];
        chance.fill(&mut salt);
        Ok(Entrance {
            store,
            address,
            hashing: password::Hashing::new(&*chance)?,
            halfway: ceremony::Halfway::default(),
            limits: Limits::new(salt),
            providers: openid::Providers::default(),
            first_run: first_run::Address::default(),
            clock,
            chance,
        })
    }

    /// What the server keeps: saved views, drafts, the outbox, seen marks. Credentials and sessions are changed through the entrance alone.
    pub fn store(&self) -> &Accounts {
        &self.store
    }

    /// Where the server is reached.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How often somebody may ask.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes one from a rate, or says after how many seconds to ask again.
    ///
    /// # Errors
    /// [`Refused::TooMany`].
    pub fn take(&self, rate: Rate, key: &str) -> Result<(), Refused> {
        let taken = self.limits.take(rate, key, self.now());
        taken.map_err(|seconds| Refused::TooMany { seconds })
    }

    /// Clears away what ended by itself: sessions, links, half-done ceremonies. For a job, once an hour.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn tidy(&self) -> Result<(), Refused> {
        let now = self.now();
        self.store.clear_sessions(now, now - session::IDLE)?;
        self.store.clear_tickets(now - invitation::KEPT)?;
        self.halfway.clear(now);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The account, where it can sign in.
    fn account(&self, id: &str) -> Result<Account, Refused> {
        let account = self.store.account(id)?.filter(|account| account.disabled.is_none());
        account.ok_or(Refused::SignIn)
    }
}
