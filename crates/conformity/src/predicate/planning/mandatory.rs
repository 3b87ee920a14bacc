//! The documented information that the standard asks for by itself (7.5.1).
//!
//! What only has to exist where there is a cause, such as nonconformities or documents from outside, is decided under its own clause.

use aims_register::Entry;

use super::super::shared::Finding;
use crate::blocks::{Engine, Outcome};

/// One piece: its clause, what it is, and the kind and states of a record that holds it.
struct Piece {
    clause: &'static str,
    what: &'static str,
    kind: &'static str,
    states: &'static [&'static str],
    /// Which sort of the kind, where it serves several pieces.
    of: Option<&'static str>,
}

const IN_FORCE: &[&str] = &["in-force"];
const APPROVED: &[&str] = &["approved", "superseded"];
const ACTION: &[&str] = &["planned", "in-progress", "done", "closed"];

/// So many may be missing before it is more than a single lapse.
const SINGLE_LAPSE: usize = 1;

const fn piece(clause: &'static str, what: &'static str, kind: &'static str, states: &'static [&'static str]) -> Piece {
    Piece { clause, what, kind, states, of: None }
}

/// Something that is kept current, of one sort among several of its kind.
const fn sort(clause: &'static str, what: &'static str, kind: &'static str, of: &'static str) -> Piece {
    Piece { of: Some(of), ..piece(clause, what, kind, IN_FORCE) }
}

const PIECES: &[Piece] = &[
    piece("4.3", "scope", "aims-scope", IN_FORCE),
    piece("4.4", "description of the processes", "aims-process", &["active"]),
    sort("5.2", "AI policy", "policy", "ai"),
    piece("6.1.1", "action on risks and opportunities", "aims-action", ACTION),
    sort("6.1.2", "process of risk assessment", "method", "risk-assessment"),
    sort("6.1.3", "process of risk treatment", "method", "risk-treatment"),
    piece("6.1.3", "statement of applicability", "soa", IN_FORCE),
    piece("6.1.3", "necessary control", "control", &["planned", "implemented"]),
    piece("6.1.4", "result of impact assessments", "impact-assessment", APPROVED),
    piece("6.2", "AI objective", "objective", &["in-force", "closed"]),
    piece("7.2", "evidence of competence", "competence-record", APPROVED),
    piece("8.1", "evidence that processes ran as planned", "process-run", &["recorded", "approved"]),
    piece("8.2", "result of risk assessments", "risk-assessment", APPROVED),
    piece("8.3", "result of risk treatment", "treatment-plan", &["in-force", "superseded"]),
    piece("9.1", "result of monitoring and measurement", "measurement", &["recorded"]),
    piece("9.2.2", "audit programme", "audit-programme", IN_FORCE),
    piece("9.2.2", "result of audits", "audit", &["reported"]),
    piece("9.3.3", "result of management reviews", "management-review", &["approved"]),
];

/// Every kind that holds one of them.
pub(super) const READS: &[&str] = &[
    "aims-scope",
    "aims-process",
    "policy",
    "aims-action",
    "method",
    "soa",
    "control",
    "impact-assessment",
    "objective",
    "competence-record",
    "process-run",
    "risk-assessment",
    "treatment-plan",
    "measurement",
    "audit-programme",
    "audit",
    "management-review",
];

pub(super) fn mostly_there<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let lacking: Vec<&Piece> = PIECES.iter().filter(|p| !is_held(engine, p)).collect();
    if lacking.len() > SINGLE_LAPSE {
        lacking.iter().for_each(|p| found.nothing(&format!("no {} recorded ({})", p.what, p.clause)));
    }
    found.outcome()
}

fn is_held(engine: &Engine<'_>, piece: &Piece) -> bool {
    let states = |r: &Entry<'_>| r.state().is_some_and(|s| piece.states.contains(&s));
    let sort = |r: &Entry<'_>| piece.of.is_none_or(|of| r.text("kind") == Some(of));
    engine.register.of_kind(piece.kind).any(|r| states(&r) && sort(&r))
}
