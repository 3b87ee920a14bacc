//! Confirming who sits here, before what asks for a fresh authentication.

mod waits;

use aims_app::accounts::{Arrival, Seated, Secret};
use askama::Template;
use http::StatusCode;

use super::sign_in::{Asking, next, welcome};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::query,
    frame::Frame,
    route::{Asks, Class, Method, Route},
    routes::routes,
};

pub const ROUTES: &[Route] = &[
    Route::page("/confirm", "confirm", Asks::Account, show),
    Route::form("/confirm", "confirm-password", Asks::Account, password),
    Route::form("/confirm/passkey", "confirm-passkey", Asks::Account, passkey),
    Route::page(waits::PAGE, "confirm-send", Asks::Account, waits::show).slow(),
];

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page<'c> {
    frame: Frame<'c>,
    next: &'c str,
    problem: Option<String>,
    passkey: Option<Asking>,
    has_password: bool,
    asks_code: bool,
}

/// The address of this page for a request that has to wait for it. After a form its answers are kept, to be sent from where they are shown
/// again; where secrets are among them, the page that holds the form comes next.
///
/// # Errors
/// Where the answers cannot be kept.
pub fn before(call: &Call<'_>) -> Result<String, Refused> {
    let to = if call.route.method != Method::Get && waits::keep(call)? { waits::PAGE.into() } else { page_of(call) };
    Ok(format!("/confirm{}", query([("next", to.as_str())].into_iter())))
}

/// The page that was asked for, or that holds the form that was sent.
pub fn page_of(call: &Call<'_>) -> String {
    match call.route.method {
        Method::Get => format!("{}{}", call.path, call.query.with(&[])),
        _ => page_of_form(call),
    }
}

/// The nearest page above a form's address.
fn page_of_form(call: &Call<'_>) -> String {
    let (mut row, mut path) = (call.route.path, call.path);
    loop {
        let is_page = |route: &&Route| route.path == row && route.method == Method::Get && route.class == Class::Page;
        if routes().iter().any(|route| is_page(&route)) {
            return path.to_owned();
        }
        let (Some((above, _)), Some((to, _))) = (row.rsplit_once('/'), path.rsplit_once('/')) else {
            return "/".to_owned();
        };
        if above.is_empty() {
            return "/".to_owned();
        }
        (row, path) = (above, to);
    }
}

fn seated<'c>(call: &'c Call<'_>) -> Result<&'c Seated, Refused> {
    call.visitor.seated().ok_or_else(Refused::sign_in)
}

fn page<'c>(call: &'c Call<'c>, next: &'c str) -> Result<Page<'c>, Refused> {
    let (seated, entrance) = (seated(call)?, &call.server.entrance);
    let id = &seated.account.id;
    let failed = |e: aims_store::StoreError| Refused::internal(e.to_string());
    Ok(Page {
        frame: Frame::bare(call, call.tongue.say("confirm-title")),
        next,
        problem: None,
        passkey: entrance.begin_step_up(seated).ok().as_ref().map(Asking::of),
        has_password: entrance.store().password(id).map_err(failed)?.is_some(),
        asks_code: entrance.store().has_totp(id).map_err(failed)?,
    })
}

fn show(call: &Call<'_>) -> Answered {
    Answer::page(&page(call, next(call.query.get("next")))?)
}

fn password(call: &Call<'_>) -> Answered {
    let form = call.form();
    let (word, code) = (form.get("password").unwrap_or_default(), form.get("code"));
    let confirmed = call.server.entrance.step_up(seated(call)?, word, code);
    go_on(call, confirmed, next(form.get("next")))
}

fn passkey(call: &Call<'_>) -> Answered {
    let form = call.form();
    let ceremony = Secret::new(form.get("ceremony").unwrap_or_default());
    let answer = form.get("credential").unwrap_or_default();
    let confirmed = call.server.entrance.step_up_with_passkey(seated(call)?, &ceremony, answer);
    go_on(call, confirmed, next(form.get("next")))
}

fn go_on(call: &Call<'_>, confirmed: Result<Arrival, aims_app::accounts::Refused>, next: &str) -> Answered {
    match confirmed.map_err(Refused::from) {
        Ok(arrival) => Ok(welcome(call, &arrival, next)),
        Err(refused) if refused.status == StatusCode::INTERNAL_SERVER_ERROR => Err(refused),
        Err(refused) => Answer::page_with(refused.status, &Page { problem: Some(refused.says), ..page(call, next)? }),
    }
}
