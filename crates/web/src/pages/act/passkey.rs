//! Signing with a passkey: the authenticator signs the digest of the act, which anyone can check later without this server.

use aims_app::{Step, accounts::Secret};
use askama::Template;

use super::{idem, why};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::Pairs,
    frame::Frame,
    pages::{
        record::{named, place},
        sign_in::Asking,
    },
    seat::cookie,
};

#[derive(Template)]
#[template(path = "act-passkey.html")]
struct Page<'c> {
    frame: Frame<'c>,
    /// Number and name of the record.
    name: String,
    asking: Asking,
    idem: String,
    digest: String,
    why: Option<String>,
    back: String,
}

/// Whether the one who is signed in has a passkey here. Whoever comes with a token has none.
pub fn is_at_hand(call: &Call<'_>) -> Result<bool, Refused> {
    let Some(seated) = call.visitor.seated() else { return Ok(false) };
    let known = call.server.entrance.store().passkeys(&seated.account.id);
    known.map(|known| !known.is_empty()).map_err(|e| Refused::internal(e.to_string()))
}

/// Whether the one who is signed in has a password.
pub fn has_password(call: &Call<'_>) -> Result<bool, Refused> {
    let Some(seated) = call.visitor.seated() else { return Ok(false) };
    let known = call.server.entrance.store().password(&seated.account.id);
    known.map(|known| known.is_some()).map_err(|e| Refused::internal(e.to_string()))
}

/// Asks for the passkey: what it is to sign has been decided, and nothing is written yet.
pub fn ask(call: &Call<'_>, steps: Vec<Step>, form: &Pairs) -> Answered {
    let seated = call.visitor.seated().ok_or_else(Refused::sign_in)?;
    let act = call.live()?.aims().prepare_signature(&call.actor()?, steps)?;
    let begun = call.server.entrance.begin_act(seated, act)?;
    let sight = call.sight()?;
    let (kind, entry) = named(call, &sight)?;
    let name = format!("{} {}", entry.number(), sight.name_of(entry));
    let page = Page {
        frame: Frame::of(call, &sight, place(kind), call.tongue.say("passkey-sign-title"))?
            .from(&[(&kind.plural, &format!("/{}", kind.id)), (&name, &format!("/{}/{}", kind.id, entry.number()))]),
        asking: Asking::of(&begun),
        idem: form.get("_idem").unwrap_or_default().to_owned(),
        digest: form.get("_digest").unwrap_or_default().to_owned(),
        why: why(form).filter(|why| !why.is_empty()),
        back: format!("{}{}", call.path, call.query.with(&[])),
        name,
    };
    Answer::page(&page)
}

/// Takes the passkey's answer, signs, and does what follows.
pub fn take(call: &Call<'_>, form: &Pairs) -> Answered {
    let seated = call.visitor.seated().ok_or_else(Refused::sign_in)?;
    let ceremony = Secret::new(form.get("ceremony").unwrap_or_default());
    let answer = form.get("credential").unwrap_or_default();
    let (assertion, act, arrival) = call.server.entrance.sign_act(seated, &ceremony, answer)?;
    let kind = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        act.wishes().try_for_each(|wish| must(seat.decide_wish(sight.register(), wish)))?;
        named(call, &sight)?.0.id.clone()
    };
    let actor = aims_record::Actor { amr: vec!["hwk".to_owned(), "user".to_owned()], ..call.actor()? };
    let done = call.live()?.sign(&actor, act, &assertion, idem(call, form));
    // The session has a new token now, whatever became of the act.
    let token = cookie(call.server, arrival.token.reveal());
    match done {
        Ok(done) => match super::told(call, &kind, &done)? {
            Answer::See { to, .. } => Ok(Answer::See { to, cookie: Some(token) }),
            other => Ok(other),
        },
        Err(_) => Ok(Answer::See { to: format!("{}{}", call.path, call.query.with(&[])), cookie: Some(token) }),
    }
}
