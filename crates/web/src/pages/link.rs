//! What links in mails lead to: an invitation, another password.

use aims_app::accounts::{Acceptance, Invitation};
use askama::Template;
use http::StatusCode;

use super::sign_in::{next, welcome};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::segment,
    frame::Frame,
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/invitation/{secret}", "invitation", Asks::Anyone, show_invitation),
    Route::form("/invitation/{secret}", "invitation-accept", Asks::Anyone, accept),
    Route::page("/sign-in/forgotten", "forgotten", Asks::Anyone, show_forgotten),
    Route::form("/sign-in/forgotten", "forgotten-send", Asks::Anyone, ask_reset),
    Route::page("/reset/{secret}", "reset", Asks::Anyone, show_reset),
    Route::form("/reset/{secret}", "reset-send", Asks::Anyone, reset),
];

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invited<'c> {
    frame: Frame<'c>,
    invitation: Invitation,
    organization: String,
    until: Option<String>,
    problem: Option<String>,
    stage: Stage,
    /// Where signing in leads back to.
    sign_in: String,
}

/// How whoever opened an invitation can accept it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The address has no account yet.
    New,
    /// It has one: sign in first.
    SignIn,
    /// Signed in to it.
    Join,
    /// Signed in to another one.
    Other,
}

fn stage(call: &Call<'_>, invitation: &Invitation) -> Result<Stage, Refused> {
    if let Some(seated) = call.visitor.seated() {
        return Ok(if seated.account.name == invitation.name { Stage::Join } else { Stage::Other });
    }
    let known = call.server.entrance.store().account_named(&invitation.name);
    let known = known.map_err(|e| Refused::internal(e.to_string()))?;
    Ok(if known.is_some() { Stage::SignIn } else { Stage::New })
}

fn invited<'c>(call: &'c Call<'c>, problem: Option<String>) -> Result<Invited<'c>, Refused> {
    let invitation = call.server.entrance.invitation(call.param("secret"))?;
    let organization = organization(call, &invitation.org).unwrap_or_default();
    Ok(Invited {
        frame: Frame::bare(call, call.tongue.with("invitation-title", "organization", organization.as_str())),
        until: invitation.until.map(|until| moment(call.tongue, until)),
        stage: stage(call, &invitation)?,
        sign_in: format!("/sign-in{}", crate::form::query([("next", call.path)].into_iter())),
        invitation,
        organization,
        problem,
    })
}

/// The name of the organization of this id.
fn organization(call: &Call<'_>, id: &str) -> Option<String> {
    let all = call.server.organizations();
    let found = all.iter().find(|(_, live)| live.aims().store().about().org == id);
    found.map(|(_, live)| live.aims().store().about().name.clone())
}

/// Where the organization of this id is.
fn home(call: &Call<'_>, id: &str) -> String {
    let all = call.server.organizations();
    let found = all.iter().find(|(_, live)| live.aims().store().about().org == id);
    found.map_or_else(|| "/".to_owned(), |(name, _)| format!("/o/{}/", segment(name)))
}

fn show_invitation(call: &Call<'_>) -> Answered {
    Answer::page(&invited(call, None)?)
}

fn accept(call: &Call<'_>) -> Answered {
    let (form, secret) = (call.form(), call.param("secret"));
    let page = invited(call, None)?;
    let home = home(call, &page.invitation.org);
    let with_passkey = form.get("way") == Some("passkey");
    let password = form.get("password");
    let how = match (page.stage, call.visitor.seated()) {
        (Stage::Join, Some(seated)) => Acceptance::As(seated),
        (Stage::New, _) if with_passkey => Acceptance::New { password: None },
        (Stage::New, _) if password.is_some() => Acceptance::New { password },
        (Stage::New, _) => {
            let problem = Some(call.tongue.say("password-choose").into_owned());
            return Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &Invited { problem, ..page });
        }
        _ => return Answer::page(&page),
    };
    let to = if with_passkey { "/account/passkeys/new?first=1" } else { &home };
    match call.server.entrance.accept(&call.caller(), secret, how).map_err(Refused::from) {
        Ok(arrival) => Ok(welcome(call, &arrival, to)),
        Err(refused) if refused.status == StatusCode::INTERNAL_SERVER_ERROR => Err(refused),
        Err(refused) => Answer::page_with(refused.status, &invited(call, Some(refused.says))?),
    }
}

#[derive(Template)]
#[template(path = "forgotten.html")]
struct Forgotten<'c> {
    frame: Frame<'c>,
    sent: bool,
    problem: Option<String>,
    name: &'c str,
}

fn forgotten<'c>(call: &'c Call<'c>) -> Forgotten<'c> {
    Forgotten { frame: Frame::bare(call, call.tongue.say("forgotten-title")), sent: false, problem: None, name: "" }
}

fn show_forgotten(call: &Call<'_>) -> Answered {
    Answer::page(&forgotten(call))
}

fn ask_reset(call: &Call<'_>) -> Answered {
    let form = call.form();
    let name = form.get("name").unwrap_or_default();
    match call.server.entrance.ask_reset(&call.caller(), name).map_err(Refused::from) {
        Ok(()) => Answer::page(&Forgotten { sent: true, ..forgotten(call) }),
        Err(refused) if refused.status == StatusCode::INTERNAL_SERVER_ERROR => Err(refused),
        Err(refused) => {
            Answer::page_with(refused.status, &Forgotten { problem: Some(refused.says), name, ..forgotten(call) })
        }
    }
}

#[derive(Template)]
#[template(path = "reset.html")]
struct Reset<'c> {
    frame: Frame<'c>,
    problem: Option<String>,
}

fn show_reset(call: &Call<'_>) -> Answered {
    let frame = Frame::bare(call, call.tongue.say("reset-title"));
    Answer::page(&Reset { frame, problem: None })
}

fn reset(call: &Call<'_>) -> Answered {
    let form = call.form();
    let password = form.get("password").unwrap_or_default();
    match call.server.entrance.reset(call.param("secret"), password).map_err(Refused::from) {
        Ok(()) => Answer::see(next(Some("/sign-in?password-set=1"))),
        Err(refused) if refused.status == StatusCode::INTERNAL_SERVER_ERROR => Err(refused),
        Err(refused) => {
            let frame = Frame::bare(call, call.tongue.say("reset-title"));
            Answer::page_with(refused.status, &Reset { frame, problem: Some(refused.says) })
        }
    }
}
