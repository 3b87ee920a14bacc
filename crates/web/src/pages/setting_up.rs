//! Setting up a management system: what comes first, as a list that is derived from the records. Each step may be left for later.

use aims_app::{
    Step as Act, Wish,
    access::{Action, Power},
};
use aims_record::{Fields, Shape};
use aims_register::{Entry, Value};
use askama::Template;
use serde_json::json;

use super::act::carry_out;
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/setting-up", "setting-up", Asks::Member, show),
    Route::form("/o/{org}/setting-up/roles", "setting-up-roles", Asks::Member, roles),
];

/// One step.
pub struct Step {
    /// Key of its words; with `-why` of its reason.
    pub key: &'static str,
    /// Where it is done.
    pub to: String,
    /// Whether the records show that it was.
    pub done: bool,
}

impl Step {
    /// Key of the words that say why it comes.
    pub fn why(&self) -> String {
        format!("{}-why", self.key)
    }
}

/// The steps of an organization, as far as the seat may take them; nothing where it does not set up.
pub fn steps(call: &Call<'_>, reader: &Reader<'_>) -> Result<Vec<Step>, Refused> {
    if !reader.seat.has(Power::Settings) || call.query.has("as_of") {
        return Ok(Vec::new());
    }
    let roles = organization(reader).is_some_and(|o| o.field("ai_roles").is_some_and(|v| v.is_set()));
    let step = |key, to: &str, done| Step { key, to: call.at(to), done };
    Ok(vec![
        step("step-roles", "/setting-up#roles", roles),
        step("step-parameters", "/settings/parameters", reader.count("parameter") > 0),
        step("step-people", "/settings/people", reader.count("person") > 1),
        step("step-systems", "/import", reader.count("ai-system") > 0),
        step("step-policy", "/policy/new", reader.count("policy") > 0),
        step("step-scope", &scope_page(reader), reader.count("aims-scope") > 0),
    ])
}

/// The page on which a scope is begun, with what is known already.
fn scope_page(reader: &Reader<'_>) -> String {
    let own = organization(reader).map_or(String::new(), |o| format!("?organization={}", o.number()));
    format!("/aims-scope/new{own}")
}

/// The organization's own record.
pub fn organization<'r>(reader: &Reader<'r>) -> Option<Entry<'r>> {
    reader.list("organization").find(|entry| !entry.ended())
}

#[derive(Template)]
#[template(path = "setting-up.html")]
struct Page<'c> {
    frame: Frame<'c>,
    steps: Vec<Step>,
    done: usize,
    /// AI roles: id, words, what they mean, whether held.
    roles: Vec<(String, String, bool)>,
    /// Whether the roles may be recorded here.
    records: bool,
    frameworks: Vec<(String, String)>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let steps = steps(call, &reader)?;
    if steps.is_empty() {
        return Err(Refused::absent());
    }
    let own = organization(&reader);
    let frameworks = call.live()?.frameworks().by_id.values();
    Answer::page(&Page {
        frame: Frame::of(call, &sight, "home", call.tongue.say("setting-up-title"))?
            .from(&[(&*call.tongue.say("nav-home"), "/")]),
        done: steps.iter().filter(|s| s.done).count(),
        steps,
        roles: role_choices(&reader, own),
        records: own.is_some_and(|own| reader.seat.may_on(Action::Amend, own)),
        frameworks: frameworks.map(|f| (call.at(&format!("/requirements/{}", f.id)), f.title.clone())).collect(),
    })
}

fn role_choices(reader: &Reader<'_>, own: Option<Entry<'_>>) -> Vec<(String, String, bool)> {
    let field = reader.standing.register().kinds().get("organization").and_then(|kind| kind.field("ai_roles"));
    let Some(Shape::Choice { options }) = field.map(|f| &f.shape) else { return Vec::new() };
    let value = own.and_then(|own| own.field("ai_roles"));
    let held: Vec<&str> = value.into_iter().flat_map(Value::each).filter_map(Value::text).collect();
    options.iter().map(|(id, label)| (id.clone(), label.clone(), held.contains(&id.as_str()))).collect()
}

/// Records the AI roles that the organization holds: an act on its own record.
fn roles(call: &Call<'_>) -> Answered {
    let form = call.form();
    let chosen: Vec<&str> = form.all("role").collect();
    if chosen.is_empty() {
        return Err(Refused::unclear("role_missing", "Choose at least one role that the organization holds."));
    }
    let wish = {
        let sight = call.sight()?;
        let reader = Reader::of(call, &sight)?;
        let own = organization(&reader).ok_or_else(Refused::absent)?;
        must(reader.seat.decide(Action::Amend, own))?;
        let set = Fields::from_iter([("ai_roles".to_owned(), json!(chosen))]);
        Wish::Amend { record: own.id(), seen: None, set, unset: Vec::new() }
    };
    carry_out(call, vec![Act::of(wish)], None)?;
    Answer::see(call.at("/setting-up"))
}
