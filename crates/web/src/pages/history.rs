//! What was done to a record, and how one version differs from the one before.

use std::collections::BTreeMap;

use aims_app::{AsOf, HistoryLine, Shown};
use aims_record::{Field, Kind, Shape};
use askama::Template;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::record::{Head, find, frame, head, names},
    reader::Reader,
    route::{Asks, Route},
    show::escape,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/{record}/history", "record-history", Asks::Member, show),
    Route::page("/o/{org}/{kind}/{record}/versions/{n}", "record-version", Asks::Member, version).slow(),
];

/// Bytes of both texts together that are compared word by word; longer ones are compared line by line.
const WORDS_MAX: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "record-history.html")]
struct History<'c> {
    frame: Frame<'c>,
    head: Head,
    /// The newest first: version, address of what it changed, the act.
    lines: Vec<(usize, String, HistoryLine)>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (kind, entry) = find(call, &reader)?;
    let mut lines = call.live()?.aims().history(&entry.id())?;
    lines.retain(|line| sight.last_entry().is_some_and(|last| line.seq <= last));
    let to = |n: usize| call.at(&format!("/{}/{}/versions/{n}", kind.id, entry.number()));
    let numbered = lines.into_iter().enumerate().map(|(n, line)| (n + 1, to(n + 1), told(call, &reader, line)));
    let mut lines: Vec<_> = numbered.collect();
    lines.reverse();
    let frame = frame(call, &reader, kind, entry)?;
    Answer::page(&History { head: head(&frame, &reader, kind, entry, "history"), lines, frame })
}

/// An act in its sentence, unless that names what may not be read.
fn told(call: &Call<'_>, reader: &Reader<'_>, line: HistoryLine) -> HistoryLine {
    if reader.tells(&line.sentence) {
        return line;
    }
    HistoryLine { sentence: call.tongue.say("sentence-closed").into_owned(), ..line }
}

#[derive(Template)]
#[template(path = "record-version.html")]
struct Version<'c> {
    frame: Frame<'c>,
    head: Head,
    number: u64,
    before: u64,
    act: HistoryLine,
    /// Label, the value before, the value then.
    changes: Vec<(String, String, String)>,
    /// Fields that stand as they stood.
    same: usize,
    earlier: Option<String>,
    later: Option<String>,
}

fn version(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (kind, entry) = find(call, &reader)?;
    let number: usize = call.param("n").parse().map_err(|_| Refused::absent())?;
    let (id, aims) = (entry.id(), call.live()?.aims());
    let lines = aims.history(&id)?;
    let known = lines.iter().filter(|line| sight.last_entry().is_some_and(|last| line.seq <= last)).count();
    let place = number.checked_sub(1).filter(|place| *place < known).ok_or_else(Refused::absent)?;
    let line = lines.get(place).ok_or_else(Refused::absent)?;
    let at = |line: &HistoryLine| aims.show_alone(&id, Some(AsOf::Entry(line.seq)));
    let then = at(line)?;
    let before = place.checked_sub(1).and_then(|before| lines.get(before)).map(at).transpose()?;
    let (changes, same) = compare(call, &reader, kind, before.as_ref(), &then);
    let to = |n: usize| call.at(&format!("/{}/{}/versions/{n}", kind.id, entry.number()));
    let frame = frame(call, &reader, kind, entry)?;
    Answer::page(&Version {
        head: head(&frame, &reader, kind, entry, "history"),
        number: number as u64,
        before: place as u64,
        act: told(call, &reader, line.clone()),
        changes,
        same,
        earlier: (number > 1).then(|| to(number - 1)),
        later: (number < known).then(|| to(number + 1)),
        frame,
    })
}

