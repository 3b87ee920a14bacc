//! Scenarios as Markdown: records, a date, the expected verdict in place.
//!
//! A block ```` ```records ```` holds one record a line: number, kind, state, day recorded, fields. One before the first `##` holds for
//! the whole file; below it, a line with a known number takes the place of that record, `NUMBER but [STATE] [DAY] [{ field: value }]`
//! changes it (`null` empties a field), and `NUMBER absent` leaves it out. A block ```` ```verdict DATE ITEM ```` holds what is said then. `UPDATE_SCENARIOS=1` writes what is said now.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use aims_conformity::{Conformity, Subject, Verdict, predicate_names};
use aims_framework::{
    Content,
    standard::{Frameworks, load_all},
    yaml::{Limits, Node, parse},
};
use aims_record::{Field, Kept, Kinds, Record, Shape, Stamp};
use aims_register::Register;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub fn content() -> &'static (Arc<Kinds>, Frameworks) {
    static CONTENT: OnceLock<(Arc<Kinds>, Frameworks)> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let content = in_force();
        let kinds =
            content.kinds().unwrap_or_else(|e| panic!("{}", e.iter().map(|e| format!("{e}\n")).collect::<String>()));
        let frameworks = load_all(&content, &kinds, &predicate_names());
        let frameworks =
            frameworks.unwrap_or_else(|e| panic!("{}", e.iter().map(|e| format!("{e}\n")).collect::<String>()));
        (Arc::new(kinds), frameworks)
    })
}

/// The built-in content, or that of the folder in `AIMS_CONTENT`, so that rules can be tried without building.
fn in_force() -> Content {
    let Some(root) = std::env::var_os("AIMS_CONTENT").map(PathBuf::from) else { return Content::embedded() };
    let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of content") {
            let path = entry.expect("a file").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(&root).expect("below it").display().to_string();
                    files.extend(std::fs::read_to_string(&path).ok().map(|text| (name, text)));
                }
            }
        }
    }
    files.sort();
    Content { files, own: Vec::new() }
}

/// A stable id for a readable number.
pub fn id(number: &str) -> String {
    let hash = number.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    uuid::Uuid::from_u64_pair(0x0194_0c9e_0000_7000, 0x8000_0000_0000_0000 | hash >> 2).to_string()
}

/// Between a record and the fields that are changed in it.
const CHANGED: char = '\u{1f}';

/// `NUMBER KIND STATE DAY { field: value, ... }`
pub fn record(line: &str) -> Kept {
    let (line, changes) = line.split_once(CHANGED).unwrap_or((line, ""));
    let mut parts = line.splitn(5, ' ');
    let mut part = || parts.next().unwrap_or_else(|| panic!("not a record: {line}"));
    let (number, kind, state, day) = (part(), part(), part(), part());
    let fields =
        parse("record", parts.next().unwrap_or("{}"), Limits::RECORD_FILE).unwrap_or_else(|e| panic!("{line}: {e:?}"));
    let described = content().0.get(kind).unwrap_or_else(|| panic!("no kind {kind}: {line}"));
    assert!(described.lifecycle.state(state).is_some(), "{kind} has no state {state}: {line}");
    let mut filled = object(&described.fields, &fields, line);
    for change in changes.split(CHANGED).filter(|c| !c.is_empty()) {
        let change = parse("record", change, Limits::RECORD_FILE).unwrap_or_else(|e| panic!("{line}: {e:?}"));
        filled.extend(object(&described.fields, &change, line));
    }
    filled.retain(|_, v| *v != json!("null"));
    let stamp = Stamp { by: id("PER-0001"), seq: 1, ts: format!("{day}T08:00:00.000Z") };
    Kept::Live(Record {
        editors: Vec::new(),
        erased: None,
        fields: filled,
        files: Vec::new(),
        id: id(number),
        key: None,
        kind: kind.to_owned(),
        last: stamp.clone(),
        number: number.to_owned(),
        recorded: stamp,
        signatures: Vec::new(),
        state: state.to_owned(),
        version: 1,
        withdrawn: None,
    })
}

fn object(fields: &[Field], node: &Node, line: &str) -> Map<String, Value> {
    let entries = node.map().unwrap_or_else(|| panic!("fields have to be a mapping: {line}"));
    let value = |(key, node): &(aims_framework::yaml::Key, Node)| {
        let field =
            fields.iter().find(|f| f.name == key.text).unwrap_or_else(|| panic!("no field {}: {line}", key.text));
        (key.text.clone(), value(field, node, line))
    };
    entries.iter().map(value).collect()
}

fn value(field: &Field, node: &Node, line: &str) -> Value {
    if let Some(list) = node.seq() {
        return list.iter().map(|n| value(field, n, line)).collect();
    }
    let text = node.text().unwrap_or_default();
    if text == "null" {
        return json!(text);
    }
    match &field.shape {
        Shape::Table { columns } => Value::Object(object(columns, node, line)),
        _ if node.map().is_some() => {
            let members = node.map().into_iter().flatten();
            Value::Object(members.map(|(key, n)| (key.text.clone(), json!(n.text().unwrap_or_default()))).collect())
        }
        Shape::Number { .. } => json!({ "amount": text, "unit": "1" }),
        Shape::YesNo => json!(text == "true"),
        Shape::Person | Shape::Link { .. } => json!(id(text)),
        _ => json!(text),
    }
}

