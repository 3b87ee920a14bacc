//! Verdicts.

use std::cmp::Reverse;

use aims_conformity::{Severity, State, Subject, Verdict};
use serde_json::{Value, json};

use crate::{
    args::{Check, Explain, FailOn},
    fault::{Fault, REFUSED},
    render::{HEAD, count, day, facts, paint, verdict},
    session::{Session, as_of},
};

pub fn check(session: &Session, args: &Check) -> Result<u8, Fault> {
    let aims = session.read()?;
    let mut checked = aims.check(as_of(args.as_of.as_deref())?)?;
    if let Some(requirement) = &args.requirement {
        // Asked for its own sake: it says which ids are near, where there is none of this one.
        let id = aims.explain(requirement, as_of(args.as_of.as_deref())?)?.requirement;
        checked.verdicts.retain(|v| v.requirement == id);
    }
    if let Some(system) = &args.system {
        let number = aims.show(system, None)?.number;
        checked.verdicts = checked.verdicts.into_iter().flat_map(|v| about(v, &number)).collect();
    }
    let everything = args.all || args.requirement.is_some();
    let mut shown: Vec<&Verdict> =
        checked.verdicts.iter().filter(|v| everything || v.state > State::NoRuleYet).collect();
    // The sort is stable: within one state the order is that of the frameworks.
    shown.sort_by_key(|verdict| Reverse(verdict.state));
    session.out.answer(&checked, |checked| verdict::check(aims.frameworks(), checked, &shown))?;
    let fails = args.fail_on.is_some_and(|from| checked.verdicts.iter().any(|v| counts(from, v.state)));
    Ok(if fails { REFUSED } else { 0 })
}

/// What a verdict says about one record.
fn about(verdict: Verdict, number: &str) -> Vec<Verdict> {
    match &verdict.subject {
        Subject::Record(record) if record.number == number => vec![verdict],
        _ => verdict.parts.into_iter().flat_map(|part| about(part, number)).collect(),
    }
}

fn counts(from: FailOn, state: State) -> bool {
    match from {
        FailOn::Major => state == State::Nonconformity(Severity::Major),
        FailOn::Minor => matches!(state, State::Nonconformity(_)),
        FailOn::Gap => state > State::NoRuleYet,
    }
}

pub fn explain(session: &Session, args: &Explain) -> Result<(), Fault> {
    let explanation = session.read()?.explain(&args.requirement, as_of(args.as_of.as_deref())?)?;
    session.out.answer(&explanation, verdict::explanation)
}

pub fn frameworks(session: &Session) -> Result<(), Fault> {
    let aims = session.read()?;
    let all: Vec<Value> = aims.frameworks().by_id.values().map(|f| {
        json!({
            "id": f.id, "title": f.title, "publisher": f.source.publisher, "version": f.source.version, "tier": f.source.tier,
            "last_verified": f.source.last_verified.to_string(), "industries": f.source.industries, "licence": f.source.licence,
            "may_show": f.source.may_show, "note": f.source.note, "clauses": f.clauses.len(),
            "requirements": f.requirements.len(), "controls": f.controls.len(), "rules": f.rules.len(),
        })
    }).collect();
    session.out.answer(&all, |_| aims.frameworks().by_id.values().map(framework).collect())
}

fn framework(framework: &aims_framework::standard::Framework) -> String {
    let source = &framework.source;
    let fact = |word: &str, says: String| (word.to_owned(), crate::plain::plain(&says));
    let holds = [
        count(framework.clauses.len(), "clause"),
        count(framework.requirements.len(), "requirement"),
        count(framework.controls.len(), "control"),
        count(framework.rules.len(), "rule"),
    ];
    let wording = if source.may_show { "may be shown" } else { "not shown: identifiers and our own paraphrase only" };
    let mut all = vec![
        fact("Publisher", source.publisher.clone()),
        fact("Version", format!("{}, {}", source.version, source.tier)),
        fact("Last verified", day(source.last_verified)),
        fact("Licence", source.licence.clone()),
        fact("Wording", wording.to_owned()),
        fact("Holds", holds.join(", ")),
    ];
    all.extend(source.note.iter().map(|note| fact("Note", note.clone())));
    format!("{}\n{}", paint(HEAD, &crate::plain::plain(&format!("{} {}", framework.id, framework.title))), facts(&all))
}
