//! The stages of a life, each with what its gate asks for and whether that is there.

use aims_record::{Condition, Kind, Verb};
use aims_register::{Entry, Pointing, Value};

use crate::{
    call::Call,
    reader::{Link, Reader},
};

/// One stage.
pub struct Stage {
    /// As its kind calls it.
    pub label: String,
    /// What it means to stand there.
    pub about: String,
    /// Whether the system has been through it, as far as the order of stages tells.
    pub is_done: bool,
    /// Whether it stands there.
    pub is_current: bool,
    /// What leads there: the verb, and what it needs.
    pub gate: Option<(String, Vec<Need>)>,
    /// Whether all that the gate needs is there.
    pub is_open: bool,
}

/// One thing that a gate asks for.
pub struct Need {
    /// Whether it is there.
    pub is_met: bool,
    /// What to do where it is not; what it is where it is.
    pub say: String,
    /// The records that show it.
    pub evidence: Vec<Link>,
}

/// Records that show one need at most.
const EVIDENCE: usize = 3;

/// The stages in their order, those that end a life left out unless the system stands there.
pub fn of(call: &Call<'_>, reader: &Reader<'_>, kind: &Kind, entry: Entry<'_>) -> Vec<Stage> {
    let state = entry.state().unwrap_or_default();
    let place = |id: &str| kind.lifecycle.states.iter().position(|s| s.id == id);
    let here = place(state);
    let shown = kind.lifecycle.states.iter().filter(|s| s.id == state || (!s.ends && s.id != "re-evaluation"));
    let stage = |s: &aims_record::State| {
        let verb =
            kind.lifecycle.verbs.iter().find(|v| {
                v.to == s.id && v.from.iter().all(|from| place(from) < place(&s.id) || from == "re-evaluation")
            });
        let gate = verb.map(|v| (v.label.clone(), needs(call, reader, kind, entry, v)));
        Stage {
            label: s.label.clone(),
            about: s.about.clone(),
            is_done: place(&s.id) < here,
            is_current: s.id == state,
            is_open: gate.as_ref().is_none_or(|(_, needs)| needs.iter().all(|n| n.is_met)),
            gate,
        }
    };
    shown.map(stage).collect()
}

fn needs(call: &Call<'_>, reader: &Reader<'_>, kind: &Kind, entry: Entry<'_>, verb: &Verb) -> Vec<Need> {
    let mut all: Vec<Need> = Vec::new();
    for need in &verb.needs {
        match &need.what {
            Condition::Set(fields) => all.extend(fields.iter().map(|name| field(call, kind, entry, name))),
            other => all.push(records(call, reader, entry, other, &need.otherwise)),
        }
    }
    if let Some(sign) = &verb.sign {
        let by: Vec<Link> = entry.signers(&sign.meaning).filter(|p| reader.reads(*p)).map(|p| reader.link(p)).collect();
        let say = call.tongue.with("gate-signed", "meaning", sign.meaning.as_str());
        all.push(Need { is_met: entry.signers(&sign.meaning).count() >= sign.count, say, evidence: by });
    }
    all
}

fn field(call: &Call<'_>, kind: &Kind, entry: Entry<'_>, name: &str) -> Need {
    let label = kind.field(name).map_or(name, |f| f.label.as_str());
    let is_met = entry.field(name).is_some_and(Value::is_set);
    let key = if is_met { "gate-set" } else { "gate-unset" };
    Need { is_met, say: call.tongue.with(key, "field", label), evidence: Vec::new() }
}

fn records(call: &Call<'_>, reader: &Reader<'_>, entry: Entry<'_>, condition: &Condition, otherwise: &str) -> Need {
    let stands = |e: &Entry<'_>, states: &[String]| {
        states.is_empty() || e.state().is_some_and(|s| states.iter().any(|x| x == s))
    };
    let (found, is_met): (Vec<Entry<'_>>, bool) = match condition {
        Condition::Some { kind, via, states } => {
            let found: Vec<_> = pointing(entry, kind, via).filter(|e| stands(e, states)).collect();
            let is_met = !found.is_empty();
            (found, is_met)
        }
        Condition::None { kind, via, states } => {
            let found: Vec<_> = pointing(entry, kind, via).filter(|e| stands(e, states)).collect();
            let is_met = found.is_empty();
            (found, is_met)
        }
        Condition::Linked { field, states } => {
            let found: Vec<_> = entry.linked(field).collect();
            let is_met = !found.is_empty() && found.iter().all(|e| stands(e, states));
            (found, is_met)
        }
        Condition::Set(_) => (Vec::new(), true),
    };
    let evidence: Vec<Link> =
        found.into_iter().filter(|e| reader.reads(*e)).take(EVIDENCE).map(|e| reader.link(e)).collect();
    let say = if is_met { call.tongue.say("gate-there").into_owned() } else { otherwise.to_owned() };
    Need { is_met, say, evidence }
}

fn pointing<'a>(entry: Entry<'a>, kind: &str, via: &str) -> impl Iterator<Item = Entry<'a>> {
    let found: Vec<_> = entry.pointing(Pointing { kind: Some(kind), field: Some(via) }).collect();
    found.into_iter()
}
