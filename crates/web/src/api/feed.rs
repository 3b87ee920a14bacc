//! The feed of changes: acts as they come, as server-sent events or in parts.
//!
//! A feed tells what its reader may read at the moment of telling. Before each part it is asked anew whether their session or token and
//! their place in the organization still hold; where one does not, the feed ends.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aims_app::{access::Power, live::Live};
use axum::body::Body;
use bytes::Bytes;
use http::{StatusCode, header};
use tokio::sync::{mpsc, watch};

use super::{
    answers::{Changes, Told},
    doc::{Doc, Given, Param, count, of},
    ledger::told,
    page::only,
    veil::Veil,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Route},
    seat::{self, Member, Visitor},
    server::Server,
    stream::Channel,
};

/// Entries that are looked at in one go.
const PART: u64 = 200;
/// Feeds that one account may have open at once.
const MOST: usize = 4;
/// After so long a silence a comment is sent, so that both ends know that the other is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Parts on their way to a reader.
const PARTS: usize = 4;
/// What a reader is told of itself first: how long to wait before it comes again.
const FIRST: &str = "retry: 5000\n\n";

/// No ledger holds more entries.
const NUMBER_MAX: u64 = i64::MAX as u64;

const AFTER: Param = count("after", "The last entry that is known; what comes behind it is told.", 0, NUMBER_MAX);
const LAST: Param = super::doc::text("Last-Event-ID", "The same, as browsers send it when they come again.");
const ACCEPT: Param = super::doc::needed("Accept", "`text/event-stream`.");

static FEED: Doc = Doc::new("Acts as they come, as server-sent events", Given::Events)
    .about("`id` is the entry's number, `event` is `act`, `data` a JSON object as in `changes.json`. Without a number to go on behind, it begins with what comes next. It ends when the session, the token or the membership ends.")
    .query(&[AFTER])
    .headers(&[LAST, ACCEPT])
    .also(&[406]);
static CHANGES: Doc = Doc::new("Acts behind an entry, oldest first", Given::Json(of::<Changes>))
    .about("Without `after`: from the first entry on. There is more where `after` of the answer is less than `as_of`.")
    .query(&[AFTER]);

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/o/{org}/changes", "api-feed", Asks::Member, feed, &FEED).slow(),
    Route::read("/api/v1/o/{org}/changes.json", "api-changes", Asks::Member, changes, &CHANGES).slow(),
];

/// Whom to tell that something changed, and how many read for which account.
#[derive(Default)]
pub struct Feeds {
    /// By the organization's name in addresses: its last entry, or nothing once the server is closing.
    news: Mutex<BTreeMap<String, watch::Sender<Option<u64>>>>,
    open: Arc<Mutex<BTreeMap<String, usize>>>,
}

/// One of the feeds that an account may have open.
struct Place {
    account: String,
    open: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get(&self.account).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            open.remove(&self.account);
        } else {
            open.insert(self.account.clone(), left);
        }
    }
}

impl Feeds {
    /// Listens to what an organization takes in.
    pub fn follow(&self, name: &str, live: &Live) {
        let (news, _) = watch::channel(Some(0));
        self.news().insert(name.to_owned(), news.clone());
        live.watch(move |last| {
            news.send_if_modified(|known| known.as_mut().is_some_and(|known| std::mem::replace(known, last) != last));
        });
    }

    /// Ends all feeds: the server is closing.
    pub fn close(&self) {
        self.news().values().for_each(|news| {
            news.send_replace(None);
        });
    }

    fn news(&self) -> MutexGuard<'_, BTreeMap<String, watch::Sender<Option<u64>>>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, name: &str) -> Result<watch::Receiver<Option<u64>>, Refused> {
        self.news().get(name).map(watch::Sender::subscribe).ok_or_else(Refused::absent)
    }

    fn take(&self, account: &str) -> Result<Place, Refused> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(account.to_owned()).or_default();
        if *count >= MOST {
            let says = format!("This account reads {MOST} feeds already. Close one of them first.");
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too_many_feeds", says);
            return Err(Refused { retry_after: Some(HEARTBEAT.as_secs()), ..refused });
        }
        *count += 1;
        Ok(Place { account: account.to_owned(), open: Arc::clone(&self.open) })
    }
}

