//! Readiness for certification as a list of facts: met, not met, or not to be told from what is recorded. Never one number.

use std::{collections::BTreeMap, fmt};

use aims_framework::standard::{Among, Fact, FactTest, Found, Framework, Frameworks, Outside};
use aims_register::Register;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cited, Conformity, Escalation, NextAct, Severity, State, Verdict};

/// Whether a fact holds. The order is that of gravity, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// It is so.
    Met,
    /// What is recorded does not show it.
    CannotTell,
    /// It is not so.
    NotMet,
}

impl fmt::Display for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Met::Met => "met",
            Met::CannotTell => "cannot tell",
            Met::NotMet => "not met",
        })
    }
}

/// What is said of one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldFact {
    /// Such as `R9`.
    pub id: String,
    /// The framework, such as `iso-42001:2023`.
    pub framework: String,
    /// The stage of the certification audit before which it is needed.
    pub stage: usize,
    /// What has to be so.
    pub title: String,
    /// Whether it is.
    pub met: Met,
    /// Why not, or why it cannot be told; the gravest first. Where it is met, what was found out outside the records.
    pub why: Vec<Why>,
    /// What it rests on: records.
    pub records: Vec<Cited>,
    /// When it changes if nobody does anything, as far as the records that were asked for it decide.
    pub until: Option<Timestamp>,
}

impl ToldFact {
    /// What to do next: the remedy of the gravest reason.
    pub fn next(&self) -> Option<&NextAct> {
        self.why.iter().find_map(|w| w.next.as_ref())
    }
}

/// One reason why a fact is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// What this reason alone would make of the fact.
    pub met: Met,
    /// Lower case, no full stop.
    pub say: String,
    /// The requirement or control it comes from, where it comes from one.
    pub requirement: Option<String>,
    /// What is missing, each naming its record.
    pub missing: Vec<String>,
    /// What to do.
    pub next: Option<NextAct>,
}

/// Something found out outside the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Whether it is so.
    pub met: Met,
    /// Lower case, no full stop.
    pub say: String,
    /// What to do about it.
    pub next: Option<NextAct>,
}

/// What facts are held against.
#[derive(Clone, Copy, Debug)]
pub struct Readiness<'a> {
    /// The frameworks in force.
    pub frameworks: &'a Frameworks,
    /// The records.
    pub register: &'a Register,
    /// What is said about every requirement and control.
    pub verdicts: &'a [Verdict],
    /// What is proposed as major at clause level.
    pub escalations: &'a [Escalation],
    /// What was found out outside the records.
    pub outside: &'a BTreeMap<Outside, Observed>,
    /// The moment for which it is decided.
    pub at: Timestamp,
}

/// The facts of all frameworks, in their order.
pub fn readiness(asked: Readiness<'_>) -> Vec<ToldFact> {
    let mut with_facts = asked.frameworks.clone();
    for framework in asked.frameworks.by_id.values().filter(|f| !f.readiness.is_empty()) {
        let of_records = framework.asked_of_records();
        with_facts.by_id.insert(of_records.id.clone(), of_records);
    }
    let with_facts = Conformity { frameworks: &with_facts, register: asked.register };
    let facts = asked.frameworks.by_id.values().flat_map(|f| f.readiness.iter().map(move |fact| (f, fact)));
    facts.map(|(framework, fact)| asked.fact(with_facts, framework, fact)).collect()
}

