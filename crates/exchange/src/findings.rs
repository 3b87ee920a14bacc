//! Verdicts for the tools that people have already: SARIF for code scanning, JUnit XML for build servers, Markdown for reading.
//!
//! Each writer takes the same [`Findings`] and gives text. All text that comes from records is data: it is escaped for the format, and
//! characters that the format cannot hold are replaced.

mod junit;
mod markdown;
mod sarif;

use aims_conformity::{Escalation, Reason, State, Subject, Verdict};
use aims_framework::standard::{Frameworks, Item};
use jiff::Timestamp;

pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;

/// What was found, and over what.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// What was asked.
    pub frameworks: &'a Frameworks,
    /// What is said.
    pub verdicts: &'a [Verdict],
    /// What is proposed as major for its clause, beside the verdicts.
    pub escalations: &'a [Escalation],
    /// The moment for which it was decided.
    pub at: Timestamp,
    /// The last entry of the ledger that was known.
    pub entry: Option<u64>,
    /// How many records there were.
    pub records: usize,
    /// The program's version.
    pub version: &'a str,
}

impl<'a> Findings<'a> {
    fn item(&self, verdict: &Verdict) -> Option<Item<'a>> {
        self.frameworks.item(&verdict.requirement).map(|(_, item)| item)
    }

    fn title(&self, verdict: &Verdict) -> &'a str {
        self.item(verdict).map_or("", Item::title)
    }
}

/// One reason, for one subject.
#[derive(Clone, Copy)]
struct Finding<'a> {
    subject: &'a Subject,
    reason: &'a Reason,
    /// The verdict that gives the reason: about the subject.
    verdict: &'a Verdict,
}

/// Reasons one by one: those of each part, then what is said of the whole alone.
fn findings(verdict: &Verdict) -> Vec<Finding<'_>> {
    let mut all: Vec<Finding<'_>> = verdict.parts.iter().flat_map(findings).collect();
    let by_a_part = |reason: &Reason| {
        verdict.parts.iter().any(|p| p.reasons.iter().any(|r| r.need == reason.need && r.say == reason.say))
    };
    let own = verdict.reasons.iter().filter(|r| !by_a_part(r));
    all.extend(own.map(|reason| Finding { subject: &verdict.subject, reason, verdict }));
    all
}

/// Whom a finding is about.
fn subject_name(subject: &Subject) -> &str {
    match subject {
        Subject::Organization => "organization",
        Subject::Record(record) => &record.number,
    }
}

/// Something that is asked for and not shown: what a gate may fail on.
fn fails(state: State) -> bool {
    matches!(state, State::Nonconformity(_) | State::NotEvidenced | State::OwnRuleNotMet)
}
