//! The set-up address of a new server: its first account. The organization comes right after.

use aims_app::accounts::First;
use askama::Template;
use http::StatusCode;

use super::sign_in::welcome;
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/first-run/{secret}", "first-run", Asks::Anyone, show),
    Route::form("/first-run/{secret}", "first-run-send", Asks::Anyone, send),
];

#[derive(Template)]
#[template(path = "first-run.html")]
struct Page<'c> {
    frame: Frame<'c>,
    name: &'c str,
    display: &'c str,
    problem: Option<String>,
}

impl<'c> Page<'c> {
    fn new(call: &'c Call<'c>, name: &'c str, display: &'c str, problem: Option<String>) -> Page<'c> {
        Page { frame: Frame::bare(call, call.tongue.say("first-run-title")), name, display, problem }
    }
}

fn show(call: &Call<'_>) -> Answered {
    call.server.entrance.knows_set_up(call.param("secret"))?;
    Answer::page(&Page::new(call, "", "", None))
}

fn send(call: &Call<'_>) -> Answered {
    let form = call.form();
    let (name, display) = (form.get("name").unwrap_or_default(), form.get("display").unwrap_or_default());
    let with_passkey = form.get("way") == Some("passkey");
    let password = form.get("password");
    if password.is_none() && !with_passkey {
        let problem = Some(call.tongue.say("password-choose").into_owned());
        return Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &Page::new(call, name, display, problem));
    }
    let password = password.filter(|_| !with_passkey);
    let first = First { name, display, language: call.tongue.id, password };
    let entrance = &call.server.entrance;
    match entrance.set_up(call.param("secret"), first, &call.caller()).map_err(Refused::from) {
        Ok(arrival) => {
            join_what_is_there(call, &arrival.account.id)?;
            let to = if with_passkey { "/account/passkeys/new?first=1" } else { "/" };
            Ok(welcome(call, &arrival, to))
        }
        Err(refused) if refused.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Answer::page_with(refused.status, &Page::new(call, name, display, Some(refused.says)))
        }
        Err(refused) => Err(refused),
    }
}

/// An organization that was founded on this machine and that nobody signs in to yet is theirs who started the server: they are whoever founded it.
fn join_what_is_there(call: &Call<'_>, account: &str) -> Result<(), Refused> {
    for (_, live) in call.server.organizations() {
        let org = live.aims().store().about().org.clone();
        let members = call.server.entrance.store().members(&org).map_err(|e| Refused::internal(e.to_string()))?;
        if !members.is_empty() {
            continue;
        }
        // Whoever founded it may have left; then nobody is made a member, and a person is let in from the command line.
        if let Ok(founder) = live.aims().actor(None) {
            call.server.join(account, &org, &founder.pid).map_err(Refused::internal)?;
        }
    }
    Ok(())
}
