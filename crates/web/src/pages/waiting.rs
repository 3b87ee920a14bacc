//! What waits for whoever asks: what only they can confirm, sign, judge or do.

use aims_app::waiting::{Waiting, What};
use aims_conformity::State;
use aims_register::Entry;
use askama::Template;
use jiff::tz::TimeZone;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::home::short,
    reader::{Link, Reader},
    route::{Asks, Route},
    show::day,
};

mod confirm;

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/waiting", "waiting", Asks::Member, show),
    Route::form("/o/{org}/waiting/read", "waiting-read", Asks::Member, confirm::send),
];

/// So much of what waits is told on one page.
const MOST: usize = 1000;

/// Records about which one requirement waits for a judgement, as far as they are told one by one.
const SUBJECTS: usize = 50;

#[derive(Template)]
#[template(path = "waiting.html")]
struct Page<'c> {
    frame: Frame<'c>,
    groups: Vec<(&'static str, Vec<Waits>)>,
}

/// One thing that waits, as a page tells it.
pub struct Waits {
    /// What kind of thing it is.
    pub what: What,
    /// Where it is done.
    pub to: String,
    /// What it is called.
    pub name: String,
    /// The record; nothing where a judgement is about the organization as one.
    pub record: Option<Link>,
    /// What the verb is called; empty where there is none.
    pub verb: String,
    /// The requirement that asks: full id, and what people say.
    pub requirement: Option<(String, String)>,
    /// The day on which it is due; empty where none is set.
    pub due: String,
    /// Whether that day is over.
    pub is_over: bool,
    /// Since when it waits; empty where that is not known.
    pub since: String,
    /// The policy that can be said to be read, with a key for the form.
    pub to_read: Option<(String, String)>,
}

const ORDER: [What; 4] = [What::Approval, What::Determination, What::Action, What::Acknowledgement];

fn key(what: What) -> &'static str {
    match what {
        What::Approval => "waits-approval",
        What::Determination => "waits-determination",
        What::Action => "waits-action",
        What::Acknowledgement => "waits-acknowledgement",
    }
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let mut all = of(call, &reader, MOST)?;
    let mut groups = Vec::new();
    for what in ORDER {
        let (these, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|w| w.what == what);
        all = rest;
        if !these.is_empty() {
            groups.push((key(what), these));
        }
    }
    Answer::page(&Page { frame: Frame::of(call, &sight, "waiting", call.tongue.say("nav-waiting"))?, groups })
}

/// What waits for whoever asks, what is due first: `most` of it.
///
/// # Errors
/// Where the organization is gone.
pub fn of(call: &Call<'_>, reader: &Reader<'_>, most: usize) -> Result<Vec<Waits>, Refused> {
    let found = reader.standing.waiting(&call.member()?.principal, &reader.seat);
    let mut all: Vec<Waits> = found.iter().filter_map(|w| waits(call, reader, w)).take(most).collect();
    if all.len() < most {
        all.extend(judgements(call, reader)?);
        all.truncate(most);
    }
    Ok(all)
}

fn waits(call: &Call<'_>, reader: &Reader<'_>, waiting: &Waiting) -> Option<Waits> {
    let entry = reader.numbered(waiting.record.as_deref()?)?;
    let kind = reader.standing.register().kinds().get(entry.kind())?;
    let verb = waiting.verb.as_deref().and_then(|v| kind.lifecycle.verb(v));
    let page = verb.map_or(String::new(), |v| format!("/{}", v.id));
    let today = TimeZone::UTC.to_datetime(reader.standing.at()).date();
    let since = waiting.since.map(|at| day(call.tongue, TimeZone::UTC.to_datetime(at).date()));
    Some(Waits {
        what: waiting.what,
        to: call.at(&format!("/{}/{}{page}", entry.kind(), entry.number())),
        name: waiting.name.clone(),
        record: Some(reader.link(entry)),
        verb: verb.map_or(String::new(), |v| v.label.clone()),
        requirement: None,
        due: waiting.due.map_or(String::new(), |due| day(call.tongue, due)),
        is_over: waiting.due.is_some_and(|due| due < today),
        since: since.unwrap_or_default(),
        to_read: (waiting.what == What::Acknowledgement && confirm::may_confirm(reader, entry))
            .then(|| (entry.number().to_owned(), call.server.draw())),
    })
}

/// Judgements that the rules leave to their roles, from what is kept: no verdict is put into words for it.
fn judgements(call: &Call<'_>, reader: &Reader<'_>) -> Result<Vec<Waits>, Refused> {
    if !reader.is_told() {
        return Ok(Vec::new());
    }
    let (frameworks, assessment) = (call.live()?.frameworks(), reader.standing.assessment());
    let mut all = Vec::new();
    for said in assessment.standings() {
        let asked = frameworks.item(said.requirement).and_then(|(f, item)| f.rules.get(item.id())?.judgement.as_ref());
        let Some(asked) = asked.filter(|asked| reader.seat.holds(&asked.by)) else { continue };
        if said.of == 0 {
            all.extend(
                (said.state == State::DeterminationDue)
                    .then(|| judgement(call, reader, said.requirement, None, &asked.question)),
            );
            continue;
        }
        let due = assessment.subjects(said.requirement, Some(State::DeterminationDue)).take(SUBJECTS);
        let subjects = due.filter_map(|slot| reader.standing.register().at(slot)).filter(|e| reader.reads(*e));
        all.extend(subjects.map(|entry| judgement(call, reader, said.requirement, Some(entry), &asked.question)));
    }
    Ok(all)
}

fn judgement(
    call: &Call<'_>,
    reader: &Reader<'_>,
    requirement: &str,
    about: Option<Entry<'_>>,
    question: &str,
) -> Waits {
    let to = requirement.rsplit_once('/').map(|(framework, item)| format!("/requirements/{framework}/{item}"));
    Waits {
        what: What::Determination,
        to: call.at(&to.unwrap_or_default()),
        name: question.to_owned(),
        record: about.map(|entry| reader.link(entry)),
        verb: String::new(),
        requirement: Some((requirement.to_owned(), short(requirement).to_owned())),
        due: String::new(),
        is_over: false,
        since: String::new(),
        to_read: None,
    }
}
