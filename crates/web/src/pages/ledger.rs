//! The ledger: what was done, in sentences, by day; one entry with its proof; the self-check, the checkpoint, and the bundle for an auditor.

mod entry;
mod take;

pub use take::packed;

use aims_app::{LedgerLine, access::Power};
use askama::Template;
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
    show::{day, moment},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/ledger", "ledger", Asks::Member, show).slow(),
    Route::page("/o/{org}/ledger/{seq}", "ledger-entry", Asks::Member, entry::show).slow(),
    Route::page("/o/{org}/ledger/{seq}/receipt", "ledger-receipt", Asks::Member, entry::receipt).slow(),
    Route::form("/o/{org}/ledger/verify", "ledger-verify", Asks::Member, take::verify),
    Route::form("/o/{org}/ledger/bundle", "ledger-bundle", Asks::Member, take::bundle),
];

/// Entries on one page.
const ROWS: u64 = 50;
/// Entries that are looked at for the acts of one person; beyond, one goes on from there.
const LOOKED: u64 = 2_000;

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page<'c> {
    frame: Frame<'c>,
    days: Vec<(String, Vec<Told>)>,
    record: String,
    person: String,
    older: Option<String>,
    verifies: bool,
    exports: bool,
    key: String,
    checkpoint: String,
    size: u64,
    origin: String,
}

/// An act as a page tells it.
pub struct Told {
    /// The entry.
    pub seq: u64,
    /// Its moment as written.
    pub ts: String,
    /// Its moment in words.
    pub moment: String,
    /// What was done; of what may not be read, only that there is an entry.
    pub sentence: String,
    /// Page of the record.
    pub to: Option<String>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let before = call.query.get("before").map(str::parse::<u64>).transpose();
    let before =
        before.map_err(|_| Refused::unclear("query_invalid", "Name the entry before which to look by its number."))?;
    let size = sight.last_entry().map_or(0, |seq| seq + 1);
    let before = before.unwrap_or(size).min(size);
    let asked = |name| call.query.get(name).unwrap_or_default().trim().to_ascii_uppercase();
    let (record, person) = (asked("record"), asked("person"));
    let (told, next) = match (record.is_empty(), person.is_empty()) {
        (true, true) => (told(call, &reader, Some(before), ROWS)?, before.checked_sub(ROWS)),
        (false, _) => of_record(call, &reader, &record, &person, before)?,
        (true, false) => by_person(call, &reader, &person, before)?,
    };
    let store = call.live()?.aims().store();
    let failed = |e: aims_store::StoreError| Refused::internal(e.to_string());
    let checkpoint = store.snapshot().map_err(failed)?.checkpoint().map_err(failed)?;
    let now = !call.query.has("as_of");
    Answer::page(&Page {
        days: by_day(call, told),
        record,
        person,
        older: next
            .filter(|n| *n > 0)
            .map(|n| format!("{}{}", call.path, call.query.with(&[("before", Some(&n.to_string()))]))),
        verifies: now && reader.seat.has(Power::Verify),
        exports: now && reader.seat.has(Power::Export),
        key: store.verifier_key().to_string(),
        checkpoint: checkpoint.map_or(String::new(), |note| note.to_string()),
        size,
        origin: store.about().origin.clone(),
        frame: Frame::of(call, &sight, "ledger", call.tongue.say("nav-ledger"))?,
    })
}

fn by_day(call: &Call<'_>, told: Vec<Told>) -> Vec<(String, Vec<Told>)> {
    let mut days: Vec<(String, Vec<Told>)> = Vec::new();
    for one in told {
        let date = one
            .ts
            .parse::<Timestamp>()
            .map(|at| day(call.tongue, TimeZone::UTC.to_datetime(at).date()))
            .unwrap_or_default();
        match days.last_mut().filter(|(known, _)| *known == date) {
            Some((_, acts)) => acts.push(one),
            None => days.push((date, vec![one])),
        }
    }
    days
}

