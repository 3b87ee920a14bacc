//! Records that live as YAML files in git: reading them for `aims plan` and `aims apply`, and writing them out again.

use std::{collections::BTreeMap, fmt::Write as _};

use aims_framework::{
    kinds::read_value,
    yaml::{ContentError, Limits, Node, Reading, did_you_mean, parse_documents},
};
use aims_record::{Fields, Kind, Kinds, Record, Shape, seal_of};
use serde_json::Value;

use crate::key::is_key;

/// A record as somebody wrote it in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordFile {
    /// The file's name as the caller gave it.
    pub path: String,
    /// Line at which the record begins, from 1.
    pub line: usize,
    /// Kind id.
    pub kind: String,
    /// The name by which other files link to it.
    pub key: String,
    /// Values; links and files stay as written (a key, a number, a path).
    pub fields: Fields,
    /// Line and column of each field, for errors found later.
    pub places: BTreeMap<String, (usize, usize)>,
}

/// Reads all records of a set of (path, text); a file may hold several, separated by `---`.
///
/// # Errors
/// Everything that is wrong in any of the files, in the order of the files.
pub fn parse(files: &[(String, String)], kinds: &Kinds) -> Result<Vec<RecordFile>, Vec<ContentError>> {
    let mut records: Vec<RecordFile> = Vec::new();
    let mut errors = Vec::new();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files {
        let documents = match parse_documents(path, text, Limits::RECORD_FILE) {
            Ok(documents) => documents,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        for document in &documents {
            let mut reading = Reading::new(path);
            let found = record(&mut reading, document, kinds);
            errors.append(&mut reading.errors);
            let Some(found) = found else { continue };
            match keys.insert(found.key.clone(), format!("{path}:{}", document.line)) {
                Some(first) => {
                    errors.push(document.error(path, format!("the key `{}` is taken by {first}", found.key)))
                }
                None => records.push(found),
            }
        }
    }
    if errors.is_empty() { Ok(records) } else { Err(errors) }
}

fn record(reading: &mut Reading<'_>, document: &Node, kinds: &Kinds) -> Option<RecordFile> {
    let map = reading.mapping(document, "a record", &["kind", "key", "fields"])?;
    let kind_node = map.need(reading, "kind")?;
    let kind = kind(reading, kind_node, kinds);
    let key_node = map.need(reading, "key")?;
    let key = reading.text(key_node, "key").map(str::to_owned);
    let key = key.filter(|key| {
        let fits = is_key(key);
        if !fits {
            reading.wrong(key_node, "`key` takes lower-case letters, digits and hyphens, at most 63 characters");
        }
        fits
    });
    let kind = kind?;
    let (mut fields, mut places) = (Fields::new(), BTreeMap::new());
    if let Some(node) = map.get("fields").filter(|n| !n.is_null()) {
        for (name, value) in reading.any_mapping(node, "`fields`")?.entries {
            let known = kind.fields.iter().filter(|f| !f.stamped);
            match known.clone().find(|f| f.name == name.text) {
                Some(field) => {
                    places.insert(name.text.clone(), (value.line, value.column));
                    fields.extend(read_value(reading, field, value).map(|v| (name.text.clone(), v)));
                }
                None if kind.field(&name.text).is_some() => {
                    reading
                        .wrong_key(name, format!("`{}` is set by a verb of the life cycle; leave it out", name.text));
                }
                None => {
                    let hint = did_you_mean(&name.text, known.map(|f| f.name.as_str()));
                    reading.wrong_key(name, format!("{} has no field `{}`{hint}", kind.title, name.text));
                }
            }
        }
    }
    let (path, kind, line) = (reading.file.to_owned(), kind.id.clone(), document.line);
    Some(RecordFile { path, line, kind, key: key?, fields, places })
}

fn kind<'k>(reading: &mut Reading<'_>, node: &Node, kinds: &'k Kinds) -> Option<&'k Kind> {
    let id = reading.text(node, "kind")?;
    let found = kinds.get(id);
    if found.is_none() {
        let hint = did_you_mean(id, kinds.by_id.keys().map(String::as_str));
        reading.wrong(node, format!("there is no kind `{id}`{hint}"));
    }
    found
}

/// The record as a file that [`parse`] reads again. `name` gives the key or number by which a linked record is called; where it gives
/// none, the id stands. What a verb sets is left out, and so is what is sealed.
pub fn to_yaml(record: &Record, kind: &Kind, name: impl Fn(&str) -> Option<String>) -> String {
    let key = record.key.clone().unwrap_or_else(|| record.number.to_lowercase());
    let mut out = format!("kind: {}\nkey: {}\nfields:\n", kind.id, scalar(&key));
    for field in kind.fields.iter().filter(|f| !f.stamped) {
        let Some(value) = record.fields.get(&field.name) else { continue };
        if seal_of(value).is_some() {
            let _ = writeln!(out, "  # {}: personal data, sealed", field.name);
            continue;
        }
        let _ = write!(out, "  {}:", field.name);
        let called = |id: &str| if field.links() { name(id) } else { None }.unwrap_or_else(|| id.to_owned());
        written(&mut out, value, &field.shape, 4, &called);
    }
    if out.ends_with("fields:\n") {
        out.truncate(out.len() - "fields:\n".len());
    }
    out
}

/// Writes a value behind `name:` or `-`, with the line's end.
fn written(out: &mut String, value: &Value, shape: &Shape, indent: usize, called: &impl Fn(&str) -> String) {
    let margin = " ".repeat(indent);
    match value {
        Value::Array(items) => {
            out.push('\n');
            for item in items {
                let _ = write!(out, "{margin}-");
                written(out, item, shape, indent + 2, called);
            }
        }
        Value::Object(parts) => match pair(parts) {
            Some(pair) => {
                let _ = writeln!(out, " {}", scalar(&pair));
            }
            None => mapping(out, parts, indent, called),
        },
        Value::String(text) if matches!(shape, Shape::Markdown { .. }) && block(text) => {
            out.push_str(" |-\n");
            for line in text.lines() {
                let _ = if line.is_empty() { writeln!(out) } else { writeln!(out, "{margin}{line}") };
            }
        }
        Value::String(text) => {
            let _ = writeln!(out, " {}", scalar(&called(text)));
        }
        other => {
            let _ = writeln!(out, " {other}");
        }
    }
}

fn mapping(out: &mut String, parts: &Fields, indent: usize, called: &impl Fn(&str) -> String) {
    let margin = " ".repeat(indent);
    out.push('\n');
    for (name, value) in parts {
        let _ = write!(out, "{margin}{name}:");
        written(out, value, &Shape::Text { max: 0 }, indent + 2, called);
    }
}

/// An amount with unit or currency on one line.
fn pair(parts: &Fields) -> Option<String> {
    let amount = parts.get("amount")?.as_str()?;
    let unit = parts.get("unit").or(parts.get("currency"))?.as_str()?;
    (parts.len() == 2).then(|| format!("{amount} {unit}"))
}

/// Whether the text comes back unchanged from a block.
fn block(text: &str) -> bool {
    let odd = |line: &str| line.starts_with('\t') || (line.trim().is_empty() && !line.is_empty());
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with('\n')
        && !text.contains('\r')
        && !text.lines().any(odd)
        && !text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'])
}

/// The text as a YAML scalar: plain where nothing in it has a meaning of its own, otherwise in quotes as in JSON.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/');
    let safe = text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(plain) && !text.ends_with(' ');
    if safe && !matches!(text, "null" | "Null" | "NULL") { text.to_owned() } else { Value::from(text).to_string() }
}
