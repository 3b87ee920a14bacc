//! A block that is the same for all subjects, with what was found for each record that it looks at.

use aims_framework::standard::{Quantifier, Records};
use aims_register::{Entry, Slot};
use jiff::Timestamp;

use super::dirty::Marked;
use crate::{
    blocks::{Candidate, Counted, Engine, Outcome, missing_one},
    fault::Faults,
    footprint::{Footprint, ScanPlan},
    scan::{BlockId, Brief, id_of},
    truth::{Answer, Truth, earlier},
};

/// What was found for one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    until: Timestamp,
    slot: Slot,
    chosen: Truth,
    fine: Truth,
}

/// No record stands in this place.
const NOBODY: Look = Look { until: Timestamp::MAX, slot: Slot::MAX, chosen: Truth::No, fine: Truth::No };

/// A block over all records of a kind.
#[derive(Debug)]
pub(super) struct Live<'f> {
    records: &'f Records,
    pub(super) footprint: Footprint<'f>,
    looks: Vec<Look>,
    fine: usize,
    possible: usize,
    chosen: usize,
    good: usize,
    missing: u64,
    brief: Option<Brief>,
}

impl<'f> Live<'f> {
    pub(super) fn new(plan: ScanPlan<'f>) -> Self {
        let ScanPlan { records, footprint } = plan;
        Self {
            records,
            footprint,
            looks: Vec::new(),
            fine: 0,
            possible: 0,
            chosen: 0,
            good: 0,
            missing: 0,
            brief: None,
        }
    }

    pub(super) fn id(&self) -> BlockId {
        id_of(self.records)
    }

    pub(super) fn kind(&self) -> &str {
        &self.records.kind
    }

    /// Places of records of which something may have changed by a moment; nothing where what was found stands.
    pub(super) fn due(&self, at: Timestamp) -> Option<Vec<usize>> {
        self.brief.as_ref().and_then(Brief::until).filter(|until| *until <= at)?;
        Some(self.looks.iter().enumerate().filter(|(_, l)| l.until <= at).map(|(n, _)| n).collect())
    }

    /// Looks again at what is marked. Returns whether whoever uses the block may find something else, now or at a later moment; `changed`
    /// are the records that were changed, on which they may rest.
    pub(super) fn look_again(&mut self, engine: &Engine<'_>, marked: Marked, changed: &[Slot]) -> bool {
        let alike = match marked {
            Marked::All => {
                self.look_at_all(engine);
                false
            }
            Marked::Some(places) => {
                let looked: Vec<bool> = places.into_iter().map(|place| self.look_at_one(engine, place)).collect();
                !looked.contains(&false)
            }
        };
        let brief = self.brief_now(engine);
        let same = self.brief.as_ref().is_some_and(|b| b.is_same(&brief) && !changed.iter().any(|c| b.rests_on(*c)));
        engine.scans.forget(self.id());
        engine.scans.note(self.id(), engine.at, brief.clone());
        self.brief = Some(brief);
        !(alike && same)
    }

    fn look_at_all(&mut self, engine: &Engine<'_>) {
        self.looks.clear();
        (self.fine, self.possible, self.chosen, self.good, self.missing) = (0, 0, 0, 0, 0);
        for record in engine.register.of_kind(&self.records.kind) {
            self.look(engine, record);
        }
    }

    /// Returns whether the record looks as before in all that this block may ever ask of it.
    fn look_at_one(&mut self, engine: &Engine<'_>, place: usize) -> bool {
        let before = self.looks.get(place).copied().unwrap_or(NOBODY);
        self.forget(place);
        if let Some(record) = engine.register.in_place(&self.records.kind, place) {
            self.look(engine, record);
        }
        let all_there_is = matches!(
            self.records.quantifier,
            Quantifier::Some | Quantifier::AtLeast(_) | Quantifier::None | Quantifier::Each
        );
        let after = self.looks.get(place).copied().unwrap_or(NOBODY);
        let never = before.fine == Truth::No && before.chosen == Truth::No && before.until == Timestamp::MAX;
        before == after && (all_there_is || never)
    }

