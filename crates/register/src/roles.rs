//! Who held which role when, from `role-assignment` records.

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use crate::{Entry, Register};

/// A role given to a person for a time.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// The `role-assignment` record.
    pub record: Entry<'a>,
    /// First moment.
    pub from: Timestamp,
    /// First moment after it; `None`: not known to end.
    pub until: Option<Timestamp>,
}

impl<'a> Assignment<'a> {
    /// The role.
    pub fn role(&self) -> Option<&'a str> {
        self.record.text("role")
    }

    /// Whether the role was held at this moment.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Register {
    /// The assignments of `role` to a person that were made, ended ones included; proposals are none.
    pub fn assignments<'a, 'r>(
        &self,
        person: Entry<'a>,
        role: &'r str,
    ) -> impl Iterator<Item = Assignment<'a>> + use<'a, 'r> {
        let which = crate::Pointing { kind: Some("role-assignment"), field: Some("person") };
        person.pointing(which).filter(move |r| r.text("role") == Some(role)).filter_map(assignment)
    }

    /// The assignments by which a person holds roles at this moment: nobody holds one who has left or was erased.
    pub fn held<'a>(&self, person: Entry<'a>, at: Timestamp) -> impl Iterator<Item = Assignment<'a>> + use<'a> {
        let which = crate::Pointing { kind: Some("role-assignment"), field: Some("person") };
        let here = person.kind() == "person" && person.state() == Some("active") && person.stands() && !person.erased();
        let active = |record: &Entry<'_>| record.state() == Some("active");
        let made = person.pointing(which).filter(move |r| here && active(r)).filter_map(assignment);
        made.filter(move |a| a.holds(at))
    }
}

fn assignment(record: Entry<'_>) -> Option<Assignment<'_>> {
    let ended = match record.state()? {
        "active" => None,
        "ended" => Some(record.changed()),
        _ => return None,
    };
    let from = record.field("from")?.instant()?;
    let last_day = record.field("to").and_then(|to| to.instant()).and_then(day_after);
    Some(Assignment { record, from, until: last_day.or(ended) })
}

/// The beginning of the next day in UTC.
fn day_after(day: Timestamp) -> Option<Timestamp> {
    let next = day.to_zoned_datetime(TimeZone::UTC).checked_add(1.day()).ok()?;
    Some(next.timestamp())
}
