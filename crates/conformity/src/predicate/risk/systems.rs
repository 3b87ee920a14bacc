//! Whether the risks of a system are its own, and as new as its purpose.

use std::collections::BTreeSet;

use aims_register::{Entry, Pointing};
use jiff::Timestamp;

use super::super::shared::{Finding, moment};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

/// Words that fit every AI system and therefore tell nothing about this one.
const GENERIC: [&str; 40] = [
    "about",
    "accuracy",
    "after",
    "application",
    "artificial",
    "based",
    "before",
    "being",
    "between",
    "could",
    "decision",
    "decisions",
    "errors",
    "failure",
    "human",
    "humans",
    "input",
    "intelligence",
    "internal",
    "learning",
    "machine",
    "model",
    "models",
    "other",
    "output",
    "outputs",
    "people",
    "person",
    "persons",
    "process",
    "quality",
    "results",
    "system",
    "systems",
    "their",
    "these",
    "users",
    "where",
    "which",
    "without",
];

/// Words of five letters and more, cut so that forms of one word meet.
fn telling(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words
        .filter(|w| w.chars().count() >= 5 && !GENERIC.contains(&w.as_str()))
        .map(|w| w.chars().take(6).collect::<String>())
}

fn words_of(record: Entry<'_>, fields: &[&str]) -> BTreeSet<String> {
    fields.iter().filter_map(|f| record.text(f)).flat_map(telling).collect()
}

pub(super) fn risk_speaks_of_its_system<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let own = words_of(system, &["domain", "deployment_context"]);
    let risks: Vec<_> = system
        .pointing(Pointing { kind: Some("risk"), field: Some("system") })
        .filter(|r| matches!(r.state(), Some("proposed" | "open")))
        .collect();
    let speaks = |risk: &&Entry<'_>| !words_of(**risk, &["source", "event", "title"]).is_disjoint(&own);
    match risks.iter().find(speaks) {
        Some(risk) => found.witness(*risk),
        None => risks.iter().for_each(|risk| {
            let says = format!("neither source nor event speaks of domain or context of {}", system.number());
            found.lacks_field(*risk, "source", says);
        }),
    }
    found.outcome()
}

pub(super) fn purpose_change_is_reassessed<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let changes = system.pointing(Pointing { kind: Some("change"), field: Some("systems") });
    let made = |change: &Entry<'_>| {
        change.text("kind") == Some("purpose") && matches!(change.state(), Some("approved" | "done" | "closed"))
    };
    let mut last: Option<(Timestamp, Entry<'_>)> = None;
    for change in changes.filter(made) {
        let Some(effective) = moment(change, "effective_at") else { continue };
        if found.rests_on(engine.from(effective)) {
            last = last.into_iter().chain([(effective, change)]).max_by_key(|(at, c)| (*at, c.id()));
        }
    }
    let Some((effective, change)) = last else { return found.outcome() };
    found.witness(change);
    let since = moment(change, "proposed_at").unwrap_or(effective);
    let assessments = system.pointing(Pointing { kind: Some("risk-assessment"), field: Some("systems") });
    let dated = assessments.filter(|a| a.state() == Some("approved")).filter_map(|a| Some((moment(a, "date")?, a)));
    match dated.max_by_key(|(at, a)| (*at, a.id())) {
        Some((at, newest)) if day_of(at) >= day_of(since) => found.witness(newest),
        Some((at, newest)) => {
            let says = format!("dated {}, before the purpose changed by {}", day_of(at), change.number());
            found.lapsed(newest, says);
        }
        None => found.nothing("no approved Risk assessment with a date"),
    }
    found.outcome()
}
