//! What is refused before anyone asks who sent it: another server's name, and secrets in addresses (B-44, B-56).

use http::{StatusCode, header, request::Parts};

use crate::{
    answer::Refused,
    route::{Asks, Class, Method, Pace, Route},
    server::Server,
};

/// How every token begins.
const TOKEN: &str = "aims_pat_";

/// Lets through what was sent to this server under its own name, without a token in the address.
///
/// # Errors
/// `host_unknown`, `token_in_url`.
pub fn check(server: &Server, parts: &Parts) -> Result<(), Refused> {
    if !is_ours(server.entrance.address().origin(), parts) {
        let says = format!("This server is reached at {}. Open it there.", server.entrance.address().origin());
        return Err(Refused::new(StatusCode::MISDIRECTED_REQUEST, "host_unknown", says));
    }
    if parts.uri.query().is_some_and(|query| query.contains(TOKEN)) {
        let says = "An address is written down in many places: send the token in the header `Authorization`, and revoke this one.";
        return Err(Refused::unclear("token_in_url", says));
    }
    Ok(())
}

/// Whether every name of a server that the request holds is ours, and it holds one.
fn is_ours(origin: &str, parts: &Parts) -> bool {
    let (scheme, ours) = origin.split_once("://").unwrap_or(("https", origin));
    let default = if scheme == "https" { ":443" } else { ":80" };
    let plain = |name: &str| name.strip_suffix(default).unwrap_or(name).to_ascii_lowercase();
    let ours = plain(ours);
    let in_line = parts.uri.authority().map(|authority| plain(authority.as_str()));
    let in_headers = parts.headers.get_all(header::HOST).iter().map(|value| plain(value.to_str().unwrap_or_default()));
    let mut named = in_headers.chain(in_line).peekable();
    named.peek().is_some() && named.all(|name| name == ours)
}

/// A row beside the registry: it is under no path and does nothing but refuse, before anyone asks who sent what.
const fn beside(class: Class, name: &'static str) -> Route {
    let (asks, pace, method) = (Asks::Anyone, Pace::Quick, Method::Get);
    Route { method, path: "", name, asks, class, pace, does: |_| Err(Refused::absent()), body_max: 0, doc: None }
}

const METHOD: &str = "other-method";
static NO_PAGE: Route = beside(Class::Page, "absent");
static NO_ROW: Route = beside(Class::Api, "absent");
static NOT_SO_PAGE: Route = beside(Class::Page, METHOD);
static NOT_SO_ROW: Route = beside(Class::Api, METHOD);

/// Goes on only where there is a row for the address and the method.
///
/// # Errors
/// Absent, `method_not_allowed`.
pub fn has_row(route: &Route) -> Result<(), Refused> {
    match (route.path, route.name) {
        ("", METHOD) => {
            let says = "This address does not take that method. The header `Allow` names those that it takes.";
            Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", says))
        }
        ("", _) => Err(Refused::absent()),
        _ => Ok(()),
    }
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/v1")
}

/// What answers where there is no row.
pub fn nowhere(path: &str) -> &'static Route {
    if is_api(path) { &NO_ROW } else { &NO_PAGE }
}

/// What answers where there is a row, for other methods.
pub fn otherwise(path: &str) -> &'static Route {
    if is_api(path) { &NOT_SO_ROW } else { &NOT_SO_PAGE }
}
