//! Whether new versions of what the management system rests on came by a change.

use aims_register::{Entry, Pointing};

use super::super::shared::{Finding, in_force, moment};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

pub(super) fn new_versions_have_a_change<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let newest = engine.register.of_kind("change").rev().find(is_of_aims);
    if subject.is_some() && newest != subject {
        return found.outcome();
    }
    for kind in ["aims-scope", "policy", "method"] {
        let all = in_force(engine, kind).filter(|r| kind != "policy" || r.text("kind") == Some("ai"));
        for version in all {
            let replaced: Vec<_> = replaced_by(engine, version, kind).collect();
            if !replaced.is_empty() {
                let named = std::iter::once(version).chain(replaced).find_map(change_of);
                covered(&mut found, version, named, "took the place of an earlier version");
            }
        }
    }
    for process in engine.register.of_kind("aims-process").filter(|r| r.stands() && r.state() == Some("ended")) {
        covered(&mut found, process, change_of(process), "was ended");
    }
    found.outcome()
}

/// What became of a version, and the change that names it.
fn covered<'a>(found: &mut Finding<'a>, version: Entry<'a>, change: Option<Entry<'a>>, became: &str) {
    match change {
        Some(change) => found.witness(change),
        None => found.lapsed(version, format!("{became}, and no change of the management system names it")),
    }
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
