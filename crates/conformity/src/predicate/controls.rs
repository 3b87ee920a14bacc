//! Named checks of the controls of Annex A.

use std::collections::{BTreeMap, BTreeSet};

use aims_register::{Entry, Pointing, Value};

use super::{
    Predicate,
    shared::{Finding, moment, rows},
};
use crate::blocks::{Engine, Outcome};

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[
    Predicate {
        name: "provenance-without-gap",
        about: "In the order of their days, each step of what happened to the dataset begins with what an earlier one left behind, by \
                digest, or says that this is unknown. The first step has nothing before it.",
        reads: &["provenance-record"],
        run: provenance_without_gap,
    },
    Predicate {
        name: "one-party-accountable",
        about: "In the responsibility matrix in force each duty at each stage has exactly one accountable party.",
        reads: &["responsibility-matrix"],
        run: one_party_accountable,
    },
];

fn provenance_without_gap<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(dataset) = subject else { return found.outcome() };
    let which = Pointing { kind: Some("provenance-record"), field: Some("dataset") };
    let mut steps: Vec<_> = dataset.pointing(which).collect();
    steps.sort_by_key(|s| (moment(*s, "date"), s.recorded()));
    let mut left: BTreeSet<&str> = BTreeSet::new();
    for (step, first) in steps.into_iter().zip(std::iter::once(true).chain(std::iter::repeat(false))) {
        found.witness(step);
        let taken: Vec<&str> =
            step.field("input_hash").into_iter().flat_map(Value::each).filter_map(Value::text).collect();
        let follows = !taken.is_empty() && taken.iter().all(|hash| left.contains(hash));
        if !first && !follows && step.text("unknown").is_none() {
            found.lacks_field(step, "input_hash", "does not begin with what an earlier step left behind".to_owned());
        }
        left.extend(step.text("output_hash"));
    }
    found.outcome()
}

fn one_party_accountable<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let which = Pointing { kind: Some("responsibility-matrix"), field: Some("system") };
    for matrix in system.pointing(which).filter(|m| m.state() == Some("in-force")) {
        found.witness(matrix);
        for ((stage, duty), parties) in accountable(matrix) {
            if parties != 1 {
                let says = format!("`{duty}` at the stage `{stage}` has {parties} accountable parties");
                found.lacks_field(matrix, "responsibilities", says);
            }
        }
    }
    found.outcome()
}

/// How many accountable parties each duty has at each stage.
fn accountable<'a>(matrix: Entry<'a>) -> BTreeMap<(&'a str, &'a str), usize> {
    let mut duties = BTreeMap::new();
    for row in rows(matrix, "responsibilities") {
        let text = |column| row.column(column).and_then(Value::text).unwrap_or_default();
        let parties = duties.entry((text("stage"), text("duty"))).or_default();
        *parties += usize::from(text("responsibility") == "accountable");
    }
    duties
}
