//! Acts that end something: withdrawn, disposed, erased.

use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};

use super::{Actor, Standing};
use crate::{
    act::{ActBody, Erasure},
    kind::Kind,
    record::Record,
    refusal::{Problem, Refusal},
};

/// Who may dispose of records, and one of the two who agree to erasure (TRUST 4.2, S11).
const DISPOSER: &str = "aims-manager";
/// The other.
const GUARDIAN: &str = "data-protection-officer";

type Changed = Result<(ActBody, Vec<String>), Refusal>;

pub(super) fn withdraw(record: &Record, why: Option<&str>) -> Changed {
    if why.is_none_or(|w| w.trim().is_empty()) {
        let message = format!("say why {} is withdrawn", record.number);
        return Err(Refusal::FieldsRefused { problems: vec![Problem::new("reason_missing", "/why", message)] });
    }
    Ok((ActBody::Withdrawn {}, Vec::new()))
}

/// Disposal by retention; a legal hold beats it.
pub(super) fn dispose(
    standing: &dyn Standing,
    actor: &Actor,
    now: Timestamp,
    kind: &Kind,
    record: &Record,
    basis: String,
) -> Changed {
    if !standing.roles_of(&actor.pid).iter().any(|r| r == DISPOSER) {
        return Err(Refusal::RoleNeeded { to: format!("dispose of {}", record.number), roles: vec![DISPOSER.into()] });
    }
    refuse_held(standing, record)?;
    let rule = format!("{} {}", kind.retention.class, kind.retention.floor);
    if let Some(until) = kept_until(kind, record, now) {
        return Err(Refusal::BelowLegalMinimum { record: record.number.clone(), rule, until });
    }
    Ok((ActBody::Disposed { basis, number: record.number.clone(), rule }, Vec::new()))
}

/// `Some` with the first day on which the record may go, where that is not yet.
fn kept_until(kind: &Kind, record: &Record, now: Timestamp) -> Option<String> {
    let ended = record.withdrawn.is_some() || kind.lifecycle.state(&record.state).is_some_and(|s| s.ends);
    let from = kind.retention.from.as_ref().filter(|from| !ended && **from != record.state);
    if let Some(from) = from {
        return Some(format!("{} after it is `{from}`", kind.retention.floor));
    }
    let start = TimeZone::UTC.to_datetime(record.last.ts.parse().ok()?).date();
    let floor: Span = kind.retention.floor;
    let end = start.checked_add(floor).and_then(|d| d.checked_add(1.day())).ok()?;
    (end > TimeZone::UTC.to_datetime(now).date()).then(|| end.to_string())
}

fn refuse_held(standing: &dyn Standing, record: &Record) -> Result<(), Refusal> {
    let holds = standing.holds_on(&record.id);
    if holds.is_empty() { Ok(()) } else { Err(Refusal::LegalHold { record: record.number.clone(), holds }) }
}

/// Erasure of what is known about a person, agreed by two in different roles.
pub(super) fn erase(standing: &dyn Standing, actor: &Actor, record: &Record, erasure: Erasure) -> Changed {
    if record.kind != "person" {
        return Err(Refusal::NotAPerson { record: record.number.clone() });
    }
    if let Some(at) = record.erased {
        return Err(Refusal::Ended { record: record.number.clone(), how: "erased".into(), seq: at.seq });
    }
    refuse_held(standing, record)?;
    let holds = |person: &String, role: &str| standing.roles_of(person).iter().any(|r| r == role);
    let agreed = match erasure.approvers.as_slice() {
        [a, b] if a != b && (*a == actor.pid || *b == actor.pid) => {
            (holds(a, DISPOSER) && holds(b, GUARDIAN)) || (holds(a, GUARDIAN) && holds(b, DISPOSER))
        }
        _ => false,
    };
    if !agreed {
        return Err(Refusal::TwoPersonsNeeded { roles: vec![GUARDIAN.into(), DISPOSER.into()] });
    }
    let refs = erasure.approvers.clone();
    Ok((ActBody::Erased(erasure), refs))
}
