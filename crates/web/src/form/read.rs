//! From what was sent to values, as `docs/formats/kinds.md` rule 3 gives them.

use aims_record::{Field, Fields, Kind, Problem, Shape};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Pairs, belongs};

/// What a form came to.
#[derive(Debug, Default)]
pub struct Read {
    /// The values that could be read.
    pub fields: Fields,
    /// What could not, with pointers into the fields.
    pub problems: Vec<Problem>,
}

/// Finds the id that a link's word names, among what may be read.
pub type Links<'l> = &'l dyn Fn(&str) -> Option<String>;

/// Reads the fields that are open in the form. Names that begin with `_`, and the few that carry the form itself, are no fields; every other
/// name that no open field has is refused.
pub fn read(kind: &Kind, is_open: &dyn Fn(&Field) -> bool, sent: &Pairs, links: Links<'_>) -> Read {
    let mut reader = Reader { sent, links, problems: Vec::new() };
    let open = || kind.fields.iter().filter(|f| !f.stamped && f.shape != Shape::File && is_open(f));
    for (name, _) in sent.iter().filter(|(name, _)| !is_of_the_form(name)) {
        if !open().any(|field| takes(field, &field.name, name)) {
            reader.unknown(kind, name, open().map(|f| f.name.clone()).collect());
        }
    }
    let mut fields = Fields::new();
    for field in open() {
        if let Some(value) = reader.value(&field.name, &format!("/{}", field.name), field) {
            fields.insert(field.name.clone(), value);
        }
    }
    Read { fields, problems: reader.problems }
}

fn is_of_the_form(name: &str) -> bool {
    name.starts_with('_') || ["form_token", "add", "remove"].contains(&name)
}

/// Whether a name is one that the field's control sends.
fn takes(field: &Field, at: &str, name: &str) -> bool {
    if !belongs(name, at) {
        return false;
    }
    let rest = name.get(at.len()..).unwrap_or_default().trim_start_matches('.');
    match &field.shape {
        Shape::Table { columns } => rest.split_once('.').is_some_and(|(row, _)| {
            row.parse::<usize>().is_ok() && columns.iter().any(|c| takes(c, &format!("{at}.{row}.{}", c.name), name))
        }),
        _ if rest.is_empty() => true,
        Shape::Number { .. } => ["amount", "unit"].contains(&rest),
        Shape::Money => ["amount", "currency"].contains(&rest),
        Shape::Duration => ["count", "unit"].contains(&rest),
        _ => false,
    }
}

/// Whether two values say the same: links are a set, moments are compared as moments.
pub fn same(field: &Field, a: Option<&Value>, b: Option<&Value>) -> bool {
    match (&field.shape, a, b) {
        (_, None, None) => true,
        (Shape::Instant { .. }, Some(Value::String(a)), Some(Value::String(b))) => {
            let at = |text: &str| text.parse::<Timestamp>().ok();
            a == b || (at(a).is_some() && at(a) == at(b))
        }
        (Shape::Person | Shape::Link { .. }, Some(Value::Array(a)), Some(Value::Array(b))) => {
            a.len() == b.len() && a.iter().all(|one| b.contains(one))
        }
        (_, a, b) => a == b,
    }
}

