//! What a field takes, in words: for templates and pages.

use aims_record::{Field, Required, Shape};

/// The value as people write it, such as "text of one line, at most 500 characters".
pub(super) fn takes(field: &Field) -> String {
    let one = match &field.shape {
        Shape::Text { max } => format!("one line of text, at most {max} characters"),
        Shape::Markdown { .. } => "text, Markdown".to_owned(),
        Shape::Number { units, min, max } => format!("amount and unit ({}){}", units.join(", "), range(min, max)),
        Shape::Decimal { min, max } => format!("decimal{}", range(min, max)),
        Shape::Date { past } => format!("day{}", not_later(*past, "today")),
        Shape::Instant { past } => format!("moment in UTC{}", not_later(*past, "now")),
        Shape::Duration => "duration such as P12M or P30D".to_owned(),
        Shape::Choice { options } => format!("one of {}", choices(options)),
        Shape::YesNo => "true or false".to_owned(),
        Shape::Person => "person".to_owned(),
        Shape::Link { to } if to.is_empty() => "any record".to_owned(),
        Shape::Link { to } => to.join(" or "),
        Shape::Table { columns } => {
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            format!("rows of {}", names.join(", "))
        }
        Shape::File => "file".to_owned(),
        Shape::Money => "amount and currency such as 12.50 EUR".to_owned(),
    };
    if field.many { format!("list: {one}") } else { one }
}

/// The ids, each with its label where that says more.
fn choices(options: &[(String, String)]) -> String {
    let same = |id: &str, label: &str| id.replace(['-', '_'], " ").eq_ignore_ascii_case(&label.replace('-', " "));
    let each =
        options.iter().map(|(id, label)| if same(id, label) { format!("`{id}`") } else { format!("`{id}` ({label})") });
    each.collect::<Vec<_>>().join(", ")
}

fn range(min: &Option<String>, max: &Option<String>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(", {min} to {max}"),
        (Some(min), None) => format!(", {min} or more"),
        (None, Some(max)) => format!(", {max} or less"),
        (None, None) => String::new(),
    }
}

fn not_later(past: bool, than: &str) -> String {
    if past { format!(", not later than {than}") } else { String::new() }
}

/// When the field has to be set; nothing where it may stay open.
pub(super) fn when_required(field: &Field) -> Option<String> {
    match &field.required {
        Required::No => None,
        Required::Always => Some("required".to_owned()),
        Required::In(states) => {
            let states: Vec<String> = states.iter().map(|s| format!("`{s}`")).collect();
            Some(format!("required before {}", states.join(", ")))
        }
    }
}

/// Breaks text into lines of at most `width` characters, at spaces.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
