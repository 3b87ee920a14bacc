//! What happened at the door, kept for the logs of the organizations concerned.

use aims_store::{DoorNote, Outcome, accounts::Note};
use serde_json::{Map, Value};

use super::{Entrance, Refused};
use crate::Aims;

/// Notes that go into a log at a time.
const BATCH: u32 = 500;

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
    /// Moves into the log of an organization's instance what its members did at the door since the last time, and answers how many
    /// notes that were. For a job: it waits for the organization's writer. A note that concerns nobody of the organization (an unknown
    /// name was tried) stays in `server.db` alone. After a power cut a note may come twice; its `note` number tells.
    ///
    /// # Errors
    /// [`Refused::Store`]; then it is tried again the next time.
    pub fn forward_notes(&self, aims: &Aims) -> Result<usize, Refused> {
        let org = aims.store().about().org.clone();
        let notes = self.store.notes_after(self.store.noted_to(&org)?, BATCH)?;
        let Some(last) = notes.last().map(|note| note.id) else { return Ok(0) };
        let mut concern = Vec::new();
        for note in notes.iter().filter(|note| note.org.as_ref().is_none_or(|of| *of == org)) {
            let membership = match &note.account {
                Some(account) => self.store.membership(account, &org)?,
                None => None,
            };
            concern.extend(membership.map(|membership| door_note(note, membership.person)));
        }
        let count = concern.len();
        if count > 0 {
            aims.store().note_door(concern)?;
        }
        self.store.set_noted_to(&org, last)?;
        Ok(count)
    }

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

fn door_note(note: &Note, person: String) -> DoorNote {
    let mut body: Map<String, Value> = serde_json::from_str(&note.body).unwrap_or_default();
    body.insert("at".into(), note.at.to_string().into());
    body.insert("note".into(), note.id.into());
    DoorNote {
        act: note.act.clone(),
        outcome: if note.outcome == "done" { Outcome::Done } else { Outcome::Denied },
        reason: note.reason.clone(),
        person,
        body: Value::Object(body),
    }
}
