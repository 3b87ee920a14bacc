//! What lapses if nobody does anything: read from the moments at which verdicts change by themselves. Nobody types a due date.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Conformity, NextAct, State, Subject, Verdict};

/// So many changes of one requirement are followed; what changes more often by itself is a mistake in its rule.
const CHANGES_MAX: usize = 1000;

/// That a verdict will change at a moment if nobody does anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapse {
    /// The first moment at which it is said.
    pub at: Timestamp,
    /// Full id.
    pub requirement: String,
    /// About whom.
    pub subject: Subject,
    /// What is said until then; nothing where the subject is not asked about until then.
    pub before: Option<State>,
    /// What is said from then on; nothing where the subject is no longer asked about.
    pub after: Option<State>,
    /// Why, from then on.
    pub say: Option<String>,
    /// What keeps it from happening, or mends it.
    pub next: Option<NextAct>,
}

/// Everything that changes by itself after `at` and not after `end`, in the order of time, decided from scratch at each moment: what
/// [`crate::Assessment::ahead`] is held against, which takes the time of the changes alone.
pub fn forecast(conformity: Conformity<'_>, at: Timestamp, end: Timestamp) -> Vec<Lapse> {
    let mut lapses: Vec<Lapse> = Vec::new();
    for (id, framework) in &conformity.frameworks.by_id {
        for item in framework.items() {
            one(conformity, &format!("{id}/{}", item.id()), at, end, &mut lapses);
        }
    }
    // The sort is stable: within one moment the order is that of the frameworks.
    lapses.sort_by_key(|l| (l.at, std::cmp::Reverse(l.after)));
    lapses
}

fn one(conformity: Conformity<'_>, id: &str, at: Timestamp, end: Timestamp, lapses: &mut Vec<Lapse>) {
    let Some(mut now) = conformity.verdict(id, at) else { return };
    for _ in 0..CHANGES_MAX {
        let Some(moment) = now.until.filter(|until| *until <= end) else { return };
        let Some(then) = conformity.verdict(id, moment) else { return };
        changes(&now, &then, moment, lapses);
        now = then;
    }
}

/// What is said otherwise of any subject, or of all together.
pub(crate) fn changes(now: &Verdict, then: &Verdict, at: Timestamp, lapses: &mut Vec<Lapse>) {
    let found = lapses.len();
    let (before, after) = (by_subject(now), by_subject(then));
    for part in &then.parts {
        let before = before.get(&who(part)).copied();
        if is_otherwise(before, part) {
            lapses.push(lapse(before, part, at));
        }
    }
    lapses.extend(now.parts.iter().filter(|p| !after.contains_key(&who(p))).map(|p| left(p, at)));
    if lapses.len() == found {
        lapses.push(lapse(Some(now), then, at));
    }
}

/// The id of the record that a verdict is about; nothing for the organization as one.
fn who(verdict: &Verdict) -> Option<&str> {
    match &verdict.subject {
        Subject::Record(record) => Some(&record.id),
        Subject::Organization => None,
    }
}

fn by_subject(verdict: &Verdict) -> HashMap<Option<&str>, &Verdict> {
    verdict.parts.iter().map(|part| (who(part), part)).collect()
}

/// Whether something else is said of a subject.
pub(crate) fn is_otherwise(before: Option<&Verdict>, then: &Verdict) -> bool {
    before.is_none_or(|b| b.state != then.state || !b.reasons_say_the_same(then))
}

/// That a subject is no longer asked about.
pub(crate) fn left(before: &Verdict, at: Timestamp) -> Lapse {
    Lapse { after: None, say: None, next: None, ..lapse(Some(before), before, at) }
}

pub(crate) fn lapse(before: Option<&Verdict>, then: &Verdict, at: Timestamp) -> Lapse {
    let fresh = then.reasons.iter().find(|r| before.is_none_or(|b| !b.reasons.iter().any(|o| o.says_the_same(r))));
    Lapse {
        at,
        requirement: then.requirement.clone(),
        subject: then.subject.clone(),
        before: before.map(|b| b.state),
        after: Some(then.state),
        say: fresh.or(then.reasons.first()).map(|r| r.say.clone()),
        next: fresh.and_then(|r| r.next.clone()).or_else(|| then.next().cloned()),
    }
}
