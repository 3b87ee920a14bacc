//! What happened at the door, kept for the logs of the organizations concerned.

use aims_store::accounts::Note;
use serde_json::{Map, Value};

use super::{Entrance, Refused};

/// Something that happened at the door.
pub(super) struct Event {
    act: &'static str,
    account: Option<String>,
    org: Option<String>,
    reason: Option<&'static str>,
    outcome: &'static str,
    body: Map<String, Value>,
}

impl Event {
    /// Something an account did.
    pub fn done(act: &'static str, account: &str) -> Event {
        let account = Some(account.to_owned());
        Event { act, account, org: None, reason: None, outcome: "done", body: Map::new() }
    }

    /// Something that was refused.
    pub fn denied(act: &'static str, account: Option<&str>, reason: &'static str) -> Event {
        let account = account.map(str::to_owned);
        Event { act, account, org: None, reason: Some(reason), outcome: "denied", body: Map::new() }
    }

    /// With a reason.
    pub fn because(mut self, reason: &'static str) -> Event {
        self.reason = Some(reason);
        self
    }

    /// In one organization.
    pub fn in_org(mut self, org: &str) -> Event {
        self.org = Some(org.to_owned());
        self
    }

    /// How they authenticated.
    pub fn by(self, amr: &[&str]) -> Event {
        self.with("amr", amr.to_vec())
    }

    /// With something more to say: never a name, an address or a secret.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Event {
        self.body.insert(member.to_owned(), value.into());
        self
    }
}

impl Entrance {
    /// Keeps a note. It waits in `server.db`, so that nobody who signs in waits for a ledger.
    pub(super) fn note(&self, event: Event) -> Result<(), Refused> {
        let Event { act, account, org, reason, outcome, body } = event;
        let note = Note {
            id: 0,
            at: self.now(),
            account,
            org,
            act: act.to_owned(),
            outcome: outcome.to_owned(),
            reason: reason.map(str::to_owned),
            body: Value::Object(body).to_string(),
        };
        Ok(self.store.note(&note)?)
    }
}
