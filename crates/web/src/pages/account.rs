//! One's own account: profile, sign-in, sessions, tokens.

mod profile;
mod security;
mod sessions;
mod tokens;

use std::sync::LazyLock;

use aims_app::accounts::Seated;

use crate::{answer::Refused, call::Call, route::Route};

/// All rows of the account.
pub static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| [profile::ROUTES, security::ROUTES, sessions::ROUTES, tokens::ROUTES].concat());

/// Who sits here.
fn seated<'c>(call: &'c Call<'_>) -> Result<&'c Seated, Refused> {
    call.visitor.seated().ok_or_else(Refused::sign_in)
}

/// A fault of the store, for the log.
fn failed(error: aims_store::StoreError) -> Refused {
    Refused::internal(error.to_string())
}

/// The pages of the account: the key of their words, the address.
const TABS: [(&str, &str); 4] = [
    ("account-profile", "/account"),
    ("account-security", "/account/security"),
    ("account-sessions", "/account/sessions"),
    ("account-tokens", "/account/tokens"),
];

/// The tabs: words, address, whether the page is in it.
pub fn tabs(call: &Call<'_>) -> Vec<(String, &'static str, bool)> {
    let here = |to: &str| match to {
        "/account" => call.route.path == to,
        to => call.route.path.starts_with(to),
    };
    TABS.iter().map(|(key, to)| (call.tongue.say(key).into_owned(), *to, here(to))).collect()
}
