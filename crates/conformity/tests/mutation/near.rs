//! Cases that lie near those that there are: one record changed in one place. Where such a case notices a break that no other notices, it
//! is worth a scenario; whether what is said of it is right, a person reads.

use aims_framework::standard::{Frameworks, Rule};
use aims_record::{Field, Kept, Record, Shape};
use serde_json::Value;

use super::super::{
    Held, held, notices,
    support::{Case, content, day, id, record, shown},
};

/// So many values of a kind are tried in one place.
const TRIED: usize = 8;

/// A case with one line more.
struct Near {
    held: Held,
}

/// For an item: sections of scenarios that notice breaks which none of its cases notices, few of them, by file.
pub fn sections(item: &str, rule: &Rule, cases: &[Case], frameworks: &mut Frameworks) -> Vec<(String, String)> {
    let known: Vec<Held> = cases.iter().cloned().map(held).collect();
    let mut left = Vec::new();
    let mut number = 0;
    while let Some((mutant, _)) = super::mutant(rule, number) {
        number += 1;
        put(frameworks, item, mutant.clone());
        if !known.iter().any(|case| notices(frameworks, case)) {
            left.push(mutant);
        }
    }
    put(frameworks, item, rule.clone());
    let near: Vec<Near> = if left.is_empty() { Vec::new() } else { cases.iter().flat_map(around).collect() };
    let mut noticed: Vec<Vec<usize>> = near.iter().map(|_| Vec::new()).collect();
    for (n, mutant) in left.into_iter().enumerate() {
        put(frameworks, item, mutant);
        for (near, noticed) in near.iter().zip(&mut noticed) {
            if notices(frameworks, &near.held) {
                noticed.push(n);
            }
        }
    }
    put(frameworks, item, rule.clone());
    chosen(noticed).into_iter().map(|at| section(&near[at])).collect()
}

fn put(frameworks: &mut Frameworks, item: &str, rule: Rule) {
    frameworks.by_id.get_mut("iso-42001:2023").expect("the standard").rules.insert(item.to_owned(), rule);
}

/// Few cases that together notice all that any of them notices: always the one that notices most of what is left.
fn chosen(mut noticed: Vec<Vec<usize>>) -> Vec<usize> {
    let mut chosen = Vec::new();
    while let Some((at, most)) = noticed.iter().enumerate().max_by_key(|(at, n)| (n.len(), usize::MAX - at))
        && !most.is_empty()
    {
        let done = most.clone();
        noticed.iter_mut().for_each(|n| n.retain(|mutant| !done.contains(mutant)));
        chosen.push(at);
    }
    chosen
}

fn section(near: &Near) -> (String, String) {
    let Case { file, title, own, date, item, expected, .. } = &near.held.case;
    let own = own.join("\n");
    let text = format!("\n## {title}\n\n```records\n{own}\n```\n\n```verdict {date} {item}\n{expected}\n```\n");
    (file.clone(), text)
}

/// Every case around one, with what the rules in force say of it.
fn around(case: &Case) -> Vec<Near> {
    let records: Vec<Record> = case.lines.iter().filter_map(|line| live(record(line))).collect();
    let mut near = Vec::new();
    for one in &records {
        for change in changes(one, &records, &case.date) {
            near.push(with(case, &format!("{} {change}", one.number)));
        }
    }
    near
}

fn live(kept: Kept) -> Option<Record> {
    match kept {
        Kept::Live(record) => Some(record),
        _ => None,
    }
}

fn with(case: &Case, change: &str) -> Near {
    let mut own = case.own.clone();
    own.push(change.to_owned());
    let lines = super::super::support::together(&case.lines, &[change.to_owned()]);
    let title = format!("{}, but {}", case.title, change.replace(" but {", " with {").replace(" but ", " "));
    let mut new = Case { title, own, lines, expected: String::new(), ..case.clone() };
    let found = super::super::support::verdict(&new.lines, &new.item, day(&new.date));
    new.expected = shown(&found);
    Near { held: held(new) }
}

/// What is done to one record: gone, in another state, recorded on another day, or with another value in one place.
fn changes(one: &Record, records: &[Record], date: &str) -> Vec<String> {
    let kind = content().0.get(&one.kind).expect("a kind");
    let mut changes = vec!["absent".to_owned()];
    changes.extend(kind.lifecycle.states.iter().filter(|s| s.id != one.state).map(|s| format!("but {}", s.id)));
    changes.extend(days(date).into_iter().map(|day| format!("but {day}")));
    for field in kind.fields.iter() {
        let stands = one.fields.get(&field.name);
        let values = others(field, stands, records, date);
        changes.extend(values.into_iter().map(|value| format!("but {{ {}: {value} }}", field.name)));
    }
    changes
}

/// Days around the one that is asked about.
fn days(date: &str) -> Vec<String> {
    let date: jiff::civil::Date = date.parse().expect("a day");
    let day = |days: i64| date.checked_add(jiff::Span::new().days(days)).map(|d| d.to_string()).unwrap_or_default();
    [-2_000, -400, -200, -20, 20, 400].map(day).to_vec()
}

