//! One subject held against the needs of a rule.

use std::hash::{Hash, Hasher};

use aims_framework::standard::{Filter, Grade, MajorWhen, Need, Rule};
use aims_register::Entry;
use jiff::Timestamp;

use crate::{
    Backdated, Population, Reason, Severity, State,
    blocks::{Counted, Engine, Outcome},
    fault::Faults,
    filters::Looked,
    truth::{Answer, Truth, earlier},
};

/// What was found for one subject, or for the organization as one.
pub(crate) struct Part<'a> {
    pub(crate) subject: Option<Entry<'a>>,
    /// Needs that do not hold, in the order of the rule.
    pub(crate) failing: Vec<Failing>,
    pub(crate) witnesses: Vec<Entry<'a>>,
    /// In words only.
    pub(crate) populations: Vec<Population>,
    /// In words only.
    pub(crate) backdated: Vec<Backdated>,
    pub(crate) counted: Counted,
    /// Before this moment nothing of it changes, not even what it rests on.
    pub(crate) may: Option<Timestamp>,
}

/// A need that does not hold.
pub(crate) struct Failing {
    pub(crate) state: State,
    pub(crate) need: NeedNumber,
    /// Digest of what has to be defined first, where it is a gap: the same need may lack one thing or another.
    gap: u64,
    /// In words only.
    pub(crate) reason: Option<Reason>,
}

/// A need's place in its rule: its number and those of the needs above it, 6 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct NeedNumber(u64);

impl NeedNumber {
    fn below(self, number: u64) -> Self {
        Self(self.0 << 6 | number & 63)
    }

    /// As written: `2.1`.
    fn written(self) -> String {
        let mut numbers: Vec<String> = Vec::new();
        let mut rest = self.0;
        while rest > 0 {
            numbers.push((rest & 63).to_string());
            rest >>= 6;
        }
        numbers.reverse();
        numbers.join(".")
    }
}

impl Part<'_> {
    /// The gravest of what does not hold.
    pub(crate) fn state(&self) -> State {
        self.failing.iter().map(|f| f.state).max().unwrap_or(State::Conforms)
    }

    /// Whether this need is a nonconformity.
    pub(crate) fn fails_as_nonconformity(&self, need: NeedNumber) -> bool {
        self.failing.iter().any(|f| f.need == need && f.is_nonconformity())
    }

    /// Digest of what is said: two parts with the same one say the same ([`crate::Verdict::says_the_same`]).
    pub(crate) fn visible(&self) -> u64 {
        let mut hash = hasher();
        self.counted.hash(&mut hash);
        for failing in &self.failing {
            (failing.state, failing.need, failing.gap).hash(&mut hash);
        }
        hash.finish()
    }
}

/// Where digests of this process are made that never leave it.
pub(crate) fn hasher() -> impl Hasher {
    use std::hash::BuildHasher;
    foldhash::quality::FixedState::with_seed(0x61_69_6d_73).build_hasher()
}

