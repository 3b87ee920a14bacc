//! From what someone writes in a YAML file to the value an act carries (`docs/formats/kinds.md` rule 3).
//!
//! Links and files stay as the text written: only the app knows which record or which file they name.

use aims_record::{Field, Required, Shape, check_value};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::yaml::{self, ContentError, Node, Reading, Scalar, did_you_mean};

/// So many options are listed in an error where none is near.
const OPTIONS_SHOWN: usize = 12;

/// The value of `field` that is written at `node`.
///
/// # Errors
/// The first thing wrong with it; [`read_value`] notes all.
pub fn from_yaml(file: &str, field: &Field, node: &Node) -> Result<Value, ContentError> {
    let mut reading = Reading::new(file);
    let value = read_value(&mut reading, field, node);
    match (reading.errors.into_iter().next(), value) {
        (None, Some(value)) => Ok(value),
        (Some(error), _) => Err(error),
        (None, None) => Err(node.error(file, format!("`{}` cannot be read", field.name))),
    }
}

/// The value of `field` that is written at `node`, or nothing with the errors noted. Whether a day lies in the future is left to `decide`,
/// which knows today.
pub fn read_value(reading: &mut Reading<'_>, field: &Field, node: &Node) -> Option<Value> {
    if node.is_null() {
        reading.wrong(node, format!("write something in `{}`, or leave it out", field.name));
        return None;
    }
    match &field.shape {
        Shape::Table { columns } => rows(reading, field, columns, node),
        _ if field.many => list(reading, field, node),
        _ => one(reading, field, node),
    }
}

fn list(reading: &mut Reading<'_>, field: &Field, node: &Node) -> Option<Value> {
    let nodes = node.seq().filter(|n| !n.is_empty());
    let Some(nodes) = nodes else {
        let example = node.text().or(field.example.as_deref()).unwrap_or("one, two").trim();
        reading.wrong(node, format!("give `{}` as a list, such as [{example}]", field.name));
        return None;
    };
    let mut values: Vec<Value> = Vec::new();
    for element in nodes {
        let Some(value) = one(reading, field, element) else { continue };
        if values.contains(&value) {
            reading.wrong(element, format!("`{}` names {} twice", field.name, element.what()));
        }
        values.push(value);
    }
    (values.len() == nodes.len()).then_some(Value::Array(values))
}

fn rows(reading: &mut Reading<'_>, field: &Field, columns: &[Field], node: &Node) -> Option<Value> {
    let Some(nodes) = node.seq().filter(|n| !n.is_empty()) else {
        reading.wrong(node, format!("give `{}` as a list of rows, each a mapping of its columns", field.name));
        return None;
    };
    let errors = reading.errors.len();
    let rows: Vec<Value> = nodes.iter().filter_map(|node| row(reading, field, columns, node)).collect();
    (reading.errors.len() == errors).then_some(Value::Array(rows))
}

fn row(reading: &mut Reading<'_>, field: &Field, columns: &[Field], node: &Node) -> Option<Value> {
    let map = reading.any_mapping(node, &format!("a row of `{}`", field.name))?;
    let mut cells = serde_json::Map::new();
    for (key, cell) in map.entries {
        let Some(column) = columns.iter().find(|c| c.name == key.text) else {
            let hint = did_you_mean(&key.text, columns.iter().map(|c| c.name.as_str()));
            reading.wrong_key(key, format!("`{}` has no column `{}`{hint}", field.name, key.text));
            continue;
        };
        if let Some(value) = read_value(reading, column, cell) {
            cells.insert(key.text.clone(), value);
        }
    }
    for column in columns.iter().filter(|c| c.required == Required::Always && map.get(&c.name).is_none()) {
        reading.wrong(node, format!("this row of `{}` lacks `{}`", field.name, column.name));
    }
    Some(Value::Object(cells))
}

fn one(reading: &mut Reading<'_>, field: &Field, node: &Node) -> Option<Value> {
    let value = match &field.shape {
        Shape::YesNo => Value::Bool(reading.yes_no(node, &field.name)?),
        Shape::Number { units, .. } => number(reading, field, units, node)?,
        Shape::Money => pair(reading, field, node, ("amount", "currency"), "12.50 EUR")?,
        Shape::File if node.map().is_some() => return file(reading, node),
        Shape::Choice { options } => Value::String(option(reading, field, options, node)?),
        Shape::Markdown { .. } => Value::String(text(reading, field, node)?.trim_end_matches('\n').to_owned()),
        _ => Value::String(text(reading, field, node)?.trim().to_owned()),
    };
    if field.links() || matches!(field.shape, Shape::File) {
        return Some(value);
    }
    // Each value is checked here, where its place is known; only whether a day has come yet is left to `decide`.
    let shape = match &field.shape {
        Shape::Date { .. } => Shape::Date { past: false },
        Shape::Instant { .. } => Shape::Instant { past: false },
        other => other.clone(),
    };
    let single = Field { many: false, shape, ..field.clone() };
    let mut problems = Vec::new();
    check_value(&single, &value, "", Timestamp::UNIX_EPOCH, &mut problems);
    let Some(problem) = problems.into_iter().next() else { return Some(value) };
    reading.wrong(node, problem.message);
    None
}

