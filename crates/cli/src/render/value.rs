//! Field values in words.

use std::collections::BTreeMap;

use aims_record::{Field, Shape};
use serde_json::Value;

use super::{day, moment_text};
use crate::plain::{plain, plain_lines};

/// What ids stand for: number and name.
pub type Names = BTreeMap<String, String>;

/// A value of a field, perhaps of several lines.
pub fn value(field: Option<&Field>, names: &Names, value: &Value) -> String {
    match (field.map(|f| &f.shape), value) {
        (Some(Shape::Table { columns }), Value::Array(rows)) => {
            rows.iter().map(|cells| row(columns, names, cells)).collect::<Vec<_>>().join("\n")
        }
        (_, Value::Array(list)) => list.iter().map(|one| single(field, names, one)).collect::<Vec<_>>().join(", "),
        (_, one) => single(field, names, one),
    }
}

/// A value on one line, as plans and histories show it.
pub fn brief(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text),
        other => plain(&other.to_string()),
    }
}

fn row(columns: &[Field], names: &Names, cells: &Value) -> String {
    let Some(cells) = cells.as_object() else { return brief(cells) };
    let said = columns.iter().filter_map(|column| {
        let cell = cells.get(&column.name)?;
        Some(format!("{}: {}", plain(&column.label), value(Some(column), names, cell)))
    });
    format!("- {}", said.collect::<Vec<_>>().join("; ").replace('\n', " "))
}

fn single(field: Option<&Field>, names: &Names, value: &Value) -> String {
    match value {
        Value::String(text) => word(field, names, text),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Object(members) => object(members),
        other => brief(other),
    }
}

fn word(field: Option<&Field>, names: &Names, text: &str) -> String {
    match field.map(|f| &f.shape) {
        Some(Shape::Choice { options }) => {
            plain(options.iter().find(|(id, _)| id == text).map_or(text, |(_, label)| label))
        }
        Some(Shape::Date { .. }) => text.parse().map_or_else(|_| plain(text), day),
        Some(Shape::Instant { .. }) => moment_text(text),
        Some(Shape::Person | Shape::Link { .. }) => plain(names.get(text).map_or(text, String::as_str)),
        _ => plain_lines(text),
    }
}

/// Amounts, money, files, and what is left of erased values.
fn object(members: &serde_json::Map<String, Value>) -> String {
    let of = |name: &str| members.get(name).map(brief);
    match (of("erased"), of("missing"), of("amount"), of("sha256")) {
        (Some(seq), ..) => format!("(erased by entry {seq})"),
        (_, Some(_), ..) => "(missing: run `aims verify`)".to_owned(),
        (.., Some(amount), _) => format!("{amount} {}", of("unit").or(of("currency")).unwrap_or_default()),
        (.., Some(sha256)) => {
            format!("{} ({} bytes, SHA-256 {sha256})", of("name").unwrap_or_default(), of("len").unwrap_or_default())
        }
        _ => brief(&Value::Object(members.clone())),
    }
}
