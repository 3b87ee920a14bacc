//! Settings of an organization: what it is, what it set for itself, who works in it with which role, kinds of its own, and the server.

mod kinds;
mod organization;
mod parameters;
mod people;
mod person;
mod server;

use std::sync::LazyLock;

use aims_app::access::{Power, Seat};
use http::StatusCode;

use crate::{answer::Refused, call::Call, frame::Frame, reader::Reader, route::Route};

/// All rows of the settings.
pub static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [organization::ROUTES, parameters::ROUTES, people::ROUTES, person::ROUTES, kinds::ROUTES, server::ROUTES].concat()
});

/// The pages: the key of their words, where they are.
const TABS: [(&str, &str); 7] = [
    ("settings-organization", "/settings"),
    ("settings-parameters", "/settings/parameters"),
    ("settings-people", "/settings/people"),
    ("settings-kinds", "/settings/kinds"),
    ("webhooks", "/settings/webhooks"),
    ("jobs", "/settings/jobs"),
    ("settings-server", "/settings/server"),
];

/// Whether someone sees the settings at all.
pub fn settles(seat: &Seat) -> bool {
    seat.has(Power::Settings)
}

/// Goes on only where they do.
///
/// # Errors
/// `not_your_role`.
fn must_settle(seat: &Seat) -> Result<(), Refused> {
    if settles(seat) {
        return Ok(());
    }
    let says = "Settings are for top management and the AIMS manager. Ask one of them.";
    Err(Refused::new(StatusCode::FORBIDDEN, "not_your_role", says))
}

/// Whether they administer the server.
fn administers(call: &Call<'_>) -> bool {
    call.visitor.seated().is_some_and(|s| s.account.admin)
}

/// The tabs: words, address, whether the page is in it. The server's is for whoever administers it.
pub fn tabs(frame: &Frame<'_>) -> Vec<(String, String, bool)> {
    let path = frame.call.route.path.trim_start_matches("/o/{org}");
    let here = |to: &str| match to {
        "/settings" => path == to,
        to => path.starts_with(to),
    };
    let shown = |to: &str| to != "/settings/server" || administers(frame.call);
    let tab = |(key, to): &(&str, &str)| (frame.t.say(key).into_owned(), frame.at(to), here(to));
    TABS.iter().filter(|(_, to)| shown(to)).map(tab).collect()
}

/// The frame of a page of the settings.
fn frame<'c>(call: &'c Call<'c>, reader: &Reader<'_>, key: &str) -> Result<Frame<'c>, Refused> {
    let frame = Frame::of(call, reader.standing, "settings", call.tongue.say(key))?;
    Ok(if key == TABS[0].0 { frame } else { frame.from(&[(&*call.tongue.say("nav-settings"), "/settings")]) })
}

/// A fault of the store, for the log.
fn failed(error: aims_store::StoreError) -> Refused {
    Refused::internal(error.to_string())
}
