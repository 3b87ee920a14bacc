//! Whether risks are rated by the criteria, and whether two assessors come to the same.

use aims_register::{Entry, Value};

use super::{
    super::shared::{Finding, in_force, named, rows},
    criteria::{height, level, place, steps, text},
};
use crate::blocks::{Engine, Outcome};

/// Fields that hold a step, and of which scale.
const RATED: [(&str, &str); 5] = [
    ("likelihood", "likelihood"),
    ("inherent_level", "level"),
    ("residual_level", "level"),
    ("residual_likelihood", "likelihood"),
    ("residual_consequence", "consequence"),
];

/// Criteria that may speak for a risk: those of its assessment first, then those in force.
fn criteria_of<'a>(risk: Entry<'a>, in_force: &[Entry<'a>]) -> Vec<Entry<'a>> {
    let mut all: Vec<_> = risk.linked("assessment").flat_map(|a| a.linked("criteria_version")).collect();
    all.extend(in_force.iter().filter(|c| !all.contains(c)).copied().collect::<Vec<_>>());
    all
}

/// Steps written for the consequences that were rated.
fn consequences(risk: Entry<'_>) -> impl Iterator<Item = &str> {
    let rated = |row: &Value<'_>| row.column("not_applicable").and_then(Value::flag) != Some(true);
    rows(risk, "consequences").filter(rated).filter_map(|row| text(row, "level"))
}

/// The gravest of them by these criteria.
fn gravest<'a>(risk: Entry<'a>, criteria: Entry<'a>) -> Option<&'a str> {
    let rated = consequences(risk).filter_map(|step| Some((height(criteria, "consequence", step)?, step)));
    rated.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, step)| step)
}

pub(super) fn use_the_scales<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let current: Vec<_> = in_force(engine, "risk-criteria").collect();
    current.iter().for_each(|c| found.witness(*c));
    subject.into_iter().for_each(|risk| in_scales(risk, &current, &mut found));
    found.outcome()
}

fn in_scales<'a>(risk: Entry<'a>, current: &[Entry<'a>], found: &mut Finding<'a>) {
    let mut look = |field: &str, scale: &str, step: &str| {
        let is_step = |c: &Entry<'_>| height(*c, scale, step).is_some();
        if !current.iter().any(is_step) && !criteria_of(risk, current).iter().any(is_step) {
            found.lacks_field(risk, field, format!("`{step}` is not a step of the {scale} scale"));
        }
    };
    for (field, scale) in RATED {
        risk.text(field).filter(|t| !t.trim().is_empty()).into_iter().for_each(|step| look(field, scale, step));
    }
    consequences(risk).for_each(|step| look("consequences", "consequence", step));
}

pub(super) fn level_recomputes<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(risk) = subject else { return found.outcome() };
    let current: Vec<_> = in_force(engine, "risk-criteria").collect();
    let (likelihood, written) = (risk.text("likelihood").unwrap_or_default(), risk.text("inherent_level"));
    let mut given = Vec::new();
    for criteria in criteria_of(risk, &current) {
        let Some(consequence) = gravest(risk, criteria) else { continue };
        let Some(level) = level(criteria, likelihood, consequence) else { continue };
        found.witness(criteria);
        if written == Some(level) {
            return found.outcome();
        }
        given.push(format!("{} gives `{level}` for `{likelihood}` with `{consequence}`", criteria.number()));
    }
    if let Some(first) = given.first() {
        let written = written.unwrap_or_default();
        found.lacks_field(risk, "inherent_level", format!("the inherent level is `{written}`, but {first}"));
    }
    found.outcome()
}

pub(super) fn second_ratings_agree<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(assessment) = subject else { return found.outcome() };
    let current: Vec<_> = in_force(engine, "risk-criteria").collect();
    for (row, number) in rows(assessment, "re_ratings").zip(1..) {
        for says in apart(assessment, row, &current) {
            found.lacks(assessment, format!("row {number} of `Second ratings`: {says}"));
        }
    }
    found.outcome()
}

/// How a second rating differs too much from the first.
fn apart<'a>(assessment: Entry<'a>, row: Value<'a>, current: &[Entry<'a>]) -> Vec<String> {
    let mut says = Vec::new();
    let first: Vec<_> = assessment.linked("assessor").collect();
    if named(row, "assessor").any(|second| first.contains(&second)) {
        says.push("the second assessor is one of the first".to_owned());
    }
    for risk in named(row, "risk") {
        let Some(criteria) = criteria_of(risk, current).into_iter().find(|c| !steps(*c, "likelihood").is_empty())
        else {
            continue;
        };
        let first = risk.text("likelihood").and_then(|step| place(criteria, "likelihood", step));
        let first_consequence = gravest(risk, criteria).and_then(|step| place(criteria, "consequence", step));
        let second = |column: &str| text(row, column).and_then(|step| place(criteria, column, step));
        if far(first, second("likelihood")) {
            says.push(format!("likelihood of {} is more than one step from the first rating", risk.number()));
        }
        if far(first_consequence, second("consequence")) {
            says.push(format!("consequence of {} is more than one step from the first rating", risk.number()));
        }
    }
    says
}

/// Whether two places are more than one step apart. A step that is in no scale shows elsewhere.
fn far(first: Option<usize>, second: Option<usize>) -> bool {
    first.zip(second).is_some_and(|(a, b)| a.abs_diff(b) > 1)
}
