//! How many records look how to a block, and what that makes of its answer.

use aims_framework::standard::Quantifier;
use aims_register::Slot;
use jiff::Timestamp;

use super::row::Lapsing;
use crate::{
    blocks::{Counted, missing_one},
    truth::Truth,
};

/// What was found for one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) until: Timestamp,
    pub(super) slot: Slot,
    pub(super) chosen: Truth,
    pub(super) fine: Truth,
}

impl Lapsing for Look {
    /// No record stands in this place.
    const NOTHING: Self = Self { until: Timestamp::MAX, slot: Slot::MAX, chosen: Truth::No, fine: Truth::No };

    fn until(&self) -> Timestamp {
        self.until
    }
}

impl Look {
    /// Whether nothing but an act changes it.
    pub(super) fn is_for_ever(self) -> bool {
        self.until == Timestamp::MAX
    }

    /// Whether both say the same for as long; a record that is never chosen says the same as none.
    pub(super) fn says_the_same(self, other: Look) -> bool {
        (self.until, self.chosen, self.fine) == (other.until, other.chosen, other.fine)
    }

    /// Whether the record is not chosen, now or later.
    pub(super) fn is_never(self) -> bool {
        self.fine == Truth::No && self.chosen == Truth::No && self.is_for_ever()
    }
}

/// How many of all records look how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    fine: usize,
    /// Fine and staying so.
    lasting: usize,
    possible: usize,
    chosen: usize,
    good: usize,
    bad: usize,
    missing: u64,
}

impl Tally {
    /// One look more, or one less.
    pub(super) fn count(&mut self, look: Look, come: bool) {
        let step = |n: &mut usize, counts: bool| {
            if counts {
                *n = if come { n.saturating_add(1) } else { n.saturating_sub(1) };
            }
        };
        let chosen = look.slot != Slot::MAX && look.chosen >= Truth::Gap;
        let fine = look.fine == Truth::Yes;
        step(&mut self.fine, fine);
        step(&mut self.lasting, fine && look.is_for_ever());
        step(&mut self.possible, look.fine >= Truth::Gap);
        step(&mut self.chosen, chosen);
        step(&mut self.good, chosen && fine);
        step(&mut self.bad, chosen && look.fine == Truth::No);
        if chosen && !fine {
            self.missing ^= missing_one(look.slot);
        }
    }

    /// The population that is asked about.
    pub(super) fn counted(&self) -> Counted {
        Counted::of(self.good, self.chosen, self.missing)
    }

    /// The answer, where it follows from the numbers alone.
    pub(super) fn truth(&self, quantifier: &Quantifier) -> Option<Truth> {
        let at_least = |n: usize| match (self.fine >= n, self.possible >= n) {
            (true, _) => Truth::Yes,
            (_, true) => Truth::Gap,
            _ => Truth::No,
        };
        Some(match quantifier {
            Quantifier::Some => at_least(1),
            Quantifier::AtLeast(n) => at_least(*n),
            Quantifier::None => match (self.fine, self.possible) {
                (0, 0) => Truth::Yes,
                (0, _) => Truth::Gap,
                _ => Truth::No,
            },
            Quantifier::Each => match (self.chosen, self.good == self.chosen, self.bad) {
                (0, ..) => Truth::No,
                (_, true, _) => Truth::Yes,
                (_, _, 0) => Truth::Gap,
                _ => Truth::No,
            },
            _ => return None,
        })
    }

    /// Whether the answer stays for ever, whatever becomes of all other records.
    pub(super) fn is_settled(&self, quantifier: &Quantifier) -> bool {
        match quantifier {
            Quantifier::Some | Quantifier::None => self.lasting >= 1,
            Quantifier::AtLeast(n) => self.lasting >= *n,
            _ => false,
        }
    }
}
