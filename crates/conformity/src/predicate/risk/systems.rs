//! Whether the risks of a system are its own, and as new as its purpose.

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use aims_register::{Entry, Pointing};
use jiff::Timestamp;

use super::{
    super::shared::{Finding, moment, rows},
    criteria::text,
};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

/// Words that fit every AI system and therefore tell nothing about this one.
const GENERIC: &str = "able about accuracy after against also application artificial based because been before being between both cannot \
    case cases come comes could data decision decisions does done each error errors even every fail fails failure from gets give given \
    have here high human humans input intelligence internal into just learning less like little long longer machine made make makes many \
    mean means model models more most much must need needs never none only other output outputs over part people person persons process \
    quality result results risk risks same shall should since some such system systems take takes than that their them then there these \
    they this those time tool tools under until used user users uses using very well were what when where which while will with within \
    without work works would wrong";

fn is_generic(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| GENERIC.split_whitespace().collect());
    WORDS.contains(word)
}

/// Words of four letters and more, cut so that forms of one word meet: scores, scored and scoring are all `scor`.
fn telling(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|w| w.chars().nth(3).is_some() && !is_generic(w)).map(|w| {
        let ending = ["es", "ed", "e", "s", "y"].into_iter().find_map(|end| w.strip_suffix(end));
        let stem = ending.filter(|stem| stem.chars().nth(3).is_some()).unwrap_or(&w);
        stem.chars().take(5).collect()
    })
}

/// The telling words of what these fields, or this column of these tables, say.
fn words_of(record: Entry<'_>, fields: &[&str], tables: &[(&str, &str)]) -> BTreeSet<String> {
    let told = fields.iter().filter_map(|f| record.text(f));
    let rows = tables.iter().flat_map(|(table, column)| rows(record, table).filter_map(|row| text(row, column)));
    told.chain(rows).flat_map(telling).collect()
}

/// Whether a word of one side is a word of the other, or begins one.
fn meet(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let begins = |a: &String| other.iter().any(|b| a.starts_with(b.as_str()) || b.starts_with(a.as_str()));
    one.iter().any(begins)
}

pub(super) fn risk_speaks_of_its_system<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let own = words_of(system, &["domain", "deployment_context", "intended_purpose"], &[]);
    if own.is_empty() {
        return found.outcome();
    }
    let risks: Vec<_> = system
        .pointing(Pointing { kind: Some("risk"), field: Some("system") })
        .filter(|r| matches!(r.state(), Some("proposed" | "open" | "closed")))
        .collect();
    let words = |risk: Entry<'a>| words_of(risk, &["source", "event", "title"], &[("consequences", "description")]);
    match risks.iter().find(|risk| meet(&words(**risk), &own)) {
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
            last = last.into_iter().chain([(effective, change)]).max_by_key(|(at, c)| (*at, c.uuid()));
        }
    }
    let Some((effective, change)) = last else { return found.outcome() };
    found.witness(change);
    let since = moment(change, "proposed_at").unwrap_or(effective);
    let assessments = system.pointing(Pointing { kind: Some("risk-assessment"), field: Some("systems") });
    let dated = assessments.filter(|a| a.state() == Some("approved")).filter_map(|a| Some((moment(a, "date")?, a)));
    match dated.max_by_key(|(at, a)| (*at, a.uuid())) {
        Some((at, newest)) if day_of(at) >= day_of(since) => found.witness(newest),
        Some((at, newest)) => {
            let says = format!("dated {}, before the purpose changed by {}", day_of(at), change.number());
            found.lapsed(newest, says);
        }
        None => found.nothing("no approved Risk assessment with a date"),
    }
    found.outcome()
}
