//! A variant of a daybook: the same story with planted defects. Each says in words what happened, what that changes in the story, and
//! what a check has to find because of it.

use std::path::Path;

use aims_framework::yaml::{Key, Limits, Mapping, Node, Reading, Value as Yaml, parse};

use crate::{Failure, words::read_text};

use super::{Day, source};

/// Planted defects, in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    name: String,
    /// Each with its changes and findings.
    pub defects: Vec<Defect>,
}

/// One thing that went wrong.
#[derive(Clone, Debug)]
pub struct Defect {
    /// Its name in the list.
    pub id: String,
    /// What happened, in words.
    pub about: String,
    /// What a check finds because of it.
    pub finds: Vec<Expected>,
    /// What follows from that under other items.
    pub also: Vec<Expected>,
    changes: Vec<Node>,
}

/// A verdict that a defect causes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// Full id of the requirement or control.
    pub item: String,
    /// Key of the record it is about; none where it is about the organization.
    pub subject: Option<String>,
    /// `major`, `minor`, `own-rule` or `not-evidenced`.
    pub verdict: String,
}

/// Verdicts a defect may cause.
const VERDICTS: [&str; 4] = ["major", "minor", "own-rule", "not-evidenced"];
/// What a change may be.
const CHANGES: [&str; 3] = ["leave_out", "replace", "add"];

impl Variant {
    /// Reads a file of defects.
    ///
    /// # Errors
    /// Where it is no YAML, or a defect lacks something.
    pub fn read(path: &Path) -> Result<Variant, Failure> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let root = parse(&name, &read_text(path)?, Limits::RECORD_FILE)?;
        let mut reading = Reading::new(&name);
        let mut defects = Vec::new();
        if let Some(top) = reading.mapping(&root, "a variant", &["framework", "defects"]) {
            let framework = top.need_text(&mut reading, "framework").unwrap_or_default();
            let listed = top.need(&mut reading, "defects").map(|n| reading.list(n, "`defects`")).unwrap_or_default();
            defects.extend(listed.iter().filter_map(|node| defect(&mut reading, framework, node)));
        }
        if !reading.errors.is_empty() {
            return Err(Failure::Content(reading.errors));
        }
        Ok(Variant { name, defects })
    }

    /// One defect alone.
    pub fn of(defect: &Defect) -> Variant {
        Variant { name: defect.id.clone(), defects: vec![defect.clone()] }
    }

    /// Changes the days. Each change has to fit at least one step, so that none goes unnoticed when the story changes.
    pub(super) fn change(&self, days: &mut Vec<Day>) -> Result<(), Failure> {
        let mut reading = Reading::new(&self.name);
        for change in self.defects.iter().flat_map(|d| &d.changes) {
            one(&mut reading, days, change);
        }
        if reading.errors.is_empty() { Ok(()) } else { Err(Failure::Content(reading.errors)) }
    }
}

fn defect(reading: &mut Reading<'_>, framework: &str, node: &Node) -> Option<Defect> {
    let map = reading.mapping(node, "a defect", &["id", "about", "change", "finds", "also"])?;
    let id = map.need_text(reading, "id")?.to_owned();
    let about = map.need_text(reading, "about")?.to_owned();
    let changes = map.need(reading, "change").map(|n| reading.list(n, "`change`").to_vec())?;
    let found = map.need(reading, "finds").map(|n| reading.list(n, "`finds`"))?;
    let follows = map.get("also").map(|n| reading.list(n, "`also`")).unwrap_or_default();
    let mut read = |nodes: &[Node]| nodes.iter().flat_map(|node| expected(reading, framework, node)).collect();
    Some(Defect { id, about, finds: read(found), also: read(follows), changes })
}

/// One entry may name several items that the same fact breaks.
fn expected(reading: &mut Reading<'_>, framework: &str, node: &Node) -> Vec<Expected> {
    let Some(map) = reading.mapping(node, "a finding", &["items", "subject", "verdict"]) else { return Vec::new() };
    let verdict = map.need(reading, "verdict").and_then(|n| reading.word(n, "`verdict`", &VERDICTS));
    let subject = map.text(reading, "subject").map(str::to_owned);
    let items = map.need(reading, "items").map(|n| reading.texts(n, "`items`")).unwrap_or_default();
    let verdict = verdict.unwrap_or_default();
    let found = |(item, _): (&str, &Node)| Expected {
        item: format!("{framework}/{item}"),
        subject: subject.clone(),
        verdict: verdict.to_owned(),
    };
    items.into_iter().map(found).collect()
}

