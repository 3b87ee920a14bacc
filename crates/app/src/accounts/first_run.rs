//! The set-up address of a new server. Whoever started the process is told it; without it nobody can take the server.

use std::sync::{Mutex, PoisonError};

use aims_store::accounts::Digest;
use jiff::{SignedDuration, Timestamp};

use super::{Arrival, Caller, Entrance, Refused, Secret, secret::digest};

/// How long a set-up address works. Starting the server again gives another.
pub const SET_UP: SignedDuration = SignedDuration::from_hours(1);

/// What is kept of the set-up address: in memory alone, so that no copy of the data folder takes a server.
#[derive(Default)]
pub(super) struct Address(Mutex<Option<(Digest, Timestamp)>>);

/// Who administers the server first.
#[derive(Clone, Copy, Debug)]
pub struct First<'a> {
    /// The e-mail address they sign in with.
    pub name: &'a str,
    /// What to call them.
    pub display: &'a str,
    /// Language code.
    pub language: &'a str,
    /// Their password; without one they are signed in once, to register a passkey.
    pub password: Option<&'a str>,
}

impl Entrance {
    /// Draws the secret of the set-up address, in place of an earlier one; nothing where somebody can come in already.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn open_set_up(&self) -> Result<Option<Secret>, Refused> {
        if !self.is_new()? {
            return Ok(None);
        }
        let secret = Secret::draw(&*self.chance);
        *self.first_run.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((secret.digest(), self.now() + SET_UP));
        Ok(Some(secret))
    }

    /// Whether this is the secret of the set-up address, and it still works.
    ///
    /// # Errors
    /// [`Refused::SetUpEnded`].
    pub fn knows_set_up(&self, secret: &str) -> Result<(), Refused> {
        let kept = *self.first_run.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = kept.is_some_and(|(hash, ends)| hash == digest(secret) && self.now() < ends);
        if open && self.is_new()? { Ok(()) } else { Err(Refused::SetUpEnded) }
    }

    /// Makes the first account, which administers the instance, and signs it in. The address works no more as soon as somebody can come in.
    ///
    /// # Errors
    /// [`Refused::SetUpEnded`]; what is wrong with name or password.
    pub fn set_up(&self, secret: &str, first: First<'_>, caller: &Caller) -> Result<Arrival, Refused> {
        self.knows_set_up(secret)?;
        let First { name, display, language, password } = first;
        self.begin(&self.new_account(name, display, language, true)?, password, caller)
    }
}
