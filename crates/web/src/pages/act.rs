//! What is done to records on pages: each of these decides, does and leads back to the record, or shows the form again with everything that was
//! typed.

pub mod amend;
pub mod attach;
pub mod begin;
pub mod draft;
pub mod link;
pub mod offer;
pub mod verb;

mod asked;
mod conflict;
mod page;
mod passkey;

use aims_app::{Done, Failure, Step, access::Seat, live::Standing};
use aims_ledger::Hash;
use aims_record::{Fields, Kind};
use aims_register::Register;
use http::StatusCode;
use serde_json::Value;

use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::Pairs,
};

/// Decides whether the seat may do all steps, and does them in one transaction. What is looked at in memory is let go before.
pub fn carry_out(call: &Call<'_>, steps: Vec<Step>, idem: Option<String>) -> Result<Vec<Done>, Refused> {
    call.acts_now()?;
    {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        steps.iter().try_for_each(|step| must(seat.decide_wish(sight.register(), &step.wish)))?;
    }
    let done = call.live()?.act(&call.actor()?, steps, idem);
    done.map_err(|failure: Failure| failure.into())
}

/// Back to the record, where the act is told.
pub fn told(call: &Call<'_>, kind: &str, done: &[Done]) -> Answered {
    let Some(last) = done.last() else { return Err(Refused::internal("an act without an entry")) };
    Answer::see(call.at(&format!("/{kind}/{}?done={}", last.number, last.seq)))
}

/// The key under which a form records once, however often it is sent. Two accounts never share one.
pub fn idem(call: &Call<'_>, form: &Pairs) -> Option<String> {
    let key = form.get("_idem")?;
    let is_ours = key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit());
    let of = || Hash::sha256(format!("{} {key}", call.visitor.account().unwrap_or_default()).as_bytes());
    is_ours.then(|| of().to_string())
}

/// The key for the form as it is shown again: a new one where the old one has recorded something else.
pub fn idem_again(call: &Call<'_>, form: &Pairs, refused: Option<&Refused>) -> String {
    let spent = refused.is_some_and(|r| r.code == "idempotency_mismatch");
    form.get("_idem").filter(|_| !spent).map_or_else(|| call.server.draw(), str::to_owned)
}

/// The reason given, if any.
pub fn why(form: &Pairs) -> Option<String> {
    form.get("_why").map(|why| why.replace("\r\n", "\n").trim().to_owned())
}

/// The id that a word names among records that the seat may read.
pub fn linked(register: &Register, seat: &Seat, word: &str) -> Option<String> {
    let entry = register.get(word).or_else(|| register.numbered(&word.to_ascii_uppercase()))?;
    seat.reads(entry).then(|| entry.id())
}

/// An id as people say it: the number, where the record may be read.
pub fn number_of(standing: &Standing, seat: &Seat, id: &str) -> String {
    standing.register().get(id).filter(|e| seat.reads(*e)).map_or(id.to_owned(), |e| e.number().to_owned())
}

/// The fields of a record as it stands, personal values opened.
pub fn fields_of(shown: &aims_app::Shown) -> Fields {
    shown.record.get("fields").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The kind that the address names.
pub fn kind_of<'s>(call: &Call<'_>, standing: &'s Standing) -> Result<&'s Kind, Refused> {
    standing.register().kinds().get(call.param("kind")).ok_or_else(Refused::absent)
}

/// Whether a refusal belongs on the form that was sent: nothing that was typed is lost by any of these.
pub fn stays(refused: &Refused) -> bool {
    refused.status != StatusCode::NOT_FOUND && refused.code != "read_only"
}