pub fn register(lines: &[String]) -> Register {
    Register::of(content().0.clone(), lines.iter().map(|l| record(l)))
        .expect("the records of a scenario build a register")
}

pub fn day(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().expect("a day")
}

pub fn verdict(lines: &[String], item: &str, at: Timestamp) -> Verdict {
    let conformity = |register| Conformity { frameworks: &content().1, register };
    let full = format!("iso-42001:2023/{item}");
    let first = register(lines);
    let verdict = conformity(&first).verdict(&full, at).unwrap_or_else(|| panic!("no item {item}"));
    if !lines.iter().any(|l| l.contains("CURRENT")) {
        return verdict;
    }
    let lines: Vec<String> = lines.iter().map(|l| l.replace("CURRENT", &verdict.evidence)).collect();
    conformity(&register(&lines)).verdict(&full, at).expect("the same item")
}

/// What a reader sees of a verdict.
pub fn shown(verdict: &Verdict) -> String {
    let mut lines = vec![verdict.state.to_string()];
    for p in &verdict.populations {
        let missing = if p.missing.is_empty() { String::new() } else { format!("; missing: {}", p.missing.join(", ")) };
        lines.push(format!("population: {p}{missing}"));
    }
    for reason in &verdict.reasons {
        lines.push(format!("- {}: {}", reason.state, reason.say));
        lines.extend(reason.missing.iter().map(|m| format!("  missing: {m}")));
        let next = reason.next.as_ref().map(|n| format!("  next: {}", n.command.replace(&verdict.evidence, "CURRENT")));
        lines.extend(next);
    }
    let names: Vec<_> = verdict.witnesses.iter().map(|w| w.number.as_str()).collect();
    if !names.is_empty() {
        lines.push(format!("witnesses: {}", names.join(", ")));
    }
    lines.extend(verdict.until.map(|u| format!("until: {}", u.strftime("%Y-%m-%d"))));
    lines.extend(verdict.backdated.iter().map(|b| format!("backdated: {}", b.record.number)));
    for part in verdict.parts.iter().filter(|p| p.state != verdict.state) {
        if let Subject::Record(record) = &part.subject {
            lines.push(format!("{}: {}", record.number, part.state));
        }
    }
    lines.join("\n")
}

/// One expectation of a scenario.
#[derive(Clone)]
pub struct Case {
    pub file: String,
    pub title: String,
    pub lines: Vec<String>,
    /// The records of its own section, as they stand there.
    pub own: Vec<String>,
    pub date: String,
    pub item: String,
    pub expected: String,
}

/// The records of the whole file with what a situation changes in them, and its own.
pub fn together(common: &[String], own: &[String]) -> Vec<String> {
    let mut lines = common.to_vec();
    for line in own {
        let (number, rest) = line.split_once(' ').unwrap_or((line, ""));
        let known = lines.iter().position(|l| l.split(' ').next() == Some(number));
        match (known, rest.strip_prefix("but ")) {
            (Some(at), Some(change)) => lines[at] = but(&lines[at], change),
            (Some(at), None) if rest == "absent" => drop(lines.remove(at)),
            (Some(at), None) => lines[at] = line.clone(),
            (None, _) => lines.push(line.clone()),
        }
    }
    lines
}

/// The record with another state, day or other fields.
fn but(line: &str, change: &str) -> String {
    let mut parts: Vec<&str> = line.splitn(5, ' ').collect();
    let (words, fields) = change.find('{').map_or((change, None), |at| (&change[..at], Some(&change[at..])));
    for word in words.split_whitespace() {
        let place = if word.starts_with("20") { 3 } else { 2 };
        parts[place] = word;
    }
    let fields = fields.map(|f| format!("{CHANGED}{f}")).unwrap_or_default();
    format!("{}{fields}", parts.join(" "))
}

/// All cases of a file; `write` gives the text with what is said now.
pub fn cases(file: &str, text: &str) -> Vec<Case> {
    let (mut common, mut own, mut title) = (Vec::new(), Vec::new(), String::new());
    let mut cases = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            (title, own) = (name.to_owned(), Vec::new());
        }
        let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else { continue };
        let block: Vec<String> = lines.by_ref().take_while(|l| *l != "```").map(str::to_owned).collect();
        let mut words = info.split(' ');
        match (words.next(), title.is_empty()) {
            (Some("records"), true) => common.extend(block),
            (Some("records"), false) => own.extend(block),
            _ => cases.push(Case {
                file: file.to_owned(),
                title: title.clone(),
                lines: together(&common, &own),
                own: own.clone(),
                date: words.next().expect("a date").to_owned(),
                item: words.next().expect("an item").to_owned(),
                expected: block.join("\n"),
            }),
        }
    }
    cases
}

/// (path, text) of every scenario.
pub fn files() -> Vec<(std::path::PathBuf, String)> {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let folder = std::env::var_os("AIMS_SCENARIOS").unwrap_or_else(|| built.into());
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("scenarios").map(|e| e.expect("a file").path()).collect();
    files.sort();
    files.into_iter().map(|p| (p.clone(), std::fs::read_to_string(p).expect("text"))).collect()
}
