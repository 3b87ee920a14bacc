//! Webhooks: where an organization wants to be heard.

use aims_app::jobs::webhook::EVENTS;
use askama::Template;
use http::StatusCode;

use crate::{
    answer::{Answer, Answered, Refused},
    api::webhooks::{begin, end, lines, must_settle},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
};

const AT: &str = "/o/{org}/settings/webhooks";

pub const ROUTES: &[Route] = &[
    Route::page(AT, "webhooks", Asks::Member, show).slow(),
    Route::form(AT, "webhook-make", Asks::Elevated, make),
    Route::form("/o/{org}/settings/webhooks/remove", "webhook-remove", Asks::Elevated, remove),
];

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Page<'c> {
    frame: Frame<'c>,
    webhooks: Vec<Line>,
    /// The key of the one that was just made.
    shown: Option<String>,
    url: String,
    events: Vec<(&'static str, &'static str, bool)>,
    problem: Option<String>,
}

struct Line {
    id: String,
    url: String,
    events: String,
    enabled: bool,
    failing: Option<String>,
}

/// What can be heard of, with the key of its words.
const HEARD: [(&str, &str); EVENTS.len()] =
    [("act", "webhooks-act"), ("verdict", "webhooks-verdict"), ("checkpoint", "webhooks-checkpoint")];

fn page<'c>(call: &'c Call<'c>) -> Result<Page<'c>, Refused> {
    let sight = call.sight()?;
    let frame = Frame::of(call, &sight, "settings", call.tongue.say("webhooks"))?;
    let word = |event: &String| {
        let known = HEARD.iter().find(|(id, _)| id == event);
        known.map_or_else(|| event.clone(), |(_, key)| call.tongue.say(key).into_owned())
    };
    let line = |w: crate::api::answers::WebhookLine| Line {
        events: w.events.iter().map(word).collect::<Vec<_>>().join(", "),
        failing: w.failing_since.map(|since| frame.moment_of(&since)),
        id: w.id,
        url: w.url,
        enabled: w.enabled,
    };
    let form = call.form();
    let chosen = |id: &str| if form.has("url") { form.all("event").any(|e| e == id) } else { id == "act" };
    Ok(Page {
        webhooks: lines(call)?.into_iter().map(line).collect(),
        shown: None,
        url: form.get("url").unwrap_or_default().to_owned(),
        events: HEARD.iter().map(|(id, key)| (*id, *key, chosen(id))).collect(),
        problem: None,
        frame,
    })
}

fn show(call: &Call<'_>) -> Answered {
    must_settle(call)?;
    Answer::page(&page(call)?)
}

fn make(call: &Call<'_>) -> Answered {
    must_settle(call)?;
    let form = call.form();
    let events = form.all("event").map(str::to_owned).collect();
    match begin(call, form.get("url").unwrap_or_default().trim(), events) {
        Ok(made) => Answer::page(&Page { shown: Some(made.secret), url: String::new(), ..page(call)? }),
        Err(refused) if refused.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Answer::page_with(refused.status, &Page { problem: Some(refused.says), ..page(call)? })
        }
        Err(refused) => Err(refused),
    }
}

fn remove(call: &Call<'_>) -> Answered {
    must_settle(call)?;
    end(call, call.form().get("webhook").unwrap_or_default())?;
    Answer::see(call.at("/settings/webhooks"))
}
