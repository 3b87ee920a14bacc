//! A person's judgement: whether one stands for the evidence as it is now.

use aims_framework::standard::{Judgement, Rule};
use aims_register::{Entry, Value};
use jiff::Timestamp;

use crate::{
    Reason, Severity, State, Verdict,
    blocks::Engine,
    next::NextAct,
    time::{day_of, end_of, lapses},
    truth::{Answer, earlier},
};

/// What a rule's judgement makes of a verdict that conforms otherwise.
pub(crate) struct Judged<'a> {
    /// The newest that counts.
    standing: Option<Entry<'a>>,
    /// The last one given, whether it counts or not.
    last: Option<Entry<'a>>,
    /// Digest of the evidence as it is.
    evidence: String,
    /// Before this moment nothing of it changes, where the evidence does not.
    pub(crate) may: Option<Timestamp>,
}

impl Judged<'_> {
    fn is_inadequate(&self) -> bool {
        self.standing.is_some_and(|j| j.text("verdict") == Some("inadequate"))
    }

    pub(crate) fn state(&self) -> State {
        match self.standing {
            None => State::DeterminationDue,
            Some(_) if self.is_inadequate() => State::Nonconformity(Severity::Minor),
            Some(_) => State::Conforms,
        }
    }

    /// What it adds in words: which judgement found it inadequate.
    pub(crate) fn say(&self) -> Option<String> {
        self.standing.filter(|_| self.is_inadequate()).map(|j| format!("judged inadequate in {}", j.number()))
    }
}

impl<'a> Engine<'a> {
    /// Judgements in force that answer the question of a rule.
    pub(crate) fn judgements(&self, rule: &Rule) -> Vec<Entry<'a>> {
        let Some(asked) = &rule.judgement else { return Vec::new() };
        let by_id = self.register.judgements(&rule.requirement);
        let by_question = self.register.judgements(&asked.question).filter(|_| asked.question != rule.requirement);
        let mut given: Vec<_> = by_id.chain(by_question).filter(|j| counts(*j, asked)).collect();
        given.sort_by_key(|j| (j.recorded(), j.uuid()));
        given
    }

    /// Which judgement counts for the evidence as it is. The evidence is asked for only where a judgement was given at all.
    pub(crate) fn judgement(&self, rule: &Rule, asked: &Judgement, evidence: impl FnOnce() -> String) -> Judged<'a> {
        let given = self.judgements(rule);
        if given.is_empty() && !self.told {
            return Judged { standing: None, last: None, evidence: String::new(), may: None };
        }
        let evidence = evidence();
        let standing: Vec<_> = given.iter().map(|j| (*j, self.stands(*j, asked, &evidence))).collect();
        let may = standing.iter().fold(None, |at, (_, a)| earlier(at, a.until));
        let newest =
            standing.iter().filter(|(_, a)| a.holds()).map(|(j, _)| *j).max_by_key(|j| (j.recorded(), j.slot()));
        Judged { standing: newest, last: given.last().copied(), evidence, may }
    }

    /// Holds a verdict that conforms against the judgement that its rule asks for.
    pub(crate) fn judged(&self, rule: &Rule, verdict: &mut Verdict) {
        let Some(asked) = rule.judgement.as_ref().filter(|_| verdict.state == State::Conforms) else { return };
        let judged = self.judgement(rule, asked, || verdict.evidence.clone());
        verdict.state = judged.state();
        match judged.standing {
            Some(found) if judged.is_inadequate() => verdict.reasons.push(inadequate(found)),
            Some(found) => verdict.witnesses.push(found.into()),
            None => verdict.reasons.push(due(rule, asked, &judged.evidence, judged.last)),
        }
    }

    /// Given by someone who held the role, on the evidence as it is now, and not too long ago.
    fn stands(&self, given: Entry<'a>, asked: &Judgement, evidence: &str) -> Answer {
        let Some(date) = given.field("date").and_then(Value::instant) else { return Answer::NO };
        let person = given.linked("person").next();
        let held = person.is_some_and(|p| self.register.assignments(p, &asked.by).any(|a| a.holds(date)));
        let same = given.text("evidence_hash") == Some(evidence);
        let last_day = given.field("expires").and_then(Value::instant).and_then(|d| end_of(day_of(d)));
        Answer::all([
            Answer::fixed(held && same && date <= self.at),
            self.before(lapses(day_of(date), asked.every)),
            self.before(last_day),
        ])
    }
}

/// Whether a judgement, in whatever state, is about a rule.
pub(crate) fn is_about(given: Entry<'_>, rule: &Rule) -> bool {
    let question = given.text("question");
    let asked = rule.judgement.as_ref().map(|j| j.question.as_str());
    question.is_some() && (question == Some(&rule.requirement) || question == asked)
}

/// Whether it is in force and was given in the role that is asked for.
fn counts(given: Entry<'_>, asked: &Judgement) -> bool {
    given.state() == Some("in-force") && given.text("role") == Some(&asked.by)
}

fn inadequate(found: Entry<'_>) -> Reason {
    Reason {
        state: State::Nonconformity(Severity::Minor),
        say: format!("judged inadequate in {}", found.number()),
        missing: Vec::new(),
        next: Some(NextAct::record("nonconformity", &[("source_record".to_owned(), found.number().to_owned())])),
        need: "judgement".to_owned(),
    }
}

fn due(rule: &Rule, asked: &Judgement, evidence: &str, earlier: Option<Entry<'_>>) -> Reason {
    let missing = earlier.map(|j| {
        let same = j.text("evidence_hash") == Some(evidence);
        let why = if same { "has run out or was not given in the role" } else { "was given on other evidence" };
        format!("{}: {why}", j.number())
    });
    let fields = [("question", rule.requirement.as_str()), ("role", &asked.by), ("evidence_hash", evidence)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Reason {
        state: State::DeterminationDue,
        say: format!("to be judged: {}", asked.question),
        missing: missing.into_iter().collect(),
        next: Some(NextAct::record("judgement", &fields)),
        need: "judgement".to_owned(),
    }
}
