//! Which requirements are asked about, as of when.

use std::collections::BTreeMap;

use aims_conformity::{Reason, Subject, Verdict};
use aims_framework::standard::{Framework, Frameworks};
use aims_record::nearest;
use jiff::Timestamp;

use crate::{AsOf, Failure};

/// What a check is asked. Without anything: every requirement and control of every framework, now.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// What was known then: by the clock, or by the ledger.
    pub as_of: Option<AsOf>,
    /// The day for which it is decided, where that is another one than that of `as_of`: what was true then by what is known.
    pub on: Option<Timestamp>,
    /// Only what got worse, or is wrong for another reason, since then.
    pub since: Option<AsOf>,
    /// Only this framework: its id, with or without the edition.
    pub framework: Option<String>,
    /// Only this clause or area with all below it, such as `8`, `8.4` or `A.6`.
    pub clause: Option<String>,
    /// Only this requirement or control, or this clause with all its requirements: its id, with or without the framework.
    pub requirement: Option<String>,
    /// Only what is said about this record: number, key or id.
    pub system: Option<String>,
}

impl Question {
    /// Asks as of a moment.
    pub fn as_of(as_of: AsOf) -> Question {
        Question { as_of: Some(as_of), ..Question::default() }
    }

    /// Asks about one requirement or control, or a clause.
    pub fn about(requirement: &str) -> Question {
        Question { requirement: Some(requirement.to_owned()), ..Question::default() }
    }

    /// Full ids of what is asked about, in the order of the frameworks.
    pub(crate) fn requirements(&self, frameworks: &Frameworks) -> Result<Vec<String>, Failure> {
        let among = self.frameworks(frameworks)?;
        let choose = |asked: &dyn Fn(&str, &str) -> bool| -> Vec<String> {
            let items = among.iter().flat_map(|f| f.items().map(move |i| (f.id.as_str(), i.id())));
            items.filter(|(f, id)| asked(f, id)).map(|(f, id)| format!("{f}/{id}")).collect()
        };
        let clause = |id: &str| self.clause.as_deref().is_none_or(|c| below(id, c));
        let ids = match self.requirement.as_deref() {
            None => choose(&|_, id| clause(id)),
            Some(wanted) => {
                let here = |f: &str| wanted.rsplit_once('/').map_or(Some(wanted), |(w, id)| (w == f).then_some(id));
                let exact = choose(&|f, id| here(f) == Some(id) && clause(id));
                match exact.is_empty() {
                    true => choose(&|f, id| here(f).is_some_and(|w| below(id, w)) && clause(id)),
                    false => exact,
                }
            }
        };
        match (ids.is_empty(), &self.requirement, &self.clause) {
            (true, Some(requirement), _) => Err(unknown_requirement(requirement, frameworks)),
            (true, None, Some(clause)) => Err(unknown_clause(clause, frameworks)),
            _ => Ok(ids),
        }
    }

    fn frameworks<'a>(&self, frameworks: &'a Frameworks) -> Result<Vec<&'a Framework>, Failure> {
        let Some(wanted) = &self.framework else { return Ok(frameworks.by_id.values().collect()) };
        let named = |f: &&Framework| f.id == *wanted || f.id.split_once(':').is_some_and(|(name, _)| name == wanted);
        let found: Vec<_> = frameworks.by_id.values().filter(named).collect();
        if found.is_empty() {
            let hint = did_you_mean(wanted, frameworks.by_id.keys().map(String::as_str));
            return Err(Failure::usage("framework_unknown", format!("there is no framework `{wanted}`{hint}")));
        }
        Ok(found)
    }
}

/// Whether a requirement or control belongs to a clause or area: `8.4-a` to `8.4` and to `8`, `A.6.2.4` to `A.6`.
fn below(id: &str, clause: &str) -> bool {
    id.strip_prefix(clause).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

/// That there is no such requirement, and which one may be meant.
fn unknown_requirement(requirement: &str, frameworks: &Frameworks) -> Failure {
    let known: Vec<String> =
        frameworks.by_id.values().flat_map(|f| f.items().map(move |i| format!("{}/{}", f.id, i.id()))).collect();
    let short = known.iter().filter_map(|id| id.rsplit_once('/').map(|(_, i)| i));
    let hint = did_you_mean(requirement, known.iter().map(String::as_str).chain(short));
    Failure::usage("requirement_unknown", format!("there is no requirement or control `{requirement}`{hint}"))
}

fn unknown_clause(clause: &str, frameworks: &Frameworks) -> Failure {
    let clauses = frameworks.by_id.values().flat_map(|f| f.clauses.iter().map(|c| c.id.as_str()));
    let areas = frameworks.by_id.values().flat_map(|f| f.controls.iter().map(|c| c.area.as_str()));
    let hint = did_you_mean(clause, clauses.chain(areas));
    Failure::usage("clause_unknown", format!("there is no clause or area `{clause}`{hint}"))
}

fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(word, known).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
}

/// What a verdict says about one record.
pub(crate) fn about(verdict: Verdict, number: &str) -> Vec<Verdict> {
    match &verdict.subject {
        Subject::Record(record) if record.number == number => vec![verdict],
        _ => verdict.parts.into_iter().flat_map(|part| about(part, number)).collect(),
    }
}

/// Leaves only reasons that were not given before, and verdicts that have some.
pub(crate) fn only_since(verdicts: &mut Vec<Verdict>, before: &[Verdict]) {
    let before: BTreeMap<&str, &Verdict> = before.iter().map(|v| (v.requirement.as_str(), v)).collect();
    verdicts.retain_mut(|now| before.get(now.requirement.as_str()).is_none_or(|then| keep_new(now, then)));
}

fn keep_new(now: &mut Verdict, then: &Verdict) -> bool {
    let earlier: BTreeMap<&str, &Verdict> = then.parts.iter().filter_map(|p| Some((id(p)?, p))).collect();
    now.parts.retain_mut(|part| match id(part).and_then(|id| earlier.get(id)) {
        Some(then) => keep_new(part, then),
        None => !part.reasons.is_empty(),
    });
    let said = |r: &Reason| then.reasons.iter().any(|o| o.need == r.need && o.say == r.say && o.state >= r.state);
    let parts = !now.parts.is_empty();
    now.reasons.retain(|r| parts || !said(r));
    !now.reasons.is_empty()
}

fn id(verdict: &Verdict) -> Option<&str> {
    match &verdict.subject {
        Subject::Organization => None,
        Subject::Record(record) => Some(&record.id),
    }
}
