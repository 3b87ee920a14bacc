//! A person's judgement: whether one stands for the evidence as it is now.

use aims_framework::standard::{Judgement, Rule};
use aims_register::{Entry, Value};
use sha2::{Digest, Sha256};

use crate::{
    Cited, Reason, Severity, State, Verdict,
    blocks::Engine,
    next::NextAct,
    time::{day_of, end_of, lapses},
    truth::Answer,
};

/// Digest of the records and versions that a judgement is about.
pub(crate) fn evidence(requirement: &str, witnesses: &[Cited]) -> String {
    let mut lines: Vec<String> = witnesses.iter().map(|c| format!("{} {}\n", c.id, c.version)).collect();
    lines.sort();
    lines.dedup();
    let mut hash = Sha256::new();
    hash.update(requirement.as_bytes());
    hash.update(b"\n");
    for line in lines {
        hash.update(line.as_bytes());
    }
    hex::encode(hash.finalize())
}

impl<'a> Engine<'a> {
    /// Holds a verdict that conforms against the judgement that its rule asks for. Returns when that may change.
    pub(crate) fn judged(&self, rule: &Rule, verdict: &mut Verdict) -> Option<jiff::Timestamp> {
        let judgement = rule.judgement.as_ref().filter(|_| verdict.state == State::Conforms)?;
        let given: Vec<_> = self.register.of_kind("judgement").filter(|j| answers(*j, rule, judgement)).collect();
        let standing: Vec<_> = given.iter().map(|j| (*j, self.stands(*j, judgement, &verdict.evidence))).collect();
        let until = standing.iter().fold(None, |at, (_, a)| crate::truth::earlier(at, a.until));
        let newest = standing.iter().filter(|(_, a)| a.holds()).map(|(j, _)| *j).max_by_key(|j| (j.recorded(), j.id()));
        match newest {
            Some(found) if found.text("verdict") == Some("inadequate") => {
                verdict.state = State::Nonconformity(Severity::Minor);
                verdict.reasons.push(inadequate(found));
            }
            Some(found) => verdict.witnesses.push(found.into()),
            None => {
                verdict.state = State::DeterminationDue;
                verdict.reasons.push(due(rule, judgement, &verdict.evidence, given.last().copied()));
            }
        }
        until
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

fn answers(given: Entry<'_>, rule: &Rule, asked: &Judgement) -> bool {
    let question = given.text("question");
    given.state() == Some("in-force")
        && given.text("role") == Some(&asked.by)
        && (question == Some(&rule.requirement) || question == Some(&asked.question))
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
