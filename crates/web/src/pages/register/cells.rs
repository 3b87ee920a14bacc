//! What stands in the columns of a register.

use aims_record::{Field, Kind, Shape};
use aims_register::{Entry, Value};

use crate::{call::Call, reader::Reader, show};

/// Columns beside number, state and name, where nobody chose.
const COLUMNS: usize = 4;

/// The fields worth a column: who answers for it, what it hangs on, choices and days, in the order of the kind.
pub fn worth_a_column(kind: &Kind) -> Vec<&Field> {
    let worth = |f: &&Field| {
        !f.many
            && matches!(
                f.shape,
                Shape::Person | Shape::Choice { .. } | Shape::Date { .. } | Shape::Link { .. } | Shape::YesNo
            )
    };
    kind.fields.iter().skip(1).filter(worth).take(COLUMNS).collect()
}

/// The fields that can have a column: not tables and files, which are no cells; the first has one always.
pub fn can_be_columns(kind: &Kind) -> impl Iterator<Item = &Field> {
    kind.fields.iter().skip(1).filter(|f| !matches!(f.shape, Shape::Table { .. } | Shape::File))
}

/// Whether a register can be filtered by the field.
pub fn can_filter(field: &Field) -> bool {
    matches!(
        field.shape,
        Shape::Person
            | Shape::Choice { .. }
            | Shape::Link { .. }
            | Shape::YesNo
            | Shape::Date { .. }
            | Shape::Instant { .. }
    )
}

/// By what a field sorts.
pub fn key(reader: &Reader<'_>, entry: Entry<'_>, field: &str) -> String {
    let Some(value) = entry.field(field) else { return String::new() };
    match value.record() {
        Some(record) if reader.reads(record) => reader.standing.name_of(record).to_lowercase(),
        Some(_) => String::new(),
        None => {
            value.written().map_or_else(|| value.flag().map_or(String::new(), |f| f.to_string()), |w| w.to_lowercase())
        }
    }
}

/// One field in a few words; what it names is left out where that may not be read.
pub fn cell(call: &Call<'_>, reader: &Reader<'_>, entry: Entry<'_>, field: &Field) -> String {
    let name = |e: Entry<'_>| reader.standing.name_of(e).to_owned();
    let day = |value: Value<'_>| {
        let date = value.written().and_then(|w| w.parse().ok());
        date.map_or(String::new(), |date| show::day(call.tongue, date))
    };
    joined(entry, field, &|value| one(call, reader, value, field, &name, &day))
}

/// The same for a spreadsheet: days as they are written, records by number and name.
pub fn plain(call: &Call<'_>, reader: &Reader<'_>, entry: Entry<'_>, field: &Field) -> String {
    let name = |e: Entry<'_>| format!("{} {}", e.number(), reader.standing.name_of(e)).trim_end().to_owned();
    let day = |value: Value<'_>| value.written().unwrap_or_default().into_owned();
    joined(entry, field, &|value| one(call, reader, value, field, &name, &day))
}

/// The values of a field one after the other.
fn joined(entry: Entry<'_>, field: &Field, one: &dyn Fn(Value<'_>) -> String) -> String {
    let Some(value) = entry.field(&field.name) else { return String::new() };
    let values: Vec<String> = value.each().map(one).filter(|text| !text.is_empty()).collect();
    values.join("; ")
}

fn one(
    call: &Call<'_>,
    reader: &Reader<'_>,
    value: Value<'_>,
    field: &Field,
    name: &dyn Fn(Entry<'_>) -> String,
    day: &dyn Fn(Value<'_>) -> String,
) -> String {
    if let Some(record) = value.record() {
        return if reader.reads(record) { name(record) } else { String::new() };
    }
    match &field.shape {
        Shape::Choice { options } => {
            let id = value.text().unwrap_or_default();
            options.iter().find(|(o, _)| o == id).map_or(id, |(_, label)| label.as_str()).to_owned()
        }
        Shape::YesNo => call.tongue.say(if value.flag() == Some(true) { "yes" } else { "no" }).into_owned(),
        Shape::Date { .. } => day(value),
        Shape::Number { .. } | Shape::Money => amount(value),
        _ => value.written().unwrap_or_default().into_owned(),
    }
}

/// An amount with its unit.
pub fn amount(value: Value<'_>) -> String {
    let part = |name| value.column(name).and_then(Value::text).unwrap_or_default();
    let unit = if part("unit").is_empty() { part("currency") } else { part("unit") };
    format!("{} {unit}", part("amount")).trim_end().to_owned()
}
