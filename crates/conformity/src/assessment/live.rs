//! A block that is the same for all subjects, with what was found for each record that it looks at.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aims_framework::standard::{Quantifier, Records};
use aims_register::{Entry, Slot};
use jiff::Timestamp;

use super::{
    dirty::Marked,
    row::{Lapsing, Row},
    tally::{Look, Tally},
};
use crate::{
    blocks::{Candidate, Counted, Engine, Outcome},
    fault::Faults,
    footprint::{Footprint, ScanPlan},
    scan::{BlockId, Brief, id_of},
    truth::{Answer, Truth, earlier},
};

/// So many moments to come are kept.
const VIEWS_MAX: usize = 12;

/// A block over all records of a kind.
#[derive(Debug)]
pub(crate) struct Live<'f> {
    records: &'f Records,
    pub(super) footprint: Footprint<'f>,
    looks: Row<Look>,
    tally: Tally,
    /// What was found when it was last looked at again.
    said: Option<Said>,
    /// How it looks at moments that were asked for.
    views: Mutex<Vec<View>>,
}

#[derive(Debug)]
struct Said {
    brief: Brief,
    settled: bool,
}

/// How the block looks from a moment on.
#[derive(Debug)]
struct View {
    from: Timestamp,
    /// Before this moment it stays so.
    until: Timestamp,
    /// Looks that are other ones than now, by place.
    other: Vec<(usize, Look)>,
    tally: Tally,
    plain: Option<Brief>,
    /// With the records that it rests on.
    cited: Option<Brief>,
}

/// What has become of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    /// Whether whoever uses it may find something else, now or at a later moment.
    pub(super) said: bool,
    /// Whether whoever rests on its records may rest on others, or on others of their versions.
    pub(super) rests: bool,
}

impl<'f> Live<'f> {
    pub(super) fn new(plan: ScanPlan<'f>) -> Self {
        let ScanPlan { records, footprint } = plan;
        Self { records, footprint, looks: Row::default(), tally: Tally::default(), said: None, views: Mutex::default() }
    }

    pub(super) fn id(&self) -> BlockId {
        id_of(self.records)
    }

    pub(super) fn kind(&self) -> &str {
        &self.records.kind
    }

    /// Places of records of which something may have changed by a moment; nothing where what was found stands.
    pub(super) fn due(&self, at: Timestamp) -> Option<Vec<usize>> {
        let of_looks = self.looks.until();
        let until = earlier(of_looks, self.said.as_ref().and_then(|s| s.brief.until()));
        until.filter(|until| *until <= at).map(|_| self.looks.due(at))
    }

    /// Looks again at what is marked; `changed` are the records that were changed.
    pub(super) fn look_again(&mut self, engine: &Engine<'_>, marked: Marked, changed: &[Slot]) -> Moved {
        self.views().retain(|view| view.from > engine.at);
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
        let now = Said {
            brief: self.brief(&Engine { cites: false, ..*engine }),
            settled: self.tally.is_settled(&self.records.quantifier),
        };
        let before = self.said.replace(now);
        let (Some(before), Some(now)) = (before, &self.said) else { return Moved { said: true, rests: true } };
        let rested = changed.iter().any(|c| before.brief.rests_on(*c));
        let same = before.brief.is_same(&now.brief) && !rested;
        let said = !(same && (alike || before.settled && now.settled));
        Moved { said, rests: said || !alike || changed.iter().any(|slot| self.may_rest_on(engine, *slot)) }
    }

    /// Whether a record of another version may be one of those that the answer rests on.
    fn may_rest_on(&self, engine: &Engine<'_>, slot: Slot) -> bool {
        let own = engine.register.at(slot).filter(|record| record.kind() == self.records.kind);
        own.is_some_and(|record| self.looks.get(place_of(record)).chosen >= Truth::Gap)
    }