    fn look<'a>(&mut self, engine: &Engine<'a>, record: Entry<'a>) {
        let candidate = engine.look(self.records, record, None);
        let until = earlier(candidate.chosen.until, candidate.fine.until).unwrap_or(Timestamp::MAX);
        let look = Look { until, slot: record.slot(), chosen: candidate.chosen.truth, fine: candidate.fine.truth };
        let place = usize::try_from(record.place()).unwrap_or(usize::MAX);
        if self.looks.len() <= place {
            self.looks.resize(place.saturating_add(1), NOBODY);
        }
        self.count(look, true);
        if let Some(l) = self.looks.get_mut(place) {
            *l = look;
        }
    }

    fn forget(&mut self, place: usize) {
        let Some(look) = self.looks.get_mut(place) else { return };
        let look = std::mem::replace(look, NOBODY);
        self.count(look, false);
    }

    fn count(&mut self, look: Look, come: bool) {
        let step = |n: &mut usize, counts: bool| {
            if counts {
                *n = if come { n.saturating_add(1) } else { n.saturating_sub(1) };
            }
        };
        let chosen = look.slot != Slot::MAX && look.chosen >= Truth::Gap;
        step(&mut self.fine, look.fine == Truth::Yes);
        step(&mut self.possible, look.fine >= Truth::Gap);
        step(&mut self.chosen, chosen);
        step(&mut self.good, chosen && look.fine == Truth::Yes);
        if chosen && look.fine != Truth::Yes {
            self.missing ^= missing_one(look.slot);
        }
    }

    fn until(&self) -> Option<Timestamp> {
        self.looks.iter().map(|l| l.until).min().filter(|u| *u != Timestamp::MAX)
    }

    fn brief_now(&self, engine: &Engine<'_>) -> Brief {
        let until = self.until();
        let least = match self.records.quantifier {
            Quantifier::Some => 1,
            Quantifier::AtLeast(n) => n,
            Quantifier::None => return self.none(until),
            Quantifier::Each => return self.each(engine, until),
            _ => return self.as_any(engine),
        };
        let truth = match (self.fine >= least, self.possible >= least) {
            (true, _) => Truth::Yes,
            (_, true) => Truth::Gap,
            _ => Truth::No,
        };
        let newest = engine.register.of_kind(&self.records.kind).rev().map(|r| (r.slot(), r.place()));
        let fine = newest.filter(|(_, place)| self.at(*place).fine == Truth::Yes).map(|(slot, _)| slot);
        let witnesses = if truth == Truth::Yes { fine.take(least).collect() } else { Vec::new() };
        Brief::new(Answer { truth, until }, witnesses, Counted::default())
    }

    fn at(&self, place: u32) -> Look {
        usize::try_from(place).ok().and_then(|p| self.looks.get(p)).copied().unwrap_or(NOBODY)
    }

    fn none(&self, until: Option<Timestamp>) -> Brief {
        let truth = match (self.fine, self.possible) {
            (0, 0) => Truth::Yes,
            (0, _) => Truth::Gap,
            _ => Truth::No,
        };
        let there = self.looks.iter().filter(|l| truth != Truth::Yes && l.fine >= Truth::Gap).map(|l| l.slot);
        Brief::new(Answer { truth, until }, there.collect(), Counted::default())
    }

    fn each(&self, engine: &Engine<'_>, until: Option<Timestamp>) -> Brief {
        let truth = match (self.chosen, self.good == self.chosen) {
            (0, _) => Truth::No,
            (_, true) => Truth::Yes,
            _ if self.looks.iter().any(|l| l.slot != Slot::MAX && l.chosen >= Truth::Gap && l.fine == Truth::No) => {
                Truth::No
            }
            _ => Truth::Gap,
        };
        let all = engine.register.of_kind(&self.records.kind);
        let chosen = all.filter(|r| self.at(r.place()).chosen >= Truth::Gap).map(|r| r.slot());
        Brief::new(Answer { truth, until }, chosen.collect(), Counted::of(self.good, self.chosen, self.missing))
    }

    /// Quantifiers that look at more of a record than whether it is fine.
    fn as_any(&self, engine: &Engine<'_>) -> Brief {
        let moment = |look: Look| (look.until != Timestamp::MAX).then_some(look.until);
        let candidate = |record: Entry<'_>| {
            let look = self.at(record.place());
            let of = |truth| Answer { truth, until: moment(look) };
            engine.register.at(look.slot).map(|record| Candidate {
                record,
                chosen: of(look.chosen),
                fine: of(look.fine),
                faults: Faults::ignored(),
            })
        };
        let candidates = engine.register.of_kind(&self.records.kind).filter_map(candidate).collect();
        let outcome: Outcome<'_> = engine.quantified(self.records, candidates, None);
        Brief::of(&outcome)
    }

    pub(super) fn bytes(&self) -> usize {
        self.looks.capacity() * size_of::<Look>() + self.brief.as_ref().map_or(0, Brief::bytes)
    }
}
