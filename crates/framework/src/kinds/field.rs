//! The fields of a kind and the columns of a table.

use aims_record::{Field, Required, Shape, Subject};

use super::words::Words;
use crate::yaml::{Key, Mapping, Node, Reading};

/// Whose fields are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    /// A kind of this id.
    Kind(&'a str),
    /// A table of the kind of this id.
    Table(&'a str),
}

const BASE: [&str; 9] = ["type", "label", "help", "required", "material", "personal", "subject", "stamped", "example"];

/// Each type with the keys it adds.
const TYPES: [(&str, &[&str]); 14] = [
    ("text", &["max", "many"]),
    ("markdown", &["max"]),
    ("number", &["units", "min", "max"]),
    ("decimal", &["min", "max"]),
    ("date", &["past"]),
    ("instant", &["past"]),
    ("duration", &[]),
    ("choice", &["options", "many"]),
    ("yes-no", &[]),
    ("person", &["many", "inverse"]),
    ("link", &["to", "many", "inverse"]),
    ("table", &["columns"]),
    ("file", &["many"]),
    ("money", &[]),
];

const TEXT_MAX: usize = 500;
const MARKDOWN_MAX: usize = 65_536;

/// Reads a mapping of fields; one that cannot be read is left out.
pub(super) fn read_fields(reading: &mut Reading<'_>, node: &Node, owner: Owner<'_>, words: &Words) -> Vec<Field> {
    let Some(map) = reading.any_mapping(node, "`fields`") else { return Vec::new() };
    map.entries.iter().filter_map(|(key, node)| read_field(reading, key, node, owner, words)).collect()
}

fn read_field(reading: &mut Reading<'_>, key: &Key, node: &Node, owner: Owner<'_>, words: &Words) -> Option<Field> {
    if !is_name(&key.text) {
        let message = format!("a field's name is lower-case letters, digits and `_`, at most 40, not `{}`", key.text);
        reading.wrong_key(key, message);
    }
    let what = format!("field `{}`", key.text);
    let open = reading.any_mapping(node, &what)?;
    let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    let of_type = open.need(reading, "type").and_then(|n| reading.word(n, "type", &names))?;
    let adds = TYPES.iter().find(|(name, _)| *name == of_type).map(|(_, adds)| *adds).unwrap_or_default();
    let known: Vec<&str> = BASE.iter().chain(adds).copied().collect();
    let map = reading.mapping(node, &format!("{what} of type `{of_type}`"), &known)?;
    let label = map.need_text(reading, "label").unwrap_or_default().to_owned();
    let help = map.need_text(reading, "help").unwrap_or_default().to_owned();
    let shape = shape(reading, of_type, &map, owner, words)?;
    Some(Field {
        name: key.text.clone(),
        label,
        help,
        required: required(reading, &map, owner),
        material: map.yes(reading, "material"),
        many: map.yes(reading, "many"),
        personal: personal(reading, &map, &shape, owner),
        stamped: stamped(reading, &map, owner),
        example: map.text(reading, "example").map(str::to_owned),
        inverse: inverse(reading, &map, &shape, owner),
        shape,
    })
}

fn is_name(text: &str) -> bool {
    let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(rest)
}

fn shape(r: &mut Reading<'_>, of_type: &str, map: &Mapping<'_>, owner: Owner<'_>, words: &Words) -> Option<Shape> {
    let past = |r: &mut Reading<'_>| map.yes(r, "past");
    Some(match of_type {
        "text" => Shape::Text { max: characters(r, map, TEXT_MAX) },
        "markdown" => Shape::Markdown { max: characters(r, map, MARKDOWN_MAX) },
        "number" => {
            let units = map.need(r, "units").map(|n| r.texts(n, "units")).unwrap_or_default();
            let units = units.into_iter().map(|(unit, _)| unit.to_owned()).collect();
            let (min, max) = bounds(r, map);
            Shape::Number { units, min, max }
        }
        "decimal" => {
            let (min, max) = bounds(r, map);
            Shape::Decimal { min, max }
        }
        "date" => Shape::Date { past: past(r) },
        "instant" => Shape::Instant { past: past(r) },
        "duration" => Shape::Duration,
        "choice" => {
            let node = map.need(r, "options")?;
            Shape::Choice { options: options(r, node, words)? }
        }
        "yes-no" => Shape::YesNo,
        "person" => Shape::Person,
        "link" => {
            let node = map.need(r, "to")?;
            Shape::Link { to: targets(r, node) }
        }
        "file" => Shape::File,
        "money" => Shape::Money,
        _ => {
            let node = map.need(r, "columns")?;
            Shape::Table { columns: columns(r, node, owner, words)? }
        }
    })
}

fn characters(reading: &mut Reading<'_>, map: &Mapping<'_>, default: usize) -> usize {
    map.get("max").and_then(|node| reading.count(node, "max")).unwrap_or(default)
}

fn bounds(reading: &mut Reading<'_>, map: &Mapping<'_>) -> (Option<String>, Option<String>) {
    let mut bound = |key: &str| {
        let node = map.get(key)?;
        let text = reading.text(node, key)?;
        if !super::values::is_decimal(text) {
            reading.wrong(node, format!("`{key}` has to be a decimal such as \"0.5\", not `{text}`"));
            return None;
        }
        Some(text.to_owned())
    };
    let (min, max) = (bound("min"), bound("max"));
    let value = |text: &Option<String>| text.as_ref().and_then(|t| t.parse::<f64>().ok());
    if let (Some(low), Some(high)) = (value(&min), value(&max))
        && low > high
    {
        reading.wrong(map.get("max").unwrap_or(map.node), "`max` is under `min`");
    }
    (min, max)
}

fn options(reading: &mut Reading<'_>, node: &Node, words: &Words) -> Option<Vec<(String, String)>> {
    if node.text().is_some() {
        return match reading.word(node, "options", &["roles", "clauses"])? {
            "roles" => Some(words.roles.clone()),
            _ => Some(words.clauses.clone()),
        };
    }
    let map = reading.any_mapping(node, "`options`")?;
    if map.entries.is_empty() {
        reading.wrong(node, "`options` needs at least one option");
    }
    let mut found = Vec::new();
    for (key, label) in map.entries {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
        if key.text.is_empty() || key.text.len() > 80 || !key.text.chars().all(good) {
            reading.wrong_key(key, format!("an option's id is letters, digits and hyphens, not `{}`", key.text));
        }
        let label = reading.text(label, &key.text).unwrap_or_default();
        found.push((key.text.clone(), label.to_owned()));
    }
    Some(found)
}

/// Kind ids, still unchecked; none means any kind.
fn targets(reading: &mut Reading<'_>, node: &Node) -> Vec<String> {
    if node.text() == Some("any") {
        return Vec::new();
    }
    let found: Vec<String> = reading.texts(node, "to").into_iter().map(|(id, _)| id.to_owned()).collect();
    if found.len() == 1 && found.iter().any(|id| id == "any") { Vec::new() } else { found }
}

fn columns(reading: &mut Reading<'_>, node: &Node, owner: Owner<'_>, words: &Words) -> Option<Vec<Field>> {
    let Owner::Kind(id) = owner else {
        reading.wrong(node, "a table inside a table is not possible; make it a kind of its own and link to it");
        return None;
    };
    let found = read_fields(reading, node, Owner::Table(id), words);
    if node.map().is_some_and(<[_]>::is_empty) {
        reading.wrong(node, "`columns` needs at least one column");
    }
    Some(found)
}

fn required(reading: &mut Reading<'_>, map: &Mapping<'_>, owner: Owner<'_>) -> Required {
    let Some(node) = map.get("required") else { return Required::No };
    if node.text().is_some() {
        return if reading.yes_no(node, "required") == Some(true) { Required::Always } else { Required::No };
    }
    if matches!(owner, Owner::Table(_)) {
        reading.wrong(node, "a column is required in every row or in none: write true or false");
        return Required::No;
    }
    let Some(when) = reading.mapping(node, "`required`", &["in"]) else { return Required::No };
    let states = when.need(reading, "in").map(|n| reading.texts(n, "in")).unwrap_or_default();
    Required::In(states.into_iter().map(|(state, _)| state.to_owned()).collect())
}

fn personal(reading: &mut Reading<'_>, map: &Mapping<'_>, shape: &Shape, owner: Owner<'_>) -> Option<Subject> {
    let subject = map.text(reading, "subject");
    if !map.yes(reading, "personal") {
        if let Some(node) = map.get("subject") {
            reading.wrong(node, "`subject` goes with `personal: true`");
        }
        return None;
    }
    let at = map.get("personal").unwrap_or(map.node);
    if !matches!(shape, Shape::Text { .. } | Shape::Markdown { .. }) {
        reading.wrong(at, "only text and markdown can be `personal`");
    }
    let (Owner::Kind(kind) | Owner::Table(kind)) = owner;
    match subject {
        Some(field) => Some(Subject::Field(field.to_owned())),
        None if kind == "person" => Some(Subject::Itself),
        None => {
            reading.wrong(at, "a personal value needs `subject`: the field that names the person it is about");
            None
        }
    }
}

fn stamped(reading: &mut Reading<'_>, map: &Mapping<'_>, owner: Owner<'_>) -> bool {
    let stamped = map.yes(reading, "stamped");
    if let (true, Owner::Table(_), Some(node)) = (stamped, owner, map.get("stamped")) {
        reading.wrong(node, "a column cannot be `stamped`");
    }
    stamped
}

fn inverse(reading: &mut Reading<'_>, map: &Mapping<'_>, shape: &Shape, owner: Owner<'_>) -> Option<String> {
    let given = map.text(reading, "inverse").map(str::to_owned);
    // A column's link is read in its row; from the other end only the record shows, so its inverse may stay open.
    if given.is_none() && matches!((shape, owner), (Shape::Link { .. }, Owner::Kind(_))) {
        map.need(reading, "inverse");
    }
    given
}
