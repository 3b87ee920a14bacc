//! Values of a record as HTML.

use std::collections::BTreeMap;

use aims_record::{Field, Shape};
use serde_json::Value;

use crate::{show::markdown, words::Tongue};

/// What values need to be shown: words, and what ids stand for.
pub struct Values<'v> {
    /// Words.
    pub t: &'v Tongue,
    /// By id: the address of the record, and its number and name.
    pub records: &'v BTreeMap<String, (String, String)>,
}

impl Values<'_> {
    /// One field's value.
    pub fn html(&self, field: &Field, value: &Value) -> String {
        match (value, &field.shape) {
            (Value::Null, _) => self.missing("value-missing"),
            (Value::Array(rows), Shape::Table { columns }) => self.table(columns, rows),
            (Value::Array(list), _) => {
                let items: String = list.iter().map(|v| format!("<li>{}</li>", self.html(field, v))).collect();
                format!("<ul>{items}</ul>")
            }
            (Value::Object(left), _) if left.contains_key("erased") => self.missing("value-erased"),
            (Value::Object(left), _) if left.contains_key("missing") => self.missing("value-lost"),
            _ => self.one(field, value),
        }
    }

    fn one(&self, field: &Field, value: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        match &field.shape {
            Shape::Markdown { .. } => format!("<div class=\"prose\">{}</div>", markdown(text)),
            Shape::Choice { options } => {
                escape(options.iter().find(|(id, _)| id == text).map_or(text, |(_, label)| label.as_str()))
            }
            Shape::YesNo => self.t.say(if value == &Value::Bool(true) { "yes" } else { "no" }).into_owned(),
            Shape::Person | Shape::Link { .. } => self.record(text),
            Shape::Date { .. } => text.parse().map_or_else(|_| escape(text), |date| super::day(self.t, date)),
            Shape::Instant { .. } => text.parse().map_or_else(|_| escape(text), |at| super::moment(self.t, at)),
            Shape::Number { .. } | Shape::Money => amount(value),
            Shape::File => file(value),
            Shape::Text { .. } | Shape::Decimal { .. } | Shape::Duration | Shape::Table { .. } => escape(text),
        }
    }

    /// A record that is named by its id.
    pub fn record(&self, id: &str) -> String {
        match self.records.get(id) {
            Some((to, name)) if to.is_empty() => format!("<span class=\"muted\">{}</span>", escape(name)),
            Some((to, name)) => format!("<a href=\"{}\">{}</a>", escape(to), escape(name)),
            None => escape(id),
        }
    }

    fn table(&self, columns: &[Field], rows: &[Value]) -> String {
        let head: String = columns.iter().map(|c| format!("<th scope=\"col\">{}</th>", escape(&c.label))).collect();
        let cell = |row: &Value, column: &Field| match row.get(&column.name) {
            Some(value) => format!("<td>{}</td>", self.html(column, value)),
            None => "<td></td>".to_owned(),
        };
        let line = |row: &Value| -> String { columns.iter().map(|column| cell(row, column)).collect() };
        let body: String = rows.iter().map(|row| format!("<tr>{}</tr>", line(row))).collect();
        format!("<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")
    }

    fn missing(&self, key: &str) -> String {
        format!("<span class=\"missing\">{}</span>", escape(&self.t.say(key)))
    }
}

fn amount(value: &Value) -> String {
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let unit = if part("unit").is_empty() { part("currency") } else { part("unit") };
    escape(format!("{} {unit}", part("amount")).trim_end())
}

fn file(value: &Value) -> String {
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
    let digest = value.get("sha256").and_then(Value::as_str).unwrap_or_default();
    format!("{} <span class=\"hash meta\">{}</span>", escape(name), escape(digest))
}

/// Text as HTML, invisible characters written out so that no text can play tricks.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{e0000}'..='\u{e007f}' => {
                html.push_str(&format!("<code>U+{:04X}</code>", letter as u32));
            }
            other => html.push(other),
        }
    }
    html
}
