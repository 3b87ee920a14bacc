//! How a requirement is decided, in words written from its rule, and what each need found.

use aims_framework::standard::{Item, sentence};
use jiff::Timestamp;
use serde::Serialize;

use crate::{Conformity, PREDICATES, Subject, Verdict};

/// How a requirement is decided and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// What is said.
    pub says: String,
    /// Records and versions it rests on, such as `IMP-0003 version 4`.
    pub records: Vec<String>,
    /// What it follows from.
    pub parts: Vec<Proof>,
}

/// Explains a requirement or control, for all subjects or the one with this number. Nothing where there is none of this id.
pub fn explain(conformity: &Conformity<'_>, id: &str, subject: Option<&str>, at: Timestamp) -> Option<Explanation> {
    let (framework, item) = conformity.frameworks.item(id)?;
    let verdict = conformity.verdict(id, at)?;
    let rule = framework.rules.get(item.id());
    let decided = match rule {
        Some(rule) => sentence(rule, conformity.register.kinds()),
        None => "no rule yet: nothing here decides it".to_owned(),
    };
    let used = PREDICATES.iter().filter(|p| decided.contains(&format!("`{}`", p.name)));
    let checks = used.map(|p| format!("{}: {}", p.name, p.about)).collect();
    Some(Explanation { requirement: id.to_owned(), asks: asks(item), decided, checks, proof: proof(&verdict, subject) })
}

fn asks(item: Item<'_>) -> String {
    format!("{}. {}", item.title(), item.text())
}

fn proof(verdict: &Verdict, subject: Option<&str>) -> Proof {
    let who = match &verdict.subject {
        Subject::Organization => verdict.requirement.clone(),
        Subject::Record(record) => record.number.clone(),
    };
    let shown = |part: &&Verdict| match (&part.subject, subject) {
        (Subject::Record(record), Some(wanted)) => record.number == wanted,
        _ => true,
    };
    let populations = verdict.populations.iter().map(|p| {
        let missing = if p.missing.is_empty() { String::new() } else { format!("; missing: {}", p.missing.join(", ")) };
        plain(format!("{p}{missing}"))
    });
    let reasons = verdict.reasons.iter().map(|r| Proof {
        says: format!("{}: {}", r.state, r.say),
        records: Vec::new(),
        parts: r.missing.iter().cloned().map(plain).collect(),
    });
    let parts = verdict.parts.iter().filter(shown).map(|p| proof(p, subject));
    Proof {
        says: format!("{who}: {}", verdict.state),
        records: verdict.witnesses.iter().map(|c| format!("{} version {}", c.number, c.version)).collect(),
        parts: populations.chain(reasons).chain(parts).collect(),
    }
}

fn plain(says: String) -> Proof {
    Proof { says, records: Vec::new(), parts: Vec::new() }
}
