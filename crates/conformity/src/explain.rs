//! How a requirement is decided, in words written from its rule, and what each need found.

use aims_framework::standard::{Frameworks, Item, sentence};
use aims_register::Register;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Conformity, Subject, Verdict, predicates};

/// How a requirement is decided and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Full id.
    pub requirement: String,
    /// Our own paraphrase of what is asked.
    pub asks: String,
    /// How this is decided: written from the rule.
    pub decided: String,
    /// Named checks that the rule uses, with what they check.
    pub checks: Vec<String>,
    /// What was found, the verdict on top.
    pub proof: Proof,
}

/// One finding and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Number of the record it is about, where it is a verdict about one.
    pub subject: Option<String>,
    /// What is said.
    pub says: String,
    /// Records and versions it rests on, such as `IMP-0003 version 4`.
    pub records: Vec<String>,
    /// What it follows from.
    pub parts: Vec<Proof>,
}

/// How a requirement or control is decided, with the proof for all its subjects. Nothing where there is none of this id.
pub fn explain(frameworks: &Frameworks, register: &Register, at: Timestamp, id: &str) -> Option<Explanation> {
    let (framework, item) = frameworks.item(id)?;
    let verdict = Conformity { frameworks, register }.verdict(id, at)?;
    let decided = match framework.rules.get(item.id()) {
        Some(rule) => sentence(rule, register.kinds()),
        None => "no rule yet: nothing here decides it".to_owned(),
    };
    let used = predicates().filter(|p| decided.contains(&format!("`{}`", p.name)));
    let checks = used.map(|p| format!("{}: {}", p.name, p.about)).collect();
    Some(Explanation { requirement: id.to_owned(), asks: asks(item), decided, checks, proof: proof(&verdict) })
}

impl Explanation {
    /// The same, with the proof for the record of this number only. Nothing where the requirement is not about it.
    pub fn only(mut self, number: &str) -> Option<Self> {
        let about = |p: &Proof| p.subject.as_deref() == Some(number);
        self.proof = self.proof.parts.into_iter().find(about)?;
        Some(self)
    }
}

fn asks(item: Item<'_>) -> String {
    format!("{}. {}", item.title(), item.text())
}

fn proof(verdict: &Verdict) -> Proof {
    let who = match &verdict.subject {
        Subject::Organization => verdict.requirement.clone(),
        Subject::Record(record) => record.number.clone(),
    };
    let subject = match &verdict.subject {
        Subject::Organization => None,
        Subject::Record(record) => Some(record.number.clone()),
    };
    let populations = verdict.populations.iter().map(|p| {
        let missing = if p.missing.is_empty() { String::new() } else { format!("; missing: {}", p.missing.join(", ")) };
        plain(format!("{p}{missing}"))
    });
    let reasons = verdict.reasons.iter().map(|r| Proof {
        subject: None,
        says: format!("{}: {}", r.state, r.say),
        records: Vec::new(),
        parts: r.missing.iter().cloned().map(plain).collect(),
    });
    let parts = verdict.parts.iter().map(proof);
    Proof {
        subject,
        says: format!("{who}: {}", verdict.state),
        records: verdict.witnesses.iter().map(|c| format!("{} version {}", c.number, c.version)).collect(),
        parts: populations.chain(reasons).chain(parts).collect(),
    }
}

fn plain(says: String) -> Proof {
    Proof { subject: None, says, records: Vec::new(), parts: Vec::new() }
}