/// The acts behind an entry, as far as whoever asks may read them, and the last entry that was looked at.
fn behind(member: &Member, after: Option<u64>) -> Result<Changes, Refused> {
    let live = &member.live;
    // An entry is told once the records in memory have it: before that nobody knows who may read it.
    let as_of = live.sight(None)?.last_entry();
    let from = after.map_or(0, |after| after.saturating_add(1));
    let all = as_of.map_or(0, |last| last + 1);
    let end = all.min(from.saturating_add(PART));
    if from >= end {
        return Ok(Changes { as_of, after, items: Vec::new() });
    }
    let mut lines = live.aims().acts(Some(end), end - from)?;
    lines.reverse();
    let sight = live.sight(None)?;
    let seat = live.aims().access().seat(sight.register(), &member.principal, sight.at());
    let veil = Veil::new(&sight, &seat);
    let verifies = seat.has(Power::Verify);
    lines.retain(|line| match &line.record {
        None => verifies,
        Some(number) => sight.register().numbered(number).is_some_and(|entry| seat.reads(entry)),
    });
    let items = lines.into_iter().map(|line| told(&veil, line)).collect();
    Ok(Changes { as_of, after: end.checked_sub(1), items })
}

fn number(text: &str) -> Result<u64, Refused> {
    let says = "`after` is the number of an entry. Say it in digits.";
    let known = text.parse().ok().filter(|seq| *seq <= NUMBER_MAX);
    known.ok_or_else(|| Refused::unclear("entry_malformed", says))
}

fn changes(call: &Call<'_>) -> Answered {
    only(call, &CHANGES, &[])?;
    let after = call.query.get("after").map(number).transpose()?;
    Answer::json(&behind(call.member()?, after)?)
}

fn feed(call: &Call<'_>) -> Answered {
    only(call, &FEED, &[])?;
    let said = |name: &str| call.headers.get(name).and_then(|v| v.to_str().ok());
    let takes = said(header::ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/event-stream"));
    if !takes {
        let says = "This is a feed of events. Ask for it with `Accept: text/event-stream`, or ask for `changes.json`.";
        return Err(Refused::new(StatusCode::NOT_ACCEPTABLE, "events_only", says));
    }
    let known = said("last-event-id").or_else(|| call.query.get("after")).map(number).transpose()?;
    let member = call.member()?;
    let after = known.or(member.live.sight(None)?.last_entry());
    let place = call.server.feeds.take(call.visitor.account().unwrap_or_default())?;
    let news = call.server.feeds.listen(&member.slug)?;
    let (to, parts) = mpsc::channel(PARTS);
    let reader = Reader { server: Arc::clone(call.server), visitor: call.visitor.clone(), org: member.slug.clone() };
    tokio::spawn(async move {
        let _place = place;
        tell(Arc::new(reader), after, news, to).await;
    });
    let body = Body::new(Channel(parts));
    Ok(Answer::Stream { kind: "text/event-stream".into(), name: None, body })
}

/// Who reads a feed.
struct Reader {
    server: Arc<Server>,
    visitor: Visitor,
    org: String,
}

impl Reader {
    /// What to tell behind an entry; nothing where the feed ends.
    fn more(&self, after: Option<u64>) -> Option<Changes> {
        let member = seat::still(&self.server, &self.visitor, &self.org);
        let found = member.and_then(|member| member.map(|member| behind(&member, after)).transpose());
        found.unwrap_or_else(|refused| {
            self.server.log("feed", &refused.inside.unwrap_or(refused.says));
            None
        })
    }
}

/// Tells what comes until the reader leaves, may read no more, or the server closes.
async fn tell(
    reader: Arc<Reader>,
    mut after: Option<u64>,
    mut news: watch::Receiver<Option<u64>>,
    to: mpsc::Sender<Bytes>,
) {
    if to.send(FIRST.into()).await.is_err() {
        return;
    }
    loop {
        let (reader, behind) = (Arc::clone(&reader), after);
        // From here on news are about what this look may not have seen.
        if news.borrow_and_update().is_none() {
            return;
        }
        let Ok(Some(more)) = tokio::task::spawn_blocking(move || reader.more(behind)).await else { return };
        let ended = more.after >= more.as_of;
        after = more.after;
        let text: String = more.items.iter().filter_map(event).collect();
        if !text.is_empty() && to.send(text.into()).await.is_err() {
            return;
        }
        if !ended {
            continue;
        }
        match tokio::time::timeout(HEARTBEAT, news.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) if to.send(Bytes::from_static(b": \n\n")).await.is_err() => return,
            Err(_) => {}
        }
    }
}

/// One act as an event. JSON has no line ends of its own, so that nothing in a text ends the event.
fn event(told: &Told) -> Option<String> {
    let data = serde_json::to_string(told).ok()?;
    Some(format!("id: {}\nevent: act\ndata: {data}\n\n", told.seq))
}
