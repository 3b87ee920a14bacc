//! Named checks of the controls of Annex A.

mod incidents;
mod resources;
mod testing;

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
                digest, or says that this is unknown. The first step, and each that collects or creates data, has nothing before it.",
        reads: &["provenance-record dataset"],
        run: provenance_without_gap,
    },
    Predicate {
        name: "one-party-accountable",
        about: "In the responsibility matrix in force no duty at any stage has more than one accountable party.",
        reads: &["responsibility-matrix system"],
        run: one_party_accountable,
    },
    Predicate {
        name: "every-duty-accountable",
        about: "In the responsibility matrix in force each duty at each stage has an accountable party.",
        reads: &["responsibility-matrix system"],
        run: every_duty_accountable,
    },
    Predicate {
        name: "resources-at-each-stage",
        about: "For each kind of resource an active record stands for each stage that the system has reached, from design on or, where it \
                was built elsewhere, from verification on. A record that names no stage stands for all; one that says, without a reason, that \
                nothing is needed stands for none.",
        reads: &["resource-item system"],
        run: resources::at_each_stage,
    },
    Predicate {
        name: "resources-reviewed-after-change",
        about: "Each active resource of the system was reviewed, recorded or amended on or after the day on which the last change of the \
                system took effect.",
        reads: &["resource-item system", "change systems"],
        run: resources::reviewed_after_change,
    },
    Predicate {
        name: "results-for-each-criterion",
        about: "Of the builds that were released or run, no test failed or stayed inconclusive without a waiver or a later pass of the \
                same build, and each criterion of a plan that was tested by has a result.",
        reads: &[
            "vv-result system",
            "vv-plan system",
            "vv-plan<vv-result plan_version system",
            "release-decision system",
        ],
        run: testing::for_each_criterion,
    },
    Predicate {
        name: "tested-apart-from-building",
        about: "No test was made by the only developer of the system, and no dataset for tests is one for training or has its digest.",
        reads: &[
            "vv-result system",
            "vv-plan system",
            "design-record system",
            "dataset system",
            "dataset<ai-system datasets",
            "dataset<vv-plan test_data system",
            "dataset<vv-result dataset system",
            "person<design-record designers system",
            "person<vv-result tester system",
        ],
        run: testing::apart_from_building,
    },
    Predicate {
        name: "no-quality-known-bad",
        about: "For each dimension and requirement, the newest result of the dataset's quality is not a failure that nobody accepted.",
        reads: &["data-quality-result dataset", "data-requirement<data-quality-result requirement dataset"],
        run: testing::no_known_bad,
    },
    Predicate {
        name: "serious-incidents-told",
        about: "Each serious incident with the system was communicated, or a reason is given why not, unless the longest time that the \
                communication plan in force allows has not passed yet.",
        reads: &["incident system", "incident-comm-plan system"],
        run: incidents::serious_told,
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
        let source = matches!(step.text("step"), Some("collection" | "creation"));
        if !first && !source && !follows && step.text("unknown").is_none() {
            found.lacks_field(step, "input_hash", "does not begin with what an earlier step left behind".to_owned());
        }
        left.extend(step.text("output_hash"));
    }
    found.outcome()
}

fn one_party_accountable<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    accountability(subject, |parties| parties <= 1)
}

fn every_duty_accountable<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    accountability(subject, |parties| parties >= 1)
}

fn accountability(subject: Option<Entry<'_>>, fine: fn(usize) -> bool) -> Outcome<'_> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let which = Pointing { kind: Some("responsibility-matrix"), field: Some("system") };
    for matrix in system.pointing(which).filter(|m| m.state() == Some("in-force")) {
        found.witness(matrix);
        for ((stage, duty), parties) in accountable(matrix).into_iter().filter(|(_, parties)| !fine(*parties)) {
            let says = format!("`{duty}` at the stage `{stage}` has {parties} accountable parties");
            found.lacks_field(matrix, "responsibilities", says);
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
