//! Named checks of clauses 6.1.4 to 7: impact, objectives, changes, support.

mod mandatory;
mod versions;

use aims_register::{Entry, Pointing, Value};

use super::{
    Predicate,
    shared::{Finding, in_force, moment, rows},
};
use crate::blocks::{Engine, Outcome};

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[
    Predicate {
        name: "severe-consequences-are-risks",
        about: "Where the newest approved impact assessment of the system names a harm at or above the threshold that the risk criteria in \
            force set for those who bear it, an AI risk that is not rejected names that assessment.",
        reads: &["impact-assessment system", "risk aisia_links system", "risk-criteria"],
        run: severe_consequences_are_risks,
    },
    Predicate {
        name: "risks-assessed-after-impact",
        about: "An approved risk assessment of the system is of the day of its newest approved impact assessment or later, or a risk that \
                names that impact assessment was reviewed since.",
        reads: &["impact-assessment system", "risk-assessment systems", "risk aisia_links system"],
        run: risks_assessed_after_impact,
    },
    Predicate {
        name: "new-versions-have-a-change",
        about: "Where scope, AI policy or a method in force took the place of an earlier one, a change of the management system names \
                it, or names the one that it replaced. Asked of the newest change only, so that it is told once.",
        reads: &["change", "aims-scope", "policy", "method"],
        run: versions::new_versions_have_a_change,
    },
    Predicate {
        name: "mandatory-documents-mostly-there",
        about: "Of the documented information that the standard asks for by itself, from the scope to the results of management \
                reviews, at most one piece is held by no record.",
        reads: mandatory::READS,
        run: mandatory::mostly_there,
    },
];

/// The newest approved impact assessment of a system.
fn newest_impact(system: Entry<'_>) -> Option<Entry<'_>> {
    let of_system = Pointing { kind: Some("impact-assessment"), field: Some("system") };
    let approved = system.pointing(of_system).filter(|a| a.state() == Some("approved"));
    approved.max_by_key(|a| (moment(*a, "date"), a.recorded()))
}

fn risks_assessed_after_impact<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let newest = subject.and_then(|system| Some((system, newest_impact(system)?)));
    let Some((system, impact)) = newest else { return found.outcome() };
    found.witness(impact);
    let assessed = Pointing { kind: Some("risk-assessment"), field: Some("systems") };
    let assessed = system.pointing(assessed).filter(|a| a.state() == Some("approved")).map(|a| (a, moment(a, "date")));
    let reviewed = Pointing { kind: Some("risk"), field: Some("aisia_links") };
    let reviewed = impact.pointing(reviewed).map(|r| (r, moment(r, "reviewed_at")));
    let since = moment(impact, "date");
    match assessed.chain(reviewed).filter(|(_, at)| at.is_some() && *at >= since).max_by_key(|(_, at)| *at) {
        Some((taken_up, _)) => found.witness(taken_up),
        None => found.lapsed(impact, "no risk assessment of its day or later takes it up".to_owned()),
    }
    found.outcome()
}

fn severe_consequences_are_risks<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let Some(newest) = newest_impact(system) else { return found.outcome() };
    found.witness(newest);
    let Some(criteria) = in_force(engine, "risk-criteria").next() else {
        found.nothing("no risk criteria in force to say what is severe");
        return found.outcome();
    };
    found.witness(criteria);
    let risks = Pointing { kind: Some("risk"), field: Some("aisia_links") };
    let carried = newest.pointing(risks).any(|r| r.state() != Some("rejected"));
    for row in rows(newest, "consequences").filter(|row| is_severe(*row, criteria)) {
        if !carried {
            let text = |column| row.column(column).and_then(Value::text).unwrap_or_default();
            found.lacks(
                newest,
                format!("no risk follows from a harm of severity `{}` to {}", text("severity"), text("subject")),
            );
        }
    }
    found.outcome()
}

/// A harm at or above the threshold for those who bear it.
fn is_severe(row: Value<'_>, criteria: Entry<'_>) -> bool {
    let text = |column| row.column(column).and_then(Value::text);
    let bearer = if text("subject") == Some("societies") { Some("society") } else { text("subject") };
    let same = |other: &Value<'_>| other.column("subject").and_then(Value::text) == bearer;
    let rank = |level: Option<&str>| {
        let step = rows(criteria, "impact_scale").find(|s| same(s) && s.column("level").and_then(Value::text) == level);
        step?.column("rank")?.text()?.parse::<f64>().ok()
    };
    let threshold = rows(criteria, "impact_threshold").find(|t| same(t)).and_then(|t| t.column("level")?.text());
    let severe = rank(text("severity")).zip(rank(threshold)).is_some_and(|(is, from)| is >= from);
    text("direction") == Some("harm") && severe
}
