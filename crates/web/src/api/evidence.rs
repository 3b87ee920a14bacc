//! Evidence: files in, before an act names them; files out, of records that may be read.

use aims_app::{Wish, access::Action};
use aims_record::File;
use http::StatusCode;

use super::{
    answers::FileLine,
    doc::{AS_OF, Body, Doc, Given, Param, Takes, needed, of, text},
    page::only,
    record::find,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    evidence::{FILE_MAX, hand_out, keep, mine, take_in},
    route::{Asks, Method, Route},
};

static UPLOAD: Doc = Doc::new("Upload a file as evidence", Given::Made(of::<FileLine>))
    .about("It belongs to no record until an act attaches it, and only you can attach it. Its type is found from its content.")
    .query(&[Param { takes: Takes::Text(255), ..needed("name", "Its name, only ever shown.") }, text("sha256", "SHA-256 that it should have.")])
    .takes(Body::File)
    .also(&[413, 415, 422, 507]);
static FILE: Doc =
    Doc::new("A file of a record", Given::File("application/octet-stream")).query(&[AS_OF]).also(&[404, 410]);

pub static ROUTES: &[Route] = &[
    Route::write(Method::Post, "/api/v1/o/{org}/evidence", "api-upload", Asks::Member, upload, &UPLOAD)
        .taking(FILE_MAX),
    Route::read("/api/v1/o/{org}/records/{record}/files/{sha256}", "api-file", Asks::Member, file, &FILE).slow(),
];

fn upload(call: &Call<'_>) -> Answered {
    only(call, &UPLOAD, &[])?;
    call.acts_now()?;
    may_upload(call)?;
    let name = call.query.get("name").unwrap_or_default().to_owned();
    let expected_sha256 = call.query.get("sha256").map(str::to_owned);
    let mut content = call.upload().ok_or_else(|| Refused::unclear("body_incomplete", "Send the file as the body."))?;
    let taken = take_in(call, name, expected_sha256, &mut content)?;
    keep(call, &taken)?;
    let File { len, mime, name, sha256 } = taken;
    Answer::json_with(StatusCode::CREATED, &FileLine { name, mime, len, sha256 }, None)
}

/// Whoever may write some record may upload.
fn may_upload(call: &Call<'_>) -> Result<(), Refused> {
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let writes = |kind: &String| [Action::Record, Action::Amend, Action::Respond].iter().any(|a| seat.may(*a, kind));
    if sight.register().kinds().by_id.keys().any(writes) {
        return Ok(());
    }
    let says = "You may write no record here, so there is none to attach a file to.";
    Err(Refused::new(StatusCode::FORBIDDEN, "not_your_role", says))
}

/// The attachment of a file that whoever asks has uploaded.
///
/// # Errors
/// `not_uploaded`.
pub fn uploaded(call: &Call<'_>, sha256: &str, wish: Wish) -> Result<Wish, Refused> {
    let uploaded = uploaded_file(call, sha256)?;
    Ok(match wish {
        Wish::Attach { record, seen, field, .. } => Wish::Attach { record, seen, field, file: uploaded },
        other => other,
    })
}

/// A file that whoever asks has uploaded.
///
/// # Errors
/// `not_uploaded`.
pub fn uploaded_file(call: &Call<'_>, sha256: &str) -> Result<File, Refused> {
    let says = "Upload this file to the organization first; then name it by its SHA-256.";
    mine(call, sha256)?.ok_or_else(|| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "not_uploaded", says))
}

fn file(call: &Call<'_>) -> Answered {
    only(call, &FILE, &[])?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let entry = find(call, &sight, &seat, call.param("record"))?;
    hand_out(call, &sight, entry, call.param("sha256"))
}
