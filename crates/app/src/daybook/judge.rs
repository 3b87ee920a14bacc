//! The step `judge`: a person answers what the rules leave to a person, on the evidence as it is shown to them on that day.
//!
//! A judgement holds the digest of what was shown. Ids are drawn while a daybook is played, so no daybook can know the digest beforehand.

use std::collections::BTreeMap;

use aims_conformity::{State, Verdict};
use aims_framework::yaml::{Mapping, Node, Reading};
use aims_record::{Actor, Fields};
use serde_json::{Value, json};

use super::Day;
use crate::{Aims, Failure, Step, Wish, checks::Question, words::fields_from_node};

/// What is shown on a day, by the requirement as the daybook names it. Looked at once a day: the clock stands still within it.
pub(super) type Shown = BTreeMap<String, Verdict>;

/// Decides every requirement that somebody judges on this day.
pub(super) fn shown(aims: &Aims, day: &Day) -> Result<Shown, Failure> {
    let steps = day.node.get("do").and_then(Node::seq).unwrap_or_default();
    let judged = steps.iter().filter_map(|step| step.get("judge")?.get("requirement")?.text());
    let mut ids = BTreeMap::new();
    for name in judged {
        let [id] = Question::about(name).requirements(&aims.frameworks)?.try_into().map_err(|_| one_question(name))?;
        ids.insert(id, name.to_owned());
    }
    if ids.is_empty() {
        return Ok(Shown::new());
    }
    let all: Vec<_> = ids.keys().cloned().collect();
    let verdicts = aims.decide(&all, None, None)?.verdicts;
    Ok(verdicts.into_iter().filter_map(|v| Some((ids.get(&v.requirement)?.clone(), v))).collect())
}

fn one_question(name: &str) -> Failure {
    Failure::usage("requirement_not_one", format!("`{name}` holds several requirements; judge each by itself"))
}

/// Records the judgement and gives it, and says how many acts that was. None where nothing waits for it: nobody judges what does not
/// conform, and what was judged on the same evidence stands.
pub(super) fn play(
    aims: &Aims,
    actor: &Actor,
    shown: &Shown,
    reading: &mut Reading<'_>,
    body: &Mapping<'_>,
) -> Result<usize, Failure> {
    let requirement = body.get("requirement").and_then(Node::text).unwrap_or_default();
    let due = shown.get(requirement).filter(|v| v.state == State::DeterminationDue);
    let Some((verdict, mut fields)) = due.and_then(|v| Some((v, evidence(aims, actor, v)?))) else { return Ok(0) };
    if let Some(node) = body.get("fields") {
        fields.extend(fields_from_node(reading, aims.known_kind("judgement")?, node));
    }
    if !reading.errors.is_empty() {
        return Err(Failure::Content(std::mem::take(&mut reading.errors)));
    }
    let named = body.get("key").and_then(Node::text).map(str::to_owned);
    let key = named.unwrap_or_else(|| key_of(verdict, &fields));
    let give = Wish::Move { record: key.clone(), seen: None, verb: "give".into() };
    let record = Wish::Record { id: None, kind: "judgement".into(), key: Some(key), fields };
    let steps = [record, give].map(|wish| Step { at: String::new(), wish, why: None });
    Ok(aims.act_together(actor, steps.into(), None)?.len())
}

/// What a judgement says by itself: the question, who was asked in which role, what was shown, and the day.
fn evidence(aims: &Aims, actor: &Actor, verdict: &Verdict) -> Option<Fields> {
    let (framework, item) = aims.frameworks.item(&verdict.requirement)?;
    let asked = framework.rules.get(item.id())?.judgement.as_ref()?;
    let (standard, id) = verdict.requirement.rsplit_once('/')?;
    let clause = format!("{standard}/{}", id.split('-').next().unwrap_or(id));
    let about: Vec<&str> = verdict.witnesses.iter().map(|w| w.id.as_str()).collect();
    let fields = json!({
        "title": format!("{}: {}", item.id(), asked.question), "question": verdict.requirement, "requirement": clause,
        "about": about, "person": actor.pid, "role": asked.by, "date": today(aims), "evidence_hash": verdict.evidence,
    });
    fields.as_object().cloned()
}

fn today(aims: &Aims) -> String {
    jiff::tz::TimeZone::UTC.to_datetime(aims.clock.now()).date().to_string()
}

/// `judged-6-1-2-c-2026-11-16`.
fn key_of(verdict: &Verdict, fields: &Fields) -> String {
    let item = verdict.requirement.rsplit('/').next().unwrap_or_default();
    let date = fields.get("date").and_then(Value::as_str).unwrap_or_default();
    format!("judged-{item}-{date}").to_lowercase().replace('.', "-")
}
