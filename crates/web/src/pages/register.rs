//! A register: all records of a kind, filtered and sorted by what the address says, in the columns that it names.

mod asked;
mod cells;
mod export;
mod filters;
mod plan;
mod views;

use aims_app::access::Action;
use aims_record::Kind;
use aims_register::Entry;
use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::Pick,
    frame::Frame,
    pages::record::place,
    reader::Reader,
    route::{Asks, Route},
};

use asked::Asked;
pub use cells::{amount, cell};
use filters::Filter;
use views::View;

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}", "register", Asks::Member, show),
    Route::page("/o/{org}/{kind}/export.csv", "register-csv", Asks::Member, export::csv).slow(),
    Route::page("/o/{org}/{kind}/export.xlsx", "register-xlsx", Asks::Member, export::xlsx).slow(),
    Route::form("/o/{org}/{kind}/plan", "register-plan", Asks::Member, plan::plan),
    Route::form("/o/{org}/{kind}/views", "view-keep", Asks::Member, views::keep),
];

#[derive(Template)]
#[template(path = "register.html")]
struct Register<'c> {
    frame: Frame<'c>,
    kind: &'c Kind,
    columns: Vec<Column>,
    rows: Vec<Row>,
    states: Vec<Pick>,
    filters: Vec<Filter>,
    /// Fields that can have a column.
    choosable: Vec<Pick>,
    views: Vec<View>,
    search: String,
    /// Whether some field is filtered, or columns were chosen.
    is_narrowed: bool,
    /// How many there are, and how many match.
    all: usize,
    matching: usize,
    /// Whether they may begin one.
    records: bool,
    /// What can be done to several at once.
    deeds: Vec<Pick>,
    /// Sort and rows, which choosing filters keeps.
    kept: Vec<(String, String)>,
    /// Acts on several that were just recorded: how many, and the last entry.
    done: Option<(u64, u64)>,
    /// The query that makes this view, without its page.
    query: String,
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

/// The kind that the address names, where they know of it.
fn kind_of<'r>(call: &Call<'_>, reader: &Reader<'r>) -> Result<&'r Kind, Refused> {
    let kind = reader.standing.register().kinds().get(call.param("kind"));
    kind.filter(|kind| reader.knows(kind)).ok_or_else(Refused::absent)
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let kind = kind_of(call, &reader)?;
    let asked = Asked::read(call, kind)?;
    let now = !call.query.has("as_of");
    let found = asked.found(&reader, kind);
    let matching = found.len();
    let from = (asked.page - 1).saturating_mul(asked.limit);
    if asked.page > 1 && from >= matching {
        let pages = matching.div_ceil(asked.limit).max(1);
        return Err(Refused::unclear("page_out_of_range", format!("The last page is {pages}.")));
    }
    let page: Vec<Entry<'_>> = found.into_iter().skip(from).take(asked.limit).collect();
    let here = place(kind);
    let frame = Frame::of(call, &sight, here, kind.plural.clone())?;
    let frame =
        if here == "registers" { frame.from(&[(&*call.tongue.say("nav-registers"), "/registers")]) } else { frame };
    let state = |s: &aims_record::State| Pick {
        value: s.id.clone(),
        label: s.label.clone(),
        is_chosen: asked.state.as_deref() == Some(&s.id),
    };
    let column = |f: &aims_record::Field| Pick {
        value: f.name.clone(),
        label: f.label.clone(),
        is_chosen: asked.columns.iter().any(|c| c.name == f.name),
    };
    let kept = |name: &str| call.query.get(name).map(|value| (name.to_owned(), value.to_owned()));
    let number = |name: &str| call.query.get(name).and_then(|v| v.parse::<u64>().ok());
    Answer::page(&Register {
        columns: heads(call, kind, &asked),
        rows: page.iter().map(|entry| row(call, &reader, kind, &asked, *entry)).collect(),
        states: kind.lifecycle.states.iter().map(state).collect(),
        filters: filters::filters(call, kind),
        choosable: cells::can_be_columns(kind).map(column).collect(),
        views: if now { views::kept(call, kind)? } else { Vec::new() },
        is_narrowed: asked.is_filtered() || call.query.has("col"),
        all: reader.count(&kind.id),
        records: now && reader.seat.may(Action::Record, &kind.id),
        deeds: if now { plan::deeds(call, &reader.seat, kind) } else { Vec::new() },
        kept: ["sort", "limit", "as_of"].into_iter().filter_map(kept).collect(),
        done: number("n").zip(number("done")),
        query: call.query.with(&[("page", None), ("n", None), ("done", None)]),
        pager: pager(call, &asked, from, page.len(), matching),
        search: asked.search,
        matching,
        kind,
        frame,
    })
}

fn row(call: &Call<'_>, reader: &Reader<'_>, kind: &Kind, asked: &Asked<'_>, entry: Entry<'_>) -> Row {
    Row {
        number: entry.number().to_owned(),
        to: call.at(&format!("/{}/{}", kind.id, entry.number())),
        name: reader.standing.name_of(entry).to_owned(),
        state: state_label(kind, entry.state().unwrap_or_default()).to_owned(),
        cells: asked.columns.iter().map(|field| (field.label.clone(), cell(call, reader, entry, field))).collect(),
    }
}

fn pager(call: &Call<'_>, asked: &Asked<'_>, from: usize, shown: usize, matching: usize) -> Pager {
    let page = |n: usize| link(call, &[("page", Some(&n.to_string()))]);
    Pager {
        from: if shown == 0 { 0 } else { from + 1 },
        until: from + shown,
        before: (asked.page > 1).then(|| page(asked.page - 1)),
        after: (from + shown < matching).then(|| page(asked.page + 1)),
    }
}

/// This list, asked for otherwise.
fn link(call: &Call<'_>, changes: &[(&str, Option<&str>)]) -> String {
    format!("{}{}", call.path, call.query.with(changes))
}

fn heads(call: &Call<'_>, kind: &Kind, asked: &Asked<'_>) -> Vec<Column> {
    let head = |(by, label): (&str, String)| {
        let (sorted, next) = match asked.sort.as_deref() {
            Some(s) if s == by => ("ascending", format!("-{by}")),
            Some(s) if s.strip_prefix('-') == Some(by) => ("descending", by.to_owned()),
            _ => ("", by.to_owned()),
        };
        Column { label, to: link(call, &[("sort", Some(&next)), ("page", None)]), sorted }
    };
    labels(call, kind, asked).into_iter().map(head).collect()
}

/// The columns: what sorts by them, and their labels.
fn labels<'k>(call: &Call<'_>, kind: &Kind, asked: &Asked<'k>) -> Vec<(&'k str, String)> {
    let t = call.tongue;
    let name = kind.naming_field().map_or_else(|| t.say("name").into_owned(), |f| f.label.clone());
    let first = [("number", t.say("number").into_owned()), ("state", t.say("state").into_owned()), ("name", name)];
    first.into_iter().chain(asked.columns.iter().map(|f| (f.name.as_str(), f.label.clone()))).collect()
}

/// A state as its kind calls it.
pub fn state_label<'k>(kind: &'k Kind, state: &'k str) -> &'k str {
    kind.lifecycle.state(state).map_or(state, |s| s.label.as_str())
}
