//! What lapses soon, in a line each.

use aims_app::checks::Forecast;
use aims_conformity::{Lapse, State, Subject};
use aims_framework::standard::Frameworks;
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    plain::plain,
    render::{DIM, count, day, paint, verdict},
};

use super::found::{short, wrapped};

/// Lapses that are told; the others are counted.
const TOLD: usize = 8;

/// What gets worse by itself, soonest first; several that lapse for the same reason at once are one.
pub fn lapses(frameworks: &Frameworks, forecast: &Forecast) -> String {
    let worse: Vec<&Lapse> = forecast.lapses.iter().filter(|l| is_worse(l)).collect();
    let mut together: Vec<Vec<&Lapse>> = Vec::new();
    for lapse in worse {
        let same = |of: &&mut Vec<&Lapse>| of.first().is_some_and(|l| cause(l) == cause(lapse));
        match together.iter_mut().find(same) {
            Some(of) => of.push(lapse),
            None => together.push(vec![lapse]),
        }
    }
    if together.is_empty() {
        return "nothing\n".to_owned();
    }
    let mut text: String = together.iter().take(TOLD).map(|of| told(frameworks, of)).collect();
    if together.len() > TOLD {
        text += &format!("and {} more: `aims forecast` tells all of them\n", together.len() - TOLD);
    }
    text
}

/// Whether it is a finding from then on and is none, or a lesser one, now.
fn is_worse(lapse: &Lapse) -> bool {
    let after = lapse.after.filter(|state| *state > State::DeterminationDue);
    after.is_some_and(|after| lapse.before.is_none_or(|before| before < after))
}

/// One interval that runs out is one cause, for however many records.
fn cause(lapse: &Lapse) -> (Date, &str, Option<&str>) {
    (date(lapse), &lapse.requirement, lapse.say.as_deref())
}

fn date(lapse: &Lapse) -> Date {
    TimeZone::UTC.to_datetime(lapse.at).date()
}

fn told(frameworks: &Frameworks, of: &[&Lapse]) -> String {
    let Some(first) = of.first() else { return String::new() };
    let title = frameworks.item(&first.requirement).map_or("", |(_, item)| item.title());
    let state = of.iter().filter_map(|l| l.after).max().unwrap_or(State::Conforms);
    let (glyph, style) = verdict::glyph(state);
    let when = day(date(first));
    let head = format!("{}{}: {title}", short(&first.requirement), subject(of));
    let mut text = format!("{when:17} {} {}\n", paint(style, &format!("{glyph} {state}")), plain(&head));
    for (n, piece) in first.say.iter().flat_map(|say| wrapped(&plain(say))).enumerate() {
        let word = if n == 0 { "why" } else { "" };
        text += &format!("    {} {piece}\n", paint(DIM, &format!("{word:4}")));
    }
    text
}

fn subject(of: &[&Lapse]) -> String {
    let mut records: Vec<&str> = of.iter().filter_map(|l| number(l)).collect();
    records.sort_unstable();
    records.dedup();
    match records.as_slice() {
        [] => String::new(),
        [one] => format!(" for {one}"),
        many => format!(" for {}", count(many.len(), "record")),
    }
}

fn number(lapse: &Lapse) -> Option<&str> {
    match &lapse.subject {
        Subject::Record(record) => Some(&record.number),
        Subject::Organization => None,
    }
}
