//! What the server does by itself, how that went the last time, and what could not be sent.

use aims_app::jobs::Run;
use aims_store::accounts::Sending;
use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    api::webhooks::must_settle,
    call::Call,
    frame::Frame,
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/settings/jobs", "jobs", Asks::Member, show).slow(),
    Route::form("/o/{org}/settings/jobs/again", "jobs-again", Asks::Member, again),
];

/// So many that could not be sent are told.
const TOLD: u32 = 100;

#[derive(Template)]
#[template(path = "jobs.html")]
struct Page<'c> {
    frame: Frame<'c>,
    jobs: Vec<Line>,
    unsent: Vec<Unsent>,
    /// Whether some of them were given up.
    given_up: bool,
}

struct Line {
    name: String,
    at: String,
    says: String,
    failing: Option<String>,
}

struct Unsent {
    what: String,
    target: String,
    since: String,
    attempts: u32,
    next: Option<String>,
    fault: String,
}

fn show(call: &Call<'_>) -> Answered {
    must_settle(call)?;
    let t = call.tongue;
    let line = |(job, Run { at, outcome, failing_since }): (&str, Run)| Line {
        name: t.say(&format!("job-{job}")).into_owned(),
        at: moment(t, at),
        says: outcome.unwrap_or_else(|why| why),
        failing: failing_since.map(|since| moment(t, since)),
    };
    let org = &call.live()?.aims().store().about().org;
    let failing = call.server.entrance.store().failing(Some(org), TOLD);
    let failing = failing.map_err(|error| Refused::internal(error.to_string()))?;
    let unsent = |s: Sending| Unsent {
        what: t.say(if s.kind == "mail" { "unsent-mail" } else { "unsent-call" }).into_owned(),
        target: s.target,
        since: moment(t, s.created),
        attempts: s.attempts,
        next: s.due.map(|due| moment(t, due)),
        fault: s.fault.unwrap_or_default(),
    };
    let sight = call.sight()?;
    Answer::page(&Page {
        frame: Frame::of(call, &sight, "settings", t.say("jobs"))?,
        jobs: call.server.board.of(call.param("org")).into_iter().map(line).collect(),
        given_up: failing.iter().any(|s| s.due.is_none()),
        unsent: failing.into_iter().map(unsent).collect(),
    })
}

/// Has what was given up tried again.
fn again(call: &Call<'_>) -> Answered {
    must_settle(call)?;
    let org = &call.live()?.aims().store().about().org;
    let tried = call.server.entrance.store().try_again(Some(org), call.server.now());
    tried.map_err(|error| Refused::internal(error.to_string()))?;
    Answer::see(call.at("/settings/jobs"))
}
