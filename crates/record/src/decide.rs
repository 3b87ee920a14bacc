//! Whether an act is accepted: `decide(standing, ask) -> accepted | refused`. Nothing is written here and no clock is read.

mod content;
mod ending;
mod moving;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Fields,
    act::Act,
    kind::{Holder, Kind, Kinds},
    nearest,
    record::{File, Kept, Record},
    refusal::{Difference, Refusal},
};

/// The records as they stand, as far as a decision needs to see them.
pub trait Standing {
    /// What is kept under this id.
    fn kept(&self, id: &str) -> Option<Arc<Kept>>;
    /// Live, unwithdrawn records of `kind` whose link field `via` names `to`.
    fn pointing(&self, kind: &str, via: &str, to: &str) -> Vec<Record>;
    /// Roles that the person holds at the moment of the decision.
    fn roles_of(&self, person: &str) -> Vec<String>;
    /// Number of the record that this key names.
    fn key_owner(&self, key: &str) -> Option<String>;
    /// The next free count for numbers with this prefix, from 1.
    fn next_number(&self, prefix: &str) -> u64;
    /// Numbers of the legal holds on this record.
    fn holds_on(&self, id: &str) -> Vec<String>;
}

/// Takes personal values away and gives the commitment that stands for them (`docs/formats/acts.md`, rule 10).
pub trait Seal {
    /// `subject` is the id of the person the values are about.
    fn seal(&mut self, subject: &str, fields: Fields) -> String;
}

/// What acts: a person at a keyboard, an agent, a token, or the system itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A human being.
    Person,
    /// An AI agent. It never signs (TRUST 4.2, S9).
    Agent,
    /// A program with a token of its owner.
    Token,
    /// The product's own jobs.
    System,
}

/// Who acts, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// How the actor proved who they are, such as `local`.
    pub amr: Vec<String>,
    /// What acts.
    pub kind: ActorKind,
    /// Ids of the persons on whose behalf.
    pub on_behalf: Vec<String>,
    /// Id of the person record, a pseudonym.
    pub pid: String,
}

/// What someone asks to be done.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub now: Timestamp,
    /// Why, Markdown.
    pub why: Option<String>,
    /// What.
    pub proposal: Proposal,
}

/// An act as proposed. `seen` is the version that the actor had before them; `None` where nobody looked (then nothing can be stale).
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the members are those of the acts in docs/formats/acts.md")]
pub enum Proposal {
    Record { id: String, kind: String, key: Option<String>, fields: Fields },
    Amend { id: String, seen: Option<u64>, set: Fields, unset: Vec<String> },
    Link { id: String, seen: Option<u64>, field: String, to: String },
    Unlink { id: String, seen: Option<u64>, field: String, to: String },
    Attach { id: String, seen: Option<u64>, field: Option<String>, file: File },
    Sign { id: String, seen: Option<u64>, meaning: Option<String>, digest: Option<String> },
    Move { id: String, seen: Option<u64>, verb: String },
    Withdraw { id: String, seen: Option<u64> },
    Dispose { id: String, basis: String },
    Erase { id: String, approvers: Vec<String>, basis: String, rule: String, count: u64 },
}

impl Proposal {
    /// The id of the record that it is about.
    pub fn id(&self) -> &str {
        match self {
            Proposal::Record { id, .. }
            | Proposal::Amend { id, .. }
            | Proposal::Link { id, .. }
            | Proposal::Unlink { id, .. }
            | Proposal::Attach { id, .. }
            | Proposal::Sign { id, .. }
            | Proposal::Move { id, .. }
            | Proposal::Withdraw { id, .. }
            | Proposal::Dispose { id, .. }
            | Proposal::Erase { id, .. } => id,
        }
    }

    fn seen(&self) -> Option<u64> {
        match self {
            Proposal::Amend { seen, .. }
            | Proposal::Link { seen, .. }
            | Proposal::Unlink { seen, .. }
            | Proposal::Attach { seen, .. }
            | Proposal::Sign { seen, .. }
            | Proposal::Move { seen, .. }
            | Proposal::Withdraw { seen, .. } => *seen,
            Proposal::Record { .. } | Proposal::Dispose { .. } | Proposal::Erase { .. } => None,
        }
    }

    /// The fields it would set or take away, to show beside what stands when it comes too late.
    fn wanted(&self) -> Vec<(String, Option<Value>)> {
        match self {
            Proposal::Amend { set, unset, .. } => {
                let set = set.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
                set.chain(unset.iter().map(|name| (name.clone(), None))).collect()
            }
            Proposal::Link { field, to, .. } => vec![(field.clone(), Some(to.clone().into()))],
            Proposal::Unlink { field, .. } => vec![(field.clone(), None)],
            _ => Vec::new(),
        }
    }
}

