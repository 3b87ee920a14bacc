//! The server, for whoever administers it: version, space, proof, who can sign in and who is signed in. It shows no content of any organization.

use aims_app::{accounts::Refused as Shut, own_kinds::bytes_of};
use aims_store::accounts::Account;
use askama::Template;
use jiff::Timestamp;

use super::{administers, failed, frame};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/settings/server", "settings-server", Asks::Member, show).slow(),
    Route::form("/o/{org}/settings/server/sessions/end", "settings-sessions-end", Asks::Elevated, end_sessions),
];

/// Accounts that are listed.
const ACCOUNTS: usize = 200;

#[derive(Template)]
#[template(path = "settings-server.html")]
struct Page<'c> {
    frame: Frame<'c>,
    version: &'static str,
    address: String,
    organizations: usize,
    /// Bytes of this organization's folder, in words.
    space: String,
    entries: u64,
    /// When the newest checkpoint was signed, and the entry up to which.
    checkpoint: Option<(String, u64)>,
    key: String,
    providers: Vec<String>,
    accounts: Vec<Line>,
    more: usize,
}

struct Line {
    id: String,
    name: String,
    display: String,
    admin: bool,
    shut: bool,
    sessions: usize,
    seen: String,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    super::must_settle(&reader.seat)?;
    must_administer(call)?;
    let (live, entrance) = (call.live()?, &call.server.entrance);
    let all = entrance.store().accounts().map_err(failed)?;
    let more = all.len().saturating_sub(ACCOUNTS);
    let snapshot = live.aims().store().snapshot().map_err(failed)?;
    Answer::page(&Page {
        version: env!("CARGO_PKG_VERSION"),
        address: entrance.address().origin().to_owned(),
        organizations: call.server.organizations().len(),
        space: size(bytes_of(live.aims().dir())?),
        entries: snapshot.size().map_err(failed)?,
        checkpoint: checkpoint(call)?,
        key: live.aims().store().verifier_key().to_string(),
        providers: entrance.providers().into_iter().map(|(_, name)| name).collect(),
        accounts: all.into_iter().take(ACCOUNTS).map(|account| line(call, account)).collect::<Result<_, _>>()?,
        more,
        frame: frame(call, &reader, "settings-server")?,
    })
}

fn must_administer(call: &Call<'_>) -> Result<(), Refused> {
    if administers(call) { Ok(()) } else { Err(Shut::NotAdmin.into()) }
}

/// The newest checkpoint: the entry that was current when it was signed says when.
fn checkpoint(call: &Call<'_>) -> Result<Option<(String, u64)>, Refused> {
    let aims = call.live()?.aims();
    let note = aims.store().snapshot().and_then(|s| s.checkpoint()).map_err(failed)?;
    let size = note.as_ref().and_then(|note| note.text().lines().nth(1)?.parse::<u64>().ok());
    let Some(last) = size.and_then(|size| size.checked_sub(1)) else { return Ok(None) };
    let bytes = aims.store().snapshot().and_then(|s| s.entry(last)).map_err(failed)?;
    let entry: Option<serde_json::Value> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let at: Option<Timestamp> = entry.and_then(|entry| entry.get("ts")?.as_str()?.parse().ok());
    Ok(at.map(|at| (moment(call.tongue, at), last)))
}

fn line(call: &Call<'_>, account: Account) -> Result<Line, Refused> {
    let sessions = call.server.entrance.sessions(&account.id)?;
    let seen = sessions.iter().map(|s| s.seen).max();
    Ok(Line {
        sessions: sessions.len(),
        seen: seen.map_or(String::new(), |at| moment(call.tongue, at)),
        admin: account.admin,
        shut: account.disabled.is_some(),
        id: account.id,
        name: account.name,
        display: account.display,
    })
}

/// `12.4 MiB`.
fn size(bytes: u64) -> String {
    const STEPS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let (mut left, mut unit) = (bytes as f64, 0);
    while left >= 1024.0 && unit + 1 < STEPS.len() {
        (left, unit) = (left / 1024.0, unit + 1);
    }
    let unit_word = STEPS.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{bytes} {unit_word}") } else { format!("{left:.1} {unit_word}") }
}

/// Ends all sessions of an account, wherever it is signed in.
fn end_sessions(call: &Call<'_>) -> Answered {
    must_administer(call)?;
    let form = call.form();
    let account = form.get("account").unwrap_or_default();
    let own = call.visitor.seated().filter(|seated| seated.account.id == account);
    call.server.entrance.end_sessions(account, own)?;
    Answer::see(call.at("/settings/server"))
}
