//! What the organization is, and which frameworks hold for it.

use aims_app::access::Action;
use aims_record::{Field, Shape};
use aims_register::{Entry, Value};
use askama::Template;

use super::{frame, must_settle};
use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    pages::setting_up,
    reader::{Link, Reader},
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/settings", "settings", Asks::Member, show)];

#[derive(Template)]
#[template(path = "settings-organization.html")]
struct Page<'c> {
    frame: Frame<'c>,
    own: Option<Link>,
    /// Label and value; nothing where it is not recorded.
    facts: Vec<(String, Option<String>)>,
    amends: bool,
    frameworks: Vec<Held>,
    /// Steps of setting up that are open.
    open: usize,
    /// Name of the ledger, and the key that verifies it.
    log: String,
    key: String,
}

struct Held {
    title: String,
    to: String,
    publisher: String,
    version: String,
    items: usize,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    must_settle(&reader.seat)?;
    let live = call.live()?;
    let own = setting_up::organization(&reader);
    let frameworks = live.frameworks().by_id.values().map(|f| Held {
        title: f.title.clone(),
        to: call.at(&format!("/requirements/{}", f.id)),
        publisher: f.source.publisher.clone(),
        version: f.source.version.clone(),
        items: f.items().count(),
    });
    Answer::page(&Page {
        facts: own.map(|own| facts(&reader, own)).unwrap_or_default(),
        amends: own.is_some_and(|own| reader.seat.may_on(Action::Amend, own)) && !call.query.has("as_of"),
        own: own.map(|own| reader.link(own)),
        frameworks: frameworks.collect(),
        open: setting_up::steps(call, &reader)?.iter().filter(|s| !s.done).count(),
        log: live.aims().store().about().origin.clone(),
        key: live.aims().store().verifier_key().to_string(),
        frame: frame(call, &reader, "settings-organization")?,
    })
}

/// What of its record is looked at here.
const SHOWN: [&str; 6] = ["name", "legal_name", "sectors", "jurisdictions", "ai_roles", "units"];

fn facts(reader: &Reader<'_>, own: Entry<'_>) -> Vec<(String, Option<String>)> {
    let Some(kind) = reader.standing.register().kinds().get(own.kind()) else { return Vec::new() };
    let fact = |field: &Field| {
        let values = own.field(&field.name).into_iter().flat_map(Value::each);
        let words: Vec<String> = values.map(|value| written(field, value)).filter(|w| !w.is_empty()).collect();
        (field.label.clone(), (!words.is_empty()).then(|| words.join(", ")))
    };
    SHOWN.iter().filter_map(|name| kind.field(name)).map(fact).collect()
}

/// One value in a few words.
fn written(field: &Field, value: Value<'_>) -> String {
    let text = value.written().unwrap_or_default();
    match &field.shape {
        Shape::Choice { options } => {
            options.iter().find(|(id, _)| *id == *text).map_or(&*text, |(_, label)| label.as_str()).to_owned()
        }
        _ => text.into_owned(),
    }
}
