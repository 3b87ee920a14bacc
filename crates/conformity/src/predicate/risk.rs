//! Named checks of clauses 6.1.1 to 6.1.3: risks and their treatment.

use std::collections::BTreeSet;

use aims_register::{Entry, Pointing};

use super::{
    Predicate,
    shared::{Finding, in_force, numbers, rows},
};
use crate::blocks::{Engine, Outcome};

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[Predicate {
    name: "soa-matches-treatment-plan",
    about: "The controls that the statement of applicability in force calls applicable are those that the risk treatment plan in \
            force uses together with those that an open obligation names; neither has one that the other lacks.",
    reads: &["soa", "treatment-plan", "control", "obligation"],
    run: soa_matches_treatment_plan,
}];

fn soa_matches_treatment_plan<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let (Some(soa), Some(plan)) = (in_force(engine, "soa").next(), in_force(engine, "treatment-plan").next()) else {
        found.nothing("no statement of applicability and treatment plan in force to compare");
        return found.outcome();
    };
    found.witness(soa);
    found.witness(plan);
    let applicable = rows(soa, "entries").filter(|row| row.column("applicable").and_then(|v| v.flag()) == Some(true));
    let applicable: BTreeSet<_> = applicable.flat_map(|row| numbers(row, "control")).collect();
    let planned: BTreeSet<_> = rows(plan, "entries").flat_map(|row| numbers(row, "controls")).collect();
    let obliged: BTreeSet<_> =
        engine.register.of_kind("control").filter(|c| is_obliged(*c)).map(|c| c.number()).collect();
    let needed: BTreeSet<_> = planned.union(&obliged).copied().collect();
    for control in needed.difference(&applicable) {
        found.lacks(soa, format!("{control} is needed but not applicable in it"));
    }
    for control in applicable.difference(&needed) {
        found.lacks(soa, format!("{control} is applicable, but neither {} nor an obligation uses it", plan.number()));
    }
    found.outcome()
}

fn is_obliged(control: Entry<'_>) -> bool {
    control.pointing(Pointing { kind: Some("obligation"), field: None }).any(|o| !o.ended())
}
