//! What no block can say: named checks in code, few, each with its documentation.

use std::collections::BTreeSet;

use aims_register::{Entry, Pointing};

use crate::{
    blocks::{Engine, Outcome},
    truth::Answer,
};

/// A check that a rule names.
#[derive(Clone, Copy)]
pub struct Predicate {
    /// As rules name it.
    pub name: &'static str,
    /// What it checks, for "how this is decided".
    pub about: &'static str,
    run: for<'a> fn(&Engine<'a>, Option<Entry<'a>>) -> Outcome<'a>,
}

impl std::fmt::Debug for Predicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All named checks.
pub const PREDICATES: &[Predicate] = &[Predicate {
    name: "soa-matches-treatment-plan",
    about: "The controls that the statement of applicability in force calls applicable are those that the risk treatment plan in \
            force uses together with those that an open obligation names; neither has one that the other lacks.",
    run: soa_matches_treatment_plan,
}];

/// The names that rules may use, for the loader.
pub fn predicate_names() -> Vec<&'static str> {
    PREDICATES.iter().map(|p| p.name).collect()
}

/// Runs a named check. The loader lets no unknown name through; if one came through, it would fail.
pub(crate) fn run<'a>(name: &str, engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    match PREDICATES.iter().find(|p| p.name == name) {
        Some(predicate) => (predicate.run)(engine, subject),
        None => Outcome { missing: vec![format!("no check is named `{name}`")], ..Outcome::plain(Answer::NO) },
    }
}

fn soa_matches_treatment_plan<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let in_force = |kind: &str| engine.register.of_kind(kind).find(|r| r.state() == Some("in-force"));
    let (Some(soa), Some(plan)) = (in_force("soa"), in_force("treatment-plan")) else {
        let missing = vec!["no statement of applicability and treatment plan in force to compare".to_owned()];
        return Outcome { missing, ..Outcome::plain(Answer::NO) };
    };
    let applicable = rows(soa).filter(|row| row.column("applicable").and_then(|v| v.flag()) == Some(true));
    let applicable: BTreeSet<_> = applicable.flat_map(|row| numbers(row, "control")).collect();
    let planned: BTreeSet<_> = rows(plan).flat_map(|row| numbers(row, "controls")).collect();
    let obliged: BTreeSet<_> =
        engine.register.of_kind("control").filter(|c| is_obliged(*c)).map(|c| c.number()).collect();
    let needed: BTreeSet<_> = planned.union(&obliged).copied().collect();
    let mut missing: Vec<String> = Vec::new();
    missing.extend(
        needed.difference(&applicable).map(|c| format!("{}: {c} is needed but not applicable in it", soa.number())),
    );
    missing.extend(applicable.difference(&needed).map(|c| {
        format!("{}: {c} is applicable, but neither {} nor an obligation uses it", soa.number(), plan.number())
    }));
    let answer = Answer::fixed(missing.is_empty());
    Outcome { witnesses: vec![soa, plan], missing, ..Outcome::plain(answer) }
}

fn rows(record: Entry<'_>) -> impl Iterator<Item = aims_register::Value<'_>> {
    record.field("entries").into_iter().flat_map(aims_register::Value::each)
}

fn numbers<'a>(row: aims_register::Value<'a>, column: &str) -> Vec<&'a str> {
    let records =
        row.column(column).into_iter().flat_map(aims_register::Value::each).filter_map(aims_register::Value::record);
    records.map(|r| r.number()).collect()
}

fn is_obliged(control: Entry<'_>) -> bool {
    control.pointing(Pointing { kind: Some("obligation"), field: None }).any(|o| !o.ended())
}
