//! The moment at which a verdict changes if nobody does anything.

use std::{cmp::Reverse, collections::BinaryHeap};

use aims_framework::standard::{About, Rule};
use aims_register::Entry;
use jiff::Timestamp;

use crate::{blocks::Engine, part::Part, truth::earlier, whole::Whole};

/// How a subject of a rule looks at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Digest of what is said; nothing where the rule does not ask about it.
    pub(crate) said: Option<u64>,
    /// Digest of what it rests on.
    pub(crate) rests: u64,
    /// Before this moment nothing of it changes.
    pub(crate) may: Option<Timestamp>,
}

impl Look {
    /// Whether another thing is said, or, where a judgement hangs on it, it rests on something else.
    pub(crate) fn differs(self, other: Look, judged: bool) -> bool {
        self.said != other.said || judged && self.rests != other.rests
    }
}

impl Part<'_> {
    pub(crate) fn look(&self) -> Look {
        let mut witnesses: Vec<_> = self.witnesses.iter().map(|w| (w.slot(), w.version())).collect();
        witnesses.sort_unstable();
        witnesses.dedup();
        Look { said: Some(self.visible()), rests: crate::blocks::missing_one(&witnesses), may: self.may }
    }
}

impl<'a> Engine<'a> {
    /// The same at another moment, without words.
    pub(crate) fn quiet_at(&self, at: Timestamp) -> Engine<'a> {
        Engine { at, told: false, ..*self }
    }

    /// How a subject looks, with the moment at which the rule may ask about it no longer.
    pub(crate) fn look_of(&self, rule: &Rule, part: &Part<'a>) -> Look {
        let look = part.look();
        Look { may: earlier(look.may, self.asked_about(rule, part.subject).1), ..look }
    }

    /// How a record of the rule's kind, or the organization, looks.
    pub(crate) fn look_at(&self, rule: &Rule, record: Option<Entry<'a>>) -> Look {
        let (member, until) = self.asked_about(rule, record);
        if !member {
            return Look { said: None, rests: 0, may: until };
        }
        let look = self.part(rule, record).look();
        Look { may: earlier(look.may, until), ..look }
    }

    /// The first moment after `self.at` at which the subject looks otherwise than `now`.
    pub(crate) fn turns(&self, rule: &Rule, record: Option<Entry<'a>>, now: Look, judged: bool) -> Option<Timestamp> {
        let mut may = now.may;
        while let Some(moment) = may {
            let then = self.quiet_at(moment).look_at(rule, record);
            if now.differs(then, judged) {
                return Some(moment);
            }
            may = then.may.filter(|next| *next > moment);
        }
        None
    }

    /// The first moment at which something else is said of the requirement, for the organization or for any subject of its rule.
    pub(crate) fn until(&self, rule: &Rule) -> Option<Timestamp> {
        let now = self.quiet_at(self.at);
        let judged = !now.judgements(rule).is_empty();
        let records: Vec<Option<Entry<'a>>> = match &rule.about {
            About::Organization => vec![None],
            About::Every { kind, .. } => self.register.of_kind(kind).map(Some).collect(),
        };
        let looks: Vec<Look> = records.iter().map(|r| now.look_at(rule, *r)).collect();
        let whole = if judged || looks.iter().all(|l| l.said.is_none()) { now.whole(rule) } else { Whole::of_parts() };
        let due = |look: &Look| look.may;
        let mut queue: BinaryHeap<Reverse<(Timestamp, usize)>> =
            looks.iter().enumerate().filter_map(|(n, l)| Some(Reverse((due(l)?, n)))).collect();
        let besides = whole.may.map(|may| Reverse((may, usize::MAX)));
        queue.extend(besides);
        while let Some(Reverse((moment, n))) = queue.pop() {
            let engine = self.quiet_at(moment);
            let (Some(seen), Some(record)) = (looks.get(n), records.get(n)) else {
                let then = engine.whole(rule);
                if then.says_other(&whole) {
                    return Some(moment);
                }
                queue.extend(then.may.filter(|m| *m > moment).map(|m| Reverse((m, usize::MAX))));
                continue;
            };
            let then = engine.look_at(rule, *record);
            if then.said != seen.said || judged && then.rests != seen.rests && engine.whole(rule).says_other(&whole) {
                return Some(moment);
            }
            queue.extend(then.may.filter(|m| *m > moment).map(|m| Reverse((m, n))));
        }
        None
    }
}
