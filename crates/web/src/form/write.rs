//! What a record says, as a form holds it.

use aims_record::{Field, Fields, Shape};
use serde_json::Value;

use super::Pairs;

/// Values of fields as names and values of a form. `number_of` says an id as people say it. What was erased, and files, are left out.
pub fn pairs<'f>(
    fields: impl Iterator<Item = &'f Field>,
    values: &Fields,
    number_of: &dyn Fn(&str) -> String,
) -> Pairs {
    let mut pairs = Pairs::default();
    for field in fields {
        if let Some(value) = values.get(&field.name) {
            put(&mut pairs, &field.name, field, value, number_of);
        }
    }
    pairs
}

fn put(pairs: &mut Pairs, at: &str, field: &Field, value: &Value, number_of: &dyn Fn(&str) -> String) {
    match (&field.shape, value) {
        (Shape::Table { columns }, Value::Array(rows)) => {
            for (n, row) in rows.iter().enumerate() {
                for column in columns {
                    if let Some(cell) = row.get(&column.name) {
                        put(pairs, &format!("{at}.{n}.{}", column.name), column, cell, number_of);
                    }
                }
            }
        }
        (Shape::Choice { .. } | Shape::Person | Shape::Link { .. }, Value::Array(list)) => {
            list.iter().for_each(|one| put_one(pairs, at, field, one, number_of));
        }
        (_, Value::Array(list)) => {
            let lines: Vec<String> = list.iter().map(line).collect();
            pairs.push(at, lines.join("\n"));
        }
        _ => put_one(pairs, at, field, value, number_of),
    }
}

fn put_one(pairs: &mut Pairs, at: &str, field: &Field, value: &Value, number_of: &dyn Fn(&str) -> String) {
    let part = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    match (&field.shape, value) {
        (Shape::Number { .. } | Shape::Money, Value::Object(_)) => {
            for name in ["amount", "unit", "currency"] {
                if let Some(said) = part(name) {
                    pairs.push(format!("{at}.{name}"), said);
                }
            }
        }
        (Shape::YesNo, Value::Bool(flag)) => pairs.push(at, if *flag { "yes" } else { "no" }),
        (Shape::Person | Shape::Link { .. }, Value::String(id)) => pairs.push(at, number_of(id)),
        (Shape::Instant { .. }, Value::String(moment)) => pairs.push(at, moment.trim_end_matches('Z')),
        (Shape::Duration, Value::String(span)) => match simple(span) {
            Some((count, unit)) => {
                pairs.push(format!("{at}.count"), count);
                pairs.push(format!("{at}.unit"), unit);
            }
            None => pairs.push(at, span.clone()),
        },
        (Shape::File, _) => {}
        (_, Value::String(text)) => pairs.push(at, text.clone()),
        _ => {}
    }
}

/// An element of a list on a line of its own.
fn line(value: &Value) -> String {
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => format!("{} {}{}", part("amount"), part("unit"), part("currency")),
        _ => String::new(),
    }
}

/// `P12M` as `12` and `M`; a duration of several parts is not simple.
pub fn simple(span: &str) -> Option<(&str, &str)> {
    let rest = span.strip_prefix('P')?;
    let (count, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    let is_simple = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) && "DWMY".contains(unit);
    is_simple.then_some((count, unit))
}
