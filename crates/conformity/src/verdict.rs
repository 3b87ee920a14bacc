//! What a check says.

use std::fmt;

use aims_register::Entry;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::next::NextAct;

/// What is said about one requirement or control, for the organization or for one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Full id, such as `iso-42001:2023/8.4-a`.
    pub requirement: String,
    /// About whom.
    pub subject: Subject,
    /// What is found.
    pub state: State,
    /// Why, the gravest first; empty where it conforms.
    pub reasons: Vec<Reason>,
    /// Over whom "all" was asked; several where a rule asks more than once.
    pub populations: Vec<Population>,
    /// The records and versions that made it so.
    pub witnesses: Vec<Cited>,
    /// When it changes if nobody does anything; `None`: not by itself.
    pub until: Option<Timestamp>,
    /// What was recorded late but dated early.
    pub backdated: Vec<Backdated>,
    /// Digest of the evidence, to which a judgement is bound.
    pub evidence: String,
    /// The same for each record, where the rule is about every record of a kind.
    pub parts: Vec<Verdict>,
}

impl Verdict {
    /// What to do next: the remedy of the gravest reason.
    pub fn next(&self) -> Option<&NextAct> {
        self.reasons.iter().find_map(|r| r.next.as_ref())
    }

    /// What is missing, over all reasons.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.reasons.iter().flat_map(|r| r.missing.iter().map(String::as_str))
    }

    /// Whether both say the same: state, reasons and populations, for every part. Which records prove it, and how the nearest of them
    /// falls short, may differ.
    pub fn says_the_same(&self, other: &Verdict) -> bool {
        let parts = |v: &Verdict| v.parts.len();
        self.state == other.state
            && self.populations == other.populations
            && self.reasons_say_the_same(other)
            && parts(self) == parts(other)
            && self.parts.iter().zip(&other.parts).all(|(a, b)| a.says_the_same(b))
    }
}

impl Verdict {
    /// Whether the same reasons are given, in the same order.
    pub(crate) fn reasons_say_the_same(&self, other: &Verdict) -> bool {
        self.reasons.len() == other.reasons.len()
            && self.reasons.iter().zip(&other.reasons).all(|(a, b)| a.says_the_same(b))
    }
}

/// About whom a verdict is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The organization as one.
    Organization,
    /// One record.
    Record(Cited),
}

/// What is found. The order is that of gravity, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "severity")]
pub enum State {
    /// Everything the rule asks for is there.
    Conforms,
    /// Not applicable, as the statement of applicability in force says and justifies.
    Excluded,
    /// Nothing decides it yet. Says nothing about conformity.
    NoRuleYet,
    /// The machine's part holds; a person's judgement is missing or older than its evidence.
    DeterminationDue,
    /// Only our rule is not met; the published text asks for less.
    OwnRuleNotMet,
    /// Nothing recorded where the text asks for no document, or an interval or a population is missing.
    NotEvidenced,
    /// A nonconformity, proposed; a person confirms it.
    Nonconformity(Severity),
}

/// How grave a nonconformity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A single lapse.
    Minor,
    /// The required element is missing as a whole, or where harm is likely.
    Major,
}

impl State {
    /// How far it is from conforming: what a control is excluded from counts as in order.
    pub(crate) fn gravity(self) -> State {
        if self == State::Excluded { State::Conforms } else { self }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Conforms => "conforms",
            State::Excluded => "excluded",
            State::NoRuleYet => "no rule yet",
            State::DeterminationDue => "determination due",
            State::OwnRuleNotMet => "own rule not met",
            State::NotEvidenced => "not evidenced",
            State::Nonconformity(Severity::Minor) => "nonconformity (minor)",
            State::Nonconformity(Severity::Major) => "nonconformity (major)",
        })
    }
}

/// Why a verdict is not better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What this reason alone would make the verdict.
    pub state: State,
    /// Lower case, no full stop.
    pub say: String,
    /// What is missing, each naming its record.
    pub missing: Vec<String>,
    /// What to do.
    pub next: Option<NextAct>,
    /// Which need of the rule, such as `2.1`; empty where it is none.
    pub need: String,
}

impl Reason {
    pub(crate) fn says_the_same(&self, other: &Reason) -> bool {
        self.state == other.state && self.say == other.say && self.need == other.need
    }
}

/// Over whom "all" was asked: so many of so many, the missing ones named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Of what.
    pub what: String,
    /// For how many it holds.
    pub have: usize,
    /// How many there are.
    pub of: usize,
    /// For which it does not.
    pub missing: Vec<String>,
}

impl fmt::Display for Population {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {}", self.have, self.of, self.what)
    }
}

/// A record in the version that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cited {
    /// Readable number.
    pub number: String,
    /// How many acts were done to it.
    pub version: u64,
    /// Record id.
    pub id: String,
}

impl From<Entry<'_>> for Cited {
    fn from(entry: Entry<'_>) -> Self {
        Self { number: entry.number().to_owned(), version: entry.version(), id: entry.id() }
    }
}

/// A record that says something of a day before it was made, where that day matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Backdated {
    /// Which.
    pub record: Cited,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The latest moment at which it would have been in time.
    pub bound: Timestamp,
}
