//! The first address: the organization of whoever is signed in; a sign-in; or, on a new server, how it is set up.

use askama::Template;

use super::organizations;
use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[Route::page("/", "start", Asks::Anyone, show)];

#[derive(Template)]
#[template(path = "start.html")]
struct New<'c> {
    frame: Frame<'c>,
}

fn show(call: &Call<'_>) -> Answered {
    let Some(seated) = call.visitor.seated() else {
        if call.server.entrance.is_new()? {
            return Answer::page(&New { frame: Frame::bare(call, call.tongue.say("server-new")) });
        }
        return Answer::see("/sign-in");
    };
    let mine = organizations::mine(call)?;
    match mine.as_slice() {
        [one] => Answer::see(one.to.clone()),
        [] if seated.account.admin && call.server.organizations().is_empty() => Answer::see("/organizations/new"),
        _ => Answer::see("/organizations"),
    }
}
