//! Days and intervals, in UTC.

use jiff::{Span, Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// The day of a moment.
pub(crate) fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The moment at which a day begins.
pub(crate) fn beginning(day: Date) -> Option<Timestamp> {
    day.to_zoned_datetime(TimeZone::UTC).ok().map(|z| z.timestamp())
}

/// The moment at which the day after begins.
pub(crate) fn end_of(day: Date) -> Option<Timestamp> {
    beginning(day.checked_add(1.day()).ok()?)
}

/// The first moment at which something done on this day is further back than the interval: the day on which it is due counts as in time.
pub(crate) fn lapses(done: Date, interval: Span) -> Option<Timestamp> {
    end_of(done.checked_add(interval).ok()?)
}
