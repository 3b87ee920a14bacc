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
        name: "new-versions-have-a-change",
        about: "Where scope, AI policy or a method in force took the place of an earlier one, a change of the management system names \
                it, or names the one that it replaced, and one names each process that was ended. Asked of the organization or of the \
                newest change only, so that it is told once.",
        reads: &["change", "aims-scope", "policy", "method", "aims-process"],
        run: versions::new_versions_have_a_change,
    },
    Predicate {
        name: "mandatory-documents-mostly-there",
        about: "Of the documented information that the standard asks for by itself, from the scope to the results of management \
                reviews, at most one piece is held by no record.",
        reads: mandatory::READS,
        run: mandatory::mostly_there,
    },
    Predicate {
        name: "digest-is-of-contents",
        about: "Where a document has a digest and its file is kept here, the digest is the SHA-256 of that file.",
        reads: &[],
        run: digest_is_of_contents,
    },
];

/// The newest approved impact assessment of a system.
fn newest_impact(system: Entry<'_>) -> Option<Entry<'_>> {
    let of_system = Pointing { kind: Some("impact-assessment"), field: Some("system") };
    let approved = system.pointing(of_system).filter(|a| a.state() == Some("approved"));
    approved.max_by_key(|a| (moment(*a, "date"), a.recorded()))
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

fn digest_is_of_contents<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(document) = subject else { return found.outcome() };
    let kept = document.field("content").and_then(|file| file.column("sha256")).and_then(Value::text);
    let stated = document.text("content_hash").filter(|digest| !digest.trim().is_empty());
    // a digest may be written with the name of its algorithm in front
    let same = |(stated, kept): (&str, &str)| stated.trim().to_lowercase().ends_with(kept);
    if stated.zip(kept).is_some_and(|both| !same(both)) {
        found.lacks_field(document, "content_hash", "is not the digest of the file that is kept".to_owned());
    }
    found.outcome()
}
