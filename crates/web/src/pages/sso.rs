//! Signing in with another provider, and joining an identity there to the account that sits here.

use aims_app::accounts::Returned;
use askama::Template;
use http::header;

use super::sign_in::welcome;
use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/sign-in/with/{provider}", "sign-in-with", Asks::Anyone, leave).slow(),
    Route::page("/sign-in/sso", "sign-in-sso", Asks::Anyone, come_back).slow(),
    Route::form("/account/identities/{provider}", "identity-join", Asks::Elevated, join),
];

/// The way out to join an identity: a link, since a form may lead to this server alone.
#[derive(Template)]
#[template(path = "sso-leave.html")]
struct Leave<'c> {
    frame: Frame<'c>,
    url: &'c str,
    name: String,
}

fn leave(call: &Call<'_>) -> Answered {
    let leaving = call.server.entrance.leave_for(&call.caller(), call.param("provider"), None, None)?;
    Ok(Answer::See { to: leaving.url, cookie: Some(way_cookie(call, leaving.cookie.reveal())) })
}

fn join(call: &Call<'_>) -> Answered {
    let provider = call.param("provider");
    let leaving = call.server.entrance.leave_for(&call.caller(), provider, None, call.visitor.seated())?;
    let providers = call.server.entrance.providers();
    let name = providers.iter().find(|(id, _)| id == provider).map_or(provider, |(_, name)| name);
    let frame = Frame::bare(call, call.tongue.with("identity-join", "provider", name));
    Answer::fresh(&Leave { frame, url: &leaving.url, name: name.to_owned() }, way_cookie(call, leaving.cookie.reveal()))
}

fn come_back(call: &Call<'_>) -> Answered {
    let said = |name: &str| call.query.get(name).unwrap_or_default();
    let cookie = kept(call);
    let returned = Returned { state: said("state"), code: said("code"), iss: call.query.get("iss"), cookie: &cookie };
    let seated = call.visitor.seated();
    let (arrival, _) = call.server.entrance.come_back(&call.caller(), returned, seated)?;
    Ok(welcome(call, &arrival, if seated.is_some() { "/account/security" } else { "/" }))
}

fn way_name(call: &Call<'_>) -> &'static str {
    if call.server.is_secure() { "__Host-aims-way" } else { "aims-way" }
}

/// Binds the way out to the browser that left; five minutes.
fn way_cookie(call: &Call<'_>, secret: &str) -> String {
    let secure = if call.server.is_secure() { "; Secure" } else { "" };
    format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=300{secure}", way_name(call))
}

fn kept(call: &Call<'_>) -> String {
    let lines = call.headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == way_name(call)).map(|(_, value)| value.to_owned()).unwrap_or_default()
}
