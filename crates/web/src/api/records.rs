//! Registers: records filtered, sorted and searched by what the address says.

use std::cmp::Ordering;

use aims_app::{access::Seat, live::Standing};
use aims_record::Kind;
use aims_register::Entry;

use super::{
    answers::{Line, Page},
    doc::{AS_OF, CURSOR, Doc, Given, LIMIT, Q, of, text, word},
    page::{Part, only},
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Route},
};

static LIST: Doc = Doc::new("Records, filtered, sorted and searched", Given::Json(of::<Page<Line>>))
    .about("Where a kind is named, each of its fields filters by its value: `?kind=risk&owner=PER-0003`.")
    .query(&[
        text("kind", "Only this kind."),
        text("state", "Only this state."),
        Q,
        text("sort", "`number`, `name`, `state`, `changed`, or a field of the kind; with `-` before it: descending."),
        word("ended", "Withdrawn and disposed records too.", &["yes", "no"]),
        AS_OF,
        LIMIT,
        CURSOR,
    ])
    .also(&[404]);

pub static ROUTES: &[Route] = &[Route::read("/api/v1/o/{org}/records", "api-records", Asks::Member, list, &LIST)];

/// A record in one line.
pub fn line(standing: &Standing, entry: Entry<'_>) -> Line {
    Line {
        id: entry.id(),
        number: entry.number().to_owned(),
        kind: entry.kind().to_owned(),
        name: standing.name_of(entry).to_owned(),
        state: state(entry).to_owned(),
        version: entry.version(),
        changed: entry.changed().to_string(),
    }
}

/// The state, or how it ended.
pub fn state<'a>(entry: Entry<'a>) -> &'a str {
    match entry.state() {
        None => "disposed",
        Some(_) if !entry.stands() => "withdrawn",
        Some(state) => state,
    }
}

fn list(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let kinds = asked_kinds(call, &sight, &seat)?;
    let asked = Asked::read(call, &kinds)?;
    let part = Part::of(call)?;
    let mut found: Vec<Entry<'_>> = Vec::new();
    for kind in &kinds {
        let all = seat.reads_all(&kind.id);
        let wanted = |e: &Entry<'_>| (all || seat.reads(*e)) && asked.wants(&sight, *e);
        found.extend(sight.register().of_kind(&kind.id).filter(wanted));
    }
    let mut keyed: Vec<((String, String), Entry<'_>)> =
        found.into_iter().map(|e| (asked.place(&sight, e), e)).collect();
    keyed.sort_by(|(a, _), (b, _)| asked.order(a, b));
    let later = |a: &(String, String), b: &(String, String)| asked.order(a, b) == Ordering::Greater;
    let page = part.of_found(sight.last_entry(), keyed, |(place, _)| place.clone(), later, |(_, e)| line(&sight, *e));
    Answer::json(&page)
}

/// The kind that is asked about, or all of which something may be read.
fn asked_kinds<'s>(call: &Call<'_>, standing: &'s Standing, seat: &Seat) -> Result<Vec<&'s Kind>, Refused> {
    let kinds = standing.register().kinds();
    let may = |kind: &&Kind| seat.may(aims_app::access::Action::Read, &kind.id);
    match call.query.get("kind") {
        None => Ok(kinds.by_id.values().filter(may).collect()),
        Some(id) => kinds.get(id).filter(may).map(|kind| vec![kind]).ok_or_else(Refused::absent),
    }
}

/// What the address asks for.
struct Asked<'c> {
    state: Option<&'c str>,
    search: Option<String>,
    sort: &'c str,
    descending: bool,
    ended: bool,
    /// Fields and what they hold.
    fields: Vec<(&'c str, &'c str)>,
}

