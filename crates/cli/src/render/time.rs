//! Verdicts in time: what changed and why, and what lapses when.

use aims_app::checks::{Diffed, Forecast};
use aims_conformity::{Because, Difference, Direction, Lapse, State, Subject};
use aims_framework::standard::Frameworks;
use jiff::{civil::Date, tz::TimeZone};

use super::{BAD, DIM, GOOD, HEAD, WARN, count, day, moment, moment_text, paint, verdict::glyph};
use crate::plain::plain;

/// So many acts on one record are told; `aims history` tells all.
const ACTS_MAX: usize = 5;

/// What is said otherwise, what got worse first.
pub fn diff(frameworks: &Frameworks, diffed: &Diffed) -> String {
    let mut text = String::new();
    for (direction, heading, style) in [
        (Direction::Worse, "Got worse", BAD),
        (Direction::Otherwise, "Otherwise", WARN),
        (Direction::Better, "Got better", GOOD),
    ] {
        let of: Vec<_> = diffed.differences.iter().filter(|d| d.direction() == direction).collect();
        if !of.is_empty() {
            text += &format!("{}\n\n", paint(style, heading));
            text += &of.into_iter().map(|d| difference(frameworks, diffed, d)).collect::<String>();
        }
    }
    let entry = |seq: Option<u64>| seq.map_or("before the first entry".to_owned(), |s| format!("entry {s}"));
    let between = format!(
        "Between {}, {}, and {}, {}.",
        moment(diffed.from),
        entry(diffed.from_entry),
        moment(diffed.to),
        entry(diffed.to_entry)
    );
    text + &format!("{}\n{}\n", count(diffed.differences.len(), "difference"), paint(DIM, &between))
}

fn difference(frameworks: &Frameworks, diffed: &Diffed, difference: &Difference) -> String {
    let head = headline(frameworks, &difference.requirement, &difference.subject);
    let mut text = format!("{} {head}\n", states(difference.before, difference.after));
    let mut line =
        |word: &str, says: &str| text += &format!("  {} {}\n", paint(DIM, &format!("{word:>6}")), plain(says));
    difference.begun.iter().for_each(|r| line("now", &r.say));
    if difference.begun.is_empty() {
        difference.ended.iter().for_each(|r| line("no more", &r.say));
    }
    for because in &difference.because {
        match because {
            Because::Lapsed(at) => line("since", &format!("time ran out on {}", day_of(*at))),
            Because::Recorded(record) => line("since", &format!("{} was recorded", record.number)),
            Because::Gone(record) => line("since", &format!("{} was withdrawn or disposed of", record.number)),
            Because::Changed { record, before } => {
                line("since", &format!("{} went from version {before} to {}", record.number, record.version));
            }
        }
        if let Because::Recorded(record) | Because::Changed { record, .. } | Because::Gone(record) = because {
            let acts = diffed.acts.get(&record.number).map(Vec::as_slice).unwrap_or_default();
            let told = acts.iter().rev().take(ACTS_MAX).rev();
            told.for_each(|a| line("", &format!("- {}: {}", moment_text(&a.ts), a.sentence)));
        }
    }
    text + "\n"
}

/// What lapses, by month.
pub fn forecast(frameworks: &Frameworks, forecast: &Forecast) -> String {
    let mut text = String::new();
    let mut month = String::new();
    for lapse in &forecast.lapses {
        let now = date(lapse.at).strftime("%B %Y").to_string();
        if now != month {
            text += &format!("{}\n\n", paint(HEAD, &now));
            month = now;
        }
        text += &one(frameworks, lapse);
    }
    let end = format!("From {} to {}, if nobody does anything.", moment(forecast.at), moment(forecast.end));
    let so_many = match forecast.lapses.len() {
        0 => "Nothing changes by itself".to_owned(),
        1 => "1 verdict changes by itself".to_owned(),
        n => format!("{n} verdicts change by themselves"),
    };
    text + &format!("{so_many}\n{}\n", paint(DIM, &end))
}

fn one(frameworks: &Frameworks, lapse: &Lapse) -> String {
    let head = headline(frameworks, &lapse.requirement, &lapse.subject);
    let when = paint(HEAD, &day_of(lapse.at));
    let mut text = format!("{when} {} {head}\n", states(lapse.before, lapse.after));
    let mut line =
        |word: &str, says: &str| text += &format!("  {} {}\n", paint(DIM, &format!("{word:>6}")), plain(says));
    lapse.say.iter().for_each(|say| line("why", say));
    lapse.next.iter().for_each(|next| line("next", &next.command));
    text + "\n"
}

fn headline(frameworks: &Frameworks, requirement: &str, subject: &Subject) -> String {
    let about = match subject {
        Subject::Organization => String::new(),
        Subject::Record(record) => format!(" for {}", record.number),
    };
    let title = frameworks.item(requirement).map_or(String::new(), |(_, item)| format!(": {}", item.title()));
    paint(HEAD, &plain(&format!("{requirement}{about}{title}")))
}

fn states(before: Option<State>, after: Option<State>) -> String {
    let say = |state: Option<State>| match state {
        Some(state) => {
            let (sign, style) = glyph(state);
            paint(style, &format!("{sign} {state}"))
        }
        None => paint(DIM, "not asked"),
    };
    format!("{} → {}", say(before), say(after))
}

fn date(at: jiff::Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

fn day_of(at: jiff::Timestamp) -> String {
    day(date(at))
}