/// An act that was accepted, with what its entry needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The version that it makes.
    pub version: u64,
    /// Entry of the act on this record before it.
    pub prev: Option<u64>,
    /// The act.
    pub act: Act,
    /// Ids of other records that it names, sorted.
    pub refs: Vec<String>,
}

/// Holds a proposal against the kinds and the records as they stand.
///
/// # Errors
/// A [`Refusal`] that says what to do instead; nothing has changed then, but values may have been sealed in vain: drop the seals too.
pub fn decide(kinds: &Kinds, standing: &dyn Standing, ask: Ask<'_>, seal: &mut dyn Seal) -> Result<Accepted, Refusal> {
    if let Proposal::Record { id, kind, key, fields } = ask.proposal {
        let draft = content::Draft { kinds, standing, now: ask.now, seal };
        return draft.record(id, &kind, key, fields, ask.why);
    }
    let id = ask.proposal.id().to_owned();
    let Some(kept) = standing.kept(&id) else { return Err(Refusal::NotFound { record: id }) };
    let record = match &*kept {
        Kept::Disposed(t) => {
            let (record, seq) = (t.number.clone(), t.disposed.seq);
            return Err(Refusal::Ended { record, how: "disposed of".into(), seq });
        }
        Kept::Live(r) => r,
    };
    let kind = known_kind(kinds, &record.kind)?;
    refuse_stale(record, &ask.proposal)?;
    let ending = matches!(ask.proposal, Proposal::Dispose { .. } | Proposal::Erase { .. });
    if let (Some(at), false) = (record.withdrawn, ending) {
        return Err(Refusal::Ended { record: record.number.clone(), how: "withdrawn".into(), seq: at.seq });
    }
    let mut case = content::Draft { kinds, standing, now: ask.now, seal };
    let (body, refs) = match ask.proposal {
        Proposal::Record { .. } => return Err(Refusal::NotFound { record: id }),
        Proposal::Amend { set, unset, .. } => case.amend(kind, record, set, unset)?,
        Proposal::Link { field, to, .. } => case.link(kind, record, &field, to)?,
        Proposal::Unlink { field, to, .. } => case.unlink(kind, record, &field, to)?,
        Proposal::Attach { field, file, .. } => case.attach(kind, record, field, file)?,
        Proposal::Sign { meaning, digest, .. } => moving::sign(standing, ask.actor, kind, record, meaning, digest)?,
        Proposal::Move { verb, .. } => moving::step(standing, ask.actor, ask.now, kind, record, &verb)?,
        Proposal::Withdraw { .. } => ending::withdraw(record, ask.why.as_deref())?,
        Proposal::Dispose { basis, .. } => ending::dispose(standing, ask.actor, ask.now, kind, record, basis)?,
        Proposal::Erase { approvers, basis, rule, count, .. } => {
            let erasure = crate::Erasure { approvers, basis, count, rule };
            ending::erase(standing, ask.actor, record, erasure)?
        }
    };
    Ok(Accepted {
        id,
        kind: record.kind.clone(),
        version: record.version + 1,
        prev: Some(record.last.seq),
        act: Act { body, why: ask.why },
        refs,
    })
}

fn known_kind<'a>(kinds: &'a Kinds, id: &str) -> Result<&'a Kind, Refusal> {
    kinds.get(id).ok_or_else(|| Refusal::UnknownKind {
        kind: id.to_owned(),
        nearest: nearest(id, kinds.by_id.keys().map(String::as_str)).map(str::to_owned),
    })
}

fn refuse_stale(record: &Record, proposal: &Proposal) -> Result<(), Refusal> {
    let Some(seen) = proposal.seen().filter(|seen| *seen != record.version) else {
        return Ok(());
    };
    let difference = proposal.wanted().into_iter().filter_map(|(field, wanted)| {
        let stands = record.fields.get(&field).cloned();
        (stands != wanted).then_some(Difference { field, wanted, stands })
    });
    Err(Refusal::VersionConflict {
        record: record.number.clone(),
        seen,
        now: record.version,
        by: record.last.by.clone(),
        at: record.last.ts.clone(),
        difference: difference.collect(),
    })
}

/// The role in which the actor is one of `holders`, where they are: the role's id, or the field that names them.
fn holding(standing: &dyn Standing, actor: &Actor, record: &Record, holders: &[Holder]) -> Option<String> {
    let roles = standing.roles_of(&actor.pid);
    holders.iter().find_map(|holder| match holder {
        Holder::Role(role) => roles.contains(role).then(|| role.clone()),
        Holder::Field(field) => record.links(field).contains(&actor.pid.as_str()).then(|| field.clone()),
    })
}

fn holder_names(holders: &[Holder]) -> Vec<String> {
    let name = |h: &Holder| match h {
        Holder::Role(role) => role.clone(),
        Holder::Field(field) => format!("the person in `{field}`"),
    };
    holders.iter().map(name).collect()
}
