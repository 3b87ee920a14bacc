//! Where one is signed in.

use askama::Template;

use super::seated;
use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/account/sessions", "sessions", Asks::Account, show),
    Route::form("/account/sessions/end", "session-end", Asks::Account, end),
    Route::form("/account/sessions/end-others", "sessions-end-others", Asks::Account, end_others),
];

#[derive(Template)]
#[template(path = "account-sessions.html")]
struct Page<'c> {
    frame: Frame<'c>,
    sessions: Vec<Line>,
}

struct Line {
    id: String,
    browser: String,
    since: String,
    seen: String,
    here: bool,
}

fn show(call: &Call<'_>) -> Answered {
    let seated = seated(call)?;
    let sessions = call.server.entrance.sessions(&seated.account.id)?.into_iter().map(|s| Line {
        here: s.id == seated.session.id,
        since: moment(call.tongue, s.created),
        seen: moment(call.tongue, s.seen),
        browser: s.agent,
        id: s.id,
    });
    let sessions = sessions.collect();
    Answer::page(&Page { frame: Frame::bare(call, call.tongue.say("account-sessions")), sessions })
}

fn end(call: &Call<'_>) -> Answered {
    let form = call.form();
    let id = form.get("session").unwrap_or_default();
    call.server.entrance.end_session(&seated(call)?.account.id, id)?;
    Answer::see("/account/sessions")
}

fn end_others(call: &Call<'_>) -> Answered {
    let seated = seated(call)?;
    call.server.entrance.end_sessions(&seated.account.id, Some(seated))?;
    Answer::see("/account/sessions")
}
