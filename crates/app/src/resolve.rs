//! Names become ids: people write numbers and keys, records hold ids.

use std::collections::BTreeMap;

use aims_record::{Field, Fields, Kind, Problem, Refusal, Shape, seal_of};
use aims_store::Reading;
use serde_json::Value;

use crate::Failure;

/// Ids of records that the same command begins, by key.
pub(crate) type Known = BTreeMap<String, String>;

/// The id that a word names: an id, a number such as `SYS-0007`, or a key.
///
/// # Errors
/// [`Refusal::NotFound`], the same whether the word is malformed, unknown or somebody else's.
pub(crate) fn resolve_word(reading: &Reading, known: &Known, word: &str) -> Result<String, Failure> {
    if let Some(id) = known.get(word) {
        return Ok(id.clone());
    }
    let found = match word {
        _ if word.len() > 63 => None,
        _ if is_uuid(word) => reading.shared(word)?.map(|kept| kept.id().to_owned()),
        _ => match reading.by_key(word)? {
            Some(kept) => Some(kept),
            None => reading.by_number(&word.to_ascii_uppercase())?,
        }
        .map(|kept| kept.id().to_owned()),
    };
    found.ok_or_else(|| Refusal::NotFound { record: word.to_owned() }.into())
}

/// Whether this can be a record's key.
pub(crate) fn is_key(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 63
        && !word.starts_with('-')
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36 && word.parse::<uuid::Uuid>().is_ok()
}

/// Replaces every name in a link or person field, in tables too, by the id it stands for.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::FieldsRefused`] for a value that is sealed already: only the store seals, since a seal of anybody's
/// making would stand for nothing, or for what is known about somebody else.
pub(crate) fn resolve_fields(
    reading: &Reading,
    known: &Known,
    kind: &Kind,
    mut fields: Fields,
) -> Result<Fields, Failure> {
    for (name, value) in &mut fields {
        if seal_of(value).is_some() {
            let message = format!("give `{name}` as what it says, not as a seal");
            let problem = Problem { code: "sealed_value", pointer: format!("/{name}"), message, allowed: Vec::new() };
            return Err(Refusal::FieldsRefused { problems: vec![problem] }.into());
        }
        if let Some(field) = kind.field(name) {
            resolve_value(reading, known, field, value)?;
        }
    }
    Ok(fields)
}

fn resolve_value(reading: &Reading, known: &Known, field: &Field, value: &mut Value) -> Result<(), Failure> {
    match (&field.shape, value) {
        (Shape::Table { columns }, Value::Array(rows)) => {
            for cells in rows.iter_mut().filter_map(Value::as_object_mut) {
                for column in columns {
                    if let Some(cell) = cells.get_mut(&column.name) {
                        resolve_value(reading, known, column, cell)?;
                    }
                }
            }
        }
        (Shape::Person | Shape::Link { .. }, Value::Array(words)) => {
            words.iter_mut().try_for_each(|word| resolve_in_place(reading, known, word))?;
            // Links are a set: kept sorted, so that the same links are the same content.
            words.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        }
        (Shape::Person | Shape::Link { .. }, word) => resolve_in_place(reading, known, word)?,
        _ => {}
    }
    Ok(())
}

fn resolve_in_place(reading: &Reading, known: &Known, word: &mut Value) -> Result<(), Failure> {
    if let Some(text) = word.as_str() {
        *word = Value::String(resolve_word(reading, known, text)?);
    }
    Ok(())
}
