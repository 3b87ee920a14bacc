//! What changes by itself, followed from moment to moment: only what is decided again is looked at, so that a forecast costs what
//! changes and not what stays.

use std::{cmp::Reverse, collections::HashMap};

use aims_register::Slot;
use jiff::Timestamp;

use super::{Again, Assessment};
use crate::{
    Conformity, Lapse, Subject, Verdict,
    forecast::{changes, is_otherwise, lapse, left},
    part::NeedNumber,
};

/// So many moments are followed; what changes more often by itself is a mistake in a rule.
const MOMENTS_MAX: usize = 100_000;

/// How one item stood before a moment.
struct Before {
    at: Timestamp,
    /// Whether something was to change at that moment.
    was_due: bool,
    /// The needs that failed for all.
    everywhere: Vec<NeedNumber>,
    /// What was said about those who were to change, in words.
    said: HashMap<Slot, Option<Verdict>>,
}

impl Assessment<'_> {
    /// Everything that changes by itself after its moment and not after `end`, in the order of time: what [`crate::forecast`] says, in the
    /// time that the changes take.
    pub fn ahead(mut self, end: Timestamp) -> Vec<Lapse> {
        let mut lapses = Vec::new();
        for _ in 0..MOMENTS_MAX {
            let next =
                self.items.iter().filter_map(|item| item.standing().until).filter(|until| *until > self.at).min();
            let Some(moment) = next.filter(|moment| *moment <= end) else { break };
            let before: Vec<Before> = (0..self.items.len()).map(|n| self.before(n, moment)).collect();
            let again = self.pass(moment);
            for (n, before) in before.iter().enumerate() {
                self.changes_of(n, before, &again, &mut lapses);
            }
        }
        // The sort is stable: within one moment the order is that of the frameworks.
        lapses.sort_by_key(|l| (l.at, Reverse(l.after)));
        lapses
    }

    fn before(&self, n: usize, moment: Timestamp) -> Before {
        let mut before = Before { at: self.at, was_due: false, everywhere: Vec::new(), said: HashMap::new() };
        let Some(item) = self.items.get(n) else { return before };
        (before.was_due, before.everywhere) = (item.standing().until == Some(moment), item.failing_everywhere());
        let Some(kind) = item.kind() else { return before };
        for place in item.due(moment) {
            let record = self.register.in_place(kind, place);
            before.said.extend(record.map(|record| (record.slot(), self.verdict_about(item.id(), record.slot()))));
        }
        before
    }

    fn changes_of(&self, n: usize, before: &Before, again: &[Again], lapses: &mut Vec<Lapse>) {
        let Some(item) = self.items.get(n) else { return };
        let found = lapses.len();
        // What fails for all is missing as a whole, for those too of whom nothing else changed.
        let as_a_whole = item.failing_everywhere() != before.everywhere;
        if item.kind().is_some() && !as_a_whole {
            self.parts_of(item.id(), before, again, lapses);
        }
        if as_a_whole || before.was_due && lapses.len() == found {
            let whole = |at| self.decided_anew(item.id(), at);
            if let (Some(was), Some(then)) = (whole(before.at), whole(self.at)) {
                changes(&was, &then, self.at, lapses);
            }
        }
    }

    fn parts_of(&self, id: &str, before: &Before, again: &[Again], lapses: &mut Vec<Lapse>) {
        let decided = again.iter().filter(|a| a.requirement == id);
        let mut slots: Vec<Slot> = decided.flat_map(|a| a.subjects.iter().copied()).collect();
        slots.sort_by_key(|slot| self.register.at(*slot).map(|record| record.uuid()));
        slots.dedup();
        // Of whom nothing was to change, but what is shared changed: rare, and asked of all at once.
        let is_new = |slot: &Slot| !before.said.contains_key(slot);
        let all = slots.iter().any(is_new).then(|| self.decided_anew(id, before.at)).flatten();
        let mut gone = Vec::new();
        for slot in slots {
            let was = match before.said.get(&slot) {
                Some(said) => said.as_ref(),
                None => all.as_ref().and_then(|all| self.part_about(all, slot)),
            };
            match (was, self.verdict_about(id, slot)) {
                (was, Some(then)) if is_otherwise(was, &then) => lapses.push(lapse(was, &then, self.at)),
                (Some(was), None) => gone.push(left(was, self.at)),
                _ => {}
            }
        }
        lapses.extend(gone);
    }

    fn decided_anew(&self, id: &str, at: Timestamp) -> Option<Verdict> {
        Conformity { frameworks: self.frameworks, register: &self.register }.verdict(id, at)
    }

    fn part_about<'v>(&self, whole: &'v Verdict, slot: Slot) -> Option<&'v Verdict> {
        let id = self.register.at(slot)?.id();
        whole.parts.iter().find(|part| matches!(&part.subject, Subject::Record(record) if record.id == id))
    }
}
