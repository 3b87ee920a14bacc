//! A register: all records of a kind, filtered and sorted by what the address says.

use aims_app::{access::Action, live::Standing};
use aims_record::{Field, Kind, Shape};
use aims_register::{Entry, Value};
use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/{kind}", "register", Asks::Member, show)];

/// Rows on one page.
const ROWS: usize = 50;
/// Columns beside number, state and name.
const COLUMNS: usize = 4;
/// Characters of a search at most (TRUST 6.5).
const SEARCH_MAX: usize = 200;

#[derive(Template)]
#[template(path = "register.html")]
struct Register<'c> {
    frame: Frame<'c>,
    kind: &'c Kind,
    columns: Vec<Column>,
    rows: Vec<Row>,
    states: Vec<(&'c str, &'c str, bool)>,
    search: String,
    /// How many there are, and how many match.
    all: usize,
    matching: usize,
    /// Whether they may begin one.
    records: bool,
    pager: Pager,
}

struct Column {
    label: String,
    /// Where sorting by it leads.
    to: String,
    /// `ascending`, `descending` or empty.
    sorted: &'static str,
}

struct Row {
    number: String,
    to: String,
    name: String,
    state: String,
    /// Label of the column, and what stands in it.
    cells: Vec<(String, String)>,
}

struct Pager {
    from: usize,
    until: usize,
    before: Option<String>,
    after: Option<String>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let register = sight.register();
    let kind = register.kinds().get(call.param("kind")).ok_or_else(Refused::absent)?;
    let asked = Asked::read(call, kind)?;
    let now = !call.query.has("as_of");
    let shown = columns(kind);
    let reader = Reader::of(call, &sight)?;
    if !reader.knows(kind) {
        return Err(Refused::absent());
    }
    let mut found: Vec<Entry<'_>> = reader.list(&kind.id).filter(|e| asked.wants(&sight, *e)).collect();
    asked.sort(&reader, &mut found);
    let matching = found.len();
    let from = asked.page.saturating_sub(1).saturating_mul(ROWS);
    let page: Vec<Entry<'_>> = found.into_iter().skip(from).take(ROWS).collect();
    let row = |entry: &Entry<'_>| Row {
        number: entry.number().to_owned(),
        to: call.at(&format!("/{}/{}", kind.id, entry.number())),
        name: sight.name_of(*entry).to_owned(),
        state: state_label(kind, entry.state().unwrap_or_default()).to_owned(),
        cells: shown.iter().map(|field| (field.label.clone(), cell(call, &reader, *entry, field))).collect(),
    };
    let pager = Pager {
        from: if page.is_empty() { 0 } else { from + 1 },
        until: from + page.len(),
        before: (asked.page > 1).then(|| asked.link(call, &[("page", Some(&(asked.page - 1).to_string()))])),
        after: (from + page.len() < matching)
            .then(|| asked.link(call, &[("page", Some(&(asked.page + 1).to_string()))])),
    };
    let rows = page.iter().map(row).collect();
    let here = match kind.id.as_str() {
        "ai-system" => "systems",
        "risk" => "risks",
        _ => "registers",
    };
    let frame = Frame::of(call, &sight, here, kind.plural.clone())?;
    let frame =
        if here == "registers" { frame.from(&[(&*call.tongue.say("nav-registers"), "/registers")]) } else { frame };
    Answer::page(&Register {
        columns: heads(call, kind, &shown, &asked),
        kind,
        rows,
        states: kind
            .lifecycle
            .states
            .iter()
            .map(|s| (s.id.as_str(), s.label.as_str(), asked.state.as_deref() == Some(&s.id)))
            .collect(),
        search: asked.search.clone().unwrap_or_default(),
        all: reader.count(&kind.id),
        records: now && reader.seat.may(Action::Record, &kind.id),
        matching,
        pager,
        frame,
    })
}

/// What the address asks for.
struct Asked {
    state: Option<String>,
    search: Option<String>,
    /// A field, or `number`, `name`, `state`; with a hyphen before it: descending.
    sort: Option<String>,
    page: usize,
}

impl Asked {
    fn read(call: &Call<'_>, kind: &Kind) -> Result<Asked, Refused> {
        let sort = call.query.get("sort").map(str::to_owned);
        let by = sort.as_deref().map(|s| s.trim_start_matches('-'));
        if by.is_some_and(|by| !["number", "name", "state"].contains(&by) && kind.field(by).is_none()) {
            return Err(Refused::unclear("sort_unknown", "Sort by one of the columns shown."));
        }
        let search = call.query.get("q").map(|q| q.to_lowercase());
        if search.as_ref().is_some_and(|q| q.chars().count() > SEARCH_MAX) {
            return Err(Refused::unclear("query_invalid", "Search for at most 200 characters."));
        }
        let page = call.query.get("page").map_or(Some(1), |p| p.parse().ok()).filter(|p| (1..=100_000).contains(p));
        let page = page.ok_or_else(|| Refused::unclear("page_out_of_range", "Pages begin at 1."))?;
        Ok(Asked { state: call.query.get("state").map(str::to_owned), search, sort, page })
    }