fn text<'n>(reading: &mut Reading<'_>, field: &Field, node: &'n Node) -> Option<&'n str> {
    let text = node.text().filter(|_| !node.is_null());
    if text.is_none() {
        reading.wrong(node, format!("`{}` takes one value, not {}", field.name, node.what()));
    }
    text
}

fn number(reading: &mut Reading<'_>, field: &Field, units: &[String], node: &Node) -> Option<Value> {
    let unit = units.first().map_or("", String::as_str);
    let value = pair(reading, field, node, ("amount", "unit"), &format!("12 {unit}"))?;
    let given = value.get("unit").and_then(Value::as_str).unwrap_or_default();
    if !units.iter().any(|u| u == given) {
        let hint = did_you_mean(given, units.iter().map(String::as_str));
        reading
            .wrong(node, format!("`{}` is not measured in `{given}`, but in {}{hint}", field.name, units.join(", ")));
        return None;
    }
    Some(value)
}

/// `12 kWh`, or a mapping with both parts.
fn pair(r: &mut Reading<'_>, field: &Field, node: &Node, (a, b): (&str, &str), example: &str) -> Option<Value> {
    if node.map().is_some() {
        let map = r.mapping(node, &format!("`{}`", field.name), &[a, b])?;
        let (first, second) = (map.need_text(r, a)?, map.need_text(r, b)?);
        return Some(json!({ a: first, b: second }));
    }
    let parts = node.text().and_then(|t| t.trim().split_once(' '));
    match parts.filter(|(amount, _)| is_decimal(amount)) {
        Some((amount, rest)) => Some(json!({ a: amount, b: rest.trim() })),
        None => {
            r.wrong(node, format!("give `{}` as {a} and {b}, such as {example}, not {}", field.name, node.what()));
            None
        }
    }
}

/// An option's id. Where options are clauses, the bare number will do.
fn option<'n>(
    reading: &mut Reading<'_>,
    field: &Field,
    options: &'n [(String, String)],
    node: &'n Node,
) -> Option<String> {
    let given = text(reading, field, node)?.trim();
    let ends = |id: &str| id.rsplit_once('/').is_some_and(|(_, number)| number == given);
    let found = options.iter().map(|(id, _)| id).find(|id| *id == given || ends(id));
    if found.is_none() {
        let short = |id: &'n str| if given.contains('/') { id } else { id.rsplit('/').next().unwrap_or(id) };
        let hint = match did_you_mean(given, options.iter().map(|(id, _)| short(id))) {
            near if !near.is_empty() => near,
            _ if options.len() <= OPTIONS_SHOWN => {
                format!("; it is one of: {}", options.iter().map(|(id, _)| short(id)).collect::<Vec<_>>().join(", "))
            }
            _ => String::new(),
        };
        reading.wrong(node, format!("`{}` cannot be `{given}`{hint}", field.name));
    }
    found.cloned()
}

fn file(reading: &mut Reading<'_>, node: &Node) -> Option<Value> {
    let map = reading.mapping(node, "a file", &["sha256", "len", "mime", "name"])?;
    let len = map.need(reading, "len")?;
    let Some(bytes) = len.text().and_then(|t| t.parse::<u64>().ok()) else {
        reading.wrong(len, format!("`len` has to be a number of bytes, not {}", len.what()));
        return None;
    };
    let mut text = |key: &str| map.need_text(reading, key).map(str::to_owned);
    Some(json!({ "sha256": text("sha256")?, "len": bytes, "mime": text("mime")?, "name": text("name")? }))
}

/// Why a value written like this would be refused in a field, or nothing where it fits.
pub(super) fn does_not_fit(field: &Field, written: &str) -> Option<String> {
    let scalar = Scalar { text: written.to_owned(), quoted: false };
    let node = Node { value: yaml::Value::Scalar(scalar), line: 1, column: 1 };
    let single = Field { many: false, ..field.clone() };
    let mut reading = Reading::new("");
    read_value(&mut reading, &single, &node);
    reading.errors.into_iter().next().map(|error| error.message)
}

/// A decimal as acts carry it: digits without leading zeros, perhaps a minus and a fraction.
pub(super) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 30 && all(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(all)
}
