//! The organizations of whoever is signed in, and a new one by whoever administers the server.

use aims_app::{
    Founder, Start,
    accounts::{Refused as Shut, Seated},
};
use askama::Template;
use http::StatusCode;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::{Pairs, segment},
    frame::Frame,
    route::{Asks, Route},
    seat,
    server::slug_of,
};

pub const ROUTES: &[Route] = &[
    Route::page("/organizations", "organizations", Asks::Account, list),
    Route::page("/organizations/new", "organization-new", Asks::Account, show),
    Route::form("/organizations/new", "organization-found", Asks::Account, send),
];

/// The founder's key: not made from the name, since keys stand in the ledger as they are and no erasure takes a name out of them.
const FOUNDER: &str = "founder";

/// An organization to go to.
pub struct Place {
    pub name: String,
    pub to: String,
}

/// Where they are members now.
pub fn mine(call: &Call<'_>) -> Result<Vec<Place>, Refused> {
    let mut mine = Vec::new();
    for (slug, live) in call.server.organizations() {
        if seat::member(call.server, &call.visitor, &slug)?.is_some() {
            let name = live.aims().store().about().name.clone();
            mine.push(Place { name, to: format!("/o/{}/", segment(&slug)) });
        }
    }
    Ok(mine)
}

#[derive(Template)]
#[template(path = "organizations.html")]
struct List<'c> {
    frame: Frame<'c>,
    organizations: Vec<Place>,
    /// Whether they may found one.
    founds: bool,
}

fn list(call: &Call<'_>) -> Answered {
    let founds = call.visitor.seated().is_some_and(|s| s.account.admin);
    let frame = Frame::bare(call, call.tongue.say("organizations"));
    Answer::page(&List { frame, organizations: mine(call)?, founds })
}

#[derive(Template)]
#[template(path = "organization-new.html")]
struct New<'c> {
    frame: Frame<'c>,
    form: Pairs,
    person: String,
    problems: Vec<String>,
    /// Whether it is the first of the server.
    is_first: bool,
}

impl New<'_> {
    fn typed(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}

fn new<'c>(call: &'c Call<'c>, form: Pairs, problems: Vec<String>) -> Result<New<'c>, Refused> {
    let person = form.get("person").map_or_else(|| admin(call).map(|s| s.account.display.clone()), |p| Ok(p.into()))?;
    let is_first = call.server.organizations().is_empty();
    Ok(New { frame: Frame::bare(call, call.tongue.say("organization-new")), form, person, problems, is_first })
}

fn admin<'c>(call: &'c Call<'_>) -> Result<&'c Seated, Refused> {
    let seated = call.visitor.seated().ok_or_else(Refused::sign_in)?;
    if seated.account.admin { Ok(seated) } else { Err(Shut::NotAdmin.into()) }
}

fn show(call: &Call<'_>) -> Answered {
    admin(call)?;
    Answer::page(&new(call, Pairs::default(), Vec::new())?)
}

fn send(call: &Call<'_>) -> Answered {
    let (seated, form) = (admin(call)?, call.form());
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    let slug = form.get("slug").map_or_else(|| slug_of(&name), |slug| slug.trim().to_owned());
    let founder = Founder {
        key: FOUNDER.into(),
        name: form.get("person").unwrap_or_default().trim().to_owned(),
        email: Some(seated.account.name.clone()),
    };
    match call.server.found(&slug, Start { name, host: None, founder }) {
        Ok(live) => {
            let founder = live.aims().actor(None)?;
            let org = live.aims().store().about().org.clone();
            call.server.join(&seated.account.id, &org, &founder.pid).map_err(Refused::internal)?;
            Answer::see(format!("/o/{}/setting-up", segment(&slug)))
        }
        Err(refused) if refused.status.is_client_error() => {
            let mut problems: Vec<String> = refused.problems.iter().map(|p| p.message.clone()).collect();
            if problems.is_empty() {
                problems.push(refused.says);
            }
            Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &new(call, form, problems)?)
        }
        Err(refused) => Err(refused),
    }
}
