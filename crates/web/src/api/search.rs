//! Search over all registers, and what waits for whoever asks.

use aims_app::{access::Action, accounts::Rate};
use aims_register::Entry;

use super::{
    answers::{Line, Page, Said},
    doc::{AS_OF, CURSOR, Doc, Given, LIMIT, Param, Q, of},
    page::{Part, only},
    records::{line, matches, search},
    veil::Veil,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Route},
};

static SEARCH: Doc = Doc::new("Records whose number or name holds a text", Given::Json(of::<Page<Line>>)).query(&[
    Param { needed: true, ..Q },
    AS_OF,
    LIMIT,
    CURSOR,
]);
static WAITING: Doc = Doc::new("What waits for whoever asks", Given::Json(of::<Vec<Said>>)).query(&[AS_OF]);

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/o/{org}/search", "api-search", Asks::Member, find, &SEARCH).slow(),
    Route::read("/api/v1/o/{org}/waiting", "api-waiting", Asks::Member, waits, &WAITING).slow(),
];

fn find(call: &Call<'_>) -> Answered {
    only(call, &SEARCH, &[])?;
    call.server.entrance.take(Rate::Search, call.visitor.account().unwrap_or_default())?;
    let part = Part::of(call)?;
    let text = search(call).ok_or_else(|| Refused::unclear("query_needed", "Say what to search for: `?q=text`."))?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let kinds = sight.register().kinds().by_id.keys().filter(|kind| seat.may(Action::Read, kind));
    let mut found: Vec<Entry<'_>> = Vec::new();
    for kind in kinds {
        let all = sight.register().of_kind(kind).filter(|e| !e.ended());
        found.extend(all.filter(|e| matches(&sight, *e, &text) && seat.reads(*e)));
    }
    // Registers stand in the order of their kinds; within one the order is that of numbers.
    let place = |(at, e): &(usize, Entry<'_>)| (format!("{at:012}"), e.id());
    let found: Vec<(usize, Entry<'_>)> = found.into_iter().enumerate().collect();
    Answer::json(&part.of_found(sight.last_entry(), found, place, |a, b| a.0 > b.0, |(_, e)| line(&sight, *e)))
}

fn waits(call: &Call<'_>) -> Answered {
    only(call, &WAITING, &[])?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let all = sight.waiting(&call.member()?.principal, &seat);
    Answer::json(&Veil::new(&sight, &seat).over(&*all)?)
}
