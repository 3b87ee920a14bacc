//! What no block can say: named checks in code, few, each with its documentation, one file for each area.

mod context;
mod controls;
mod evaluation;
mod operation;
mod planning;
mod risk;
#[allow(dead_code, reason = "what checks are built from; an area uses what it needs")]
mod shared;

use aims_register::Entry;

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
    /// Every kind of record that it looks at besides its subject, and how one comes from such a record back to the subject: `risk
    /// aisia_links system` follows fields of the risk and of what they name, `control<treatment-plan entries.controls` goes to the plans
    /// that name the control. A kind alone may matter to every subject. When one changes, the check is asked again for these.
    pub reads: &'static [&'static str],
    /// Asked of the subject, or of the organization where there is none.
    pub(crate) run: for<'a> fn(&Engine<'a>, Option<Entry<'a>>) -> Outcome<'a>,
}

impl std::fmt::Debug for Predicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The areas, in the order of the clauses.
const AREAS: [&[Predicate]; 6] = [
    context::PREDICATES,
    risk::PREDICATES,
    planning::PREDICATES,
    operation::PREDICATES,
    evaluation::PREDICATES,
    controls::PREDICATES,
];

/// All named checks.
pub fn predicates() -> impl Iterator<Item = &'static Predicate> {
    AREAS.into_iter().flatten()
}

/// The names that rules may use, for the loader.
pub fn predicate_names() -> Vec<&'static str> {
    predicates().map(|p| p.name).collect()
}

/// Runs a named check. The loader lets no unknown name through; if one came through, it would fail.
pub(crate) fn run<'a>(name: &str, engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    match predicates().find(|p| p.name == name) {
        Some(predicate) => (predicate.run)(engine, subject),
        None => Outcome { missing: vec![format!("no check is named `{name}`")], ..Outcome::plain(Answer::NO) },
    }
}
