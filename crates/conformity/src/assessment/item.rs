//! One requirement or control: what is kept of it, and how it is decided again.

use aims_framework::standard::{About, Control, Item as Asked, Rule};
use aims_register::{Entry, Slot};
use jiff::Timestamp;

use super::{
    Again, Standing,
    dirty::{Marked, MarkedItem},
    spots::{Spot, Spots},
};
use crate::{
    State,
    blocks::Engine,
    evidence::Evidence,
    footprint::Footprint,
    part::{NeedNumber, all_fail},
    truth::earlier,
    whole::Whole,
};

/// A requirement or control.
#[derive(Debug)]
pub(super) struct Item<'f> {
    id: String,
    control: Option<&'f Control>,
    rule: Option<&'f Rule>,
    pub(super) footprint: Footprint<'f>,
    all_fail: Vec<NeedNumber>,
    spots: Spots,
    /// Where somebody judged: what the verdict rests on, and what each part of it does.
    judged: Option<Judged>,
    whole: Whole,
    excluded: bool,
    until: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Judged {
    evidence: Evidence,
    /// By place: the records that the part rests on, in order.
    cited: Vec<Box<[Slot]>>,
    /// When a part may rest on something else; only the moments are used.
    rests: Spots,
}

impl<'f> Item<'f> {
    pub(super) fn new(framework: &str, item: Asked<'f>, rule: Option<&'f Rule>, footprint: Footprint<'f>) -> Self {
        let control = match item {
            Asked::Control(control) => Some(control),
            Asked::Requirement(..) => None,
        };
        Self {
            id: format!("{framework}/{}", item.id()),
            control,
            rule,
            footprint,
            all_fail: rule.filter(|r| matches!(r.about, About::Every { .. })).map(all_fail).unwrap_or_default(),
            spots: Spots::default(),
            judged: None,
            whole: Whole::of_parts(),
            excluded: false,
            until: None,
        }
    }

    /// The kind that the rule asks about, where it asks about records.
    pub(super) fn kind(&self) -> Option<&'f str> {
        match &self.rule?.about {
            About::Organization => None,
            About::Every { kind, .. } => Some(kind),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn rule(&self) -> Option<&'f Rule> {
        self.rule
    }

    pub(super) fn is_excluded(&self) -> bool {
        self.excluded
    }

    /// How many places there are for subjects.
    pub(super) fn places(&self) -> usize {
        self.spots.places()
    }

    /// What is kept of a record, where its kind is the one that the rule asks about and the requirement is not left out.
    pub(super) fn spot_of(&self, record: Entry<'_>) -> Option<Spot> {
        let asked = !self.excluded && self.kind() == Some(record.kind());
        usize::try_from(record.place()).ok().filter(|_| asked).and_then(|place| self.spots.get(place))
    }

    /// What is found of the subject in a place, with what is missing as a whole; nothing where the rule does not ask about it.
    pub(super) fn state_in(&self, place: usize) -> Option<State> {
        self.spots.state_in(place)
    }

    /// The needs that fail for all subjects.
    pub(super) fn failing_everywhere(&self) -> Vec<NeedNumber> {
        let everywhere = self.spots.failing_everywhere();
        self.all_fail.iter().zip(0..).filter(|(_, bit)| everywhere >> bit & 1 == 1).map(|(need, _)| *need).collect()
    }

    /// How many subjects are in each state that there is.
    pub(super) fn tally(&self) -> Vec<(State, usize)> {
        self.spots.tally()
    }

