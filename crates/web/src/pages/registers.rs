//! All registers, by the clause that their kind serves first.

use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    pages::home::{main_clause, short},
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/registers", "registers", Asks::Member, show)];

#[derive(Template)]
#[template(path = "registers.html")]
struct Registers<'c> {
    frame: Frame<'c>,
    groups: Vec<Group>,
}

struct Group {
    clause: String,
    key: String,
    kinds: Vec<Line>,
}

struct Line {
    to: String,
    plural: String,
    about: String,
    count: usize,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let mut groups: Vec<Group> = Vec::new();
    let mut kinds: Vec<_> = sight.register().kinds().by_id.values().collect();
    kinds.sort_by(|a, b| a.plural.cmp(&b.plural));
    for kind in kinds {
        let clause = kind.clauses.first().map_or("own".to_owned(), |id| main_clause(short(id)));
        let line = Line {
            to: call.at(&format!("/{}", kind.id)),
            plural: kind.plural.clone(),
            about: kind.about.clone(),
            count: sight.register().how_many(&kind.id),
        };
        match groups.iter_mut().find(|g| g.clause == clause) {
            Some(group) => group.kinds.push(line),
            None => {
                let key = format!("clause-{}", clause.replace('.', "-"));
                groups.push(Group { clause, key, kinds: vec![line] });
            }
        }
    }
    groups.sort_by_key(|g| order(&g.clause));
    Answer::page(&Registers { frame: Frame::of(call, &sight, "registers", call.tongue.say("nav-registers"))?, groups })
}

/// Clauses by number, then the areas of the annex, then an organization's own.
fn order(clause: &str) -> (u8, u32) {
    match clause.strip_prefix("A.") {
        Some(area) => (1, area.parse().unwrap_or(u32::MAX)),
        None => clause.parse().map_or((2, 0), |n| (0, n)),
    }
}
