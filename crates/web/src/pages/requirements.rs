//! The tree of the frameworks, each requirement and control with what is said about it.

use aims_conformity::{Standing as Said, State};
use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    pages::home::{main_clause, short},
    reader::Reader,
    route::{Asks, Route},
    show::{Status, day},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/requirements", "requirements", Asks::Member, show)];

#[derive(Template)]
#[template(path = "requirements.html")]
struct Requirements<'c> {
    frame: Frame<'c>,
    frameworks: Vec<Tree>,
    states: Vec<(Status, usize)>,
    asked: Option<String>,
}

struct Tree {
    title: String,
    clauses: Vec<Clause>,
}

/// A main clause with its items.
struct Clause {
    id: String,
    key: String,
    items: Vec<Line>,
}

struct Line {
    requirement: String,
    /// Id of its leaf clause, where it is the first one of it.
    anchor: String,
    short: String,
    title: String,
    /// What it asks, where its title is that of others too.
    asks: String,
    state: State,
    have: usize,
    of: usize,
    until: String,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    Reader::of(call, &sight)?.must_be_told()?;
    let asked = call.query.get("state").map(str::to_owned);
    let said: Vec<Said<'_>> = sight.assessment().standings().collect();
    let states = Status::all().map(|s| (s, said.iter().filter(|x| x.state == s.0).count())).filter(|(_, n)| *n > 0);
    let wanted = |s: &&Said<'_>| asked.as_deref().is_none_or(|word| Status(s.state).class() == word);
    let frameworks = call.live()?.frameworks();
    let tree = |framework: &aims_framework::standard::Framework| {
        let prefix = format!("{}/", framework.id);
        let of_it = said.iter().filter(|s| s.requirement.starts_with(&prefix)).filter(wanted);
        let mut clauses: Vec<Clause> = Vec::new();
        for s in of_it {
            let line = line(call, frameworks, s);
            let id = main_clause(short(s.requirement));
            if clauses.last().is_none_or(|c| c.id != id) {
                clauses.push(Clause { key: format!("clause-{}", id.replace('.', "-")), id, items: Vec::new() });
            }
            if let Some(clause) = clauses.last_mut() {
                let first = clause.items.last().is_none_or(|before| leaf(&before.short) != leaf(&line.short));
                let anchor = if first { format!("c-{}", leaf(&line.short)) } else { String::new() };
                clause.items.push(Line { anchor, ..line });
            }
        }
        Tree { title: framework.title.clone(), clauses }
    };
    Answer::page(&Requirements {
        frame: Frame::of(call, &sight, "requirements", call.tongue.say("nav-requirements"))?,
        frameworks: frameworks.by_id.values().map(tree).collect(),
        states: states.collect(),
        asked: asked.clone(),
    })
}

fn line(call: &Call<'_>, frameworks: &aims_framework::standard::Frameworks, s: &Said<'_>) -> Line {
    let item = frameworks.item(s.requirement).map(|(_, item)| item);
    let (title, asks) = item.map_or((String::new(), String::new()), |i| (i.title().to_owned(), i.text().to_owned()));
    Line {
        requirement: s.requirement.to_owned(),
        anchor: String::new(),
        short: short(s.requirement).to_owned(),
        title,
        asks,
        state: s.state,
        have: s.have,
        of: s.of,
        until: s.until.map_or(String::new(), |at| day(call.tongue, jiff::tz::TimeZone::UTC.to_datetime(at).date())),
    }
}

/// `8.4` of `8.4-a`.
fn leaf(short: &str) -> &str {
    short.split('-').next().unwrap_or(short)
}
