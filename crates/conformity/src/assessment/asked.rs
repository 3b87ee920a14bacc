//! What can be asked of what is kept: about one record, about the subjects of one requirement, and what lapses next.

use aims_register::Slot;
use jiff::Timestamp;

use super::{Assessment, item::Item};
use crate::{State, Verdict};

/// What is held about one subject of one requirement or control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'s> {
    /// Full id of the requirement or control.
    pub requirement: &'s str,
    /// The record it is about; nothing for the organization as one.
    pub slot: Option<Slot>,
    /// What is found.
    pub state: State,
    /// When something else is said of it if nobody does anything; `None`: not by itself.
    pub until: Option<Timestamp>,
}

impl Assessment<'_> {
    /// What is said about one record under one requirement or control, in words; nothing where its rule does not ask about the record.
    /// Costs what this one record costs.
    pub fn verdict_about(&self, id: &str, slot: Slot) -> Option<Verdict> {
        let item = self.items.iter().find(|item| item.id() == id)?;
        let record = self.register.at(slot)?;
        let spot = item.spot_of(record)?;
        let rule = item.rule().filter(|_| spot.state.is_some())?;
        Some(self.engine(true).verdict_about(rule, record, &item.failing_everywhere()))
    }

    /// What is held about one record under each requirement and control that asks about it, in the order of the frameworks.
    pub fn about(&self, slot: Slot) -> impl Iterator<Item = Held<'_>> {
        let record = self.register.at(slot);
        let held = move |item| record.and_then(|record| self.held(item, record.slot()));
        self.items.iter().filter_map(held)
    }

    /// The subjects of one requirement or control of which `state` is found (all of them without one), in the order in which they came.
    /// Nothing is decided for those that are skipped, so that a page of them costs what the page costs.
    pub fn subjects(&self, id: &str, state: Option<State>) -> impl Iterator<Item = Slot> {
        let item = self.items.iter().find(|item| item.id() == id && !item.is_excluded());
        item.into_iter().flat_map(move |item| {
            let wanted = move |found: &State| state.is_none_or(|s| s == *found);
            let of = move |place| {
                item.state_in(place).filter(wanted)?;
                self.register.in_place(item.kind()?, place).map(|record| record.slot())
            };
            // who asks for few states need not look at those that are in others
            let there = |s| item.tally().into_iter().find(|(of, _)| *of == s).map_or(0, |(_, n)| n);
            (0..item.places()).filter_map(of).take(state.map_or(usize::MAX, there))
        })
    }

    /// What is held about one subject of one requirement or control.
    pub fn held_about(&self, id: &str, slot: Slot) -> Option<Held<'_>> {
        self.items.iter().find(|item| item.id() == id).and_then(|item| self.held(item, slot))
    }

    /// How many subjects of one requirement or control there are in each state, the gravest last; states of none are left out.
    pub fn tally(&self, id: &str) -> Vec<(State, usize)> {
        let item = self.items.iter().find(|item| item.id() == id && !item.is_excluded());
        item.map(Item::tally).unwrap_or_default()
    }

    /// What changes by itself up to `end`, in the order of time: for each subject the first change, and for each requirement the first of
    /// it as a whole where none of its subjects makes it. Only what may change by then is looked at.
    pub fn lapsing(&self, end: Timestamp) -> Vec<Held<'_>> {
        let mut lapsing: Vec<Held<'_>> = self.items.iter().flat_map(|item| self.lapsing_of(item, end)).collect();
        lapsing.sort_by_key(|held| held.until);
        lapsing
    }

    /// The next change of each requirement and control up to `end`, in the order of time: of the first of its subjects in a state that is
    /// `wanted`. Costs what changes on that day, not what may change by then.
    pub fn lapsing_next(&self, end: Timestamp, wanted: impl Fn(State) -> bool) -> Vec<Held<'_>> {
        let next = |item| self.next_of(item, &wanted);
        let in_time = |held: &Held<'_>| held.until.is_some_and(|until| until <= end);
        let mut next: Vec<Held<'_>> = self.items.iter().filter_map(next).filter(in_time).collect();
        next.sort_by_key(|held| held.until);
        next
    }

    /// What of an item changes first, of the first of its subjects that is in a state that is wanted. Many may change on one day: those
    /// after it are not looked at.
    fn next_of<'s>(&'s self, item: &'s Item<'_>, wanted: &impl Fn(State) -> bool) -> Option<Held<'s>> {
        let standing = item.standing();
        let until = standing.until?;
        let whole = Held { requirement: item.id(), slot: None, state: standing.state, until: Some(until) };
        let Some(kind) = item.kind() else { return Some(whole).filter(|held| wanted(held.state)) };
        let (wanted_places, others): (Vec<_>, Vec<_>) =
            item.due(until).into_iter().partition(|place| item.state_in(*place).is_some_and(wanted));
        let of = |place| self.held(item, self.register.in_place(kind, place)?.slot());
        let first = wanted_places.into_iter().filter_map(of).find(|held| held.until == Some(until));
        first.or_else(|| Some(whole).filter(|held| others.is_empty() && wanted(held.state)))
    }

    fn lapsing_of<'s>(&'s self, item: &'s Item<'_>, end: Timestamp) -> Vec<Held<'s>> {
        let standing = item.standing();
        let Some(kind) = item.kind().filter(|_| !item.is_excluded()) else {
            let whole = Held { requirement: item.id(), slot: None, state: standing.state, until: standing.until };
            return Vec::from_iter(standing.until.filter(|until| *until <= end).map(|_| whole));
        };
        let of = |place| self.held(item, self.register.in_place(kind, place)?.slot());
        let in_time = |held: &Held<'_>| held.until.is_some_and(|until| until <= end);
        let mut lapsing: Vec<_> = item.due(end).into_iter().filter_map(of).filter(in_time).collect();
        let whole = Held { requirement: item.id(), slot: None, state: standing.state, until: standing.until };
        if in_time(&whole) && !lapsing.iter().any(|held| held.until == whole.until) {
            lapsing.push(whole);
        }
        lapsing
    }

    fn held<'s>(&'s self, item: &'s Item<'_>, slot: Slot) -> Option<Held<'s>> {
        let record = self.register.at(slot)?;
        let spot = item.spot_of(record)?;
        let state = item.state_in(usize::try_from(record.place()).ok()?)?;
        let until = if spot.exact || spot.until == Timestamp::MAX {
            Some(spot.until).filter(|until| *until != Timestamp::MAX)
        } else {
            let (engine, rule) = (self.engine(false), item.rule()?);
            engine.turns(rule, Some(record), engine.look_at(rule, Some(record)), false)
        };
        Some(Held { requirement: item.id(), slot: Some(slot), state, until })
    }
}
