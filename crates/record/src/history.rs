//! History in sentences: past tense, one act each (`M. Silva approved POL-0001 ...`).

use serde_json::Value;

use crate::{
    act::{Act, ActBody},
    kind::Kind,
    record::seal_of,
};

/// How ids read: the names of persons and the numbers of records.
pub trait Names {
    /// The name of a person, or their number where it was erased.
    fn person(&self, id: &str) -> String;
    /// A record's number.
    fn record(&self, id: &str) -> String;
}

/// One act as a sentence. `number` is the record's, `kind` its description where it is known.
pub fn sentence(names: &dyn Names, kind: Option<&Kind>, number: &str, by: &str, act: &Act) -> String {
    let what = match &act.body {
        ActBody::Recorded { fields, state, .. } => {
            let title = kind.and_then(Kind::naming_field).and_then(|f| fields.get(&f.name)).and_then(Value::as_str);
            let title = title.map(|t| format!(" \"{t}\"")).unwrap_or_default();
            let kind = kind.map_or("record", |k| k.title.as_str());
            format!("recorded the {kind} {number}{title} as {state}")
        }
        ActBody::Amended { set, unset, lapse, state, .. } => {
            let set = set.iter().map(|(name, value)| format!("{} to {}", label(kind, name), shown(names, value)));
            let unset = unset.iter().map(|name| format!("{} to nothing", label(kind, name)));
            let changes: Vec<String> = set.chain(unset).collect();
            format!(
                "changed {number}: {}{}",
                changes.join(", "),
                lapsed(lapse.as_ref().map(|l| l.signatures.len()), state.as_ref())
            )
        }
        ActBody::Linked(link) => {
            format!(
                "linked {number} to {} as {}{}",
                names.record(&link.to),
                label(kind, &link.field),
                lapsed(link.lapse.as_ref().map(|l| l.signatures.len()), link.state.as_ref())
            )
        }
        ActBody::Unlinked(link) => {
            format!(
                "took {} away from {} of {number}{}",
                names.record(&link.to),
                label(kind, &link.field),
                lapsed(link.lapse.as_ref().map(|l| l.signatures.len()), link.state.as_ref())
            )
        }
        ActBody::Attached { field, file, lapse, state, .. } => {
            let place = field.as_ref().map(|f| format!(" as {}", label(kind, f))).unwrap_or_default();
            format!(
                "attached \"{}\" to {number}{place}{}",
                file.name,
                lapsed(lapse.as_ref().map(|l| l.signatures.len()), state.as_ref())
            )
        }
        ActBody::Moved { verb, from, to, .. } => {
            let verb = kind.and_then(|k| k.lifecycle.verb(verb)).map_or(verb.as_str(), |v| v.label.as_str());
            format!("moved {number} from {from} to {to} ({})", verb.to_lowercase())
        }
        ActBody::Signed { meaning, digest, .. } => format!("signed {number}: {meaning}, content {digest:.12}"),
        ActBody::Withdrawn {} => format!("withdrew {number}"),
        ActBody::Disposed { rule, .. } => format!("disposed of {number} by {rule}"),
        ActBody::Erased(erasure) => format!("erased what was known about {number} by {}", erasure.rule),
    };
    let why = act.why.as_ref().map(|w| format!(", because: {w}")).unwrap_or_default();
    format!("{} {what}{why}.", names.person(by))
}

fn label(kind: Option<&Kind>, name: &str) -> String {
    kind.and_then(|k| k.field(name)).map_or_else(|| name.to_owned(), |f| f.label.to_lowercase())
}

fn lapsed(signatures: Option<usize>, state: Option<&String>) -> String {
    let lapse = match signatures {
        None | Some(0) => String::new(),
        Some(1) => "; one approval lapsed by it".to_owned(),
        Some(n) => format!("; {n} approvals lapsed by it"),
    };
    let back = state.map(|s| format!("; it is {s} again")).unwrap_or_default();
    format!("{lapse}{back}")
}

/// A value as people read it: shortened, sealed values named as such.
fn shown(names: &dyn Names, value: &Value) -> String {
    match value {
        _ if seal_of(value).is_some() => "a sealed personal value".to_owned(),
        Value::String(s) if s.len() == 36 && s.parse::<uuid::Uuid>().is_ok() => names.record(s),
        Value::String(s) if s.chars().count() > 60 => format!("\"{}…\"", s.chars().take(57).collect::<String>()),
        Value::String(s) => format!("\"{s}\""),
        Value::Array(list) if list.iter().all(Value::is_string) && list.len() <= 5 => {
            list.iter().map(|v| shown(names, v)).collect::<Vec<_>>().join(" and ")
        }
        Value::Array(list) => format!("{} rows", list.len()),
        Value::Object(o) => o.values().filter_map(Value::as_str).take(2).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