    fn wants(&self, standing: &Standing, entry: Entry<'_>) -> bool {
        self.state.as_deref().is_none_or(|state| entry.state() == Some(state))
            && self.search.as_deref().is_none_or(|text| {
                entry.number().to_lowercase().contains(text) || standing.name_of(entry).to_lowercase().contains(text)
            })
    }

    fn sort(&self, reader: &Reader<'_>, found: &mut [Entry<'_>]) {
        let Some(sort) = &self.sort else { return };
        let by = sort.trim_start_matches('-');
        match by {
            "number" => {}
            "name" => found.sort_by_cached_key(|e| reader.standing.name_of(*e).to_lowercase()),
            field => found.sort_by_cached_key(|e| key(reader, *e, if field == "state" { "_state" } else { field })),
        }
        if sort.starts_with('-') {
            found.reverse();
        }
    }

    /// This list, asked for otherwise.
    fn link(&self, call: &Call<'_>, changes: &[(&str, Option<&str>)]) -> String {
        format!("{}{}", call.path, call.query.with(changes))
    }
}

fn key(reader: &Reader<'_>, entry: Entry<'_>, field: &str) -> String {
    let Some(value) = entry.field(field) else { return String::new() };
    match value.record() {
        Some(record) if reader.reads(record) => reader.standing.name_of(record).to_lowercase(),
        Some(_) => String::new(),
        None => {
            value.written().map_or_else(|| value.flag().map_or(String::new(), |f| f.to_string()), |w| w.to_lowercase())
        }
    }
}

/// The fields worth a column: who answers for it, what it hangs on, choices and days, in the order of the kind.
fn columns(kind: &Kind) -> Vec<&Field> {
    let worth = |f: &&Field| {
        !f.many
            && matches!(
                f.shape,
                Shape::Person | Shape::Choice { .. } | Shape::Date { .. } | Shape::Link { .. } | Shape::YesNo
            )
    };
    kind.fields.iter().skip(1).filter(worth).take(COLUMNS).collect()
}

fn heads(call: &Call<'_>, kind: &Kind, shown: &[&Field], asked: &Asked) -> Vec<Column> {
    let t = call.tongue;
    let name = kind.naming_field().map_or_else(|| t.say("name").into_owned(), |f| f.label.clone());
    let first = [("number", t.say("number").into_owned()), ("state", t.say("state").into_owned()), ("name", name)];
    let fields = shown.iter().map(|f| (f.name.as_str(), f.label.clone()));
    let head = |(by, label): (&str, String)| {
        let (sorted, next) = match asked.sort.as_deref() {
            Some(s) if s == by => ("ascending", format!("-{by}")),
            Some(s) if s.strip_prefix('-') == Some(by) => ("descending", by.to_owned()),
            _ => ("", by.to_owned()),
        };
        Column { label, to: asked.link(call, &[("sort", Some(&next)), ("page", None)]), sorted }
    };
    first.into_iter().chain(fields).map(head).collect()
}

/// One field in a few words; what it names is left out where that may not be read.
pub fn cell(call: &Call<'_>, reader: &Reader<'_>, entry: Entry<'_>, field: &Field) -> String {
    let Some(value) = entry.field(&field.name) else { return String::new() };
    if let Some(record) = value.record() {
        return if reader.reads(record) { reader.standing.name_of(record).to_owned() } else { String::new() };
    }
    match &field.shape {
        Shape::Choice { options } => {
            let id = value.text().unwrap_or_default();
            options.iter().find(|(o, _)| o == id).map_or(id, |(_, label)| label.as_str()).to_owned()
        }
        Shape::YesNo => call.tongue.say(if value.flag() == Some(true) { "yes" } else { "no" }).into_owned(),
        Shape::Date { .. } => written_day(call, value),
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

fn written_day(call: &Call<'_>, value: Value<'_>) -> String {
    let date = value.written().and_then(|w| w.parse().ok());
    date.map_or(String::new(), |date| crate::show::day(call.tongue, date))
}

/// A state as its kind calls it.
pub fn state_label<'k>(kind: &'k Kind, state: &'k str) -> &'k str {
    kind.lifecycle.state(state).map_or(state, |s| s.label.as_str())
}