/// What differs field by field, and how many fields do not.
fn compare(
    call: &Call<'_>,
    reader: &Reader<'_>,
    kind: &Kind,
    before: Option<&Shown>,
    then: &Shown,
) -> (Vec<(String, String, String)>, usize) {
    let mut records = names(call, reader, then);
    records.extend(before.into_iter().flat_map(|b| names(call, reader, b)));
    let plain = Plain { call, records: &records };
    let field_of = |shown: Option<&Shown>, name: &str| shown.and_then(|s| s.record.get("fields")?.get(name)).cloned();
    let state = |shown: Option<&Shown>| {
        shown.and_then(|s| s.record.get("state")?.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let label = |id: String| kind.lifecycle.state(&id).map_or(id.clone(), |s| s.label.clone());
    let mut pairs = vec![(call.tongue.say("state").into_owned(), label(state(before)), label(state(Some(then))))];
    for field in &kind.fields {
        let (old, new) = (field_of(before, &field.name), field_of(Some(then), &field.name));
        let text = |value: Option<Value>| value.map_or(String::new(), |v| plain.text(field, &v));
        pairs.push((field.label.clone(), text(old), text(new)));
    }
    let files = |shown: Option<&Shown>| shown.map_or(String::new(), files);
    pairs.push((call.tongue.say("evidence").into_owned(), files(before), files(Some(then))));
    let all = pairs.iter().filter(|(_, old, new)| !old.is_empty() || !new.is_empty()).count();
    let differ: Vec<_> = pairs.into_iter().filter(|(_, old, new)| old != new).collect();
    let same = all - differ.len();
    (differ.into_iter().map(|(label, old, new)| marked(label, &old, &new)).collect(), same)
}

fn files(shown: &Shown) -> String {
    let all = shown.record.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let name = |f: &Value| f.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    all.iter().map(name).collect::<Vec<_>>().join("\n")
}

/// Both values as HTML, with what went and what came marked.
fn marked(label: String, old: &str, new: &str) -> (String, String, String) {
    let diff = if old.len() + new.len() <= WORDS_MAX {
        TextDiff::from_words(old, new)
    } else {
        TextDiff::from_lines(old, new)
    };
    let (mut before, mut after) = (String::new(), String::new());
    let mut open = ChangeTag::Equal;
    for change in diff.iter_all_changes() {
        let tag = change.tag();
        if tag != open {
            close(open, &mut before, &mut after);
            match tag {
                ChangeTag::Delete => before.push_str("<del>"),
                ChangeTag::Insert => after.push_str("<ins>"),
                ChangeTag::Equal => {}
            }
            open = tag;
        }
        let text = escape(change.value()).replace('\n', "<br>");
        if tag != ChangeTag::Insert {
            before.push_str(&text);
        }
        if tag != ChangeTag::Delete {
            after.push_str(&text);
        }
    }
    close(open, &mut before, &mut after);
    (label, before, after)
}

fn close(open: ChangeTag, before: &mut String, after: &mut String) {
    match open {
        ChangeTag::Delete => before.push_str("</del>"),
        ChangeTag::Insert => after.push_str("</ins>"),
        ChangeTag::Equal => {}
    }
}

/// Values as text that can be compared.
struct Plain<'p> {
    call: &'p Call<'p>,
    records: &'p BTreeMap<String, (String, String)>,
}

impl Plain<'_> {
    fn text(&self, field: &Field, value: &Value) -> String {
        match (value, &field.shape) {
            (Value::Null, _) => self.call.tongue.say("value-missing").into_owned(),
            (Value::Array(rows), Shape::Table { columns }) => {
                rows.iter().map(|row| self.row(columns, row)).collect::<Vec<_>>().join("\n")
            }
            (Value::Array(list), _) => list.iter().map(|v| self.text(field, v)).collect::<Vec<_>>().join("\n"),
            (Value::Object(left), _) if left.contains_key("erased") => {
                self.call.tongue.say("value-erased").into_owned()
            }
            (Value::Object(left), _) if left.contains_key("missing") => self.call.tongue.say("value-lost").into_owned(),
            (Value::Object(parts), Shape::File) => {
                parts.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            (Value::Object(parts), _) => parts.values().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            (Value::Bool(yes), _) => self.call.tongue.say(if *yes { "yes" } else { "no" }).into_owned(),
            (Value::String(text), Shape::Choice { options }) => {
                options.iter().find(|(id, _)| id == text).map_or(text, |(_, label)| label).clone()
            }
            (Value::String(id), Shape::Person | Shape::Link { .. }) => {
                self.records.get(id).map_or(id, |(_, name)| name).clone()
            }
            (Value::String(text), _) => text.clone(),
            (other, _) => other.to_string(),
        }
    }

    fn row(&self, columns: &[Field], row: &Value) -> String {
        let cell = |c: &Field| row.get(&c.name).map(|value| format!("{}: {}", c.label, self.text(c, value)));
        columns.iter().filter_map(cell).collect::<Vec<_>>().join("; ")
    }
}
