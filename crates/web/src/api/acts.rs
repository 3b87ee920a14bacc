//! Acts: each is one typed request, decided by `aims_app`; several go together or not at all.

mod read;

use aims_app::{Done, Step, Wish, access::Seat, live::Standing};
use http::StatusCode;

use super::{
    answers::{ActsBody, AmendBody, AttachBody, Did, LinkBody, MoveBody, RecordBody, SignBody, WhyBody},
    body::Members,
    doc::{Body, Doc, Given, IDEMPOTENCY, IF_MATCH, IF_MATCH_NEEDED, Param, of},
    page::only,
    record::entry_of,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    route::{Asks, Method, Route},
};
use read::{Act, Word};

const TWO: &[Param] = &[IF_MATCH, IDEMPOTENCY];
/// What acts answer besides: conflicts, separation of duties, storage.
const ALSO: &[u16] = &[400, 404, 409, 410, 413, 415, 422, 428, 503, 507];

const fn act(summary: &'static str, body: Body) -> Doc {
    Doc::new(summary, Given::Json(of::<Vec<Did>>)).takes(body).headers(TWO).also(ALSO)
}

static RECORD: Doc = Doc::new("Begin a record", Given::Made(of::<Vec<Did>>))
    .takes(Body::Json(of::<RecordBody>))
    .headers(&[IDEMPOTENCY])
    .also(ALSO);
static AMEND: Doc =
    act("Change fields of a record", Body::Json(of::<AmendBody>)).headers(&[IF_MATCH_NEEDED, IDEMPOTENCY]);
static LINK: Doc = act("Link a record to another", Body::Json(of::<LinkBody>));
static UNLINK: Doc = act("Take a link away", Body::Json(of::<LinkBody>));
static SIGN: Doc = act("Sign a record", Body::Json(of::<SignBody>)).about(
    "A signature is a person's: it takes a session whose authentication is at most ten minutes old, and no token.",
);
static MOVE: Doc = act("Say a verb of a record's life cycle", Body::Json(of::<MoveBody>))
    .about("A verb that is a signature takes what `sign` takes.");
static WITHDRAW: Doc = act("Withdraw a record", Body::Json(of::<WhyBody>));
static ATTACH: Doc = act("Attach an uploaded file to a record", Body::Json(of::<AttachBody>));
static ACTS: Doc = Doc::new("Do several acts, together or none", Given::Json(of::<Vec<Did>>))
    .takes(Body::Json(of::<ActsBody>))
    .headers(&[IDEMPOTENCY])
    .also(ALSO);

const fn on(path: &'static str, name: &'static str, does: crate::route::Does, doc: &'static Doc) -> Route {
    Route::write(Method::Post, path, name, Asks::Member, does, doc)
}

pub static ROUTES: &[Route] = &[
    on("/api/v1/o/{org}/records", "api-record-begin", |call| one(call, Word::Record, &RECORD), &RECORD),
    Route::write(Method::Patch, ONE, "api-amend", Asks::Member, |call| one(call, Word::Amend, &AMEND), &AMEND),
    on("/api/v1/o/{org}/records/{record}/link", "api-link", |call| one(call, Word::Link, &LINK), &LINK),
    on("/api/v1/o/{org}/records/{record}/unlink", "api-unlink", |call| one(call, Word::Unlink, &UNLINK), &UNLINK),
    on("/api/v1/o/{org}/records/{record}/sign", "api-sign", |call| one(call, Word::Sign, &SIGN), &SIGN),
    on("/api/v1/o/{org}/records/{record}/move", "api-move", |call| one(call, Word::Move, &MOVE), &MOVE),
    on(
        "/api/v1/o/{org}/records/{record}/withdraw",
        "api-withdraw",
        |call| one(call, Word::Withdraw, &WITHDRAW),
        &WITHDRAW,
    ),
    on("/api/v1/o/{org}/records/{record}/attach", "api-attach", |call| one(call, Word::Attach, &ATTACH), &ATTACH),
    on("/api/v1/o/{org}/acts", "api-acts", several, &ACTS),
];
const ONE: &str = "/api/v1/o/{org}/records/{record}";

