//! Signing in and out.

use aims_app::accounts::{Arrival, Secret, SignIn};
use askama::Template;
use http::StatusCode;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
    seat::{Visitor, cookie},
};

pub const ROUTES: &[Route] = &[
    Route::page("/sign-in", "sign-in", Asks::Anyone, show),
    Route::form("/sign-in", "sign-in-send", Asks::Anyone, send),
    Route::form("/sign-in/code", "sign-in-code", Asks::Anyone, code),
    Route::form("/sign-out", "sign-out", Asks::Anyone, out),
];

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Page<'c> {
    frame: Frame<'c>,
    name: &'c str,
    next: &'c str,
    problem: Option<String>,
    /// Names the attempt whose password was right, where a code is asked for.
    attempt: Option<String>,
}

fn show(call: &Call<'_>) -> Answered {
    let next = next(call.query.get("next"));
    if call.visitor.account().is_some() {
        return Answer::see(next);
    }
    if call.server.entrance.is_new()? {
        return Answer::see("/");
    }
    let frame = Frame::bare(call, call.tongue.say("sign-in"));
    Answer::page(&Page { frame, name: "", next, problem: None, attempt: None })
}

fn send(call: &Call<'_>) -> Answered {
    let form = call.form();
    let (name, next) = (form.get("name").unwrap_or_default(), next(form.get("next")));
    let password = form.get("password").unwrap_or_default();
    let frame = Frame::bare(call, call.tongue.say("sign-in"));
    match call.server.entrance.sign_in(&call.caller(), name, password) {
        Ok(SignIn::Arrived(arrival)) => Ok(welcome(call, &arrival, next)),
        Ok(SignIn::CodeNeeded(attempt)) => {
            let attempt = Some(attempt.reveal().to_owned());
            Answer::page(&Page { frame, name, next, problem: None, attempt })
        }
        Err(refused) => again(refused.into(), |problem| Page { frame, name, next, problem, attempt: None }),
    }
}

fn code(call: &Call<'_>) -> Answered {
    let form = call.form();
    let next = next(form.get("next"));
    let attempt = Secret::new(form.get("attempt").unwrap_or_default());
    let code: String = form.get("code").unwrap_or_default().split_whitespace().collect();
    let (entrance, caller) = (&call.server.entrance, call.caller());
    // Six digits are of the app, anything longer is a recovery code.
    let arrived = match code.len() {
        6 => entrance.finish_with_code(&caller, &attempt, &code),
        _ => entrance.finish_with_recovery_code(&caller, &attempt, &code),
    };
    let frame = Frame::bare(call, call.tongue.say("sign-in"));
    match arrived {
        Ok(arrival) => Ok(welcome(call, &arrival, next)),
        Err(refused) => again(refused.into(), |problem| {
            let attempt = Some(attempt.reveal().to_owned());
            Page { frame, name: "", next, problem, attempt }
        }),
    }
}

fn out(call: &Call<'_>) -> Answered {
    if let Visitor::Person { token, .. } = &call.visitor {
        call.server.entrance.sign_out(token)?;
    }
    Ok(Answer::See { to: "/sign-in".into(), cookie: Some(cookie(call.server, "")) })
}

/// What a browser that has just come in is told.
pub fn welcome(call: &Call<'_>, arrival: &Arrival, next: &str) -> Answer {
    Answer::See { to: next.to_owned(), cookie: Some(cookie(call.server, arrival.token.reveal())) }
}

/// The same page with what went wrong; what was typed stays.
fn again<'c>(refused: Refused, page: impl FnOnce(Option<String>) -> Page<'c>) -> Answered {
    if refused.status == StatusCode::INTERNAL_SERVER_ERROR {
        return Err(refused);
    }
    Answer::page_with(refused.status, &page(Some(refused.says)))
}

/// Where to go afterwards: a page of this server, never another's.
fn next(asked: Option<&str>) -> &str {
    asked.filter(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains('\\')).unwrap_or("/")
}
