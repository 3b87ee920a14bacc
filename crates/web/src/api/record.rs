//! One record: as it stands, its history, its versions, what names it.

use std::sync::Arc;

use aims_app::{HistoryLine, Shown, access::Seat, live::Standing};
use aims_record::Kinds;
use aims_register::{Entry, Pointing};
use serde_json::Value;

use super::{
    answers::{Line, NamedBy, OneRecord, Page, Told, Version},
    doc::{AS_OF, CURSOR, Doc, Given, LIMIT, of},
    page::{Part, only},
    records::line,
    shelf::Kept,
    veil::Veil,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Route},
};

/// Records that name another, told for each link.
const NAMING_TOLD: usize = 50;

static ONE: Doc = Doc::new("One record", Given::Json(of::<OneRecord>))
    .about("`ETag` is its version: send it as `If-Match` when you change it.")
    .query(&[AS_OF])
    .also(&[404, 410]);
static HISTORY: Doc = Doc::new("What was done to a record, in sentences, newest first", Given::Json(of::<Page<Told>>))
    .query(&[AS_OF, LIMIT, CURSOR])
    .also(&[404]);
static VERSIONS: Doc = Doc::new("The versions of a record, newest first", Given::Json(of::<Page<Version>>))
    .about("Each is what one act made of it. Ask for the record `as_of` the entry `#seq` to see it.")
    .query(&[AS_OF, LIMIT, CURSOR])
    .also(&[404]);
static NAMED_BY: Doc =
    Doc::new("What names a record, link by link", Given::Json(of::<Vec<NamedBy>>)).query(&[AS_OF]).also(&[404]);

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/o/{org}/records/{record}", "api-record", Asks::Member, one, &ONE),
    Route::read("/api/v1/o/{org}/records/{record}/history", "api-history", Asks::Member, history, &HISTORY).slow(),
    Route::read("/api/v1/o/{org}/records/{record}/versions", "api-versions", Asks::Member, versions, &VERSIONS).slow(),
    Route::read("/api/v1/o/{org}/records/{record}/named-by", "api-named-by", Asks::Member, named_by, &NAMED_BY),
];

/// The record of this id, number or key, where it may be read; else it is absent.
///
/// # Errors
/// Absent.
pub fn find<'s>(call: &Call<'_>, standing: &'s Standing, seat: &Seat, word: &str) -> Result<Entry<'s>, Refused> {
    let entry = entry_of(call, standing, word)?.filter(|e| seat.reads(*e));
    entry.ok_or_else(Refused::absent)
}

/// The record of this id, number or key, whoever may read it.
///
/// # Errors
/// Where keys cannot be read.
pub fn entry_of<'s>(call: &Call<'_>, standing: &'s Standing, word: &str) -> Result<Option<Entry<'s>>, Refused> {
    let register = standing.register();
    let known = register.get(word).or_else(|| register.numbered(&word.to_ascii_uppercase()));
    let is_key = word.len() <= 63 && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if known.is_some() || !is_key {
        return Ok(known);
    }
    let failed = |e: aims_store::StoreError| Refused::internal(e.to_string());
    let kept = call.live()?.aims().store().snapshot().and_then(|s| s.by_key(word)).map_err(failed)?;
    Ok(kept.and_then(|kept| register.get(kept.id())))
}

fn one(call: &Call<'_>) -> Answered {
    only(call, &ONE, &[])?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let entry = find(call, &sight, &seat, call.param("record"))?;
    let veil = Veil::new(&sight, &seat);
    let kept = match call.query.has("as_of") {
        true => Arc::new(read(call, &sight, entry)?),
        false => call.server.shelf.of(&call.member()?.slug, &sight, entry, || read(call, &sight, entry))?,
    };
    let version = Some(entry.version());
    if !kept.named.iter().any(|id| sight.register().get(id).is_some_and(|e| veil.closed(e))) {
        return Ok(Answer::Json { status: http::StatusCode::OK, body: kept.body(sight.last_entry()), version });
    }
    let mut value: Value =
        serde_json::from_slice(&kept.body(sight.last_entry())).map_err(|e| Refused::internal(e.to_string()))?;
    value = veil.over(&value)?;
    Answer::json_with(http::StatusCode::OK, &value, version)
}

/// Reads a record from the store and writes it as an answer.
fn read(call: &Call<'_>, standing: &Standing, entry: Entry<'_>) -> Result<Kept, Refused> {
    let as_of = call.as_of()?;
    let shown = call.live()?.aims().show_alone(&entry.id(), as_of)?;
    let named: Vec<String> = shown.names.keys().filter(|id| **id != entry.id()).cloned().collect();
    let personal = kind_is_personal(standing.register().kinds(), entry.kind());
    let Shown { kind, title, number, record, names, verbs, .. } = shown;
    let record = record.as_object().cloned().unwrap_or_default();
    let answer = OneRecord { as_of: None, kind, title, number, record, names, verbs };
    Kept::new(&answer, entry, standing, named, personal)
}

fn kind_is_personal(kinds: &Kinds, kind: &str) -> bool {
    kinds.get(kind).is_some_and(|k| k.fields.iter().any(|f| f.personal.is_some()))
}

fn history(call: &Call<'_>) -> Answered {
    only(call, &HISTORY, &[])?;
    Answer::json(&acts(call, |_, told| told)?)
}

fn versions(call: &Call<'_>) -> Answered {
    only(call, &VERSIONS, &[])?;
    Answer::json(&acts(call, |version, told| Version { version, told })?)
}

/// A part of what was done to the record, newest first; each act with the version that it made.
fn acts<T>(call: &Call<'_>, tell: impl Fn(u64, Told) -> T) -> Result<Page<T>, Refused> {
    let part = Part::of(call)?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let entry = find(call, &sight, &seat, call.param("record"))?;
    let last = sight.last_entry();
    let lines = call.live()?.aims().history(&entry.id())?;
    let known = lines.into_iter().filter(|line| last.is_some_and(|last| line.seq <= last));
    let mut acts: Vec<(u64, HistoryLine)> = (1..).zip(known).collect();
    acts.reverse();
    let veil = Veil::new(&sight, &seat);
    let told = |(version, line): &(u64, HistoryLine)| {
        let record = Some(entry.number().to_owned());
        let sentence = veil.text(&line.sentence);
        tell(*version, Told { seq: line.seq, ts: line.ts.clone(), act: line.act.clone(), sentence, record })
    };
    let place = |(_, line): &(u64, HistoryLine)| (format!("{:020}", line.seq), String::new());
    Ok(part.of_found(last, acts, place, |a, b| a < b, told))
}

fn named_by(call: &Call<'_>) -> Answered {
    only(call, &NAMED_BY, &[])?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let entry = find(call, &sight, &seat, call.param("record"))?;
    let mut all = Vec::new();
    for kind in sight.register().kinds().by_id.values() {
        for field in kind.fields.iter().filter(|f| f.links()) {
            let which = Pointing { kind: Some(&kind.id), field: Some(&field.name) };
            let found: Vec<Entry<'_>> = entry.pointing(which).filter(|e| seat.reads(*e)).collect();
            if found.is_empty() {
                continue;
            }
            let records: Vec<Line> = found.iter().take(NAMING_TOLD).map(|e| line(&sight, *e)).collect();
            let inverse = field.inverse.clone().unwrap_or_else(|| kind.plural.clone());
            all.push(NamedBy { inverse, kind: kind.id.clone(), field: field.name.clone(), all: found.len(), records });
        }
    }
    Answer::json(&all)
}
