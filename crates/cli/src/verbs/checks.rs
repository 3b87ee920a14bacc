//! Verdicts.

use std::cmp::Reverse;

use aims_app::{
    AsOf,
    checks::{Checked, Question},
};
use aims_conformity::{Severity, State, Verdict};
use aims_exchange::findings::{Findings, junit, markdown, sarif};
use aims_framework::standard::Frameworks;
use serde_json::{Value, json};

use crate::{
    args::{Check, Diff, Explain, FailOn, Forecast, Which},
    fault::{Fault, REFUSED},
    out::Format,
    render::{HEAD, count, day, facts, paint, time, verdict},
    session::{Session, as_of},
};

pub fn check(session: &Session, args: &Check) -> Result<u8, Fault> {
    let aims = session.read()?;
    let question = Question {
        as_of: as_of(args.as_of.as_deref())?,
        on: args.on.as_deref().map(end_of_day).transpose()?,
        since: as_of(args.since.as_deref())?,
        system: args.system.clone(),
        ..asked(&args.which)
    };
    told(session, args, aims.frameworks(), &aims.check(&question)?)
}

/// The framework of an item that names none.
pub const FIRST: &str = "iso-42001:2023";

/// The answer in the format that is asked for, and the exit code.
///
/// # Errors
/// Where it cannot be written.
pub fn told(session: &Session, args: &Check, frameworks: &Frameworks, checked: &Checked) -> Result<u8, Fault> {
    answer(session, args, frameworks, checked)?;
    let fails = args.fail_on.is_some_and(|from| checked.verdicts.iter().any(|v| counts(from, v.state)));
    Ok(if fails { REFUSED } else { 0 })
}

fn answer(session: &Session, args: &Check, frameworks: &Frameworks, checked: &Checked) -> Result<(), Fault> {
    let found = Findings {
        frameworks,
        verdicts: &checked.verdicts,
        escalations: &checked.escalations,
        at: checked.at,
        entry: checked.as_of,
        records: checked.records,
        version: env!("CARGO_PKG_VERSION"),
    };
    match session.out.format() {
        Format::Sarif => return session.out.data(&sarif(found)),
        Format::Junit => {
            let text = junit(found).map_err(|e| Fault::usage("internal", e.to_string()))?;
            return session.out.data(&text);
        }
        Format::Markdown => return session.out.data(&markdown(found)),
        Format::Text | Format::Json => {}
    }
    let everything = args.all || args.which.requirement.is_some();
    let mut shown: Vec<&Verdict> =
        checked.verdicts.iter().filter(|v| everything || v.state > State::NoRuleYet).collect();
    // The sort is stable: within one state the order is that of the frameworks.
    shown.sort_by_key(|verdict| Reverse(verdict.state));
    session.out.answer(checked, |checked| verdict::check(frameworks, checked, &shown))
}

fn asked(which: &Which) -> Question {
    Question {
        framework: which.framework.clone(),
        clause: which.clause.clone(),
        requirement: which.requirement.clone(),
        ..Question::default()
    }
}

fn end_of_day(text: &str) -> Result<jiff::Timestamp, Fault> {
    match AsOf::parse(text)? {
        AsOf::Moment(moment) => Ok(moment),
        AsOf::Entry(_) => Err(Fault::usage("moment_not_understood", "`--on` takes a day such as 2026-11-23")),
    }
}

fn counts(from: FailOn, state: State) -> bool {
    let least = match from {
        FailOn::Major => State::Nonconformity(Severity::Major),
        FailOn::Minor => State::Nonconformity(Severity::Minor),
        FailOn::NotEvidenced => State::NotEvidenced,
        FailOn::OwnRule => State::OwnRuleNotMet,
        FailOn::Determination => State::DeterminationDue,
    };
    state >= least
}

pub fn explain(session: &Session, args: &Explain) -> Result<(), Fault> {
    let as_of = as_of(args.as_of.as_deref())?;
    let all = session.read()?.explain(&args.requirement, args.subject.as_deref(), as_of)?;
    session.out.answer(&all, |all| all.iter().map(verdict::explanation).collect::<Vec<_>>().join("\n"))
}

pub fn diff(session: &Session, args: &Diff) -> Result<(), Fault> {
    let aims = session.read()?;
    let diffed = aims.diff(AsOf::parse(&args.from)?, as_of(args.to.as_deref())?, &asked(&args.which))?;
    session.out.answer(&diffed, |diffed| time::diff(aims.frameworks(), diffed))
}

pub fn forecast(session: &Session, args: &Forecast) -> Result<(), Fault> {
    let aims = session.read()?;
    let forecast = aims.forecast(args.days, as_of(args.as_of.as_deref())?)?;
    session.out.answer(&forecast, |forecast| time::forecast(aims.frameworks(), forecast))
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
