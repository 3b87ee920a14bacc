//! What is minor item by item and may be major for the clause: proposed beside the verdicts, never inside them.

use std::collections::{BTreeMap, BTreeSet};

use aims_framework::standard::{Frameworks, Item};
use aims_register::{Entry, Pointing, Register, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Cited, NextAct, Severity, State, Verdict,
    time::{day_of, end_of},
};

/// So many minor nonconformities on one clause are proposed as a major one.
const SEVERAL: usize = 3;

/// That a clause is proposed as a major nonconformity although no single item of it is one. A person confirms it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Escalation {
    /// Full id of the clause, such as `iso-42001:2023/8.4`, or of the control.
    pub clause: String,
    /// Which sort of reason.
    pub because: Escalated,
    /// The same in words: lower case, no full stop.
    pub say: String,
    /// Requirements and controls that it comes from, full ids.
    pub items: Vec<String>,
    /// Records that it comes from.
    pub records: Vec<Cited>,
}

/// Why a clause is proposed as major.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escalated {
    /// Three or more minor nonconformities stand on it at once.
    SeveralMinor,
    /// The same came back after it was closed.
    CameBack,
    /// Corrective action that was due was not taken.
    CorrectionMissed,
}

impl Escalation {
    /// What to do about it.
    pub fn next(&self) -> NextAct {
        let shown =
            |number: &str| NextAct { command: format!("aims show {number}"), page: format!("/nonconformity/{number}") };
        match self.records.last() {
            Some(record) => shown(&record.number),
            None => NextAct::record(
                "nonconformity",
                &[("clause".to_owned(), self.clause.clone()), ("severity".to_owned(), "major".to_owned())],
            ),
        }
    }
}

/// What is proposed as major at clause level, by verdicts and by the nonconformities that are recorded; in the order of the clauses' names.
/// Only clauses with an item among the verdicts are looked at.
pub fn escalations(
    frameworks: &Frameworks,
    register: &Register,
    verdicts: &[Verdict],
    at: Timestamp,
) -> Vec<Escalation> {
    let asked: BTreeSet<String> = verdicts.iter().filter_map(|v| clause_of(frameworks, &v.requirement)).collect();
    let open: Vec<Entry<'_>> = register.of_kind("nonconformity").filter(|n| is_open(*n) && is_minor(*n)).collect();
    let mut found = several_items(frameworks, verdicts);
    found.extend(several_records(&open));
    found.extend(open.iter().filter_map(|now| came_back(register, *now)).flatten());
    found.extend(open.iter().flat_map(|one| missed(*one, at)));
    found.retain(|e| asked.contains(&e.clause));
    found.sort();
    found.dedup();
    found
}

/// The clause of a requirement; a control stands for itself.
fn clause_of(frameworks: &Frameworks, requirement: &str) -> Option<String> {
    let (framework, item) = frameworks.item(requirement)?;
    Some(match item {
        Item::Requirement(r) => format!("{}/{}", framework.id, r.clause),
        Item::Control(_) => requirement.to_owned(),
    })
}

fn several_items(frameworks: &Frameworks, verdicts: &[Verdict]) -> Vec<Escalation> {
    let mut minor: BTreeMap<String, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|v| v.state == State::Nonconformity(Severity::Minor)) {
        let Some(clause) = clause_of(frameworks, &verdict.requirement) else { continue };
        minor.entry(clause).or_default().push(verdict);
    }
    let several = minor.into_iter().filter(|(_, items)| items.len() >= SEVERAL);
    several
        .map(|(clause, items)| Escalation {
            clause,
            because: Escalated::SeveralMinor,
            say: format!("{} requirements of this clause have a minor nonconformity at once", items.len()),
            items: items.iter().map(|v| v.requirement.clone()).collect(),
            records: Vec::new(),
        })
        .collect()
}