struct Reader<'r> {
    sent: &'r Pairs,
    links: Links<'r>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn unknown(&mut self, kind: &Kind, name: &str, allowed: Vec<String>) {
        let message = format!("{} has no field `{name}` that can be set here", kind.title);
        self.problems.push(Problem { code: "unknown_field", pointer: format!("/{name}"), message, allowed });
    }

    fn wrong(&mut self, code: &'static str, pointer: &str, message: String) {
        self.problems.push(Problem { code, pointer: pointer.to_owned(), message, allowed: Vec::new() });
    }

    fn value(&mut self, at: &str, pointer: &str, field: &Field) -> Option<Value> {
        match &field.shape {
            Shape::Table { columns } => self.table(at, pointer, columns),
            _ if field.many => self.list(at, pointer, field),
            _ => self.one(at, pointer, field),
        }
    }

    fn table(&mut self, at: &str, pointer: &str, columns: &[Field]) -> Option<Value> {
        let mut rows = Vec::new();
        for n in 0..self.sent.rows(at) {
            let mut cells = Fields::new();
            for column in columns {
                let (at, pointer) = (format!("{at}.{n}.{}", column.name), format!("{pointer}/{n}/{}", column.name));
                if let Some(value) = self.value(&at, &pointer, column) {
                    cells.insert(column.name.clone(), value);
                }
            }
            rows.push(Value::Object(cells));
        }
        (!rows.is_empty()).then_some(Value::Array(rows))
    }

    fn list(&mut self, at: &str, pointer: &str, field: &Field) -> Option<Value> {
        let split: fn(char) -> bool = match &field.shape {
            Shape::Person | Shape::Link { .. } => |c| matches!(c, ',' | ';' | '\n'),
            _ => |c| c == '\n',
        };
        let sent = self.sent;
        let words = sent.all(at).flat_map(|text| text.split(split)).map(str::trim).filter(|word| !word.is_empty());
        let mut values: Vec<Value> = Vec::new();
        for (n, word) in words.enumerate() {
            let value = self.word(&format!("{pointer}/{n}"), field, word);
            // The same link chosen twice is one link.
            values.extend(value.filter(|value| !field.links() || !values.contains(value)));
        }
        (!values.is_empty()).then_some(Value::Array(values))
    }

    fn one(&mut self, at: &str, pointer: &str, field: &Field) -> Option<Value> {
        let part = |name: &str| self.sent.get(&format!("{at}.{name}")).map(str::trim);
        match &field.shape {
            Shape::Number { .. } => {
                let (amount, unit) = (part("amount")?, part("unit").unwrap_or_default());
                Some(json!({ "amount": amount, "unit": unit }))
            }
            Shape::Money => {
                let (amount, currency) = (part("amount"), part("currency"));
                (amount.is_some() || currency.is_some()).then(|| {
                    let currency = currency.unwrap_or_default().to_ascii_uppercase();
                    json!({ "amount": amount.unwrap_or_default(), "currency": currency })
                })
            }
            Shape::Duration if part("count").is_some() => {
                Some(format!("P{}{}", part("count").unwrap_or_default(), part("unit").unwrap_or("M")).into())
            }
            Shape::Markdown { .. } => {
                let text = self.sent.get(at)?.replace("\r\n", "\n");
                Some(text.trim_end().into())
            }
            _ => {
                let word = self.sent.get(at)?.trim().to_owned();
                self.word(pointer, field, &word)
            }
        }
    }

    fn word(&mut self, pointer: &str, field: &Field, word: &str) -> Option<Value> {
        match &field.shape {
            Shape::Person | Shape::Link { .. } => {
                // What is chosen from a list may carry the name after the number.
                let number = word.split_whitespace().next().unwrap_or(word);
                let found = (self.links)(number);
                if found.is_none() {
                    let message = format!("`{}`: there is no record `{number}`; give its number", field.label);
                    self.wrong("not_found", pointer, message);
                }
                found.map(Value::String)
            }
            Shape::YesNo => match word {
                "yes" => Some(Value::Bool(true)),
                "no" => Some(Value::Bool(false)),
                _ => {
                    self.wrong("yes_no_expected", pointer, format!("answer `{}` with yes or no", field.label));
                    None
                }
            },
            Shape::Instant { .. } => Some(moment(word).into()),
            Shape::Number { .. } => word.split_once(' ').map(|(a, u)| json!({ "amount": a, "unit": u.trim() })),
            Shape::Money => word.split_once(' ').map(|(a, c)| json!({ "amount": a, "currency": c.trim() })),
            _ => Some(word.into()),
        }
    }
}

/// What a browser sends for a moment, in UTC: seconds may be missing.
fn moment(word: &str) -> String {
    let word = word.trim_end_matches('Z');
    if word.len() == "2026-11-23T09:30".len() { format!("{word}:00Z") } else { format!("{word}Z") }
}
