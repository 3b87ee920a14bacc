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
    if subject.is_none() || newest != subject {
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