/// The newest acts before an entry, as far as they may be told; of others, that they are there.
///
/// # Errors
/// Where the ledger cannot be read.
pub fn told(call: &Call<'_>, reader: &Reader<'_>, before: Option<u64>, limit: u64) -> Result<Vec<Told>, Refused> {
    let lines = call.live()?.aims().acts(before, limit)?;
    Ok(lines.into_iter().filter_map(|line| tell(call, reader, line)).collect())
}

/// One act. Who may not see entries as entries is told nothing of what they may not read.
fn tell(call: &Call<'_>, reader: &Reader<'_>, line: LedgerLine) -> Option<Told> {
    let entry = line.record.as_deref().and_then(|number| reader.numbered(number));
    let open = match &line.record {
        Some(_) => entry.is_some() && reader.tells(&line.sentence),
        None => reader.seat.has(Power::Verify),
    };
    if !open && !reader.seat.has(Power::Verify) {
        return None;
    }
    Some(Told {
        seq: line.seq,
        moment: line.ts.parse().map_or_else(|_| line.ts.clone(), |at| moment(call.tongue, at)),
        ts: line.ts,
        sentence: if open { line.sentence } else { call.tongue.say("sentence-closed").into_owned() },
        to: entry.filter(|_| open).map(|e| reader.at(e)),
    })
}

type Acts = (Vec<Told>, Option<u64>);

/// The acts on one record.
fn of_record(call: &Call<'_>, reader: &Reader<'_>, number: &str, person: &str, before: u64) -> Result<Acts, Refused> {
    let Some(entry) = reader.numbered(number) else { return Ok((Vec::new(), None)) };
    let lines = call.live()?.aims().history(&entry.id())?;
    let earlier: Vec<_> = lines.into_iter().filter(|line| line.seq < before).collect();
    let next = earlier.len().checked_sub(ROWS as usize + 1).and_then(|n| earlier.get(n)).map(|line| line.seq + 1);
    let line = |l: aims_app::HistoryLine| LedgerLine {
        seq: l.seq,
        ts: l.ts,
        act: l.act,
        sentence: l.sentence,
        record: Some(number.to_owned()),
    };
    let told = earlier.into_iter().rev().take(ROWS as usize).filter_map(|l| tell(call, reader, line(l)));
    let mut told: Vec<Told> = told.collect();
    if !person.is_empty() {
        let by = acts_by(call, reader, person, told.last().map_or(0, |t| t.seq), before)?;
        told.retain(|t| by.contains(&t.seq));
    }
    Ok((told, next))
}

/// The acts of one person.
fn by_person(call: &Call<'_>, reader: &Reader<'_>, person: &str, before: u64) -> Result<Acts, Refused> {
    let from = before.saturating_sub(LOOKED);
    let mut by = acts_by(call, reader, person, from, before)?;
    by.reverse();
    let next = if by.len() > ROWS as usize { by.get(ROWS as usize - 1).copied() } else { (from > 0).then_some(from) };
    by.truncate(ROWS as usize);
    let mut all = Vec::new();
    for seq in by {
        all.extend(told(call, reader, Some(seq + 1), 1)?);
    }
    Ok((all, next))
}

/// Entries from one to before another that this person wrote, the oldest first; none where the person may not be read.
fn acts_by(call: &Call<'_>, reader: &Reader<'_>, person: &str, from: u64, before: u64) -> Result<Vec<u64>, Refused> {
    let Some(person) = reader.numbered(person).filter(|e| e.kind() == "person") else { return Ok(Vec::new()) };
    let (id, mut by) = (person.id(), Vec::new());
    let failed = |e: aims_store::StoreError| Refused::internal(e.to_string());
    let reading = call.live()?.aims().store().snapshot().map_err(failed)?;
    let mut each = |seq: u64, bytes: &[u8]| {
        let entry: Option<aims_store::Entry> = serde_json::from_slice(bytes).ok();
        by.extend(entry.filter(|e| e.actor.pid == id).map(|_| seq));
        Ok(())
    };
    reading.each_entry(from..before, &mut each).map_err(failed)?;
    Ok(by)
}
