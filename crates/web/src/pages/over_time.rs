//! How the verdict on one requirement stood at the ends of the last twelve months.

use aims_app::{AsOf, checks::Question};
use aims_conformity::State;
use askama::Template;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::{Frame, Tag},
    pages::home::short,
    reader::Reader,
    route::{Asks, Route},
    show::{Status, day},
};

pub const ROUTES: &[Route] =
    &[Route::page("/o/{org}/requirements/{framework}/{item}/over-time", "requirement-over-time", Asks::Member, show)
        .slow()];

/// Ends of months that are looked at.
const MONTHS: i32 = 12;
/// Each month is decided from records built anew: beyond so many records only the last few months are.
const RECORDS: usize = 20_000;
const MONTHS_OF_MANY: i32 = 3;

#[derive(Template)]
#[template(path = "over-time.html")]
struct Page<'c> {
    frame: Frame<'c>,
    short: String,
    steps: Vec<Step>,
    line: String,
    /// Words of the states that occur, each at its height.
    levels: Vec<(String, usize)>,
    differences: String,
}

struct Step {
    day: String,
    tag: Tag,
    have: usize,
    of: usize,
    x: usize,
    y: usize,
    to: String,
}

fn show(call: &Call<'_>) -> Answered {
    let id = format!("{}/{}", call.param("framework"), call.param("item"));
    let item = call.live()?.frameworks().item(&id).ok_or_else(Refused::absent)?.1;
    let (at, months) = {
        let sight = call.sight()?;
        Reader::of(call, &sight)?.must_be_told()?;
        (sight.at(), if sight.register().len() > RECORDS { MONTHS_OF_MANY } else { MONTHS })
    };
    let mut found = Vec::new();
    for date in ends(at, months) {
        let Ok(as_of) = AsOf::parse(&date.to_string()) else { continue };
        let question = Question { as_of: Some(as_of), ..Question::about(&id) };
        let checked = call.live()?.aims().check(&question)?;
        // Before the first entry there is nothing to decide.
        let Some(verdict) = checked.verdicts.into_iter().next().filter(|_| checked.as_of.is_some()) else { continue };
        let have = verdict.parts.iter().filter(|p| p.state == State::Conforms).count();
        found.push((date, verdict.state, have, verdict.parts.len()));
    }
    let sight = call.sight()?;
    let frame = Frame::of(call, &sight, "requirements", item.title())?;
    let to = format!("/requirements/{}/{}", call.param("framework"), call.param("item"));
    let frame = frame.from(&[(&*call.tongue.say("nav-requirements"), "/requirements"), (short(&id), &to)]);
    let states: Vec<State> =
        Status::all().map(|s| s.0).filter(|s| found.iter().any(|(_, state, ..)| state == s)).collect();
    let height = |state: State| states.iter().rev().position(|s| *s == state).map_or(0, |place| 20 + place * 32);
    let wide = 720 / found.len().max(1);
    let step = |(n, (date, state, have, of)): (usize, &(Date, State, usize, usize))| Step {
        day: day(call.tongue, *date),
        tag: frame.tag(state),
        have: *have,
        of: *of,
        x: 220 + n * wide,
        y: height(*state),
        to: call.at(&format!("{to}?as_of={date}")),
    };
    let steps: Vec<Step> = found.iter().enumerate().map(step).collect();
    let line = steps.iter().map(|s| format!("{},{} {},{}", s.x, s.y, s.x + wide, s.y)).collect::<Vec<_>>().join(" ");
    let levels = states.iter().map(|s| (Status(*s).word(call.tongue), height(*s))).collect();
    let first = found.first().map_or(String::new(), |(date, ..)| date.to_string());
    let differences = call.at(&format!("/differences?from={first}"));
    Answer::page(&Page { short: short(&id).to_owned(), steps, line, levels, differences, frame })
}

/// The ends of the last months, the oldest first, and the day itself.
fn ends(at: Timestamp, months: i32) -> Vec<Date> {
    let today = TimeZone::UTC.to_datetime(at).date();
    let before = (1..=months).rev().filter_map(|n| Some(today.checked_sub(n.months()).ok()?.last_of_month()));
    before.chain([today]).collect()
}
