//! What waits for a person: what only they can confirm, what they may sign, what they own and is open, and what they were told and have not said they read.
//!
//! Asked of the records in memory. What names the person is found by what points at them; what their roles let them sign is found among the records of the kinds whose
//! life cycles name those roles, so its cost grows with those registers, at some tens of nanoseconds for each record that does not wait.

mod needs;

use std::collections::HashSet;

use aims_conformity::{State, Subject, Verdict};
use aims_framework::standard::Frameworks;
use aims_record::{Apart, Holder, Kind, Kinds, Signing, Verb};
use aims_register::{Entry, Pointing, Register, Value};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::access::{Action, Seat};

pub use needs::is_met;

/// Kinds whose owner has something to do until a verb of theirs says it is done.
const TASKS: [&str; 5] = ["aims-action", "corrective-action", "nonconformity", "change", "control"];
/// Kinds that are communicated to be read.
const READ: [&str; 5] = ["policy", "document", "objective", "method", "comm-rule"];

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A signature.
    Approval,
    /// A judgement that a rule leaves to their role.
    Determination,
    /// Work they own.
    Action,
    /// That they confirm, acknowledge or take something on.
    Acknowledgement,
}

/// One thing that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiting {
    /// What it waits for.
    pub what: What,
    /// Readable number of the record; none where a judgement is still to be recorded.
    pub record: Option<String>,
    /// Full id of the requirement that asks for a judgement.
    pub requirement: Option<String>,
    /// The record's name, or the question.
    pub name: String,
    /// Since when it stands as it does; none where that is not known.
    pub since: Option<Timestamp>,
    /// The day on which it is due, where one is set.
    pub due: Option<Date>,
    /// The verb to say; none where it is a judgement to record, or a communication to confirm.
    pub verb: Option<String>,
}

/// What waits at this moment for the person who has this seat, as far as they may read it: what is due first, then what waits longest. Nothing for who is no person.
pub fn waiting(register: &Register, seat: &Seat, now: Timestamp) -> Vec<Waiting> {
    let Some(person) = seat.person(register) else { return Vec::new() };
    let look = Look { kinds: register.kinds(), register, person, seat, now };
    let mut found = Vec::new();
    look.named(&mut found);
    look.roles(&mut found);
    look.told(&mut found);
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    found.dedup();
    found
}

/// Judgements that the rules ask of these roles and that are due, from verdicts that were decided already.
pub fn determinations<'v>(
    frameworks: &Frameworks,
    verdicts: impl IntoIterator<Item = &'v Verdict>,
    roles: &[String],
) -> Vec<Waiting> {
    let due = verdicts.into_iter().filter(|v| v.state == State::DeterminationDue);
    let found = due.filter_map(|verdict| {
        let (framework, item) = frameworks.item(&verdict.requirement)?;
        let asked = framework.rules.get(item.id())?.judgement.as_ref().filter(|asked| roles.contains(&asked.by))?;
        let about = match &verdict.subject {
            Subject::Record(cited) => Some(cited.number.clone()),
            Subject::Organization => None,
        };
        Some(Waiting {
            what: What::Determination,
            record: about,
            requirement: Some(verdict.requirement.clone()),
            name: asked.question.clone(),
            since: None,
            due: None,
            verb: None,
        })
    });
    found.collect()
}

/// What is due comes before what is not, and what waits longest first.
fn order(waiting: &Waiting) -> (bool, Option<Date>, Option<Timestamp>, &Option<String>, &Option<String>) {
    (waiting.due.is_none(), waiting.due, waiting.since, &waiting.record, &waiting.verb)
}

struct Look<'a> {
    register: &'a Register,
    kinds: &'a Kinds,
    person: Entry<'a>,
    seat: &'a Seat,
    now: Timestamp,
}

impl<'a> Look<'a> {
    /// What a field of some record asks of the person it names.
    fn named(&self, found: &mut Vec<Waiting>) {
        let any = Pointing { kind: None, field: None };
        let mut seen = HashSet::new();
        for entry in self.person.pointing(any).filter(|e| !e.ended() && self.seat.reads(*e)) {
            if !seen.insert(entry.slot()) {
                continue;
            }
            let Some((kind, state)) = self.kinds.get(entry.kind()).zip(entry.state()) else { continue };
            for verb in kind.lifecycle.verbs_from(state) {
                let what = self.asks(kind, verb, entry, state);
                found.extend(what.map(|what| self.waits(what, entry, Some(verb))));
            }
            found.extend(self.signs_as_named(kind, entry, state));
        }
    }

    /// What a verb that needs no signature asks of a person whom the record names.
    fn asks(&self, kind: &Kind, verb: &Verb, entry: Entry<'_>, state: &str) -> Option<What> {
        if verb.sign.is_some() || !self.names(entry, &verb.by) {
            return None;
        }
        let mine_alone = verb.by.iter().all(|by| matches!(by, Holder::Field(_)));
        let new = verb.to != state || verb.stamps.iter().any(|(field, _)| entry.field(field).is_none());
        if mine_alone && new && onward(kind, state, verb) {
            return Some(What::Acknowledgement);
        }
        let task = TASKS.contains(&kind.id.as_str()) && verb.to != state && onward(kind, state, verb);
        // Two verbs may lead on; the one that is said of work at hand is the nearest.
        let nearest = kind
            .lifecycle
            .verbs_from(state)
            .find(|v| v.to != state && self.names(entry, &v.by) && onward(kind, state, v));
        (task && nearest.is_some_and(|v| v.id == verb.id)).then_some(What::Action)
    }

