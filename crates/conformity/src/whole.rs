//! What a rule's parts make of its verdict, without words.

use aims_framework::standard::{About, IfEmpty, Next, Rule};
use aims_register::Entry;
use jiff::Timestamp;

use crate::{
    NextAct, Population, Reason, State,
    blocks::Engine,
    evidence::Evidence,
    fault::Faults,
    filters::Looked,
    part::{Part, all_fail, state_of},
    truth::{Truth, earlier},
};

/// The state of a verdict, and until when it certainly stays where its parts do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) state: State,
    /// What a judgement adds in words.
    pub(crate) say: Option<String>,
    /// Before this moment neither a judgement nor the recorded reason for an empty population changes.
    pub(crate) may: Option<Timestamp>,
}

impl Whole {
    /// Nothing beside the parts decides.
    pub(crate) fn of_parts() -> Self {
        Self { state: State::Conforms, say: None, may: None }
    }

    /// Whether something else is said.
    pub(crate) fn says_other(&self, other: &Whole) -> bool {
        self.state != other.state || self.say != other.say
    }
}

/// What it means that the rule asks about nobody.
pub(crate) struct Nobody<'a> {
    pub(crate) reason: Option<Reason>,
    pub(crate) populations: Vec<Population>,
    pub(crate) witnesses: Vec<Entry<'a>>,
    pub(crate) state: State,
    pub(crate) may: Option<Timestamp>,
}

impl<'a> Engine<'a> {
    /// Whether the rule asks about this record, and until when that certainly stays so.
    pub(crate) fn asked_about(&self, rule: &Rule, record: Option<Entry<'a>>) -> (bool, Option<Timestamp>) {
        let (About::Every { filter, .. }, Some(record)) = (&rule.about, record) else { return (true, None) };
        let engine = Engine { about: Some(record), ..*self };
        let chosen = engine.filter(filter, Looked { record, row: None, subject: None }, &mut Faults::ignored());
        (chosen.truth != Truth::No, chosen.until)
    }

    /// The verdict of a rule, without words and without the moment at which its parts change.
    pub(crate) fn whole(&self, rule: &Rule) -> Whole {
        let (state, witnesses, may) = match &rule.about {
            About::Organization => {
                let part = self.part(rule, None);
                (part.state(), part.witnesses, None)
            }
            About::Every { .. } => {
                let parts = self.parts(rule);
                if parts.is_empty() {
                    let nobody = self.nobody(rule);
                    (nobody.state, nobody.witnesses, nobody.may)
                } else {
                    (state_of_parts(rule, &parts), parts.into_iter().flat_map(|p| p.witnesses).collect(), None)
                }
            }
        };
        self.with_judgement(rule, state, may, || Evidence::of(witnesses).digest(&rule.requirement, self.register))
    }

    /// What becomes of a state where a judgement is asked for.
    pub(crate) fn with_judgement(
        &self,
        rule: &Rule,
        state: State,
        may: Option<Timestamp>,
        evidence: impl FnOnce() -> String,
    ) -> Whole {
        let asked = rule.judgement.as_ref().filter(|_| state == State::Conforms);
        let Some(asked) = asked else { return Whole { state, say: None, may } };
        let judged = self.judgement(rule, asked, evidence);
        Whole { state: judged.state(), say: judged.say(), may: earlier(may, judged.may) }
    }

    /// What is said where the rule asks about nobody. It never passes by itself.
    pub(crate) fn nobody(&self, rule: &Rule) -> Nobody<'a> {
        let About::Every { kind, if_empty, .. } = &rule.about else {
            return Nobody {
                reason: None,
                populations: Vec::new(),
                witnesses: Vec::new(),
                state: State::Conforms,
                may: None,
            };
        };
        let unless = if_empty.unless.as_ref().map(|block| self.block(block, None));
        let may = unless.as_ref().and_then(|o| o.answer.until);
        let population = Population { what: self.plural(kind), have: 0, of: 0, missing: Vec::new() };
        let (reason, witnesses) = match unless {
            Some(outcome) if outcome.answer.holds() => (None, outcome.witnesses),
            _ => (Some(self.empty(kind, if_empty)), Vec::new()),
        };
        let state = reason.as_ref().map_or(State::Conforms, |r| r.state);
        Nobody { reason, populations: vec![population], witnesses, state, may }
    }

    fn empty(&self, kind: &str, if_empty: &IfEmpty) -> Reason {
        let otherwise = &if_empty.otherwise;
        let next = match &otherwise.next {
            Some(Next::Record(kind)) => kind,
            _ => kind,
        };
        Reason {
            state: state_of(otherwise.grade),
            say: otherwise.say.clone(),
            missing: vec![format!("no {} of this sort recorded", self.title(kind))],
            next: Some(NextAct::record(next, &[])),
            need: "population".to_owned(),
        }
    }
}

/// The gravest of all parts; what fails for all of them is missing as a whole.
fn state_of_parts(rule: &Rule, parts: &[Part<'_>]) -> State {
    let gravest = parts.iter().map(Part::state).max().unwrap_or(State::Conforms);
    let everywhere = |need| parts.iter().all(|p| p.fails_as_nonconformity(need));
    if all_fail(rule).into_iter().any(everywhere) {
        gravest.max(State::Nonconformity(crate::Severity::Major))
    } else {
        gravest
    }
}
