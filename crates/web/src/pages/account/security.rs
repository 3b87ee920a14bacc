//! What lets one in: password, authenticator app, passkeys, identities elsewhere.

use aims_app::accounts::{Enrolment, NewPasskey, Secret};
use askama::Template;
use http::StatusCode;
use qrcode::{QrCode, render::svg};

use super::{failed, seated};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::sign_in::{Asking, welcome},
    route::{Asks, Route},
    seat::cookie,
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/account/security", "security", Asks::Account, show),
    Route::page("/account/password", "password", Asks::Elevated, show_password),
    Route::form("/account/password", "password-set", Asks::Elevated, set_password),
    Route::form("/account/codes", "codes-offer", Asks::Elevated, offer_codes),
    Route::form("/account/codes/confirm", "codes-confirm", Asks::Elevated, confirm_codes),
    Route::form("/account/codes/remove", "codes-remove", Asks::Elevated, remove_codes),
    Route::form("/account/codes/recovery", "recovery-codes", Asks::Elevated, renew_recovery),
    Route::page("/account/passkeys/new", "passkey-new", Asks::Elevated, show_passkey),
    Route::form("/account/passkeys/new", "passkey-add", Asks::Elevated, add_passkey),
    Route::form("/account/passkeys/rename", "passkey-rename", Asks::Account, rename_passkey),
    Route::form("/account/passkeys/remove", "passkey-remove", Asks::Elevated, remove_passkey),
    Route::form("/account/identities/part", "identity-part", Asks::Elevated, part_identity),
];

const HOME: &str = "/account/security";

#[derive(Template)]
#[template(path = "account-security.html")]
struct Page<'c> {
    frame: Frame<'c>,
    has_password: bool,
    has_codes: bool,
    left: u64,
    passkeys: Vec<Key>,
    /// Issuer, sub, since when.
    identities: Vec<(String, String, String)>,
    providers: Vec<(String, String)>,
    done: bool,
}

struct Key {
    id: String,
    name: String,
    used: Option<String>,
}

fn show(call: &Call<'_>) -> Answered {
    let (id, entrance) = (&seated(call)?.account.id, &call.server.entrance);
    let store = entrance.store();
    let key = |p: aims_store::accounts::Passkey| Key {
        id: p.id,
        name: p.name,
        used: p.used.map(|at| moment(call.tongue, at)),
    };
    let identities = store.identities(id).map_err(failed)?.into_iter();
    Answer::page(&Page {
        frame: Frame::bare(call, call.tongue.say("account-security")),
        has_password: store.password(id).map_err(failed)?.is_some(),
        has_codes: store.has_totp(id).map_err(failed)?,
        left: store.recovery_codes_left(id).map_err(failed)?,
        passkeys: store.passkeys(id).map_err(failed)?.into_iter().map(key).collect(),
        identities: identities.map(|i| (i.issuer, i.sub, moment(call.tongue, i.created))).collect(),
        providers: entrance.providers(),
        done: call.query.has("password"),
    })
}

#[derive(Template)]
#[template(path = "account-password.html")]
struct Password<'c> {
    frame: Frame<'c>,
    problem: Option<String>,
}

fn password<'c>(call: &'c Call<'c>, problem: Option<String>) -> Password<'c> {
    Password { frame: Frame::bare(call, call.tongue.say("security-password-change")), problem }
}

fn show_password(call: &Call<'_>) -> Answered {
    Answer::page(&password(call, None))
}

fn set_password(call: &Call<'_>) -> Answered {
    let form = call.form();
    let word = form.get("password").unwrap_or_default();
    match call.server.entrance.set_password(seated(call)?, word).map_err(Refused::from) {
        Ok(arrival) => Ok(welcome(call, &arrival, "/account/security?password=1")),
        Err(refused) if refused.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Answer::page_with(refused.status, &password(call, Some(refused.says)))
        }
        Err(refused) => Err(refused),
    }
}

#[derive(Template)]
#[template(path = "account-codes.html")]
struct Codes<'c> {
    frame: Frame<'c>,
    /// An inline picture, made of our own modules alone.
    picture: String,
    seed: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "account-recovery.html")]
struct Recovery<'c> {
    frame: Frame<'c>,
    codes: Vec<Secret>,
}

