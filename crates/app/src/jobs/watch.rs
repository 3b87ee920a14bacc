//! The ledger is signed soon after each act, and checks itself: what is new each hour, all of it each week. Where something is not as it
//! was written, nothing more is recorded and top management is told (TRUST section 5, O-05).

use std::{thread, time::Duration};

use aims_ledger::{
    canonical, leaf_hash,
    tree::{TILE_WIDTH, TileId, TileSource as _},
};
use aims_store::{
    Reading, StoreError,
    accounts::{Accounts, NewJob},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{Failure, access::Principal, live::Live};

/// How often all of a ledger is checked.
const WHOLE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A pause after each thousand entries: whoever works goes before whoever checks.
const PAUSE: Duration = Duration::from_millis(20);
/// Who is told.
const TOLD: &str = "top-management";

/// Signs what is not signed yet.
///
/// # Errors
/// Where it cannot be signed.
pub fn sign(live: &Live) -> Result<String, Failure> {
    let note = live.aims().checkpoint()?;
    Ok(format!("signed up to {} entries", note.lines().nth(1).unwrap_or_default()))
}

/// Checks the entries that came since the last check.
///
/// # Errors
/// Where the check cannot be made, or finds something.
pub fn check_new(accounts: &Accounts, live: &Live, at: &str) -> Result<String, String> {
    let org = &live.aims().store().about().org;
    let mark = format!("checked {org}");
    let failed = |error: StoreError| error.to_string();
    let from = accounts.mark(&mark).map_err(failed)?.and_then(|seq| u64::try_from(seq).ok()).unwrap_or_default();
    let reading = live.aims().store().snapshot().map_err(failed)?;
    let size = reading.size().map_err(failed)?;
    let found = if from > size { Some(format!("it ends at {size} entries; {from} were checked before")) } else { None };
    let found = match found {
        Some(found) => Some(found),
        None => odd_entry(&reading, from, size).map_err(failed)?,
    };
    match found {
        Some(found) => Err(announce(accounts, live, at, found)),
        None => {
            accounts.set_mark(&mark, i64::try_from(size).unwrap_or(i64::MAX)).map_err(failed)?;
            Ok(format!("{} new entries are sound", size - from))
        }
    }
}

/// Checks everything that is stored, where the last such check is a week ago.
///
/// # Errors
/// As [`check_new`].
pub fn check_whole(accounts: &Accounts, live: &Live, at: &str, now: Timestamp) -> Result<Option<String>, String> {
    let org = &live.aims().store().about().org;
    let mark = format!("checked whole {org}");
    let failed = |error: StoreError| error.to_string();
    let last = accounts.mark(&mark).map_err(failed)?.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    if last.is_some_and(|last| now.duration_since(last) < WHOLE) {
        return Ok(None);
    }
    let findings = live.aims().verify(&mut |_, _| thread::sleep(PAUSE)).map_err(|e| e.to_string())?;
    if let Some(first) = findings.findings.first() {
        return Err(announce(accounts, live, at, format!("{}: {}", first.place, first.sentence)));
    }
    accounts.set_mark(&mark, now.as_millisecond()).map_err(failed)?;
    Ok(Some(format!(
        "{} entries, {} records and {} files are sound",
        findings.entries, findings.records, findings.files
    )))
}

/// The first entry of a range that is not as the tree has it.
fn odd_entry(reading: &Reading, from: u64, size: u64) -> Result<Option<String>, StoreError> {
    let mut odd = None;
    let (mut row, mut of): (Vec<u8>, Option<TileId>) = (Vec::new(), None);
    reading.each_entry(from..size, &mut |seq, bytes| {
        if odd.is_some() {
            return Ok(());
        }
        let tile = TileId::at_size(0, seq / u64::from(TILE_WIDTH), size);
        if tile.is_some() && tile != of {
            row = tile.map(|tile| reading.tile(tile)).transpose()?.unwrap_or_default();
            of = tile;
        }
        let place = usize::try_from(seq % u64::from(TILE_WIDTH)).unwrap_or_default() * 32;
        let leaf = leaf_hash(bytes);
        let stands = row.get(place..place + 32) == Some(leaf.as_bytes().as_slice());
        let numbered = serde_json::from_slice::<aims_store::Entry>(bytes).is_ok_and(|entry| entry.seq == seq);
        if !stands || !numbered || canonical::check(bytes).is_err() {
            odd = Some(format!("entry {seq} is not as it was written"));
        }
        Ok(())
    })?;
    Ok(odd)
}

/// Lets nothing more be recorded, and tells top management once. Answers what was found.
fn announce(accounts: &Accounts, live: &Live, at: &str, found: String) -> String {
    let first = live.aims().halted().is_none();
    live.aims().halt(found.clone());
    if !first {
        return found;
    }
    match tell(accounts, live, at, &found) {
        Ok(0) => format!("{found}; nobody of top management has an account to be told by mail"),
        Ok(_) => found,
        Err(failure) => format!("{found}; top management could not be told: {failure}"),
    }
}

fn tell(accounts: &Accounts, live: &Live, at: &str, found: &str) -> Result<usize, Failure> {
    let about = live.aims().store().about();
    let sight = live.sight(None)?;
    let now = live.moment();
    let mut count = 0;
    for member in accounts.members(&about.org)?.into_iter().filter(|m| m.holds_at(now) && m.scope.is_none()) {
        let seat = live.aims().access().seat(sight.register(), &Principal::Person(member.person.clone()), now);
        let Some(account) = accounts.account(&member.account)?.filter(|a| a.disabled.is_none() && seat.holds(TOLD))
        else {
            continue;
        };
        let body = json!({
            "mail": "unsound", "language": account.preferences.language, "organization": about.name,
            "found": found, "link": format!("{at}/ledger"),
        });
        let (kind, org) = ("mail".into(), Some(about.org.clone()));
        accounts.send(&NewJob { kind, org, target: account.name, body: body.to_string(), due: now })?;
        count += 1;
    }
    Ok(count)
}