/// Other values of a field, as a scenario writes them.
fn others(field: &Field, stands: Option<&Value>, records: &[Record], date: &str) -> Vec<String> {
    let mut values: Vec<String> = stands.iter().map(|_| "null".to_owned()).collect();
    match (&field.shape, stands.and_then(Value::as_array)) {
        (Shape::Table { columns }, Some(rows)) => values.extend(tables(columns, rows, records, date)),
        (Shape::Table { .. }, None) => {}
        (_, list) => {
            let list = list.map(Vec::as_slice).unwrap_or_default();
            if list.len() > 1 {
                values.extend((0..list.len().min(TRIED)).map(|gone| without(field, list, gone, records)));
            }
            let single = singles(field, records, date);
            let is_many = field.many;
            values.extend(single.into_iter().map(|one| if is_many { format!("[{one}]") } else { one }));
        }
    }
    let now = stands.map(|value| written(field, value, records));
    values.retain(|value| Some(value) != now.as_ref());
    values
}

fn without(field: &Field, list: &[Value], gone: usize, records: &[Record]) -> String {
    let rest = list.iter().enumerate().filter(|(n, _)| *n != gone);
    format!("[{}]", rest.map(|(_, value)| scalar(field, value, records)).collect::<Vec<_>>().join(", "))
}

/// Values of one cell.
fn singles(field: &Field, records: &[Record], date: &str) -> Vec<String> {
    match &field.shape {
        Shape::YesNo => vec!["true".into(), "false".into()],
        Shape::Choice { options } => options.iter().take(TRIED).map(|(id, _)| id.clone()).collect(),
        Shape::Date { .. } => days(date),
        Shape::Instant { .. } => days(date).into_iter().map(|day| format!("{day}T08:00:00Z")).collect(),
        Shape::Person => numbers(records, &["person".to_owned()]),
        Shape::Link { to } => numbers(records, to),
        Shape::Text { .. } | Shape::Markdown { .. } => vec!["\"Something else\"".into()],
        Shape::Number { .. } | Shape::Decimal { .. } => vec!["0".into(), "1000000".into()],
        _ => Vec::new(),
    }
}

fn numbers(records: &[Record], kinds: &[String]) -> Vec<String> {
    let fits = |r: &&Record| kinds.is_empty() || kinds.iter().any(|kind| *kind == r.kind || kind == "any");
    records.iter().filter(fits).take(TRIED).map(|r| r.number.clone()).collect()
}

/// Tables with a row or a cell changed.
fn tables(columns: &[Field], rows: &[Value], records: &[Record], date: &str) -> Vec<String> {
    let line = |row: &Value, at: Option<(&str, &str)>| {
        let cells = row.as_object().into_iter().flatten().filter_map(|(name, value)| {
            let column = columns.iter().find(|c| c.name == *name)?;
            let value = match at {
                Some((changed, to)) if changed == name => to.to_owned(),
                _ => written(column, value, records),
            };
            (value != "null").then(|| format!("{name}: {value}"))
        });
        let cells: Vec<String> = cells.collect();
        let new = at.filter(|(name, to)| row.get(*name).is_none() && *to != "null");
        let new = new.map(|(name, to)| format!("{name}: {to}"));
        format!("{{ {} }}", cells.into_iter().chain(new).collect::<Vec<_>>().join(", "))
    };
    let table = |n: usize, at: Option<(&str, &str)>| {
        let lines = rows.iter().enumerate().filter(|(m, _)| at.is_some() || *m != n);
        let lines: Vec<String> = lines.map(|(m, row)| line(row, at.filter(|_| m == n))).collect();
        format!("[{}]", lines.join(", "))
    };
    let mut tables = Vec::new();
    for (n, row) in rows.iter().enumerate().take(TRIED) {
        tables.push(table(n, None));
        for column in columns {
            for value in others(column, row.get(&column.name), records, date) {
                tables.push(table(n, Some((&column.name, &value))));
            }
        }
    }
    tables
}

/// A value as a scenario writes it.
fn written(field: &Field, value: &Value, records: &[Record]) -> String {
    match (value, &field.shape) {
        (Value::Array(rows), Shape::Table { columns }) => {
            let row = |row: &Value| {
                let cells = row.as_object().into_iter().flatten();
                let cells = cells.filter_map(|(name, value)| {
                    let column = columns.iter().find(|c| c.name == *name)?;
                    Some(format!("{name}: {}", written(column, value, records)))
                });
                format!("{{ {} }}", cells.collect::<Vec<_>>().join(", "))
            };
            format!("[{}]", rows.iter().map(row).collect::<Vec<_>>().join(", "))
        }
        (Value::Array(list), _) => {
            format!("[{}]", list.iter().map(|v| scalar(field, v, records)).collect::<Vec<_>>().join(", "))
        }
        (value, _) => scalar(field, value, records),
    }
}

fn scalar(field: &Field, value: &Value, records: &[Record]) -> String {
    let text = value.as_str().unwrap_or_default();
    match (&field.shape, value) {
        (Shape::Person | Shape::Link { .. }, _) => {
            let named = records.iter().find(|r| id(&r.number) == text);
            named.map_or_else(|| format!("\"{text}\""), |r| r.number.clone())
        }
        (Shape::Number { .. }, Value::Object(parts)) => {
            parts.get("amount").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        (_, Value::Object(parts)) => {
            let parts = parts.iter().map(|(name, value)| format!("{name}: {value}"));
            format!("{{ {} }}", parts.collect::<Vec<_>>().join(", "))
        }
        (_, Value::String(text)) => serde_json::to_string(text).expect("text"),
        (_, other) => other.to_string(),
    }
}