    fn signs_as_named(&self, kind: &Kind, entry: Entry<'_>, state: &str) -> Option<Waiting> {
        let verbs = kind.lifecycle.verbs_from(state);
        let mut asked = verbs.filter(|v| v.sign.as_ref().is_some_and(|s| self.names(entry, &s.by)));
        let verb = asked.find(|verb| self.may_sign_now(kind, entry, state, verb))?;
        Some(self.waits(What::Approval, entry, Some(verb)))
    }

    /// What a role lets the person sign.
    fn roles(&self, found: &mut Vec<Waiting>) {
        for kind in self.kinds.by_id.values() {
            let by_role = |s: &Signing| s.by.iter().any(|h| matches!(h, Holder::Role(role) if self.seat.holds(role)));
            let verbs: Vec<&Verb> =
                kind.lifecycle.verbs.iter().filter(|v| v.sign.as_ref().is_some_and(by_role)).collect();
            if verbs.is_empty() {
                continue;
            }
            for entry in self.register.of_kind(&kind.id) {
                let Some(state) = entry.state() else { continue };
                let mut here = verbs.iter().filter(|v| v.from.iter().any(|from| from == state));
                let verb = here.find(|verb| self.may_sign_now(kind, entry, state, verb));
                found.extend(verb.map(|verb| self.waits(What::Approval, entry, Some(verb))));
            }
        }
    }

    /// Whether the record is ready for the person's signature: all else that the verb asks for is there, and nothing keeps them from it.
    fn may_sign_now(&self, kind: &Kind, entry: Entry<'_>, state: &str, verb: &Verb) -> bool {
        let Some(signing) = &verb.sign else { return false };
        onward(kind, state, verb)
            && self.seat.may_on(Action::Sign, entry)
            && !self.is_apart(entry, signing)
            && entry.signers(&signing.meaning).count() < signing.count
            && !entry.signers(&signing.meaning).any(|signer| signer == self.person)
            && needs::are_met(kind, entry, verb)
    }

    /// Separation of duties, as `record::decide` will hold it.
    fn is_apart(&self, entry: Entry<'_>, signing: &Signing) -> bool {
        signing.apart_from.iter().any(|apart| match apart {
            Apart::Editors => entry.edited_by(self.person),
            Apart::Field(field) => self.is_in(entry, field),
        })
    }

    /// What was communicated to the person and not confirmed.
    fn told(&self, found: &mut Vec<Waiting>) {
        let reached = Pointing { kind: Some("comm-event"), field: Some("reached") };
        let confirms = |event: &Entry<'_>| self.is_in(*event, "acknowledged_by");
        let to_be_read =
            |event: &Entry<'_>| event.linked("subject").any(|s| READ.contains(&s.kind()) && !s.ended() && in_force(s));
        let asked = |event: &Entry<'_>| event.field("acknowledged_by").is_some_and(Value::is_set);
        let events =
            self.person.pointing(reached).filter(|e| self.seat.reads(*e) && asked(e) && !confirms(e) && to_be_read(e));
        found.extend(events.map(|event| self.waits(What::Acknowledgement, event, None)));
        self.policies(found);
    }

    /// A policy in force of which the person, working within the scope, was not made aware since it was approved.
    fn policies(&self, found: &mut Vec<Waiting>) {
        let works_here = self.person.field("in_scope").and_then(Value::flag).unwrap_or(false);
        for policy in self.register.of_kind("policy").filter(|p| works_here && in_force(*p)) {
            let approved = policy.field("approved_at").and_then(Value::instant);
            let records = Pointing { kind: Some("awareness-record"), field: Some("person") };
            let about = |r: &Entry<'_>| r.linked("policy_version").any(|p| p == policy);
            let day = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
            let since = |r: &Entry<'_>| {
                let done = r.field("date").and_then(Value::instant);
                approved.is_none_or(|approved| done.is_some_and(|done| day(done) >= day(approved)))
            };
            let aware = self.person.pointing(records).any(|r| about(&r) && since(&r));
            if !aware && approved.is_none_or(|approved| approved <= self.now) {
                found.push(self.waits(What::Acknowledgement, policy, None));
            }
        }
    }

    fn waits(&self, what: What, entry: Entry<'_>, verb: Option<&Verb>) -> Waiting {
        let due = entry.field("due").and_then(Value::instant);
        Waiting {
            what,
            record: Some(entry.number().to_owned()),
            requirement: None,
            name: entry.name().unwrap_or(entry.number()).to_owned(),
            since: Some(entry.changed()),
            due: due.map(|due| TimeZone::UTC.to_datetime(due).date()),
            verb: verb.map(|verb| verb.id.clone()),
        }
    }

    fn names(&self, entry: Entry<'_>, holders: &[Holder]) -> bool {
        holders.iter().any(|holder| matches!(holder, Holder::Field(field) if self.is_in(entry, field)))
    }

    fn is_in(&self, entry: Entry<'_>, field: &str) -> bool {
        let values = entry.field(field).into_iter().flat_map(Value::each);
        values.filter_map(Value::record).any(|e| e == self.person)
    }
}

fn in_force(entry: Entry<'_>) -> bool {
    entry.state() == Some("in-force")
}

/// Whether a verb leads on in a life that is going well: not back, and not to an end that nobody waits for.
fn onward(kind: &Kind, state: &str, verb: &Verb) -> bool {
    let place = |id: &str| kind.lifecycle.states.iter().position(|s| s.id == id);
    let gives_up = ["rejected", "ended", "retired", "superseded", "lifted"].contains(&verb.to.as_str());
    !gives_up && place(&verb.to) >= place(state)
}
