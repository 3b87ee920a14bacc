//! Signing in and out.

use aims_app::accounts::{Arrival, Begun, Secret, SignIn};
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
    Route::form("/sign-in/passkey", "sign-in-passkey", Asks::Anyone, passkey),
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
    /// What the browser asks passkeys; nothing where too many were begun from this address.
    passkey: Option<Asking>,
    /// Other providers: id and name.
    providers: Vec<(String, String)>,
    /// What has just been done elsewhere, such as a new password.
    done: bool,
}

/// A passkey's ceremony as a form carries it.
pub struct Asking {
    /// Names the ceremony.
    pub ceremony: String,
    /// The options as the script reads them.
    pub options: String,
}

impl Asking {
    /// A ceremony that has begun, as a form carries it.
    pub fn of(begun: &Begun) -> Asking {
        let options = serde_json::json!({ "publicKey": begun.options }).to_string();
        Asking { ceremony: begun.ceremony.reveal().to_owned(), options }
    }
}

impl<'c> Page<'c> {
    fn new(call: &'c Call<'c>, name: &'c str, next: &'c str) -> Page<'c> {
        let begun = call.server.entrance.begin_passkey_sign_in(&call.caller()).ok();
        Page {
            frame: Frame::bare(call, call.tongue.say("sign-in")),
            name,
            next,
            problem: None,
            attempt: None,
            passkey: begun.as_ref().map(Asking::of),
            providers: call.server.entrance.providers(),
            done: call.query.has("password-set"),
        }
    }

    fn for_code(self, attempt: &Secret) -> Page<'c> {
        Page { attempt: Some(attempt.reveal().to_owned()), passkey: None, providers: Vec::new(), ..self }
    }
}

fn show(call: &Call<'_>) -> Answered {
    let next = next(call.query.get("next"));
    if call.visitor.account().is_some() {
        return Answer::see(next);
    }
    if call.server.entrance.is_new()? {
        return Answer::see("/");
    }
    Answer::page(&Page::new(call, "", next))
}

fn send(call: &Call<'_>) -> Answered {
    let form = call.form();
    let (name, next) = (form.get("name").unwrap_or_default(), next(form.get("next")));
    let password = form.get("password").unwrap_or_default();
    match call.server.entrance.sign_in(&call.caller(), name, password) {
        Ok(SignIn::Arrived(arrival)) => Ok(welcome(call, &arrival, next)),
        Ok(SignIn::CodeNeeded(attempt)) => Answer::page(&Page::new(call, name, next).for_code(&attempt)),
        Err(refused) => again(refused.into(), Page::new(call, name, next)),
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
    match arrived {
        Ok(arrival) => Ok(welcome(call, &arrival, next)),
        // An attempt that took too long begins with the password again.
        Err(ended @ aims_app::accounts::Refused::CeremonyEnded) => again(ended.into(), Page::new(call, "", next)),
        Err(refused) => again(refused.into(), Page::new(call, "", next).for_code(&attempt)),
    }
}

fn passkey(call: &Call<'_>) -> Answered {
    let form = call.form();
    let next = next(form.get("next"));
    let ceremony = Secret::new(form.get("ceremony").unwrap_or_default());
    let answer = form.get("credential").unwrap_or_default();
    match call.server.entrance.sign_in_with_passkey(&call.caller(), &ceremony, answer) {
        Ok(arrival) => Ok(welcome(call, &arrival, next)),
        Err(refused) => again(refused.into(), Page::new(call, "", next)),
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
fn again(refused: Refused, page: Page<'_>) -> Answered {
    // Its page says when to come back, in a header too.
    if refused.status == StatusCode::INTERNAL_SERVER_ERROR || refused.retry_after.is_some() {
        return Err(refused);
    }
    Answer::page_with(refused.status, &Page { problem: Some(refused.says), ..page })
}

/// Where to go afterwards: a page of this server, never another's.
pub fn next(asked: Option<&str>) -> &str {
    let ours =
        |to: &&str| to.starts_with('/') && !to.starts_with("//") && !to.contains(|c: char| c == '\\' || c.is_control());
    asked.filter(ours).unwrap_or("/")
}