impl<'c> Asked<'c> {
    fn read(call: &'c Call<'_>, kinds: &[&Kind]) -> Result<Asked<'c>, Refused> {
        let named = call.query.has("kind").then(|| kinds.first()).flatten();
        // A field called as something that every list takes, such as the kind of a policy, filters nothing.
        let is_free = |name: &&str| LIST.query.iter().all(|param| param.name != *name);
        let fields = named.into_iter().flat_map(|k| k.fields.iter().map(|f| f.name.as_str()));
        let fields: Vec<&str> = fields.filter(is_free).collect();
        only(call, &LIST, &fields)?;
        let sort = call.query.get("sort").unwrap_or("number");
        let (descending, by) = sort.strip_prefix('-').map_or((false, sort), |by| (true, by));
        if !["number", "name", "state", "changed"].contains(&by) && !fields.contains(&by) {
            let says = "Sort by number, name, state, changed, or a field of the kind that you name.";
            return Err(Refused::unclear("sort_unknown", says));
        }
        let state = call.query.get("state");
        let fields = call.query.iter().filter(|(name, _)| fields.contains(name)).collect();
        let ended = ended(call)?;
        Ok(Asked { state, search: search(call), sort: by, descending, ended, fields })
    }

    fn wants(&self, standing: &Standing, entry: Entry<'_>) -> bool {
        let state = state(entry);
        (self.ended || !entry.ended() || self.state == Some(state))
            && self.state.is_none_or(|wanted| wanted == state)
            && self.search.as_deref().is_none_or(|text| matches(standing, entry, text))
            && self.fields.iter().all(|(name, wanted)| holds(entry, name, wanted))
    }

    /// By what it is sorted, and what tells it from all others.
    fn place(&self, standing: &Standing, entry: Entry<'_>) -> (String, String) {
        let key = match self.sort {
            "number" => String::new(),
            "name" => standing.name_of(entry).to_lowercase(),
            "state" => state(entry).to_owned(),
            "changed" => entry.changed().to_string(),
            field => written(entry, field),
        };
        (key.chars().take(60).collect(), in_order(entry.number()))
    }

    fn order(&self, a: &(String, String), b: &(String, String)) -> Ordering {
        if self.descending { b.cmp(a) } else { a.cmp(b) }
    }
}

/// A number so that text order is the order of numbers: `RISK-10000` comes behind `RISK-0999`.
fn in_order(number: &str) -> String {
    let (prefix, digits) = number.rsplit_once('-').unwrap_or(("", number));
    format!("{prefix}-{digits:0>12}")
}

fn ended(call: &Call<'_>) -> Result<bool, Refused> {
    match call.query.get("ended") {
        None | Some("no") => Ok(false),
        Some("yes") => Ok(true),
        Some(_) => Err(Refused::unclear("word_unknown", "`ended` is `yes` or `no`.")),
    }
}

/// The text that is searched for, in lower case.
pub fn search(call: &Call<'_>) -> Option<String> {
    call.query.get("q").map(str::to_lowercase)
}

/// Whether number or name holds a text in lower case.
pub fn matches(standing: &Standing, entry: Entry<'_>, text: &str) -> bool {
    entry.number().to_lowercase().contains(text) || standing.name_of(entry).to_lowercase().contains(text)
}

/// Whether a field holds this value, or this among others; a link is named by number or id.
fn holds(entry: Entry<'_>, field: &str, wanted: &str) -> bool {
    let is = |value: aims_register::Value<'_>| match value.record() {
        Some(record) => record.number() == wanted || record.id() == wanted,
        None => value.written().is_some_and(|w| w == wanted) || value.flag().is_some_and(|f| f.to_string() == wanted),
    };
    entry.field(field).is_some_and(|value| value.each().any(is))
}

fn written(entry: Entry<'_>, field: &str) -> String {
    let Some(value) = entry.field(field) else { return String::new() };
    match value.record() {
        Some(record) => record.number().to_owned(),
        None => {
            value.written().map_or_else(|| value.flag().map_or(String::new(), |f| f.to_string()), |w| w.to_lowercase())
        }
    }
}