impl<'a> Engine<'a> {
    /// The needs of a rule for one subject; for the organization as one where there is none.
    pub(crate) fn part(&self, rule: &Rule, subject: Option<Entry<'a>>) -> Part<'a> {
        let engine = Engine { about: subject, ..*self };
        let mut part = Part {
            subject,
            failing: Vec::new(),
            witnesses: Vec::from_iter(subject),
            populations: Vec::new(),
            backdated: Vec::new(),
            counted: Counted::default(),
            may: None,
        };
        part.may = engine.needs(&rule.needs, NeedNumber::default(), subject, &mut part);
        if subject.is_none() {
            whole_population_fails(rule, &mut part);
        }
        part
    }

    fn needs(
        &self,
        needs: &[Need],
        above: NeedNumber,
        subject: Option<Entry<'a>>,
        part: &mut Part<'a>,
    ) -> Option<Timestamp> {
        let mut may = None;
        for (need, number) in needs.iter().zip(1..) {
            let number = above.below(number);
            let when = need.when.as_ref().map(|block| self.block(block, subject));
            let asked = when.as_ref().map_or(Answer::YES, |o| o.answer);
            may = earlier(may, asked.until);
            let (outcome, block) = match (asked.truth, when, &need.when) {
                (Truth::No, ..) => continue,
                (Truth::Gap, Some(unsure), Some(block)) => (unsure, block),
                (_, when, _) => {
                    part.witnesses.extend(when.into_iter().flat_map(|o| o.witnesses));
                    (self.block(&need.block, subject), &need.block)
                }
            };
            may = earlier(may, outcome.answer.until);
            if outcome.answer.holds() {
                may = earlier(may, self.needs(&need.then, number, subject, part));
            } else {
                let gap = || gap(&Engine { told: true, ..*self }.block(block, subject).missing);
                part.failing.push(self.failing(need, number, &outcome, subject, gap));
            }
            part.take(outcome);
        }
        may
    }

    fn failing(
        &self,
        need: &Need,
        number: NeedNumber,
        outcome: &Outcome<'a>,
        subject: Option<Entry<'a>>,
        gap: impl Fn() -> String,
    ) -> Failing {
        let truth = outcome.answer.truth;
        let undefined = (truth == Truth::Gap).then(gap);
        let state = self.state_of_need(need, truth, subject);
        let reason = || Reason {
            state,
            say: undefined.clone().unwrap_or_else(|| need.otherwise.say.clone()),
            missing: outcome.missing.iter().map(|m| about(subject, m.clone())).collect(),
            next: self.next(need, outcome, subject),
            need: number.written(),
        };
        let reason = self.told.then(reason);
        Failing { state, need: number, gap: undefined.map_or(0, digest), reason }
    }

    fn state_of_need(&self, need: &Need, truth: Truth, subject: Option<Entry<'a>>) -> State {
        if truth == Truth::Gap {
            return State::NotEvidenced;
        }
        if let (Some(MajorWhen::Subject(filter)), Some(record)) = (&need.otherwise.major_when, subject)
            && self.is(filter, record)
        {
            return State::Nonconformity(Severity::Major);
        }
        state_of(need.otherwise.grade)
    }

    /// Whether a record is like this.
    fn is(&self, filter: &Filter, record: Entry<'a>) -> bool {
        self.filter(filter, Looked { record, row: None, subject: None }, &mut Faults::ignored()).holds()
    }
}

impl<'a> Part<'a> {
    fn take(&mut self, outcome: Outcome<'a>) {
        self.witnesses.extend(outcome.witnesses);
        self.populations.extend(outcome.populations);
        self.backdated.extend(outcome.backdated);
        self.counted.add(outcome.counted);
    }
}

/// Where a rule about the organization asks something of a whole population and nobody passes, what fails is missing as a whole.
fn whole_population_fails(rule: &Rule, part: &mut Part<'_>) {
    if !part.counted.nobody {
        return;
    }
    for failing in part.failing.iter_mut().filter(|f| is_all_fail(rule, f.need)) {
        failing.escalate();
    }
}

impl Failing {
    pub(crate) fn is_nonconformity(&self) -> bool {
        matches!(self.state, State::Nonconformity(_))
    }

    /// Makes a nonconformity a major one.
    pub(crate) fn escalate(&mut self) {
        if self.is_nonconformity() {
            self.state = State::Nonconformity(Severity::Major);
            self.reason.iter_mut().for_each(|r| r.state = self.state);
        }
    }
}

/// Whether the need is a major nonconformity where it fails for all.
pub(crate) fn is_all_fail(rule: &Rule, need: NeedNumber) -> bool {
    all_fail(rule).contains(&need)
}

/// The needs of a rule that are major nonconformities where they fail for all.
pub(crate) fn all_fail(rule: &Rule) -> Vec<NeedNumber> {
    fn walk(needs: &[Need], above: NeedNumber, found: &mut Vec<NeedNumber>) {
        for (need, number) in needs.iter().zip(1..) {
            let number = above.below(number);
            if matches!(need.otherwise.major_when, Some(MajorWhen::AllFail)) {
                found.push(number);
            }
            walk(&need.then, number, found);
        }
    }
    let mut found = Vec::new();
    walk(&rule.needs, NeedNumber::default(), &mut found);
    found
}

/// That nothing is recorded says for which subject.
fn about(subject: Option<Entry<'_>>, missing: String) -> String {
    match subject {
        Some(subject) if missing.starts_with("no ") => format!("{}: {missing}", subject.number()),
        _ => missing,
    }
}

/// A gap says what has to be defined.
fn gap(missing: &[String]) -> String {
    let says = |s: &&str| s.starts_with("interval") || s.starts_with("limit");
    let undefined = missing.iter().find_map(|m| m.split_once(": ").map(|(_, says)| says).filter(says));
    undefined.unwrap_or("something this rests on is not defined").to_owned()
}

fn digest(text: String) -> u64 {
    let mut hash = hasher();
    text.hash(&mut hash);
    hash.finish()
}

/// What a grade makes of a verdict.
pub(crate) fn state_of(grade: Grade) -> State {
    match grade {
        Grade::Major => State::Nonconformity(Severity::Major),
        Grade::Minor => State::Nonconformity(Severity::Minor),
        Grade::OwnRule => State::OwnRuleNotMet,
        Grade::NotEvidenced => State::NotEvidenced,
    }
}
