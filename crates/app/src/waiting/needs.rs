//! Whether all that a verb asks for besides signatures is there.

use aims_record::{Condition, Kind, Required, Verb};
use aims_register::{Entry, Pointing, Value};

/// Whether the fields that the target state requires are set and every need of the verb is met.
pub(super) fn are_met(kind: &Kind, entry: Entry<'_>, verb: &Verb) -> bool {
    let required = kind.fields.iter().filter(|f| match &f.required {
        Required::No => false,
        Required::Always => true,
        Required::In(states) => states.contains(&verb.to),
    });
    let set = |name: &str| entry.field(name).is_some() || verb.stamps.iter().any(|(stamped, _)| stamped == name);
    required.filter(|f| !f.stamped).all(|f| set(&f.name)) && verb.needs.iter().all(|need| is_met(entry, &need.what))
}

/// Whether a condition of a life cycle holds for the record now.
pub fn is_met(entry: Entry<'_>, condition: &Condition) -> bool {
    let pointing = |kind: &str, via: &str, states: &[String]| {
        entry.pointing(Pointing { kind: Some(kind), field: Some(via) }).any(|r| stands_in(r, states))
    };
    match condition {
        Condition::Set(fields) => fields.iter().all(|name| entry.field(name).is_some()),
        Condition::Some { kind, via, states } => pointing(kind, via, states),
        Condition::None { kind, via, states } => !pointing(kind, via, states),
        Condition::Linked { field, states } => {
            let targets = || entry.field(field).into_iter().flat_map(Value::each).filter_map(Value::record);
            targets().next().is_some() && targets().all(|r| stands_in(r, states))
        }
    }
}

fn stands_in(entry: Entry<'_>, states: &[String]) -> bool {
    states.is_empty() || entry.state().is_some_and(|state| states.iter().any(|s| s == state))
}
