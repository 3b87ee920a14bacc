//! Raising a concern without saying who one is, and following it by its code.
//!
//! Rows under `/concern` look at no cookie: whoever is signed in raises a concern like anybody else.

use std::sync::Arc;

use aims_app::{
    accounts::{Rate, limits::address_key},
    concerns::{self, Case, STATEMENT_MAX, TITLE_MAX, Told},
    live::Live,
};
use aims_record::Shape;
use askama::Template;
use http::StatusCode;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
    show::day,
};

pub const ROUTES: &[Route] = &[
    Route::page("/concern", "concern", Asks::Anyone, show),
    Route::form("/concern", "concern-raise", Asks::Anyone, raise),
    Route::page("/concern/case", "concern-case", Asks::Anyone, show_case),
    Route::form("/concern/case", "concern-case-look", Asks::Anyone, look),
];

#[derive(Template)]
#[template(path = "concern.html")]
struct Page<'c> {
    frame: Frame<'c>,
    organizations: Vec<(String, String)>,
    chosen: String,
    told: Told,
    sides: Vec<(String, String)>,
    problems: Vec<(&'static str, String)>,
}

impl Page<'_> {
    /// What is wrong with a field; empty where nothing is.
    fn problem(&self, field: &str) -> &str {
        self.problems.iter().find(|(at, _)| *at == field).map_or("", |(_, says)| says)
    }
}

/// The organizations by name in addresses and name.
fn organizations(call: &Call<'_>) -> Vec<(String, String)> {
    let all = call.server.organizations();
    all.into_iter().map(|(slug, live)| (slug, live.aims().store().about().name.clone())).collect()
}

fn page<'c>(call: &'c Call<'c>) -> Page<'c> {
    let form = call.form();
    let said = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let chosen = call.query.get("org").map_or_else(|| said("org"), str::to_owned);
    let told = Told { title: said("title"), statement: said("statement"), about: said("about"), side: said("side") };
    Page {
        frame: Frame::bare(call, call.tongue.say("raise-concern")),
        organizations: organizations(call),
        sides: sides(call),
        chosen,
        told,
        problems: Vec::new(),
    }
}

/// Where somebody may stand, as the kind calls it.
fn sides(call: &Call<'_>) -> Vec<(String, String)> {
    let all = call.server.organizations();
    let kind = all.first().and_then(|(_, live)| live.aims().kinds().get("concern"));
    match kind.and_then(|kind| kind.field("reporter_side")).map(|field| &field.shape) {
        Some(Shape::Choice { options }) => options.iter().map(|(id, label)| (id.clone(), label.clone())).collect(),
        _ => Vec::new(),
    }
}

fn show(call: &Call<'_>) -> Answered {
    Answer::page(&page(call))
}

#[derive(Template)]
#[template(path = "concern-raised.html")]
struct Raised<'c> {
    frame: Frame<'c>,
    code: &'c str,
    organization: String,
}

fn raise(call: &Call<'_>) -> Answered {
    let mut page = page(call);
    page.problems = problems(call, &page);
    let live = organization(call, &page.chosen);
    let (true, Some(live)) = (page.problems.is_empty(), live) else {
        return Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    call.server.entrance.take(Rate::Concern, &address_key(call.address))?;
    match call.server.raise_concern(&live, &page.told).map_err(Refused::from) {
        Ok(code) => {
            let organization = live.aims().store().about().name.clone();
            let frame = Frame::bare(call, call.tongue.say("concern-raised"));
            Answer::page(&Raised { frame, code: code.reveal(), organization })
        }
        Err(refused) if refused.status == StatusCode::UNPROCESSABLE_ENTITY => {
            page.problems = vec![("statement", refused.says)];
            Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(refused) => Err(refused),
    }
}

fn problems(call: &Call<'_>, page: &Page<'_>) -> Vec<(&'static str, String)> {
    let told = &page.told;
    let mut problems = Vec::new();
    let mut say = |wrong: bool, field: &'static str, key: &str| {
        if wrong {
            problems.push((field, call.tongue.say(key).into_owned()));
        }
    };
    say(organization(call, &page.chosen).is_none(), "org", "concern-org-choose");
    say(told.title.trim().is_empty(), "title", "concern-title-missing");
    say(told.title.chars().count() > TITLE_MAX, "title", "concern-title-long");
    say(told.statement.trim().is_empty(), "statement", "concern-statement-missing");
    say(told.statement.len() + told.about.len() > STATEMENT_MAX - 16, "statement", "concern-statement-long");
    say(!told.side.is_empty() && !page.sides.iter().any(|(id, _)| *id == told.side), "side", "concern-side-choose");
    problems
}

/// The organization chosen; the only one where there is no choice.
fn organization(call: &Call<'_>, slug: &str) -> Option<Arc<Live>> {
    let all = call.server.organizations();
    match all.as_slice() {
        [(_, only)] => Some(Arc::clone(only)),
        _ => call.server.organization(slug),
    }
}

#[derive(Template)]
#[template(path = "concern-case.html")]
struct Following<'c> {
    frame: Frame<'c>,
    organizations: Vec<(String, String)>,
    chosen: String,
    case: Option<Found>,
    problem: Option<String>,
}

struct Found {
    case: Case,
    received: String,
}

fn following<'c>(call: &'c Call<'c>) -> Following<'c> {
    Following {
        frame: Frame::bare(call, call.tongue.say("concern-case")),
        organizations: organizations(call),
        chosen: call.form().get("org").unwrap_or_default().to_owned(),
        case: None,
        problem: None,
    }
}

fn show_case(call: &Call<'_>) -> Answered {
    Answer::page(&following(call))
}

fn look(call: &Call<'_>) -> Answered {
    let form = call.form();
    let mut page = following(call);
    // Codes that are none count by themselves: who mistypes one can still raise a concern.
    let key = format!("case {}", address_key(call.address));
    call.server.entrance.take(Rate::Concern, &key)?;
    let found = match organization(call, &page.chosen) {
        Some(live) => concerns::case(&live, form.get("code").unwrap_or_default())?,
        None => None,
    };
    let Some(case) = found else {
        page.problem = Some(call.tongue.say("concern-code-unknown").into_owned());
        return Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    call.server.entrance.limits().give_back(Rate::Concern, &key);
    let received = case.received.map_or(String::new(), |date| day(call.tongue, date));
    page.case = Some(Found { case, received });
    Answer::page(&page)
}
