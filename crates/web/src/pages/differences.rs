//! What is said otherwise at one moment than at an earlier one, what got worse first, and the acts between.

use aims_app::{AsOf, HistoryLine, checks::Question};
use aims_conformity::{Because, Difference, Direction, Subject};
use askama::Template;
use jiff::{ToSpan as _, tz::TimeZone};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::{Frame, Tag},
    pages::home::short,
    reader::{Link, Reader},
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/differences", "differences", Asks::Member, show).slow()];

/// So many differences are told.
const TOLD: usize = 300;
/// So many acts are told under each.
const ACTS: usize = 8;

#[derive(Template)]
#[template(path = "differences.html")]
struct Page<'c> {
    frame: Frame<'c>,
    from: String,
    to: String,
    /// The moments in words, once both are given.
    between: Option<(String, String)>,
    /// By direction: key of its words, and what changed so.
    groups: Vec<(&'static str, Vec<Line>)>,
    problem: Option<String>,
}

struct Line {
    requirement: String,
    short: String,
    title: String,
    subject: Option<Link>,
    before: Option<Tag>,
    after: Option<Tag>,
    begun: Vec<String>,
    ended: Vec<String>,
    because: Vec<String>,
    acts: Vec<HistoryLine>,
}

fn show(call: &Call<'_>) -> Answered {
    {
        let sight = call.sight()?;
        Reader::of(call, &sight)?.must_be_told()?;
    }
    let asked = |name: &str| call.query.get(name).unwrap_or_default().to_owned();
    let month_ago = TimeZone::UTC.to_datetime(call.server.now()).date().checked_sub(1.month());
    let from = match asked("from") {
        empty if empty.is_empty() => month_ago.map(|d| d.to_string()).unwrap_or_default(),
        day => day,
    };
    let to = asked("to");
    // Both moments are built anew, which takes long in a large organization: nothing is held meanwhile.
    let until = if to.is_empty() { call.as_of()? } else { Some(AsOf::parse(&to)?) };
    let given = call.query.has("from");
    let diffed = given
        .then(|| call.live()?.aims().diff(AsOf::parse(&from)?, until, &Question::default()).map_err(Refused::from))
        .transpose();
    let (diffed, problem) = match diffed {
        Ok(diffed) => (diffed, None),
        Err(refused) if refused.status.is_client_error() => (None, Some(refused.says)),
        Err(refused) => return Err(refused),
    };
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let frame = Frame::of(call, &sight, "differences", call.tongue.say("nav-differences"))?;
    let mut groups =
        [("got-worse", Direction::Worse), ("got-otherwise", Direction::Otherwise), ("got-better", Direction::Better)]
            .map(|(key, direction)| (key, direction, Vec::new()));
    for difference in diffed.iter().flat_map(|d| &d.differences).filter(|d| is_open(&reader, d)).take(TOLD) {
        let line = line(&frame, &reader, difference, diffed.as_ref().map(|d| &d.acts))?;
        let group = groups.iter_mut().find(|(_, direction, _)| *direction == difference.direction());
        if let Some((_, _, lines)) = group {
            lines.push(line);
        }
    }
    Answer::page(&Page {
        between: diffed.as_ref().map(|d| (moment(call.tongue, d.from), moment(call.tongue, d.to))),
        groups: groups.into_iter().map(|(key, _, lines)| (key, lines)).filter(|(_, lines)| !lines.is_empty()).collect(),
        from,
        to,
        problem,
        frame,
    })
}

fn is_open(reader: &Reader<'_>, difference: &Difference) -> bool {
    match &difference.subject {
        Subject::Organization => true,
        Subject::Record(record) => reader.numbered(&record.number).is_some(),
    }
}

type Acts = std::collections::BTreeMap<String, Vec<HistoryLine>>;

fn line(frame: &Frame<'_>, reader: &Reader<'_>, difference: &Difference, acts: Option<&Acts>) -> Result<Line, Refused> {
    let item = frame.call.live()?.frameworks().item(&difference.requirement);
    let say = |reasons: &[aims_conformity::Reason]| -> Vec<String> {
        reasons.iter().map(|r| &r.say).filter(|say| reader.tells(say)).cloned().collect()
    };
    let subject = match &difference.subject {
        Subject::Organization => None,
        Subject::Record(record) => reader.cited(&record.number),
    };
    let cited = difference.because.iter().filter_map(|b| match b {
        Because::Recorded(record) | Because::Changed { record, .. } | Because::Gone(record) => Some(&record.number),
        Because::Lapsed(_) => None,
    });
    let of = |number: &String| acts.and_then(|all| all.get(number)).into_iter().flatten().cloned();
    let told =
        cited.filter(|number| reader.numbered(number).is_some()).flat_map(of).filter(|a| reader.tells(&a.sentence));
    let mut acts: Vec<HistoryLine> = told.collect();
    acts.sort_by_key(|a| a.seq);
    acts.dedup_by_key(|a| a.seq);
    Ok(Line {
        requirement: difference.requirement.clone(),
        short: short(&difference.requirement).to_owned(),
        title: item.map_or(String::new(), |(_, item)| item.title().to_owned()),
        subject,
        before: difference.before.as_ref().map(|s| frame.tag(s)),
        after: difference.after.as_ref().map(|s| frame.tag(s)),
        begun: say(&difference.begun),
        ended: say(&difference.ended),
        because: difference.because.iter().filter_map(|b| because(frame, b)).collect(),
        acts: acts.split_off(acts.len().saturating_sub(ACTS)),
    })
}

/// Only time needs words of its own; what somebody did is told by the acts.
fn because(frame: &Frame<'_>, because: &Because) -> Option<String> {
    match because {
        Because::Lapsed(at) => Some(frame.t.with("lapsed-at", "moment", moment(frame.t, *at))),
        Because::Recorded(_) | Because::Changed { .. } | Because::Gone(_) => None,
    }
}
