//! Once a day each person is told what waits for them and what lapses soon: titles and links, nothing that stands in a record.

use aims_framework::access::Power;
use aims_store::accounts::{Account, Accounts, Membership, NewJob};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    Failure,
    access::Principal,
    live::{Live, Standing},
    waiting::{determinations, waiting},
};

/// The hour of the day (UTC) from which on the day's digest goes out.
const HOUR: i8 = 5;
/// How far ahead is told what lapses.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Lines of a part; the page shows the others.
const LINES: usize = 20;

/// The mark of an account that wants none.
fn unwanted(account: &str) -> String {
    format!("no digest {account}")
}

/// Whether an account wants digests.
///
/// # Errors
/// Where that cannot be read.
pub fn is_wanted(accounts: &Accounts, account: &str) -> Result<bool, aims_store::StoreError> {
    Ok(accounts.mark(&unwanted(account))?.is_none())
}

/// Notes whether an account wants digests.
///
/// # Errors
/// Where that cannot be written.
pub fn want(accounts: &Accounts, account: &str, wanted: bool) -> Result<(), aims_store::StoreError> {
    if wanted { accounts.drop_mark(&unwanted(account)) } else { accounts.set_mark(&unwanted(account), 1) }
}

/// Puts the day's digests into the outbox, once a day; nothing where that was done.
///
/// # Errors
/// Where the records or the outbox cannot be read or written.
pub fn post(accounts: &Accounts, live: &Live, at: &str, now: Timestamp) -> Result<Option<String>, Failure> {
    let org = live.aims().store().about().org.clone();
    let moment = TimeZone::UTC.to_datetime(now);
    let mark = format!("digest {org}");
    let today = day_number(moment.date());
    if moment.hour() < HOUR || accounts.mark(&mark)?.is_some_and(|last| last >= today) {
        return Ok(None);
    }
    // Before it is done: a server that ends in the middle tells some people late, none twice.
    accounts.set_mark(&mark, today)?;
    let mut sent = 0;
    for member in accounts.members(&org)?.into_iter().filter(|m| m.holds_at(now) && m.scope.is_none()) {
        let Some(account) = accounts.account(&member.account)?.filter(|a| a.disabled.is_none()) else { continue };
        if !is_wanted(accounts, &account.id)? {
            continue;
        }
        let body = {
            let sight = live.sight(None)?;
            letter(live, &sight, at, (&account, &member), now)
        };
        if let Some(body) = body {
            let (kind, org) = ("mail".into(), Some(org.clone()));
            accounts.send(&NewJob { kind, org, target: account.name, body: body.to_string(), due: now })?;
            sent += 1;
        }
    }
    Ok(Some(format!("{sent} digests")))
}

fn day_number(date: Date) -> i64 {
    i64::from(date.year()) * 1000 + i64::from(date.day_of_year())
}

/// What a member is told; nothing where there is nothing.
fn letter(
    live: &Live,
    standing: &Standing,
    at: &str,
    (account, member): (&Account, &Membership),
    now: Timestamp,
) -> Option<Value> {
    let seat = live.aims().access().seat(standing.register(), &Principal::Person(member.person.clone()), now);
    let mut waits: Vec<Value> = waiting(standing.register(), &seat, now)
        .into_iter()
        .filter_map(|w| {
            let record = standing.register().numbered(w.record.as_deref()?)?;
            // What is reported in confidence, and people, have no title outside.
            let closed = record.kind() == live.aims().access().policy().case.kind || record.kind() == "person";
            let title = if closed { record.number() } else { w.name.as_str() };
            let link = format!("{at}/{}/{}", record.kind(), record.number());
            Some(json!({ "title": title, "link": link, "due": w.due.map(|d| d.to_string()) }))
        })
        .collect();
    let told = seat.has(Power::Verdicts);
    let due = standing.assessment().standings().filter(|s| told && s.state == aims_conformity::State::DeterminationDue);
    let verdicts: Vec<_> = due.filter_map(|s| standing.assessment().verdict(s.requirement)).collect();
    let asked = determinations(live.frameworks(), &verdicts, seat.roles());
    waits.extend(asked.iter().filter_map(|w| {
        let requirement = w.requirement.as_deref()?;
        Some(json!({ "title": w.name, "link": format!("{at}/requirements/{requirement}"), "due": null }))
    }));
    let soon = standing.assessment().standings().filter(|s| told && s.until.is_some_and(|until| until <= now + AHEAD));
    let mut lapses: Vec<(Timestamp, Value)> = soon
        .filter_map(|s| {
            let (until, (_, item)) = (s.until?, live.frameworks().item(s.requirement)?);
            let day = TimeZone::UTC.to_datetime(until).date().to_string();
            let title = format!("{} {}", item.id(), item.title());
            Some((until, json!({ "title": title, "link": format!("{at}/requirements/{}", s.requirement), "due": day })))
        })
        .collect();
    lapses.sort_by_key(|(until, _)| *until);
    if waits.is_empty() && lapses.is_empty() {
        return None;
    }
    let (waiting, lapsing) = (waits.len(), lapses.len());
    waits.truncate(LINES);
    let lapses: Vec<Value> = lapses.into_iter().take(LINES).map(|(_, lapse)| lapse).collect();
    Some(json!({
        "mail": "digest", "language": account.preferences.language, "organization": live.aims().store().about().name,
        "waiting": waiting, "waits": waits, "lapsing": lapsing, "lapses": lapses, "link": format!("{at}/waiting"),
    }))
}
