//! What was measured of a system: one line for each indicator, with the numbers.

use aims_register::{Entry, Pointing, Value};
use jiff::Timestamp;

use crate::{pages::register::amount, reader::Link, show::day};

use super::{Look, moment_in};

/// One indicator with its measurements, the oldest first.
pub struct Series {
    /// The indicator.
    pub metric: Link,
    /// Measurement, day, value, whether it lies beyond a limit.
    pub values: Vec<(Link, String, String, bool)>,
    /// Lower and upper limit in words.
    pub limits: String,
    /// Points of the small line; empty with fewer than two measurements.
    pub points: String,
}

/// Measurements of one indicator that are told.
const TOLD: usize = 24;

pub(super) fn of(look: &Look<'_>) -> Vec<Series> {
    let mut metrics: Vec<Entry<'_>> = look.naming("metric");
    for measured in look.naming("measurement") {
        for metric in measured.linked("metric").filter(|m| look.reader.reads(*m)) {
            if !metrics.iter().any(|known| known.slot() == metric.slot()) {
                metrics.push(metric);
            }
        }
    }
    metrics.into_iter().take(super::TOLD).map(|metric| series(look, metric)).collect()
}

fn series(look: &Look<'_>, metric: Entry<'_>) -> Series {
    let which = Pointing { kind: Some("measurement"), field: Some("metric") };
    let mine = |m: &Entry<'_>| m.linked("subject").next().is_none_or(|s| s.slot() == look.entry.slot());
    let mut all: Vec<Entry<'_>> = metric.pointing(which).filter(|m| look.reader.reads(*m) && mine(m)).collect();
    all.sort_by_key(|m| moment_in(*m, "date"));
    let all: Vec<Entry<'_>> = all.split_off(all.len().saturating_sub(TOLD));
    let (low, high) = (number(metric, "lower_limit"), number(metric, "upper_limit"));
    let beyond = |v: f64| low.is_some_and(|low| v < low) || high.is_some_and(|high| v > high);
    let value = |m: &Entry<'_>| {
        let written = m.field("value").map(amount).unwrap_or_default();
        let on = moment_in(*m, "date").map_or(String::new(), |at| on(look, at));
        (look.reader.link(*m), on, written, number(*m, "value").is_some_and(beyond))
    };
    let written = |name: &str| metric.field(name).map(amount);
    let limits = [("limit-low", written("lower_limit")), ("limit-high", written("upper_limit"))];
    let limit = |(key, value): (&str, Option<String>)| Some(look.call.tongue.with(key, "value", value?));
    let numbers: Vec<f64> = all.iter().filter_map(|m| number(*m, "value")).collect();
    Series {
        metric: look.reader.link(metric),
        values: all.iter().map(value).collect(),
        limits: limits.into_iter().filter_map(limit).collect::<Vec<_>>().join(", "),
        points: points(&numbers),
    }
}

fn on(look: &Look<'_>, at: Timestamp) -> String {
    day(look.call.tongue, jiff::tz::TimeZone::UTC.to_datetime(at).date())
}

fn number(entry: Entry<'_>, field: &str) -> Option<f64> {
    entry.field(field)?.column("amount").and_then(Value::text)?.parse().ok()
}

/// Points in a drawing of 96 by 20.
fn points(numbers: &[f64]) -> String {
    let (Some(least), Some(most)) =
        (numbers.iter().copied().reduce(f64::min), numbers.iter().copied().reduce(f64::max))
    else {
        return String::new();
    };
    if numbers.len() < 2 {
        return String::new();
    }
    let (wide, high) = (92.0 / (numbers.len() - 1) as f64, if most > least { 16.0 / (most - least) } else { 0.0 });
    let point = |(n, v): (usize, &f64)| format!("{:.1},{:.1}", 2.0 + wide * n as f64, 18.0 - high * (v - least));
    numbers.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}
