//! The first address: the organizations of whoever is signed in.

use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    form::segment,
    frame::Frame,
    route::{Asks, Route},
    seat,
};

pub const ROUTES: &[Route] = &[Route::page("/", "start", Asks::Anyone, show)];

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'c> {
    frame: Frame<'c>,
    organizations: Vec<(String, String)>,
}

fn show(call: &Call<'_>) -> Answered {
    if call.visitor.account().is_none() {
        return Answer::see("/sign-in");
    }
    let mut organizations = Vec::new();
    for (name, live) in call.server.organizations() {
        if seat::member(call.server, &call.visitor, &name)?.is_some() {
            organizations.push((format!("/o/{}/", segment(&name)), live.aims().store().about().name.clone()));
        }
    }
    if let [(to, _)] = organizations.as_slice() {
        return Answer::see(to.clone());
    }
    Answer::page(&Start { frame: Frame::bare(call, call.tongue.say("organizations")), organizations })
}
