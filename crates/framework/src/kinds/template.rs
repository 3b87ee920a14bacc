//! The import template: a record file of one kind, to be filled in.

use std::fmt::Write as _;

use aims_record::{Field, Kind, Required, Shape};

use super::wording::{takes, when_required, wrap};

const WIDTH: usize = 110;

/// A record file (`docs/formats/kinds.md`, "A record as a file") with help above every field. Lines that must be filled in stand free;
/// all others carry a `#` right before the field's name, which is taken away to use them.
pub fn yaml_template(kind: &Kind) -> String {
    let mut out = String::new();
    comment(&mut out, "", &format!("{}. {}", kind.title, kind.about));
    comment(&mut out, "", HOW);
    let stamped: Vec<&str> = kind.fields.iter().filter(|f| f.stamped).map(|f| f.name.as_str()).collect();
    if !stamped.is_empty() {
        comment(&mut out, "", &format!("Not written here, because a verb sets them: {}.", stamped.join(", ")));
    }
    let _ = writeln!(out, "kind: {}", kind.id);
    comment(&mut out, "", "A short name of your choice; other files link to this record by it.");
    let _ = writeln!(out, "key: my-{}\nfields:", kind.id);
    for field in kind.fields.iter().filter(|f| !f.stamped) {
        entry(&mut out, field);
    }
    out
}

const HOW: &str = "Fill in what stands free. To use another field, take away the # before its name. Links, persons included, are written \
                   as the other record's key, number or id; files as a path beside this file.";

fn entry(out: &mut String, field: &Field) {
    let required = when_required(field).map(|r| format!(" ({r})")).unwrap_or_default();
    comment(out, "  ", &format!("{}{required}: {} Takes {}.", field.label, ended(&field.help), takes(field)));
    let free = field.required == Required::Always;
    match &field.shape {
        Shape::Table { columns } if free => {
            let _ = writeln!(out, "  {}:", field.name);
            rows(out, "  ", columns);
        }
        Shape::Table { columns } => {
            let _ = writeln!(out, "  #{}:", field.name);
            rows(out, "  #", columns);
        }
        _ if free && field.example.is_none() => {
            let _ = writeln!(out, "  {}:", field.name);
        }
        _ => {
            let _ = writeln!(out, "  {}{}: {}", if free { "" } else { "#" }, field.name, sample(field));
        }
    }
}

fn rows(out: &mut String, lead: &str, columns: &[Field]) {
    for (n, column) in columns.iter().enumerate() {
        let required = when_required(column).map(|r| format!(" ({r})")).unwrap_or_default();
        let dash = if n == 0 { "- " } else { "  " };
        let _ = writeln!(out, "{lead}  {dash}{}: {} # {}{required}", column.name, sample(column), column.label);
    }
}

/// A value that fits the field: its example, or one made up from its type.
pub(super) fn sample(field: &Field) -> String {
    let one = match (&field.example, &field.shape) {
        (Some(example), _) => example.clone(),
        (None, shape) => made_up(shape),
    };
    if field.many { format!("[{}]", scalar(&one)) } else { scalar(&one) }
}

fn made_up(shape: &Shape) -> String {
    let amount = |min: &Option<String>, max: &Option<String>| {
        min.clone().or_else(|| max.clone()).unwrap_or_else(|| "1".to_owned())
    };
    match shape {
        Shape::Text { .. } | Shape::Markdown { .. } => "…".to_owned(),
        Shape::Number { units, min, max } => {
            format!("{} {}", amount(min, max), units.first().map_or("", String::as_str))
        }
        Shape::Decimal { min, max } => amount(min, max),
        Shape::Date { .. } => "2026-01-31".to_owned(),
        Shape::Instant { .. } => "2026-01-31T09:30:00Z".to_owned(),
        Shape::Duration => "P12M".to_owned(),
        Shape::Choice { options } => options.first().map(|(id, _)| id.clone()).unwrap_or_default(),
        Shape::YesNo => "true".to_owned(),
        Shape::Person => "my-person".to_owned(),
        Shape::Link { to } => format!("my-{}", to.first().map_or("record", String::as_str)),
        Shape::File => "evidence/report.pdf".to_owned(),
        Shape::Money => "12.50 EUR".to_owned(),
        Shape::Table { .. } => String::new(),
    }
}

/// The text as a YAML scalar: plain where nothing in it has a meaning of its own.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | ':');
    let safe = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(plain)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !matches!(text, "null" | "Null" | "NULL");
    if safe { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn ended(help: &str) -> String {
    let help = help.trim();
    if help.ends_with(['.', '?', '!']) { help.to_owned() } else { format!("{help}.") }
}

fn comment(out: &mut String, lead: &str, text: &str) {
    for line in wrap(text, WIDTH) {
        let _ = writeln!(out, "{lead}# {line}");
    }
}