    pub(super) fn standing(&self) -> Standing<'_> {
        let (state, until) = match (self.excluded, self.rule) {
            (true, _) => (State::Excluded, None),
            (_, None) => (State::NoRuleYet, None),
            _ => (self.whole.state, self.until),
        };
        let (have, of) = match self.kind() {
            Some(_) if state != State::Excluded => (self.spots.conforming(), self.spots.members()),
            _ => (0, 0),
        };
        Standing { requirement: &self.id, state, have, of, until }
    }

    /// Places of subjects of which something may have changed by a moment.
    pub(super) fn due(&self, at: Timestamp) -> Vec<usize> {
        self.spots.due(at)
    }

    pub(super) fn whole_is_due(&self, at: Timestamp) -> bool {
        self.whole.may.is_some_and(|may| may <= at)
    }

    /// Whether a record is a judgement of this, or decides whether one counts.
    pub(super) fn is_judged_by(&self, record: Entry<'_>) -> bool {
        let Some(rule) = self.rule.filter(|r| r.judgement.is_some()) else { return false };
        let answers = |judgement: Entry<'_>| crate::judgement::is_about(judgement, rule);
        let of = |person: Entry<'_>| {
            let which = aims_register::Pointing { kind: Some("judgement"), field: Some("person") };
            person.pointing_ever(which).any(answers)
        };
        match record.kind() {
            "judgement" => answers(record),
            "person" => of(record),
            "role-assignment" => record.linked("person").any(of),
            _ => false,
        }
    }

    /// Whether a record may decide whether this is left out.
    pub(super) fn is_excluded_by(&self, record: Entry<'_>) -> bool {
        self.control.is_some() && matches!(record.kind(), "soa" | "control")
    }

    /// Whether somebody judged it.
    pub(super) fn is_judged(&self) -> bool {
        self.judged.is_some()
    }

    /// Sees whether somebody judged it, and whether that is otherwise than before: then what it rests on has to be found anew.
    pub(super) fn is_judged_otherwise(&mut self, engine: &Engine<'_>) -> bool {
        let judged = self.rule.is_some_and(|rule| !engine.judgements(rule).is_empty());
        let otherwise = judged != self.judged.is_some();
        if otherwise {
            self.judged = judged.then(Judged::default);
        }
        otherwise
    }

    /// Decides again what is marked, all but what the subjects make together. Where that is every record of a kind, none is looked at yet
    /// and the kind is given back: all rules about one record are asked together ([`Item::spot`]), while it is at hand.
    pub(super) fn decide_marked(
        &mut self,
        engine: &Engine<'_>,
        marked: MarkedItem,
        again: &mut Again,
        changed: &[Slot],
    ) -> Option<&'f str> {
        if marked.excluded {
            self.excluded = self.control.is_some_and(|c| engine.left_out(c).is_some());
        }
        self.rule?;
        match (self.kind(), marked.spots) {
            (None, Marked::Some(places)) if places.is_empty() => {}
            (None, _) => self.spot(engine, 0, None, changed),
            (Some(kind), Marked::All) => {
                self.spots.reserve(engine.register.places(kind));
                return Some(kind);
            }
            (Some(kind), Marked::Some(places)) => {
                for place in places {
                    let record = engine.register.in_place(kind, place);
                    self.spot(engine, place, record, changed);
                    again.subjects.extend(record.map(|r| r.slot()));
                }
            }
        }
        None
    }

    /// Decides one subject again: the record in a place, or the organization.
    pub(super) fn spot<'a>(&mut self, engine: &Engine<'a>, place: usize, record: Option<Entry<'a>>, changed: &[Slot]) {
        let Some(rule) = self.rule else { return };
        let engine = &Engine { cites: self.judged.is_some(), ..*engine };
        let gone = self.kind().is_some() && record.is_none();
        let (asked, until) = if gone { (false, None) } else { engine.asked_about(rule, record) };
        let moment = |until: Option<Timestamp>| until.unwrap_or(Timestamp::MAX);
        let mut spot = Spot { until: moment(until), state: None, exact: until.is_none(), fails: 0 };
        let mut rests_on = Vec::new();
        if asked {
            let part = engine.part(rule, record);
            let until = earlier(until, part.may);
            let fails = self.all_fail.iter().zip(0..).filter(|(need, _)| part.fails_as_nonconformity(**need));
            spot.fails = fails.fold(0, |all, (_, bit)| all | 1 << bit);
            (spot.state, spot.until, spot.exact) = (Some(part.state()), moment(until), until.is_none());
            if self.judged.is_some() {
                rests_on = cited(&part.witnesses);
            }
        }
        self.spots.set(place, spot);
        if let Some(judged) = &mut self.judged {
            judged.cite(engine, place, rests_on, changed);
            judged.rests.set(place, Spot { state: None, fails: 0, ..spot });
        }
    }

    /// What the parts make together, and until when.
    pub(super) fn sum_up(&mut self, engine: &Engine<'_>) {
        let Some(rule) = self.rule else { return };
        let engine = &Engine { cites: self.judged.is_some(), ..*engine };
        let nobody = (self.kind().is_some() && self.spots.members() == 0).then(|| engine.nobody(rule));
        let (state, may) = nobody.as_ref().map_or((self.spots.state(), None), |n| (n.state, n.may));
        let judged = &mut self.judged;
        let evidence = || match (nobody, judged) {
            (Some(nobody), _) => Evidence::of(nobody.witnesses).digest(&rule.requirement, engine.register),
            (None, Some(judged)) => judged.evidence.digest(&rule.requirement, engine.register),
            (None, None) => String::new(),
        };
        self.whole = engine.with_judgement(rule, state, may, evidence);
        self.until = self.next_change(engine, rule);
    }

    /// The first moment at which something else is said.
    fn next_change(&mut self, engine: &Engine<'_>, rule: &Rule) -> Option<Timestamp> {
        let kind = self.kind();
        let of_parts = first_exact(&mut self.spots, engine, rule, kind, false);
        let watched = self.spots.state() == State::Conforms && self.spots.members() > 0;
        let rests = match &mut self.judged {
            Some(judged) if watched => first_exact(&mut judged.rests, engine, rule, kind, true),
            _ => None,
        };
        let besides = earlier(self.whole.may, rests);
        match (of_parts, besides) {
            (of_parts, None) => of_parts,
            (Some(of_parts), Some(besides)) if of_parts <= besides => Some(of_parts),
            (_, Some(moment)) => match self.says_other_at(engine, rule, moment) {
                true => Some(moment),
                // it rests on something else from then on, and yet says the same: what comes after is found anew
                false => engine.until(rule),
            },
        }
    }

    /// Whether a judgement, or the reason for an empty population, says something else at a moment at which all parts say the same.
    fn says_other_at(&mut self, engine: &Engine<'_>, rule: &Rule, moment: Timestamp) -> bool {
        let then = engine.quiet_at(moment);
        let kind = self.kind();
        let Some(judged) = self.judged.as_mut().filter(|_| self.spots.members() > 0) else {
            return then.whole(rule).says_other(&self.whole);
        };
        let turning = judged.rests.due(moment);
        let before: Vec<_> = turning.iter().map(|n| (*n, judged.cited.get(*n).cloned().unwrap_or_default())).collect();
        for place in turning {
            let record = kind.and_then(|kind| engine.register.in_place(kind, place));
            judged.cite(engine, place, cited(&then.part(rule, record).witnesses), &[]);
        }
        let digest = judged.evidence.digest(&rule.requirement, engine.register);
        for (place, cited) in before {
            judged.cite(engine, place, cited.into_vec(), &[]);
        }
        then.with_judgement(rule, State::Conforms, None, || digest).says_other(&self.whole)
    }

    pub(super) fn bytes(&self) -> usize {
        self.spots.bytes() + self.judged.as_ref().map_or(0, Judged::bytes)
    }
}