impl Readiness<'_> {
    fn fact(&self, with_facts: Conformity<'_>, framework: &Framework, fact: &Fact) -> ToldFact {
        let mut told = ToldFact {
            id: fact.id.clone(),
            framework: framework.id.clone(),
            stage: fact.stage,
            title: fact.title.clone(),
            met: Met::Met,
            why: Vec::new(),
            records: Vec::new(),
            until: None,
        };
        for test in &fact.tests {
            match test {
                FactTest::Requirements { items, free_of } => self.requirements(items, free_of, &mut told),
                FactTest::NoVerdict { found, among } => self.no_verdict(framework, found, *among, &mut told),
                FactTest::Needs(rule) => {
                    told_of_records(with_facts.verdict(&rule.requirement, self.at), &mut told);
                }
                FactTest::Outside(what) => self.observed(*what, &mut told),
            }
        }
        told.why.sort_by_key(|w| std::cmp::Reverse(w.met));
        told.met = told.why.first().map_or(Met::Met, |w| w.met);
        told.records.sort();
        told.records.dedup();
        told
    }

    /// Of the items that are named, what shows nothing leaves the fact open.
    fn requirements(&self, items: &[String], free_of: &[Found], told: &mut ToldFact) {
        for verdict in self.verdicts.iter().filter(|v| items.contains(&v.requirement)) {
            let met = match verdict.state {
                state if free_of.iter().any(|f| is(*f, state)) => Met::NotMet,
                State::NotEvidenced | State::NoRuleYet => Met::CannotTell,
                _ => {
                    told.records.extend(verdict.witnesses.iter().cloned());
                    continue;
                }
            };
            told.why.push(of_verdict(met, verdict));
        }
        let unasked = items.iter().filter(|i| !self.verdicts.iter().any(|v| v.requirement == **i));
        told.why.extend(unasked.map(|item| Why {
            met: Met::CannotTell,
            say: "nothing was said about this requirement".to_owned(),
            requirement: Some(item.clone()),
            missing: Vec::new(),
            next: None,
        }));
    }

    fn no_verdict(&self, framework: &Framework, found: &[Found], among: Among, told: &mut ToldFact) {
        let asked = |id: &str| {
            let item = id.strip_prefix(&framework.id).and_then(|rest| framework.item(rest.strip_prefix('/')?));
            item.is_some_and(|item| among == Among::All || item.judged().major_if.is_some())
        };
        let of_it = self.verdicts.iter().filter(|v| asked(&v.requirement) && found.iter().any(|f| is(*f, v.state)));
        told.why.extend(of_it.map(|verdict| of_verdict(Met::NotMet, verdict)));
        if found.contains(&Found::Major) {
            let here = |e: &&Escalation| e.clause.strip_prefix(&framework.id).is_some_and(|rest| rest.starts_with('/'));
            told.why.extend(self.escalations.iter().filter(here).map(of_escalation));
        }
    }

    fn observed(&self, what: Outside, told: &mut ToldFact) {
        let Some(seen) = self.outside.get(&what) else {
            told.why.push(Why {
                met: Met::CannotTell,
                say: format!("nobody looked at it ({})", what.word()),
                requirement: None,
                missing: Vec::new(),
                next: None,
            });
            return;
        };
        // Said where it is met, too: no record shows it.
        let (say, next) = (seen.say.clone(), seen.next.clone());
        told.why.push(Why { met: seen.met, say, requirement: None, missing: Vec::new(), next });
    }
}

fn is(found: Found, state: State) -> bool {
    matches!(
        (found, state),
        (Found::Major, State::Nonconformity(Severity::Major))
            | (Found::Minor, State::Nonconformity(Severity::Minor))
            | (Found::OwnRule, State::OwnRuleNotMet)
            | (Found::NotEvidenced, State::NotEvidenced)
            | (Found::DeterminationDue, State::DeterminationDue)
    )
}

/// A finding in one line; `aims explain` has the rest.
fn of_verdict(met: Met, verdict: &Verdict) -> Why {
    let why = verdict.reasons.first();
    let about: Vec<String> = verdict.populations.iter().flat_map(|p| p.missing.iter().cloned()).collect();
    Why {
        met,
        say: format!("{}{}", verdict.state, why.map(|r| format!(": {}", r.say)).unwrap_or_default()),
        requirement: Some(verdict.requirement.clone()),
        missing: if about.is_empty() { why.map(|r| r.missing.clone()).unwrap_or_default() } else { about },
        next: verdict.next().cloned(),
    }
}

fn of_escalation(escalation: &Escalation) -> Why {
    let records = escalation.records.iter().map(|r| r.number.clone());
    Why {
        met: Met::NotMet,
        say: format!("proposed as major: {}", escalation.say),
        requirement: Some(escalation.clause.clone()),
        missing: escalation.items.iter().cloned().chain(records).collect(),
        next: Some(escalation.next()),
    }
}

/// What the records themselves say: what is not evidenced cannot be told.
fn told_of_records(verdict: Option<Verdict>, told: &mut ToldFact) {
    let Some(verdict) = verdict else { return };
    told.why.extend(verdict.reasons.into_iter().map(|reason| Why {
        met: if reason.state == State::NotEvidenced { Met::CannotTell } else { Met::NotMet },
        say: reason.say,
        requirement: None,
        missing: reason.missing,
        next: reason.next,
    }));
    told.records.extend(verdict.witnesses);
    told.until = verdict.until;
}