    fn views(&self) -> MutexGuard<'_, Vec<View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look_at_all(&mut self, engine: &Engine<'_>) {
        self.views().clear();
        (self.looks, self.tally) = (Row::default(), Tally::default());
        self.looks.reserve(engine.register.places(&self.records.kind));
        for record in engine.register.of_kind(&self.records.kind) {
            let look = self.look(engine, record);
            self.tally.count(look, true);
            self.looks.replace(place_of(record), look);
        }
    }

    /// Returns whether the record looks as before in all that this block may ever ask of it.
    fn look_at_one(&mut self, engine: &Engine<'_>, place: usize) -> bool {
        let after = self.look_in(engine, place);
        let before = self.looks.replace(place, after);
        self.tally.count(before, false);
        self.tally.count(after, true);
        let mut views = std::mem::take(&mut *self.views());
        views.iter_mut().for_each(|view| self.renew(view, engine, place, before, after));
        *self.views() = views;
        let all_there_is = matches!(
            self.records.quantifier,
            Quantifier::Some | Quantifier::AtLeast(_) | Quantifier::None | Quantifier::Each
        );
        // two looks that lapse on the same day may say different things after it
        before.says_the_same(after) && (before.is_never() || all_there_is && after.is_for_ever())
    }

    /// Brings what was seen of a later moment up to date with the record in one place.
    fn renew(&self, view: &mut View, engine: &Engine<'_>, place: usize, before: Look, after: Look) {
        (view.plain, view.cited) = (None, None);
        let known = view.other.binary_search_by_key(&place, |(place, _)| *place);
        let counted = known.ok().and_then(|n| view.other.get(n)).map_or(before, |(_, look)| *look);
        view.tally.count(counted, false);
        let then = if after.until <= view.from { self.look_in(&engine.quiet_at(view.from), place) } else { after };
        view.tally.count(then, true);
        match known {
            Ok(n) if after.until > view.from => {
                view.other.remove(n);
            }
            Ok(n) => view.other.iter_mut().skip(n).take(1).for_each(|other| other.1 = then),
            Err(n) if after.until <= view.from => view.other.insert(n, (place, then)),
            Err(_) => {}
        }
        view.until = self.until_from(view.from, &view.other);
    }

    /// Until when it stays as it looks at a moment.
    fn until_from(&self, from: Timestamp, other: &[(usize, Look)]) -> Timestamp {
        other.iter().map(|(_, look)| look.until).fold(self.looks.until_after(from), Ord::min)
    }

    fn look_in(&self, engine: &Engine<'_>, place: usize) -> Look {
        let record = engine.register.in_place(&self.records.kind, place);
        record.map_or(Look::NOTHING, |record| self.look(engine, record))
    }

    fn look<'a>(&self, engine: &Engine<'a>, record: Entry<'a>) -> Look {
        let candidate = engine.look(self.records, record, None);
        let until = earlier(candidate.chosen.until, candidate.fine.until).unwrap_or(Timestamp::MAX);
        Look { until, slot: record.slot(), chosen: candidate.chosen.truth, fine: candidate.fine.truth }
    }

    /// What it finds at the engine's moment, with what it rests on where that is asked.
    pub(crate) fn outcome<'a>(&self, engine: &Engine<'a>) -> Outcome<'a> {
        self.brief(engine).outcome(engine)
    }

    fn brief(&self, engine: &Engine<'_>) -> Brief {
        let mut views = self.views();
        let known = views.iter().position(|view| view.from <= engine.at && engine.at < view.until);
        if let Some(view) = known.and_then(|n| views.get_mut(n)) {
            let brief = self.brief_in(engine, view);
            if engine.at < view.until {
                return brief;
            }
        }
        let mut view = self.view(engine);
        let brief = self.brief_in(engine, &mut view);
        if views.len() >= VIEWS_MAX {
            views.remove(0);
        }
        views.push(view);
        brief
    }

    fn brief_in(&self, engine: &Engine<'_>, view: &mut View) -> Brief {
        let known = if engine.cites { &view.cited } else { &view.plain };
        if let Some(brief) = known {
            return brief.clone();
        }
        let brief = self.found(&engine.quiet_at(view.from), view);
        view.until = view.until.min(brief.until().unwrap_or(Timestamp::MAX));
        *(if engine.cites { &mut view.cited } else { &mut view.plain }) = Some(brief.clone());
        brief
    }

    fn view(&self, engine: &Engine<'_>) -> View {
        let mut tally = self.tally;
        let mut other = Vec::new();
        for place in self.looks.due(engine.at) {
            let then = self.look_in(engine, place);
            tally.count(self.looks.get(place), false);
            tally.count(then, true);
            other.push((place, then));
        }
        let until = self.until_from(engine.at, &other);
        View { from: engine.at, until, other, tally, plain: None, cited: None }
    }

    fn found(&self, engine: &Engine<'_>, view: &View) -> Brief {
        let quantifier = &self.records.quantifier;
        let Some(truth) = view.tally.truth(quantifier) else { return self.as_any(engine, view) };
        let until = (view.until != Timestamp::MAX).then_some(view.until);
        let settled = !engine.cites && view.tally.is_settled(quantifier);
        let answer = Answer { truth, until: until.filter(|_| !settled) };
        let counted = match quantifier {
            Quantifier::Each => view.tally.counted(),
            _ => Counted::default(),
        };
        let rests_on = if engine.cites { self.rests_on(engine, view, truth) } else { Vec::new() };
        Brief::new(answer, rests_on, counted)
    }

    /// The records on which the answer rests.
    fn rests_on(&self, engine: &Engine<'_>, view: &View, truth: Truth) -> Vec<Slot> {
        let all = engine.register.of_kind(&self.records.kind).map(|r| (r.slot(), view.at(self, place_of(r))));
        let least = match (&self.records.quantifier, truth) {
            (Quantifier::Each, _) => {
                return all.filter(|(_, l)| l.chosen >= Truth::Gap).map(|(slot, _)| slot).collect();
            }
            (Quantifier::None, Truth::No | Truth::Gap) => {
                return all.filter(|(_, l)| l.fine >= Truth::Gap).map(|(slot, _)| slot).collect();
            }
            (Quantifier::AtLeast(n), Truth::Yes) => *n,
            (Quantifier::Some, Truth::Yes) => 1,
            _ => 0,
        };
        all.rev().filter(|(_, l)| l.fine == Truth::Yes).map(|(slot, _)| slot).take(least).collect()
    }

    /// Quantifiers that look at more of a record than whether it is fine.
    fn as_any(&self, engine: &Engine<'_>, view: &View) -> Brief {
        let moment = |look: Look| (look.until != Timestamp::MAX).then_some(look.until);
        let candidate = |record: Entry<'_>| {
            let look = view.at(self, place_of(record));
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
        let views: usize = self.views().iter().map(|v| v.other.capacity() * size_of::<(usize, Look)>()).sum();
        self.looks.bytes() + views
    }
}

impl View {
    fn at(&self, live: &Live<'_>, place: usize) -> Look {
        let other = self.other.binary_search_by_key(&place, |(place, _)| *place).ok();
        other.and_then(|n| self.other.get(n)).map_or_else(|| live.looks.get(place), |(_, look)| *look)
    }
}

fn place_of(record: Entry<'_>) -> usize {
    usize::try_from(record.place()).unwrap_or(usize::MAX)
}
