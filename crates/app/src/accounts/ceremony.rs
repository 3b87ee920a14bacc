//! What was begun and is not finished: a sign-in that waits for a code, a passkey's challenge, a way to another provider.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aims_store::accounts::Digest;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Refused, Secret, openid::Away, secret::digest};
use crate::ActToSign;

/// How long something may stay half done.
const LASTS: SignedDuration = SignedDuration::from_mins(5);
/// How much may be half done at a time.
const MOST: usize = 20_000;

/// A ceremony that has begun: `ceremony` comes back with the answer, `options` go to the browser.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Names the ceremony; single use.
    pub ceremony: Secret,
    /// For `navigator.credentials` (`parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON`).
    pub options: Value,
}

/// What waits.
#[derive(Clone, Debug)]
pub(super) enum Waits {
    /// A password was right; a code is missing.
    Code { account: String },
    /// A passkey is to be registered.
    Registration { account: String, challenge: Digest },
    /// A passkey is to sign in.
    SignIn { challenge: Digest },
    /// A passkey is to confirm who sits here.
    StepUp { account: String, challenge: Digest },
    /// A passkey is to sign an act.
    Act { account: String, act: Box<ActToSign> },
    /// Somebody is at another provider.
    Provider(Away),
}

/// What is half done, in memory: a restart forgets it.
#[derive(Default)]
pub(super) struct Halfway(Mutex<HashMap<Digest, (Timestamp, Waits)>>);

impl Halfway {
    /// Keeps something under a name of its own.
    pub fn keep(&self, name: &Secret, waits: Waits, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, (ends, _)| now < *ends);
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(name.digest(), (now + LASTS, waits));
    }

    /// Looks at it, and leaves it.
    pub fn look(&self, name: &str, now: Timestamp) -> Result<Waits, Refused> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.get(&digest(name)).filter(|(ends, _)| now < *ends);
        found.map(|(_, waits)| waits.clone()).ok_or(Refused::CeremonyEnded)
    }

    /// Takes it: the second one to come finds nothing.
    pub fn take(&self, name: &str, now: Timestamp) -> Result<Waits, Refused> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(name));
        taken.filter(|(ends, _)| now < *ends).map(|(_, waits)| waits).ok_or(Refused::CeremonyEnded)
    }

    /// Forgets what took too long.
    pub fn clear(&self, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (ends, _)| now < *ends);
    }
}
