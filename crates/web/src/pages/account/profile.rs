//! Name, language, appearance, keys.

use aims_app::jobs::digest::{is_wanted, want};
use aims_store::accounts::Preferences;
use askama::Template;
use http::StatusCode;

use super::{failed, seated};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::segment,
    frame::Frame,
    route::{Asks, Route},
    seat,
    show::moment,
    words::Tongue,
};

pub const ROUTES: &[Route] = &[
    Route::page("/account", "account", Asks::Account, show),
    Route::form("/account", "account-save", Asks::Account, save),
];

const THEMES: [(&str, &str); 3] = [("system", "theme-system"), ("light", "theme-light"), ("dark", "theme-dark")];

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'c> {
    frame: Frame<'c>,
    email: &'c str,
    display: String,
    preferences: Preferences,
    organizations: Vec<(String, String, Option<String>)>,
    /// Whether they want to be told once a day what waits.
    digest: bool,
    saved: bool,
    problem: Option<String>,
}

fn page<'c>(call: &'c Call<'c>) -> Result<Page<'c>, Refused> {
    let account = &seated(call)?.account;
    Ok(Page {
        frame: Frame::bare(call, call.tongue.say("account")),
        email: &account.name,
        display: account.display.clone(),
        preferences: account.preferences.clone(),
        organizations: organizations(call, &account.id)?,
        digest: is_wanted(call.server.entrance.store(), &account.id).map_err(failed)?,
        saved: call.query.has("saved"),
        problem: None,
    })
}

/// Where they are a member: address, name, until when.
fn organizations(call: &Call<'_>, account: &str) -> Result<Vec<(String, String, Option<String>)>, Refused> {
    let mut found = Vec::new();
    for (slug, live) in call.server.organizations() {
        if seat::member(call.server, &call.visitor, &slug)?.is_none() {
            continue;
        }
        let about = live.aims().store().about();
        let membership = call.server.entrance.store().membership(account, &about.org).map_err(failed)?;
        let until = membership.and_then(|m| m.until).map(|until| moment(call.tongue, until));
        found.push((format!("/o/{}/", segment(&slug)), about.name.clone(), until));
    }
    Ok(found)
}

fn show(call: &Call<'_>) -> Answered {
    Answer::page(&page(call)?)
}

fn save(call: &Call<'_>) -> Answered {
    let form = call.form();
    let account = &seated(call)?.account;
    let before = &account.preferences;
    let language = form.get("language").and_then(Tongue::named);
    let theme = THEMES.iter().find(|(id, _)| form.get("theme") == Some(id));
    let preferences = Preferences {
        language: language.map_or_else(|| before.language.clone(), |t| t.id.to_owned()),
        theme: theme.map_or_else(|| before.theme.clone(), |(id, _)| (*id).to_owned()),
        shortcuts: form.has("shortcuts"),
    };
    let display = form.get("display").unwrap_or_default().trim().to_owned();
    match call.server.entrance.set_profile(&account.id, &display, &preferences).map_err(Refused::from) {
        Ok(()) => {
            want(call.server.entrance.store(), &account.id, form.has("digest")).map_err(failed)?;
            Answer::see("/account?saved=1")
        }
        Err(refused) if refused.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let page =
                Page { display, preferences, digest: form.has("digest"), problem: Some(refused.says), ..page(call)? };
            Answer::page_with(refused.status, &page)
        }
        Err(refused) => Err(refused),
    }
}
