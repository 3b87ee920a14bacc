//! One file: the head of a kind, or an extension of one.

use std::collections::BTreeMap;

use aims_record::{Kind, Retention};
use jiff::{Span, civil::date};

use super::{
    draft::{Draft, empty_kind, stem},
    field::{self, Owner},
    life,
    words::{STANDARD, Words, span},
};
use crate::yaml::{Mapping, Node, Reading, did_you_mean};

const KEYS: [&str; 10] =
    ["kind", "title", "plural", "number", "about", "group", "clauses", "retention", "fields", "lifecycle"];

/// Reads the description of a kind, as far as it can be read.
pub(super) fn read_kind(reading: &mut Reading<'_>, root: Node, words: &Words, own: bool) -> Option<Draft> {
    let map = reading.mapping(&root, "a kind", &KEYS)?;
    let expected = stem(reading.file).to_owned();
    check_id(reading, &map, &expected);
    let mut kind = Kind { own, ..empty_kind(&expected) };
    let text = |reading: &mut Reading<'_>, key: &str| map.need_text(reading, key).unwrap_or_default().to_owned();
    kind.title = text(reading, "title");
    kind.plural = text(reading, "plural");
    kind.about = text(reading, "about");
    kind.number = text(reading, "number");
    let capitals = (2..=5).contains(&kind.number.len()) && kind.number.bytes().all(|b| b.is_ascii_uppercase());
    if let Some(node) = map.get("number").filter(|_| !capitals) {
        reading.wrong(node, format!("`number` has to be two to five capital letters, not {}", node.what()));
    }
    kind.group = map.text(reading, "group").map(str::to_owned);
    if let Some(node) = map.get("group").filter(|_| !own) {
        reading.wrong(node, "the group of a kind of the product stands in `access.yaml`");
    }
    kind.clauses = clauses(reading, &map, words);
    if let Some(node) = map.need(reading, "retention") {
        retention(reading, node, words, &mut kind.retention);
    }
    if let Some(node) = map.need(reading, "fields") {
        kind.fields = field::read_fields(reading, node, Owner::Kind(&kind.id), words);
    }
    if let Some(node) = map.need(reading, "lifecycle") {
        kind.lifecycle = life::read(reading, node, words);
    }
    Some(Draft { kind, file: reading.file.to_owned(), sources: vec![(reading.file.to_owned(), root)] })
}

fn check_id(reading: &mut Reading<'_>, map: &Mapping<'_>, expected: &str) {
    let Some(node) = map.need(reading, "kind") else { return };
    let Some(id) = reading.text(node, "kind") else { return };
    if !is_id(id) {
        reading.wrong(node, format!("`kind` has to be lower-case words joined by hyphens, not `{id}`"));
    } else if id != expected {
        reading.wrong(node, format!("`{id}` has to stand in a file of its own name, `{id}.yaml`"));
    }
}

/// Lower-case words joined by hyphens, at most 40 characters.
pub(super) fn is_id(text: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
}

fn clauses(reading: &mut Reading<'_>, map: &Mapping<'_>, words: &Words) -> Vec<String> {
    let Some(node) = map.get("clauses") else {
        map.need(reading, "clauses");
        return Vec::new();
    };
    if node.seq().is_some_and(<[Node]>::is_empty) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (clause, at) in reading.texts(node, "clauses") {
        let known = words.clauses.iter().map(|(id, _)| id.as_str());
        if clause.starts_with(STANDARD) && !words.clauses.is_empty() && !known.clone().any(|id| id == clause) {
            let hint = did_you_mean(clause, known);
            reading.wrong(at, format!("there is no clause or control `{clause}`{hint}"));
        } else if !clause.split_once('/').is_some_and(|(framework, id)| framework.contains(':') && !id.is_empty()) {
            reading.wrong(at, format!("a clause is written like `{STANDARD}5.2`, not `{clause}`"));
        }
        found.push(clause.to_owned());
    }
    found
}

fn retention(reading: &mut Reading<'_>, node: &Node, words: &Words, into: &mut Retention) {
    let Some(map) = reading.mapping(node, "retention", &["class", "floor", "ceiling", "from"]) else { return };
    let classes: Vec<&str> = words.classes.keys().map(String::as_str).collect();
    let class = map.need(reading, "class").and_then(|n| reading.word(n, "class", &classes));
    let floor = map.need(reading, "floor").and_then(|n| span(reading, n, "floor"));
    let ceiling = map.get("ceiling").and_then(|n| span(reading, n, "ceiling"));
    into.class = class.unwrap_or_default().to_owned();
    into.from = map.text(reading, "from").map(str::to_owned);
    into.ceiling = ceiling;
    let Some(floor) = floor else { return };
    into.floor = floor;
    let at = |key: &str| map.get(key).unwrap_or(node);
    if let Some((name, class)) = class.and_then(|name| Some((name, words.classes.get(name)?)))
        && shorter(floor, class.floor)
    {
        let message =
            format!("`floor` is under the least time of class `{name}`, which is {} ({})", class.floor_text, class.why);
        reading.wrong(at("floor"), message);
    }
    match ceiling {
        Some(ceiling) if shorter(ceiling, floor) => reading.wrong(at("ceiling"), "`ceiling` is shorter than `floor`"),
        None if class == Some("personal") && map.get("ceiling").is_none() => {
            reading.wrong(node, "retention of class `personal` lacks `ceiling`: personal data is not kept without end");
        }
        _ => {}
    }
}

/// Whether `a` is shorter than `b`, counted from a day on which months and years have their usual lengths.
fn shorter(a: Span, b: Span) -> bool {
    a.compare((b, date(2026, 1, 1))).is_ok_and(std::cmp::Ordering::is_lt)
}

/// Keeps a kind that was read, unless its id is taken.
pub(super) fn add_draft(reading: &mut Reading<'_>, drafts: &mut BTreeMap<String, Draft>, draft: Draft) {
    let id = draft.kind.id.clone();
    let Some(taken) = drafts.get(&id) else {
        drafts.insert(id, draft);
        return;
    };
    let message = if taken.kind.own || !draft.kind.own {
        format!("kind `{id}` is already described in {}", taken.file)
    } else {
        format!("kind `{id}` belongs to the product; to add fields to it, write `extends: {id}` instead of `kind`")
    };
    reading.errors.push(draft.error(&["kind"], message));
}

/// Adds the fields of a file with `extends` to the kind that it names.
pub(super) fn extend(
    reading: &mut Reading<'_>,
    root: Node,
    words: &Words,
    drafts: &mut BTreeMap<String, Draft>,
) -> Option<()> {
    let map = reading.mapping(&root, "an extension of a kind", &["extends", "fields"])?;
    let at = map.need(reading, "extends")?;
    let id = reading.text(at, "extends")?;
    let Some(draft) = drafts.get_mut(id) else {
        let hint = did_you_mean(id, drafts.keys().map(String::as_str));
        reading.wrong(at, format!("there is no kind `{id}`{hint}"));
        return None;
    };
    let fields = map.need(reading, "fields")?;
    for (key, _) in fields.map().unwrap_or_default() {
        if !key.text.starts_with("own_") {
            reading.wrong_key(key, format!("a field added to `{id}` begins with `own_`, such as `own_{}`", key.text));
        } else if draft.field_names().contains(&key.text.as_str()) {
            reading.wrong_key(key, format!("`{id}` already has a field `{}`", key.text));
        }
    }
    draft.kind.fields.extend(field::read_fields(reading, fields, Owner::Kind(id), words));
    draft.sources.push((reading.file.to_owned(), root));
    Some(())
}
