//! What changed between two moments, and why: which records, or only the passing of time.

use std::collections::BTreeMap;

use aims_register::Register;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cited, Reason, State, Subject, Verdict};

/// What was said at one moment, over which records.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The moment.
    pub at: Timestamp,
    /// The records as they were known then.
    pub register: &'a Register,
    /// The verdicts of that moment.
    pub verdicts: &'a [Verdict],
}

/// That something else is said of a requirement, for the organization or for one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Full id.
    pub requirement: String,
    /// About whom.
    pub subject: Subject,
    /// What was said; nothing where the subject was not asked about.
    pub before: Option<State>,
    /// What is said now; nothing where the subject is no longer asked about.
    pub after: Option<State>,
    /// Reasons that were not given before.
    pub begun: Vec<Reason>,
    /// Reasons that are no longer given.
    pub ended: Vec<Reason>,
    /// Why.
    pub because: Vec<Because>,
}

impl Difference {
    /// Whether it got worse, stayed as grave for another reason, or got better.
    pub fn direction(&self) -> Direction {
        match self.after.map(State::gravity).cmp(&self.before.map(State::gravity)) {
            std::cmp::Ordering::Greater => Direction::Worse,
            std::cmp::Ordering::Less => Direction::Better,
            std::cmp::Ordering::Equal => Direction::Otherwise,
        }
    }
}

/// Where a difference leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A graver verdict.
    Worse,
    /// Another reason, as grave as before.
    Otherwise,
    /// A lighter verdict.
    Better,
}

/// Why something else is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// A record that was not there before.
    Recorded(Cited),
    /// A record that was changed; the version before.
    Changed {
        /// As it is now.
        record: Cited,
        /// Its version then.
        before: u64,
    },
    /// A record that was withdrawn or disposed of.
    Gone(Cited),
    /// Nobody did anything: time ran out at this moment.
    Lapsed(Timestamp),
}

/// Everything of which something else is said, what got worse first.
pub fn difference(before: Said<'_>, after: Said<'_>) -> Vec<Difference> {
    let earlier: BTreeMap<_, _> = before.verdicts.iter().map(|v| (v.requirement.as_str(), v)).collect();
    let mut all: Vec<Difference> = Vec::new();
    for now in after.verdicts {
        match earlier.get(now.requirement.as_str()) {
            Some(then) => compare(then, now, before, after, &mut all),
            None => all.push(differs(None, Some(now), before, after)),
        }
    }
    all.sort_by_key(|d| (d.direction(), std::cmp::Reverse(d.after)));
    all
}

/// Part by part where there are parts; as a whole only for what no part says.
fn compare(then: &Verdict, now: &Verdict, before: Said<'_>, after: Said<'_>, all: &mut Vec<Difference>) {
    let found = all.len();
    let mut parts: BTreeMap<&str, (Option<&Verdict>, Option<&Verdict>)> = BTreeMap::new();
    then.parts.iter().for_each(|p| parts.entry(key(p)).or_default().0 = Some(p));
    now.parts.iter().for_each(|p| parts.entry(key(p)).or_default().1 = Some(p));
    for (then, now) in parts.into_values() {
        let same = then.zip(now).is_some_and(|(a, b)| a.state == b.state && a.reasons_say_the_same(b));
        let quiet = |v: Option<&Verdict>| v.is_none_or(|v| v.state == State::Conforms);
        let conforms = quiet(then) && quiet(now);
        if !same && !conforms {
            all.push(differs(then, now, before, after));
        }
    }
    let whole = then.state != now.state || !then.reasons_say_the_same(now);
    if whole && all.len() == found {
        all.push(differs(Some(then), Some(now), before, after));
    }
}

fn key(verdict: &Verdict) -> &str {
    match &verdict.subject {
        Subject::Organization => "",
        Subject::Record(record) => &record.id,
    }
}

fn differs(then: Option<&Verdict>, now: Option<&Verdict>, before: Said<'_>, after: Said<'_>) -> Difference {
    let reasons = |v: Option<&Verdict>| v.map(|v| v.reasons.clone()).unwrap_or_default();
    let (old, new) = (reasons(then), reasons(now));
    let without = |these: &[Reason], those: &[Reason]| -> Vec<Reason> {
        these.iter().filter(|a| !those.iter().any(|b| a.says_the_same(b))).cloned().collect()
    };
    let either = now.or(then);
    Difference {
        requirement: either.map(|v| v.requirement.clone()).unwrap_or_default(),
        subject: either.map_or(Subject::Organization, |v| v.subject.clone()),
        before: then.map(|v| v.state),
        after: now.map(|v| v.state),
        begun: without(&new, &old),
        ended: without(&old, &new),
        because: because(then, now, before, after),
    }
}

/// The records that either verdict rests on, as far as they are others now; where there are none, the moment at which time ran out.
fn because(then: Option<&Verdict>, now: Option<&Verdict>, before: Said<'_>, after: Said<'_>) -> Vec<Because> {
    let cited = then.into_iter().chain(now).flat_map(|v| &v.witnesses);
    let mut all: Vec<Because> = cited.filter_map(|c| other_now(c, before.register, after.register)).collect();
    all.sort();
    all.dedup();
    if all.is_empty() {
        let lapsed = then.and_then(|v| v.until).filter(|until| *until <= after.at);
        all.extend(lapsed.map(Because::Lapsed));
    }
    all
}

fn other_now(cited: &Cited, before: &Register, after: &Register) -> Option<Because> {
    let then = before.get(&cited.id).filter(|r| r.stands());
    let now = after.get(&cited.id).filter(|r| r.stands());
    match (then, now) {
        (None, Some(now)) => Some(Because::Recorded(now.into())),
        (Some(then), None) => Some(Because::Gone(then.into())),
        (Some(then), Some(now)) if then.version() != now.version() => {
            Some(Because::Changed { record: now.into(), before: then.version() })
        }
        _ => None,
    }
}
