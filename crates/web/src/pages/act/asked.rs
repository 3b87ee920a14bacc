//! What a verb asks for before it can be said, each need with where to meet it.

use aims_app::{access::Seat, live::Standing, waiting::is_met};
use aims_record::{Apart, Condition, Holder, Kind, Kinds, Required, Signing, Verb};
use aims_register::{Entry, Pointing, Value};

use crate::call::Call;

/// Records in the way that are named; the others are many.
const NAMED: usize = 12;

/// Something that must be true first.
pub struct Asked {
    /// What, in words.
    pub says: String,
    /// Whether it is.
    pub is_met: bool,
    /// Where to see to it: words and address.
    pub links: Vec<(String, String)>,
}

/// Everything that a verb asks for besides signatures.
pub fn needs(
    call: &Call<'_>,
    standing: &Standing,
    seat: &Seat,
    kind: &Kind,
    entry: Entry<'_>,
    verb: &Verb,
) -> Vec<Asked> {
    let base = format!("/{}/{}", kind.id, entry.number());
    let stamped = |name: &str| verb.stamps.iter().any(|(field, _)| field == name);
    let required = kind.fields.iter().filter(|f| !f.stamped && !stamped(&f.name));
    let required = required.filter(|f| matches!(&f.required, Required::In(states) if states.contains(&verb.to)));
    let field = |f: &aims_record::Field| Asked {
        says: call.tongue.with("need-field", "field", f.label.as_str()),
        is_met: entry.field(&f.name).is_some(),
        links: vec![(f.label.clone(), call.at(&format!("{base}/amend#f-{}", f.name)))],
    };
    let mut asked: Vec<Asked> = required.map(field).collect();
    for need in &verb.needs {
        let is_met = is_met(entry, &need.what);
        let mut links = if is_met { Vec::new() } else { in_the_way(call, standing, seat, kind, entry, &need.what) };
        links.truncate(NAMED);
        let mut letters = need.otherwise.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        asked.push(Asked { says: format!("{first}{}", letters.as_str()), is_met, links });
    }
    asked
}

fn in_the_way(
    call: &Call<'_>,
    standing: &Standing,
    seat: &Seat,
    kind: &Kind,
    entry: Entry<'_>,
    condition: &Condition,
) -> Vec<(String, String)> {
    let named = |e: Entry<'_>| {
        let words = format!("{} {}", e.number(), standing.name_of(e));
        (words, call.at(&format!("/{}/{}", e.kind(), e.number())))
    };
    let stands_in = |e: &Entry<'_>, states: &[String]| {
        states.is_empty() || e.state().is_some_and(|s| states.iter().any(|x| x == s))
    };
    match condition {
        Condition::Set(fields) => {
            let open = fields.iter().filter(|name| entry.field(name).is_none()).filter_map(|name| kind.field(name));
            let link = |f: &aims_record::Field| {
                (f.label.clone(), call.at(&format!("/{}/{}/amend#f-{}", kind.id, entry.number(), f.name)))
            };
            open.map(link).collect()
        }
        Condition::None { kind, via, states } => {
            let pointing = entry.pointing(Pointing { kind: Some(kind), field: Some(via) });
            pointing.filter(|e| stands_in(e, states) && seat.reads(*e)).take(NAMED).map(named).collect()
        }
        Condition::Linked { field, states } => {
            let targets = entry.field(field).into_iter().flat_map(Value::each).filter_map(Value::record);
            targets.filter(|e| !stands_in(e, states) && seat.reads(*e)).take(NAMED).map(named).collect()
        }
        Condition::Some { kind, via, .. } => {
            let pointing = entry.pointing(Pointing { kind: Some(kind), field: Some(via) });
            let mut found: Vec<_> = pointing.filter(|e| seat.reads(*e)).take(NAMED).map(named).collect();
            if let Some(asked) = standing.register().kinds().get(kind) {
                let to = call.at(&format!("/{kind}/new?{via}={}", entry.number()));
                found.push((call.tongue.with("record-a", "kind", asked.title.as_str()), to));
            }
            found
        }
    }
}

/// Who may, in words: titles of roles, and the labels of fields with the persons in them.
pub fn holders(standing: &Standing, kinds: &Kinds, kind: &Kind, entry: Entry<'_>, holders: &[Holder]) -> Vec<String> {
    let words = |holder: &Holder| match holder {
        Holder::Role(role) => kinds.roles.get(role).unwrap_or(role).clone(),
        Holder::Field(field) => {
            let label = kind.field(field).map_or(field.as_str(), |f| f.label.as_str());
            let people = entry.field(field).into_iter().flat_map(Value::each).filter_map(Value::record);
            let people: Vec<&str> = people.map(|e| standing.name_of(e)).collect();
            if people.is_empty() { label.to_owned() } else { format!("{label} ({})", people.join(", ")) }
        }
    };
    holders.iter().map(words).collect()
}

/// Who may not sign, in words.
pub fn apart(call: &Call<'_>, standing: &Standing, kind: &Kind, entry: Entry<'_>, signing: &Signing) -> Vec<String> {
    let words = |apart: &Apart| match apart {
        Apart::Editors => call.tongue.say("apart-editors").into_owned(),
        Apart::Field(field) => {
            holders(standing, standing.register().kinds(), kind, entry, &[Holder::Field(field.clone())]).join("")
        }
    };
    signing.apart_from.iter().map(words).collect()
}
