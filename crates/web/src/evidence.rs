//! Files as evidence, for pages and for the API: taken in before an act names them, and handed out with the records that name them.

use std::io::{self, Read};

use aims_app::{Failure, live::Standing};
use aims_record::{File, Kept};
use aims_register::Entry;
use aims_store::Offer;
use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    show::moment,
    stream::Channel,
};

/// Bytes of a file at most (TRUST 6.5).
pub const FILE_MAX: usize = 100 << 20;
/// Files that one account may bring in on one day (TRUST 6.5).
const FILES_A_DAY: u64 = 200;
/// Seconds.
const DAY: i64 = 86_400;
/// Bytes read at once.
const PIECE: usize = 64 << 10;

/// Takes a file in. Its type is found from its content, whatever its name says; `sha256` is what its sender expects.
///
/// # Errors
/// `file_empty`, `file_too_large`, `type_mismatch`, `name_too_long`, `digest_mismatch`, `body_incomplete`, `too_many_files`.
pub fn take_in(call: &Call<'_>, name: String, sha256: Option<String>, content: &mut dyn Read) -> Result<File, Refused> {
    refuse_many(call)?;
    let offer = Offer { name, expected_sha256: sha256, limit: Some(FILE_MAX as u64) };
    let taken = call.live()?.aims().store().put_evidence(&offer, content);
    Ok(taken.map_err(Failure::from)?.file)
}

/// Notes whose upload it is: a digest alone must open nobody's file.
///
/// # Errors
/// Where nobody is signed in.
pub fn keep(call: &Call<'_>, file: &File) -> Result<(), Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let (key, text) = (key(&file.sha256), json!(file).to_string());
    let kept = call.server.entrance.store().keep_draft(account, &org(call)?, &key, &text, call.server.now());
    kept.map_err(|e| Refused::internal(e.to_string()))
}

/// The file of this digest that whoever asks has brought in.
///
/// # Errors
/// Where nobody is signed in.
pub fn mine(call: &Call<'_>, sha256: &str) -> Result<Option<File>, Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let kept = call.server.entrance.store().draft(account, &org(call)?, &key(sha256));
    let kept = kept.map_err(|e| Refused::internal(e.to_string()))?;
    Ok(kept.and_then(|(text, _)| serde_json::from_str(&text).ok()))
}

fn key(sha256: &str) -> String {
    format!("evidence/{}", sha256.to_ascii_lowercase())
}

fn org(call: &Call<'_>) -> Result<String, Refused> {
    Ok(call.live()?.aims().store().about().org.clone())
}

fn refuse_many(call: &Call<'_>) -> Result<(), Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let now = call.server.now();
    let day = TimeZone::UTC.to_datetime(now).date();
    let counted = call.server.entrance.store().count_on(&format!("files {account} {day}"));
    if counted.map_err(|e| Refused::internal(e.to_string()))? <= FILES_A_DAY {
        return Ok(());
    }
    let says =
        format!("You brought in {FILES_A_DAY} files today. Go on tomorrow, or ask a colleague to attach the rest.");
    let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too_many_files", says);
    Err(Refused { retry_after: u64::try_from(DAY - now.as_second().rem_euclid(DAY)).ok(), ..refused })
}

/// A file that a record names, as a whole or in a field: to keep, never to look at inside a page.
///
/// # Errors
/// Absent; `erased` where it went with the record, with the basis, the day and the entry (B-28).
pub fn hand_out(call: &Call<'_>, standing: &Standing, entry: Entry<'_>, sha256: &str) -> Answered {
    if entry.state().is_none() {
        return Err(gone(call, entry)?);
    }
    let shown = call.live()?.aims().show_alone(&entry.id(), call.as_of()?)?;
    let File { name, sha256, .. } = named(&shown.record, sha256).ok_or_else(Refused::absent)?;
    match call.live()?.aims().store().open_evidence(&sha256) {
        Ok(content) => Ok(Answer::Stream { kind: OCTETS.into(), name: Some(name), body: flow(content) }),
        // As of an earlier moment a record names what has gone since.
        Err(_) if call.query.has("as_of") && is_gone(call, entry)? => Err(gone(call, entry)?),
        Err(error) => {
            let number = entry.number();
            let at = standing.last_entry().unwrap_or_default();
            Err(Refused::internal(format!("entry {at}: the file {sha256} of {number}: {error}")))
        }
    }
}

const OCTETS: &str = "application/octet-stream";

fn kept(call: &Call<'_>, entry: Entry<'_>) -> Result<Option<Kept>, Refused> {
    let kept = call.live()?.aims().store().snapshot().and_then(|reading| reading.kept(&entry.id()));
    kept.map_err(|e| Refused::internal(e.to_string()))
}

fn is_gone(call: &Call<'_>, entry: Entry<'_>) -> Result<bool, Refused> {
    Ok(matches!(kept(call, entry)?, Some(Kept::Disposed(_))))
}

fn gone(call: &Call<'_>, entry: Entry<'_>) -> Result<Refused, Refused> {
    let Some(Kept::Disposed(left)) = kept(call, entry)? else { return Ok(Refused::absent()) };
    let disposed = left.disposed;
    let at = moment(call.tongue, entry.changed());
    let says = format!(
        "This file went with {} on {at}, entry {}: {} ({}).",
        left.number, disposed.seq, disposed.basis, disposed.rule
    );
    Ok(Refused::new(StatusCode::GONE, "erased", says))
}

/// The file of this digest that a record names, as a whole or in a field.
fn named(record: &Value, sha256: &str) -> Option<File> {
    match record {
        Value::Object(members) if members.get("sha256").and_then(Value::as_str) == Some(sha256) => {
            serde_json::from_value(record.clone()).ok()
        }
        Value::Object(members) => members.values().find_map(|v| named(v, sha256)),
        Value::Array(list) => list.iter().find_map(|v| named(v, sha256)),
        _ => None,
    }
}

/// A file piece by piece: memory stays the same however long it is.
fn flow(mut content: impl io::Read + Send + 'static) -> Body {
    let (to, from) = mpsc::channel::<Bytes>(2);
    tokio::task::spawn_blocking(move || {
        let mut piece = vec![0; PIECE];
        // Whoever broke off, here or there, is told by a body that ends too early.
        while let Ok(read) = content.read(&mut piece) {
            let bytes = Bytes::copy_from_slice(piece.get(..read).unwrap_or_default());
            if bytes.is_empty() || to.blocking_send(bytes).is_err() {
                break;
            }
        }
    });
    Body::new(Channel(from))
}
