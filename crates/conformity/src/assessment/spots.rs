//! What is kept for each subject of a rule, and what can be asked of all of them at once.

use jiff::Timestamp;

use super::row::{Lapsing, Row};
use crate::State;

/// One subject, by its place among the records of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Before this moment nothing of it changes; the last moment there is stands for never.
    pub(super) until: Timestamp,
    /// What is said; nothing where the rule does not ask about it.
    pub(super) state: Option<State>,
    /// Whether something changes at that moment for certain.
    pub(super) exact: bool,
    /// Which of the needs that matter as a whole it fails, a bit each.
    pub(super) fails: u16,
}

impl Lapsing for Spot {
    const NOTHING: Self = Self { until: Timestamp::MAX, state: None, exact: true, fails: 0 };

    fn until(&self) -> Timestamp {
        self.until
    }
}

/// Every subject of a rule.
#[derive(Debug, Default)]
pub(super) struct Spots {
    spots: Row<Spot>,
    states: [usize; 16],
    fails: [usize; 16],
}

fn rank(state: State) -> usize {
    use crate::Severity::{Major, Minor};
    match state {
        State::Conforms => 0,
        State::Excluded => 1,
        State::NoRuleYet => 2,
        State::DeterminationDue => 3,
        State::OwnRuleNotMet => 4,
        State::NotEvidenced => 5,
        State::Nonconformity(Minor) => 6,
        State::Nonconformity(Major) => 7,
    }
}

const STATES: [State; 8] = [
    State::Conforms,
    State::Excluded,
    State::NoRuleYet,
    State::DeterminationDue,
    State::OwnRuleNotMet,
    State::NotEvidenced,
    State::Nonconformity(crate::Severity::Minor),
    State::Nonconformity(crate::Severity::Major),
];

impl Spots {
    /// Puts what was found for a subject in place of what was known.
    pub(super) fn set(&mut self, place: usize, spot: Spot) {
        let before = self.spots.replace(place, spot);
        count(&mut self.states, &mut self.fails, before, |n| n.saturating_sub(1));
        count(&mut self.states, &mut self.fails, spot, |n| n.saturating_add(1));
    }

    /// Makes room for so many subjects at once.
    pub(super) fn reserve(&mut self, places: usize) {
        self.spots.reserve(places);
    }

    /// The subject of which something may change first.
    pub(super) fn first(&self) -> Option<(usize, Spot)> {
        self.spots.first()
    }

    /// Subjects of which something may have changed by a moment.
    pub(super) fn due(&self, at: Timestamp) -> Vec<usize> {
        self.spots.due(at)
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.spots.len()
    }

    /// What is kept in a place.
    pub(super) fn get(&self, place: usize) -> Option<Spot> {
        (place < self.spots.len()).then(|| self.spots.get(place))
    }

    /// The state of one subject; a need that fails for all is missing as a whole.
    pub(super) fn state_in(&self, place: usize) -> Option<State> {
        let spot = self.get(place)?;
        let whole = spot.fails & self.failing_everywhere() != 0;
        let state = spot.state?;
        Some(if whole { state.max(State::Nonconformity(crate::Severity::Major)) } else { state })
    }

    /// Which of the needs that matter as a whole fail for all subjects, a bit each.
    pub(super) fn failing_everywhere(&self) -> u16 {
        let members = self.members();
        let all = self.fails.iter().zip(0u16..).filter(|(n, _)| members > 0 && **n == members);
        all.fold(0, |bits, (_, bit)| bits | 1 << bit)
    }

    /// How many subjects the rule asks about.
    pub(super) fn members(&self) -> usize {
        self.states.iter().sum()
    }

    /// How many subjects are in each state that there is, the gravest last; a need that fails for all is missing as a whole for each.
    pub(super) fn tally(&self) -> Vec<(State, usize)> {
        let whole = self.failing_everywhere() != 0;
        if whole {
            return vec![(self.state(), self.members())];
        }
        STATES.into_iter().zip(self.states).filter(|(_, n)| *n > 0).collect()
    }

    /// For how many it conforms.
    pub(super) fn conforming(&self) -> usize {
        self.states.first().copied().unwrap_or(0)
    }

    /// The gravest of all; a need that fails for all is missing as a whole.
    pub(super) fn state(&self) -> State {
        let whole = self.failing_everywhere() != 0;
        let gravest = STATES.into_iter().zip(self.states).rev().find(|(_, n)| *n > 0).map(|(state, _)| state);
        let gravest = gravest.unwrap_or(State::Conforms);
        if whole { gravest.max(State::Nonconformity(crate::Severity::Major)) } else { gravest }
    }

    pub(super) fn bytes(&self) -> usize {
        self.spots.bytes()
    }
}

fn count(states: &mut [usize; 16], fails: &mut [usize; 16], spot: Spot, change: impl Fn(usize) -> usize) {
    let Some(state) = spot.state else { return };
    if let Some(n) = states.get_mut(rank(state)) {
        *n = change(*n);
    }
    for (n, bit) in fails.iter_mut().zip(0..) {
        if spot.fails >> bit & 1 == 1 {
            *n = change(*n);
        }
    }
}