/// Offers an authenticator app; where one was offered and not yet confirmed, this one takes its place.
fn offer_codes(call: &Call<'_>) -> Answered {
    Answer::page(&codes(call, &call.server.entrance.offer_codes(seated(call)?)?, None)?)
}

fn codes<'c>(call: &'c Call<'c>, offer: &Enrolment, problem: Option<String>) -> Result<Codes<'c>, Refused> {
    let code = QrCode::new(offer.uri.reveal().as_bytes()).map_err(|e| Refused::internal(e.to_string()))?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    // What stands before the element is for files of their own.
    let picture = drawn.find("<svg").and_then(|at| drawn.get(at..)).unwrap_or_default().to_owned();
    let frame = Frame::bare(call, call.tongue.say("codes-title"));
    Ok(Codes { frame, picture, seed: offer.seed.reveal().to_owned(), problem })
}

fn confirm_codes(call: &Call<'_>) -> Answered {
    let form = call.form();
    match call.server.entrance.confirm_codes(seated(call)?, form.get("code").unwrap_or_default()) {
        Ok((codes, arrival)) => {
            let frame = Frame::bare(call, call.tongue.say("recovery-title"));
            Answer::fresh(&Recovery { frame, codes }, cookie(call.server, arrival.token.reveal()))
        }
        // The app holds the seed by now: another one would have to be taken up anew.
        Err(refused @ aims_app::accounts::Refused::Code) => {
            let offer = call.server.entrance.offered_codes(seated(call)?)?;
            Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &codes(call, &offer, Some(refused.to_string()))?)
        }
        Err(refused) => Err(refused.into()),
    }
}

fn remove_codes(call: &Call<'_>) -> Answered {
    let arrival = call.server.entrance.remove_codes(seated(call)?)?;
    Ok(welcome(call, &arrival, HOME))
}

fn renew_recovery(call: &Call<'_>) -> Answered {
    let codes = call.server.entrance.renew_recovery_codes(seated(call)?)?;
    Answer::page(&Recovery { frame: Frame::bare(call, call.tongue.say("recovery-title")), codes })
}

#[derive(Template)]
#[template(path = "account-passkey.html")]
struct New<'c> {
    frame: Frame<'c>,
    asking: Asking,
    first: bool,
    problem: Option<String>,
    name: String,
}

fn new_passkey<'c>(call: &'c Call<'c>, problem: Option<String>) -> Result<New<'c>, Refused> {
    let begun = call.server.entrance.begin_passkey(seated(call)?)?;
    let name = call.form().get("name").unwrap_or_default().to_owned();
    let frame = Frame::bare(call, call.tongue.say("passkey-title"));
    Ok(New { frame, asking: Asking::of(&begun), first: call.query.has("first"), problem, name })
}

fn show_passkey(call: &Call<'_>) -> Answered {
    Answer::page(&new_passkey(call, None)?)
}

fn add_passkey(call: &Call<'_>) -> Answered {
    let form = call.form();
    let ceremony = Secret::new(form.get("ceremony").unwrap_or_default());
    let (name, answer) = (form.get("name").unwrap_or_default(), form.get("credential").unwrap_or_default());
    match call
        .server
        .entrance
        .add_passkey(seated(call)?, &ceremony, &NewPasskey { name, answer })
        .map_err(Refused::from)
    {
        Ok(_) if call.query.has("first") => Answer::see("/"),
        Ok(_) => Answer::see(HOME),
        Err(refused) if refused.status.is_client_error() => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Answer::page_with(status, &new_passkey(call, Some(refused.says))?)
        }
        Err(refused) => Err(refused),
    }
}

fn rename_passkey(call: &Call<'_>) -> Answered {
    let form = call.form();
    let (id, name) = (form.get("passkey").unwrap_or_default(), form.get("name").unwrap_or_default());
    call.server.entrance.rename_passkey(seated(call)?, id, name)?;
    Answer::see(HOME)
}

fn remove_passkey(call: &Call<'_>) -> Answered {
    let form = call.form();
    call.server.entrance.remove_passkey(seated(call)?, form.get("passkey").unwrap_or_default())?;
    Answer::see(HOME)
}

fn part_identity(call: &Call<'_>) -> Answered {
    let form = call.form();
    let (issuer, sub) = (form.get("issuer").unwrap_or_default(), form.get("sub").unwrap_or_default());
    call.server.entrance.part_identity(seated(call)?, issuer, sub)?;
    Answer::see(HOME)
}
