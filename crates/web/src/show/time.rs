//! Days and moments in full.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::words::Tongue;

/// `22 August 2026`.
pub fn day(tongue: &Tongue, date: Date) -> String {
    let month = tongue.say(&format!("month-{}", date.month()));
    tongue.tell(
        "day",
        &[("day", i64::from(date.day()).into()), ("month", month.into()), ("year", date.year().to_string().into())],
    )
}

/// `22 August 2026 14:03 UTC`.
pub fn moment(tongue: &Tongue, at: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    format!("{} {:02}:{:02} UTC", day(tongue, at.date()), at.hour(), at.minute())
}
