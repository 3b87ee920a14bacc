//! What changes if nobody does anything, by month.

use aims_conformity::{Lapse, State, Subject};
use askama::Template;
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::{Frame, Tag},
    pages::home::short,
    reader::{Link, Reader},
    route::{Asks, Route},
    show::day,
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/forecast", "forecast", Asks::Member, show).slow()];

/// Days that are looked ahead, where the address does not say.
const DAYS: u32 = 365;
/// So many changes are told; what comes later is told when these are dealt with.
const TOLD: usize = 300;

#[derive(Template)]
#[template(path = "forecast.html")]
struct Forecast<'c> {
    frame: Frame<'c>,
    days: u32,
    months: Vec<Month>,
    most: usize,
    all: usize,
}

struct Month {
    name: String,
    lines: Vec<Line>,
}

struct Line {
    day: String,
    requirement: String,
    short: String,
    title: String,
    subject: Option<Link>,
    before: Option<Tag>,
    after: Option<Tag>,
    say: String,
    next: Option<String>,
}

fn show(call: &Call<'_>) -> Answered {
    let days = call.query.get("days").map_or(Ok(DAYS), str::parse);
    let days = days.map_err(|_| Refused::unclear("days_out_of_range", "Name the days to look ahead as a number."))?;
    {
        let sight = call.sight()?;
        Reader::of(call, &sight)?.must_be_told()?;
    }
    // Looking ahead takes long in a large organization: nothing is held meanwhile.
    let forecast = call.live()?.aims().forecast(days, call.as_of()?)?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let frame = Frame::of(call, &sight, "forecast", call.tongue.say("nav-forecast"))?;
    let readable: Vec<&Lapse> = forecast.lapses.iter().filter(|l| is_open(&reader, l)).collect();
    let mut months: Vec<(Date, Vec<Line>)> = Vec::new();
    for lapse in readable.iter().take(TOLD) {
        let date = TimeZone::UTC.to_datetime(lapse.at).date();
        let line = line(call, &frame, &reader, lapse, date)?;
        match months.last_mut().filter(|(first, _)| *first == date.first_of_month()) {
            Some((_, lines)) => lines.push(line),
            None => months.push((date.first_of_month(), vec![line])),
        }
    }
    let month = |(first, lines): (Date, Vec<Line>)| {
        let name = format!("{} {}", call.tongue.say(&format!("month-{}", first.month())), first.year());
        Month { name, lines }
    };
    let months: Vec<Month> = months.into_iter().map(month).collect();
    let most = months.iter().map(|m| m.lines.len()).max().unwrap_or(1);
    Answer::page(&Forecast { days, months, most, all: readable.len(), frame })
}

fn is_open(reader: &Reader<'_>, lapse: &Lapse) -> bool {
    match &lapse.subject {
        Subject::Organization => true,
        Subject::Record(record) => reader.numbered(&record.number).is_some(),
    }
}

fn line(call: &Call<'_>, frame: &Frame<'_>, reader: &Reader<'_>, lapse: &Lapse, date: Date) -> Result<Line, Refused> {
    let subject = match &lapse.subject {
        Subject::Organization => None,
        Subject::Record(record) => reader.cited(&record.number),
    };
    let item = call.live()?.frameworks().item(&lapse.requirement);
    let tag = |state: &Option<State>| state.as_ref().map(|s| frame.tag(s));
    let next = lapse.next.as_ref().filter(|n| frame.as_of().is_empty() && reader.tells(&n.page));
    Ok(Line {
        day: day(call.tongue, date),
        requirement: lapse.requirement.clone(),
        short: short(&lapse.requirement).to_owned(),
        title: item.map_or(String::new(), |(_, item)| item.title().to_owned()),
        subject,
        before: tag(&lapse.before),
        after: tag(&lapse.after),
        say: lapse.say.clone().filter(|say| reader.tells(say)).unwrap_or_default(),
        next: next.map(|n| frame.at(&n.page)),
    })
}