fn one(call: &Call<'_>, word: Word, doc: &'static Doc) -> Answered {
    only(call, doc, &[])?;
    let seen = seen(call)?;
    if word == Word::Amend && seen.is_none() {
        let says = "Send the version that you saw as `If-Match`, so that nobody's change is lost.";
        return Err(Refused::new(StatusCode::PRECONDITION_REQUIRED, "version_needed", says));
    }
    let mut members = Members::of(call, word.members())?;
    let record = call.param("record").to_owned();
    let act = Act::read(word, &mut members, record, seen, String::new());
    members.end()?;
    let done = carry_out(call, vec![act])?;
    let status = if word == Word::Record { StatusCode::CREATED } else { StatusCode::OK };
    let version = done.last().map(|d| d.version);
    Answer::json_with(status, &done.into_iter().map(did).collect::<Vec<_>>(), version)
}

fn several(call: &Call<'_>) -> Answered {
    only(call, &ACTS, &[])?;
    let acts = read::several(call)?;
    let done = carry_out(call, acts)?;
    Answer::json(&done.into_iter().map(did).collect::<Vec<_>>())
}

/// Decides whether they may, and does all of it or nothing.
fn carry_out(call: &Call<'_>, acts: Vec<Act>) -> Result<Vec<Done>, Refused> {
    call.acts_now()?;
    let steps = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let begun: Vec<String> = acts.iter().filter_map(Act::key).map(str::to_owned).collect();
        let step = |act: Act| ready(call, &sight, &seat, &begun, act);
        acts.into_iter().map(step).collect::<Result<Vec<(Step, String)>, Refused>>()?
    };
    let (steps, places): (Vec<Step>, Vec<String>) = steps.into_iter().unzip();
    let idem = idempotency(call)?;
    let done = call.live()?.act(&call.actor()?, steps, idem);
    done.map_err(|failure| read::placed(failure, &places))
}

/// An act with its names looked up, where it may be done.
fn ready(
    call: &Call<'_>,
    standing: &Standing,
    seat: &Seat,
    begun: &[String],
    act: Act,
) -> Result<(Step, String), Refused> {
    let place = act.place();
    let Act { at, wish, why, upload } = act;
    let wish = match upload {
        Some(sha256) => super::evidence::uploaded(call, &sha256, wish)?,
        None => wish,
    };
    let wish = read::with_id(wish, |word| Ok(entry_of(call, standing, word)?.map(|e| e.id())))?;
    read::refuse_closed_links(standing, seat, begun, &wish, |word| entry_of(call, standing, word))?;
    must(seat.decide_wish(standing.register(), &wish))?;
    if signs(standing, &wish) {
        must_be_fresh(call)?;
    }
    Ok((Step { at, wish, why }, place))
}

/// Whether an act is, or brings with it, a signature.
fn signs(standing: &Standing, wish: &Wish) -> bool {
    match wish {
        Wish::Sign { .. } => true,
        Wish::Move { record, verb, .. } => {
            let entry = standing.register().get(record);
            let kind = entry.and_then(|e| standing.register().kinds().get(e.kind()));
            kind.and_then(|k| k.lifecycle.verb(verb)).is_some_and(|v| v.sign.is_some())
        }
        _ => false,
    }
}

fn must_be_fresh(call: &Call<'_>) -> Result<(), Refused> {
    let says = "A signature is a person's. Sign in with a browser and sign there.";
    let seated = call.visitor.seated().ok_or_else(|| Refused::new(StatusCode::FORBIDDEN, "person_needed", says))?;
    Ok(seated.must_be_elevated()?)
}

/// The version of `If-Match`.
fn seen(call: &Call<'_>) -> Result<Option<u64>, Refused> {
    let Some(value) = call.headers.get(http::header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    let says = "`If-Match` is a version as `ETag` gave it, such as `\"7\"`.";
    version.map(Some).ok_or_else(|| Refused::unclear("version_malformed", says))
}

/// The request's own name (B-10).
///
/// # Errors
/// `idempotency_key_malformed`.
pub fn idempotency(call: &Call<'_>) -> Result<Option<String>, Refused> {
    let Some(value) = call.headers.get("idempotency-key") else { return Ok(None) };
    let fits = |text: &&str| (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let says = "`Idempotency-Key` is 1 to 64 letters, digits or signs without spaces.";
    let key = value.to_str().ok().filter(fits).ok_or_else(|| Refused::unclear("idempotency_key_malformed", says))?;
    Ok(Some(key.to_owned()))
}

/// An act as it is answered.
pub fn did(done: Done) -> Did {
    let Done { act, id, number, version, state, seq, leaf, ts } = done;
    Did { act, id, number, version, state, seq, leaf, ts }
}
