//! Field values as typed, as JSON, and as record files.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use aims_app::{Aims, field_from_text};
use aims_framework::{
    kinds::read_value,
    yaml::{Limits, Node, Reading, did_you_mean, parse},
};
use aims_ledger::strict;
use aims_record::{Fields, Kind, Shape};
use serde_json::Value;

use crate::{args::Values, fault::Fault};

/// A record as a file says it.
pub struct Written {
    /// Kind id.
    pub kind: String,
    /// Key.
    pub key: Option<String>,
    /// Fields.
    pub fields: Fields,
}

/// The values of `--json`, then those of `--field`, which win.
///
/// # Errors
/// With what is wrong, and where.
pub fn fields(aims: &Aims, kind: &Kind, values: &Values) -> Result<Fields, Fault> {
    let mut fields = match &values.json {
        Some(path) => from_json(path)?,
        None => Fields::new(),
    };
    let mut typed = Fields::new();
    for assignment in &values.field {
        let (name, text) = named(assignment)?;
        let value = one(aims, kind, name, text)?;
        add(kind, &mut typed, name, value)?;
    }
    fields.append(&mut typed);
    Ok(fields)
}

/// The same for a server: no file is read into a field there, and without a known kind there are no `--field` values.
///
/// # Errors
/// As [`fields`].
pub fn typed(kind: Option<&Kind>, values: &Values) -> Result<Fields, Fault> {
    let mut fields = match &values.json {
        Some(path) => from_json(path)?,
        None => Fields::new(),
    };
    let Some(kind) = kind else { return Ok(fields) };
    let mut typed = Fields::new();
    for assignment in &values.field {
        let (name, text) = named(assignment)?;
        let text = match text.strip_prefix('@').filter(|rest| !rest.starts_with('@')) {
            Some(path) => read_text(Path::new(path))?.trim_end_matches('\n').to_owned(),
            None => text.strip_prefix('@').unwrap_or(text).to_owned(),
        };
        add(kind, &mut typed, name, field_from_text(kind, name, &text)?)?;
    }
    fields.append(&mut typed);
    Ok(fields)
}

fn named(assignment: &str) -> Result<(&str, &str), Fault> {
    assignment
        .split_once('=')
        .ok_or_else(|| Fault::usage("field_malformed", format!("`{assignment}` names no value; write NAME=VALUE")))
}

/// A field said twice is a list, where it takes one.
fn add(kind: &Kind, fields: &mut Fields, name: &str, value: Value) -> Result<(), Fault> {
    match (fields.get_mut(name), value) {
        (None, value) => {
            fields.insert(name.to_owned(), value);
        }
        (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
        _ => {
            let title = kind.title.to_lowercase();
            return Err(Fault::usage(
                "field_twice",
                format!("`{name}` is given twice, but a {title} has one value for it"),
            ));
        }
    }
    Ok(())
}

fn one(aims: &Aims, kind: &Kind, name: &str, text: &str) -> Result<Value, Fault> {
    let file = text.strip_prefix('@').filter(|rest| !rest.starts_with('@'));
    match file {
        Some(path) if kind.field(name).is_some_and(|f| f.shape == Shape::File) => {
            let file = aims.take_file(Path::new(path), None, None)?;
            Ok(serde_json::to_value(file).unwrap_or_default())
        }
        Some(path) => Ok(field_from_text(kind, name, read_text(Path::new(path))?.trim_end_matches('\n'))?),
        None => Ok(field_from_text(kind, name, text.strip_prefix('@').unwrap_or(text))?),
    }
}

fn from_json(path: &Path) -> Result<Fields, Fault> {
    match strict::parse(&read_bytes(path)?, strict::Limits::default())? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Fault::usage(
            "json_invalid",
            "the fields have to be one JSON object, such as {\"title\": \"AI policy\"}",
        )),
    }
}

/// Reads a record file of one document (`docs/formats/kinds.md`, "A record as a file").
///
/// # Errors
/// With every line that is wrong.
pub fn from_file(aims: &Aims, path: &Path) -> Result<Written, Fault> {
    let name = path.display().to_string();
    let text = read_text(path)?;
    let root = parse(&name, &text, Limits::RECORD_FILE).map_err(aims_app::Failure::Content)?;
    let mut reading = Reading::new(&name);
    let written = record(aims, &mut reading, &root)?;
    if !reading.errors.is_empty() {
        return Err(aims_app::Failure::Content(reading.errors).into());
    }
    let mut written = written.ok_or_else(|| Fault::usage("content_refused", format!("`{name}` is no record file")))?;
    take_files(aims, path, &mut written)?;
    Ok(written)
}

fn record(aims: &Aims, reading: &mut Reading<'_>, root: &Node) -> Result<Option<Written>, Fault> {
    let Some(mapping) = reading.mapping(root, "a record file", &["kind", "key", "fields"]) else { return Ok(None) };
    let word = |key: &str| mapping.get(key).and_then(Node::text).map(str::to_owned);
    let Some(kind) = word("kind") else {
        reading.wrong(root, "a record file has `kind`, `key` and `fields`");
        return Ok(None);
    };
    let kind = aims.known_kind(&kind)?;
    let mut fields = Fields::new();
    let entries = mapping.get("fields").and_then(Node::map).unwrap_or_default();
    for (key, node) in entries {
        match kind.field(&key.text) {
            Some(field) => fields.extend(read_value(reading, field, node).map(|value| (key.text.clone(), value))),
            None => {
                let hint = did_you_mean(&key.text, kind.fields.iter().filter(|f| !f.stamped).map(|f| f.name.as_str()));
                reading.wrong_key(key, format!("{} has no field `{}`{hint}", kind.title, key.text));
            }
        }
    }
    Ok(Some(Written { kind: kind.id.clone(), key: word("key"), fields }))
}

/// Files are written as paths beside the record file; they are taken in before a record can name them.
fn take_files(aims: &Aims, path: &Path, written: &mut Written) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let kind = aims.known_kind(&written.kind)?;
    for field in kind.fields.iter().filter(|f| f.shape == Shape::File) {
        if let Some(value) = written.fields.get_mut(&field.name) {
            take(aims, folder, value)?;
        }
    }
    Ok(())
}

fn take(aims: &Aims, folder: &Path, value: &mut Value) -> Result<(), Fault> {
    match value {
        Value::String(name) => {
            let file = aims.take_file(&folder.join(&*name), None, None)?;
            *value = serde_json::to_value(file).unwrap_or_default();
            Ok(())
        }
        Value::Array(list) => list.iter_mut().try_for_each(|one| take(aims, folder, one)),
        _ => Ok(()),
    }
}

fn read_text(path: &Path) -> Result<String, Fault> {
    let bytes = read_bytes(path)?;
    if bytes.len() > Limits::RECORD_FILE.bytes {
        let most = Limits::RECORD_FILE.bytes;
        return Err(Fault::usage(
            "file_too_large",
            format!("`{}` is longer than the {most} bytes that are read", path.display()),
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| Fault::usage("file_unreadable", format!("`{}` is not text in UTF-8", path.display())))
}

/// A file's bytes, or those of stdin for `-`.
fn read_bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    // One byte more than is ever taken: the limits then speak.
    let limit = Limits::RECORD_FILE.bytes as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| Fault::file(path, &error))?;
    Ok(bytes)
}