fn several_records(open: &[Entry<'_>]) -> Vec<Escalation> {
    let mut by_clause: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for one in open {
        texts(*one, "clause").into_iter().for_each(|clause| by_clause.entry(clause).or_default().push(*one));
    }
    let several = by_clause.into_iter().filter(|(_, records)| records.len() >= SEVERAL);
    several
        .map(|(clause, records)| Escalation {
            clause: clause.to_owned(),
            because: Escalated::SeveralMinor,
            say: format!("{} minor nonconformities are recorded and open on this clause", records.len()),
            items: Vec::new(),
            records: cited(records),
        })
        .collect()
}

/// One for each clause that an open nonconformity shares with one that was closed before it came up.
fn came_back(register: &Register, now: Entry<'_>) -> Option<Vec<Escalation>> {
    let since = now.field("raised_at").and_then(Value::instant).unwrap_or(now.recorded());
    let before = |e: &Entry<'_>| {
        let closed = e.field("closed_at").and_then(Value::instant);
        e.state() == Some("closed") && closed.is_some_and(|c| day_of(c) <= day_of(since) && c < now.recorded())
    };
    let earlier: Vec<_> = register.of_kind("nonconformity").filter(|e| before(e) && same(*e, now)).collect();
    let clauses = texts(now, "clause").into_iter();
    let raised = clauses.filter_map(|clause| {
        let of_it: Vec<_> = earlier.iter().copied().filter(|e| texts(*e, "clause").contains(clause)).collect();
        let last = of_it.last()?.number().to_owned();
        Some(Escalation {
            clause: clause.to_owned(),
            because: Escalated::CameBack,
            say: format!("{} is the same as {last}, which was closed before", now.number()),
            items: Vec::new(),
            records: cited(of_it.into_iter().chain([now]).collect()),
        })
    });
    Some(raised.collect())
}

/// Whether two nonconformities are of one sort: no system and no sort of cause tells them apart.
fn same(a: Entry<'_>, b: Entry<'_>) -> bool {
    let systems = |e: Entry<'_>| e.linked("systems").map(|s| s.id()).collect::<BTreeSet<_>>();
    let apart = |a: &BTreeSet<String>, b: &BTreeSet<String>| !a.is_empty() && !b.is_empty() && a.is_disjoint(b);
    let (ours, theirs) = (causes(a), causes(b));
    !apart(&systems(a), &systems(b)) && !apart(&ours, &theirs)
}

fn causes(one: Entry<'_>) -> BTreeSet<String> {
    let rows = one.field("causes").into_iter().flat_map(Value::each);
    rows.filter_map(|row| row.column("kind")?.text().map(str::to_owned)).collect()
}

fn missed(one: Entry<'_>, at: Timestamp) -> Vec<Escalation> {
    let actions = one.pointing(Pointing { kind: Some("corrective-action"), field: Some("nonconformity") });
    let overdue = |a: &Entry<'_>| {
        let due = a.field("due").and_then(Value::instant).and_then(|d| end_of(day_of(d)));
        matches!(a.state(), Some("proposed" | "open")) && due.is_some_and(|due| at >= due)
    };
    let overdue: Vec<Entry<'_>> = actions.filter(overdue).collect();
    if overdue.is_empty() {
        return Vec::new();
    }
    let numbers: Vec<_> = overdue.iter().map(|a| a.number()).collect();
    let say = format!("the correction of {} was missed: {} is past its day", one.number(), numbers.join(", "));
    let records = cited(overdue.iter().copied().chain([one]).collect());
    let escalation = |clause: &str| Escalation {
        clause: clause.to_owned(),
        because: Escalated::CorrectionMissed,
        say: say.clone(),
        items: Vec::new(),
        records: records.clone(),
    };
    texts(one, "clause").into_iter().map(escalation).collect()
}

fn is_open(one: Entry<'_>) -> bool {
    matches!(one.state(), Some("open" | "contained" | "analysed"))
}

fn is_minor(one: Entry<'_>) -> bool {
    one.text("severity") == Some("minor")
}

fn texts<'a>(one: Entry<'a>, field: &str) -> BTreeSet<&'a str> {
    one.field(field).into_iter().flat_map(Value::each).filter_map(Value::text).collect()
}

fn cited(records: Vec<Entry<'_>>) -> Vec<Cited> {
    records.into_iter().map(Into::into).collect()
}
