//! From the text of a cell to the value that an act carries; the rules of the shapes are those of record files.

use std::borrow::Cow;

use aims_framework::{
    kinds::read_value,
    yaml::{Node, Reading, Scalar, Value as Yaml},
};
use aims_record::{Field, Shape};
use jiff::civil::Date;
use serde_json::Value;

use crate::text::clean;

/// Text of a cell without what makes it inert in a spreadsheet program.
pub(super) use super::write::original as opened;

/// The value that a cell holds for a field, or the first thing wrong with it. Links stay as the words written.
pub(super) fn read(field: &Field, cell: &str) -> Result<Value, String> {
    let text = clean(opened(cell)).0;
    let whole = if field.many {
        Yaml::Seq(parts(field, &text).into_iter().map(|part| node(Yaml::Scalar(scalar(field, part)))).collect())
    } else {
        Yaml::Scalar(scalar(field, text.trim()))
    };
    let mut reading = Reading::new("");
    let value = read_value(&mut reading, field, &node(whole));
    match (reading.errors.into_iter().next(), value) {
        (None, Some(value)) => Ok(value),
        (Some(error), _) => Err(error.message),
        (None, None) => Err(format!("`{}` cannot be read", field.name)),
    }
}

fn node(value: Yaml) -> Node {
    Node { value, line: 1, column: 1 }
}

/// Elements of a list: one a line or behind semicolons; links and options behind commas too, since no number and no option holds one.
fn parts<'t>(field: &Field, text: &'t str) -> Vec<&'t str> {
    let commas = !text.contains([';', '\n']) && (field.links() || matches!(field.shape, Shape::Choice { .. }));
    let parts = text.split(|c| matches!(c, ';' | '\n') || (commas && c == ','));
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn scalar(field: &Field, text: &str) -> Scalar {
    // Only what is written free is yes or no; everything else stays text, whatever it looks like in YAML.
    let quoted = field.shape != Shape::YesNo;
    Scalar { text: written(field, text).into_owned(), quoted }
}

/// The text as record files write it: labels of options become ids, days of a spreadsheet become ISO days, a lone amount gets its only unit.
fn written<'t>(field: &Field, text: &'t str) -> Cow<'t, str> {
    match &field.shape {
        Shape::Choice { options } => {
            let same = |a: &str| a.eq_ignore_ascii_case(text) || a.to_lowercase() == text.to_lowercase();
            let found = options.iter().find(|(id, label)| same(id) || same(label));
            found.map_or(Cow::Borrowed(text), |(id, _)| Cow::Owned(id.clone()))
        }
        Shape::YesNo => match text.to_lowercase().as_str() {
            "yes" | "y" | "true" | "x" | "1" | "ja" | "j" | "wahr" => Cow::Borrowed("true"),
            "no" | "n" | "false" | "0" | "nein" | "falsch" => Cow::Borrowed("false"),
            _ => Cow::Borrowed(text),
        },
        Shape::Date { .. } => day(text),
        Shape::Number { units, .. } => match units.as_slice() {
            [unit] if !text.contains(' ') => Cow::Owned(format!("{text} {unit}")),
            _ => Cow::Borrowed(text),
        },
        Shape::Text { .. } => Cow::Owned(crate::text::one_line(text)),
        _ => Cow::Borrowed(text),
    }
}

/// `31.1.2026` and midnight as the day they mean; `1/2/2026` stays and is refused, since it means two days.
fn day(text: &str) -> Cow<'_, str> {
    let midnight = text.strip_suffix("T00:00:00Z").or_else(|| text.strip_suffix(" 00:00:00"));
    let parts: Vec<&str> = text.split('.').collect();
    if let [day, month, year] = parts.as_slice()
        && let (Ok(day), Ok(month), Ok(year)) = (day.trim().parse(), month.trim().parse(), year.trim().parse())
        && let Ok(date) = Date::new(year, month, day)
    {
        return Cow::Owned(date.to_string());
    }
    Cow::Borrowed(midnight.unwrap_or(text))
}