fn one(reading: &mut Reading<'_>, days: &mut Vec<Day>, node: &Node) {
    let Some(map) = reading.mapping(node, "a change", &CHANGES) else { return };
    let Some((verb, body)) = map.entries.first().filter(|_| map.entries.len() == 1) else {
        reading.wrong(node, "a change is one of `leave_out`, `replace` and `add`");
        return;
    };
    match verb.text.as_str() {
        "add" => {
            let day = |at| Day { file: reading.file.to_owned(), at, node: body.clone() };
            days.extend(source::moment(reading, body).map(day));
        }
        "replace" => replace(reading, days, body),
        _ => leave_out(reading, days, body),
    }
}

/// Which steps of the story a change is about.
struct Which<'n> {
    record: &'n str,
    step: Option<&'n str>,
    verb: Option<&'n str>,
    /// Beginning of the day's moment.
    at: Option<&'n str>,
}

impl<'n> Which<'n> {
    fn read(reading: &mut Reading<'_>, map: &Mapping<'n>) -> Option<Which<'n>> {
        let record = map.need_text(reading, "record")?;
        let text = |key| map.get(key).and_then(Node::text);
        Some(Which { record, step: text("step"), verb: text("verb"), at: text("at") })
    }

    fn day(&self, day: &Day) -> bool {
        let at = day.node.get("at").and_then(Node::text).unwrap_or_default();
        self.at.is_none_or(|beginning| at.starts_with(beginning))
    }

    /// Whether a step is about the record, which a `record` step names by its key and every other one by `record`.
    fn step(&self, step: &Node) -> bool {
        let Some((word, body)) = step.map().and_then(<[_]>::first) else { return false };
        let name = body.get(if word.text == "record" { "key" } else { "record" }).and_then(Node::text);
        name == Some(self.record)
            && self.step.is_none_or(|wanted| word.text == wanted)
            && self.verb.is_none_or(|wanted| body.get("verb").and_then(Node::text) == Some(wanted))
    }
}

/// The steps of a day, to be changed.
fn steps(day: &mut Day) -> Option<&mut Vec<Node>> {
    match &mut entry(&mut day.node, "do")?.value {
        Yaml::Seq(steps) => Some(steps),
        _ => None,
    }
}

fn entry<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    match &mut node.value {
        Yaml::Map(entries) => entries.iter_mut().find(|(k, _)| k.text == key).map(|(_, node)| node),
        _ => None,
    }
}

fn leave_out(reading: &mut Reading<'_>, days: &mut [Day], body: &Node) {
    let Some(map) = reading.mapping(body, "`leave_out`", &["record", "step", "verb", "at"]) else { return };
    let Some(which) = Which::read(reading, &map) else { return };
    let mut left = 0;
    for steps in days.iter_mut().filter(|day| which.day(day)).filter_map(steps) {
        let before = steps.len();
        steps.retain(|step| !which.step(step));
        left += before - steps.len();
    }
    if left == 0 {
        reading.wrong(body, format!("no step about `{}` fits; name one of the story's", which.record));
    }
}

/// Sets and unsets fields of a `record` step, or of the `amend` steps where `step: amend` says so.
fn replace(reading: &mut Reading<'_>, days: &mut [Day], body: &Node) {
    let known = ["record", "step", "at", "set", "unset"];
    let Some(map) = reading.mapping(body, "`replace`", &known) else { return };
    let Some(mut which) = Which::read(reading, &map) else { return };
    which.step = which.step.or(Some("record"));
    let set = map.get("set").and_then(Node::map).unwrap_or_default();
    let unset = map.get("unset").map(|n| reading.texts(n, "`unset`")).unwrap_or_default();
    let unset: Vec<&str> = unset.into_iter().map(|(field, _)| field).collect();
    let place = if which.step == Some("amend") { "set" } else { "fields" };
    let mut changed = 0;
    for steps in days.iter_mut().filter(|day| which.day(day)).filter_map(steps) {
        for step in steps.iter_mut().filter(|step| which.step(step)) {
            changed += usize::from(put(step, place, set, &unset));
        }
    }
    if changed == 0 {
        reading.wrong(body, format!("no step that records or amends `{}` fits; name one of the story's", which.record));
    }
}

fn put(step: &mut Node, place: &str, set: &[(Key, Node)], unset: &[&str]) -> bool {
    let Yaml::Map(entries) = &mut step.value else { return false };
    let fields = entries.first_mut().and_then(|(_, body)| entry(body, place)).map(|node| &mut node.value);
    let Some(Yaml::Map(fields)) = fields else { return false };
    fields.retain(|(key, _)| !unset.contains(&key.text.as_str()) && set.iter().all(|(k, _)| k.text != key.text));
    fields.extend(set.iter().cloned());
    true
}
