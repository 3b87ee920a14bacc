//! Risk criteria: their scales and their matrix.

use std::collections::BTreeMap;

use aims_register::{Entry, Value};

use super::super::shared::{Finding, in_force, rows};
use crate::blocks::{Engine, Outcome};

/// The text in a column of a row.
pub(super) fn text<'a>(row: Value<'a>, column: &str) -> Option<&'a str> {
    row.column(column).and_then(Value::text).filter(|t| !t.trim().is_empty())
}

/// The steps of a scale in their order, lowest first. A rank that is no number comes last.
pub(super) fn steps<'a>(criteria: Entry<'a>, scale: &str) -> Vec<&'a str> {
    let of_scale = rows(criteria, "scales").filter(|row| text(*row, "scale") == Some(scale));
    let mut ranked: Vec<(f64, &str)> = of_scale.filter_map(|row| Some((rank(row), text(row, "level")?))).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranked.into_iter().map(|(_, step)| step).collect()
}

fn rank(row: Value<'_>) -> f64 {
    text(row, "rank").and_then(|r| r.parse().ok()).unwrap_or(f64::MAX)
}

/// How high a step stands in its scale.
pub(super) fn height(criteria: Entry<'_>, scale: &str, step: &str) -> Option<f64> {
    let here = |row: &Value<'_>| text(*row, "level") == Some(step) && text(*row, "scale") == Some(scale);
    rows(criteria, "scales").find(here).map(rank)
}

/// The place of a step in its scale, 0 for the lowest.
pub(super) fn place(criteria: Entry<'_>, scale: &str, step: &str) -> Option<usize> {
    steps(criteria, scale).iter().position(|s| *s == step)
}

/// The level that the matrix gives for a pair.
pub(super) fn level<'a>(criteria: Entry<'a>, likelihood: &str, consequence: &str) -> Option<&'a str> {
    rows(criteria, "acceptance_thresholds")
        .find(|row| text(*row, "likelihood") == Some(likelihood) && text(*row, "consequence") == Some(consequence))
        .and_then(|row| text(row, "level"))
}

pub(super) fn matrix_is_total<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let all: Vec<_> = in_force(engine, "risk-criteria").collect();
    if all.is_empty() {
        found.nothing("no Risk criteria in force");
    }
    for criteria in all {
        found.witness(criteria);
        pairs(criteria, &mut found);
        outcomes(criteria, &mut found);
    }
    found.outcome()
}

/// Each pair of steps exactly once.
fn pairs<'a>(criteria: Entry<'a>, found: &mut Finding<'a>) {
    let (likelihoods, consequences) = (steps(criteria, "likelihood"), steps(criteria, "consequence"));
    if likelihoods.is_empty() || consequences.is_empty() {
        found.lacks_field(criteria, "scales", "no scale of likelihood and of consequence to make pairs of".to_owned());
        return;
    }
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in rows(criteria, "acceptance_thresholds") {
        let pair = text(row, "likelihood").zip(text(row, "consequence"));
        pair.into_iter().for_each(|pair| *times.entry(pair).or_default() += 1);
    }
    for likelihood in &likelihoods {
        for consequence in &consequences {
            let says = match times.get(&(*likelihood, *consequence)) {
                Some(1) => continue,
                None => format!("`{likelihood}` with `{consequence}` has no level and no outcome"),
                Some(n) => format!("`{likelihood}` with `{consequence}` stands there {n} times"),
            };
            found.lacks_field(criteria, "acceptance_thresholds", says);
        }
    }
}

/// Each row with a level that exists and an outcome.
fn outcomes<'a>(criteria: Entry<'a>, found: &mut Finding<'a>) {
    let levels = steps(criteria, "level");
    for (row, number) in rows(criteria, "acceptance_thresholds").zip(1..) {
        let level = text(row, "level").unwrap_or_default();
        if !levels.contains(&level) {
            let says = format!("row {number} of `Acceptance thresholds`: `{level}` is not a step of the level scale");
            found.lacks_field(criteria, "acceptance_thresholds", says);
        }
        if text(row, "outcome").is_none() {
            let says = format!("row {number} of `Acceptance thresholds`: nothing follows from `{level}`");
            found.lacks_field(criteria, "acceptance_thresholds", says);
        }
    }
}
