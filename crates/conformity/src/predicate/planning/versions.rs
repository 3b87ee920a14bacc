//! Whether changes of what a system is for, and of what the management system rests on, were taken up as changes.

use aims_register::{Entry, Pointing};

use super::super::shared::{Finding, in_force, moment};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

pub(super) fn purpose_change_reaches_impact<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let changes = system.pointing(Pointing { kind: Some("change"), field: Some("systems") });
    let made = |change: &Entry<'_>| {
        change.text("kind") == Some("purpose") && matches!(change.state(), Some("approved" | "done" | "closed"))
    };
    for change in changes.filter(made) {
        let Some(effective) = moment(change, "effective_at") else { continue };
        if !found.rests_on(engine.from(effective)) {
            continue;
        }
        let since = day_of(moment(change, "proposed_at").unwrap_or(effective));
        let assessed = system.pointing(Pointing { kind: Some("impact-assessment"), field: Some("system") });
        let dated = |a: &Entry<'_>| moment(*a, "date").is_some_and(|at| day_of(at) >= since);
        match assessed.filter(|a| a.state() == Some("approved")).find(dated) {
            Some(assessment) => found.witness(assessment),
            None => found.lapsed(change, format!("no approved impact assessment is of {since} or later")),
        }
    }
    found.outcome()
}

pub(super) fn new_versions_have_a_change<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let changes = engine.register.of_kind("change").filter(is_of_aims);
    if subject.is_none() || changes.max_by_key(|c| (c.recorded(), c.id())) != subject {
        return found.outcome();
    }
    for kind in ["aims-scope", "policy", "method"] {
        let all = in_force(engine, kind).filter(|r| kind != "policy" || r.text("kind") == Some("ai"));
        for version in all {
            let replaced: Vec<_> = replaced_by(engine, version, kind).collect();
            let named = std::iter::once(version).chain(replaced.iter().copied()).find_map(change_of);
            match named {
                _ if replaced.is_empty() => {}
                Some(change) => found.witness(change),
                None => {
                    let says = "took the place of an earlier version, and no change of the management system names it";
                    found.lapsed(version, says.to_owned());
                }
            }
        }
    }
    found.outcome()
}

/// Earlier versions that went out of force when this one came, or later.
fn replaced_by<'a>(engine: &Engine<'a>, version: Entry<'a>, kind: &'static str) -> impl Iterator<Item = Entry<'a>> {
    let sort = version.text("kind");
    let approved = moment(version, "approved_at").map(day_of);
    let out = move |r: &Entry<'_>| approved.is_some_and(|day| day_of(r.changed()) >= day);
    let same = move |r: &Entry<'_>| r.state() == Some("superseded") && r.text("kind") == sort;
    engine.register.of_kind(kind).filter(move |r| r.stands() && same(r) && out(r))
}

/// A change of the management system that names this record.
fn change_of(record: Entry<'_>) -> Option<Entry<'_>> {
    record.pointing(Pointing { kind: Some("change"), field: Some("subjects") }).find(is_of_aims)
}

fn is_of_aims(change: &Entry<'_>) -> bool {
    change.stands() && change.text("target") == Some("aims") && change.state() != Some("rejected")
}