impl Judged {
    /// Takes what a part rests on in place of what it rested on. Costs what is another one; `changed` are records of which only the
    /// version may be.
    fn cite(&mut self, engine: &Engine<'_>, place: usize, cited: Vec<Slot>, changed: &[Slot]) {
        if self.cited.len() <= place {
            self.cited.resize_with(place.saturating_add(1), Box::default);
        }
        let Some(known) = self.cited.get_mut(place) else { return };
        for record in only_in(known, &cited).filter_map(|slot| engine.register.at(slot)) {
            self.evidence.remove(record);
        }
        for record in only_in(&cited, known).filter_map(|slot| engine.register.at(slot)) {
            self.evidence.add(record);
        }
        let restated = changed.iter().filter(|slot| cited.binary_search(slot).is_ok());
        restated.filter_map(|slot| engine.register.at(*slot)).for_each(|record| self.evidence.touch(record));
        *known = cited.into_boxed_slice();
    }

    fn bytes(&self) -> usize {
        let cited: usize = self.cited.iter().map(|c| size_of_val(&**c) + 32).sum();
        cited + self.evidence.bytes() + self.rests.bytes()
    }
}

/// Records once each, in order.
fn cited(witnesses: &[Entry<'_>]) -> Vec<Slot> {
    let mut cited: Vec<_> = witnesses.iter().map(|w| w.slot()).collect();
    cited.sort_unstable();
    cited.dedup();
    cited
}

/// What stands in one ordered list and not in the other.
fn only_in<'s>(one: &'s [Slot], other: &'s [Slot]) -> impl Iterator<Item = Slot> {
    let mut rest = other;
    one.iter().copied().filter(move |slot| {
        let skip = rest.iter().take_while(|o| **o < *slot).count();
        rest = rest.get(skip..).unwrap_or(&[]);
        rest.first() != Some(slot)
    })
}

/// The first moment at which a part says something else, or rests on something else where that is asked. Moments are made exact only as
/// far as they come first.
fn first_exact(
    spots: &mut Spots,
    engine: &Engine<'_>,
    rule: &Rule,
    kind: Option<&str>,
    rests: bool,
) -> Option<Timestamp> {
    loop {
        let (place, spot) = spots.first()?;
        if spot.exact {
            return Some(spot.until);
        }
        let record = kind.and_then(|kind| engine.register.in_place(kind, place));
        let turns = engine.turns(rule, record, engine.look_at(rule, record), rests);
        spots.set(place, Spot { until: turns.unwrap_or(Timestamp::MAX), exact: true, ..spot });
    }
}
