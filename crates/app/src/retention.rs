//! What may go: records whose retention has ended, and what is known about a person.

use aims_record::{Kept, Record};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{Aims, Failure};

/// A record whose ceiling of retention has passed, or whose floor has and nothing keeps it.
#[derive(Clone, Debug, Serialize)]
pub struct Due {
    /// Readable number.
    pub number: String,
    /// Kind id.
    pub kind: String,
    /// The rule, such as `aims-record P6Y`.
    pub rule: String,
    /// From this day on it may go.
    pub from: Date,
    /// By this day it must, where a ceiling says so.
    pub by: Option<Date>,
}

impl Aims {
    /// Records that may be disposed of at the clock's moment, oldest first. Holds are checked when somebody acts.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn due_for_disposal(&self) -> Result<Vec<Due>, Failure> {
        let today = TimeZone::UTC.to_datetime(self.clock.now()).date();
        let mut due = Vec::new();
        self.store.snapshot()?.each_record(&mut |kept| {
            if let Kept::Live(record) = kept {
                due.extend(self.due(&record, today));
            }
            Ok(())
        })?;
        due.sort_by(|a, b| (a.from, &a.number).cmp(&(b.from, &b.number)));
        Ok(due)
    }

    fn due(&self, record: &Record, today: Date) -> Option<Due> {
        let kind = self.kinds.get(&record.kind)?;
        let retention = &kind.retention;
        let ended = record.withdrawn.is_some() || kind.lifecycle.state(&record.state).is_some_and(|s| s.ends);
        let begun = ended || retention.from.as_ref().is_none_or(|from| *from == record.state);
        let start = TimeZone::UTC.to_datetime(record.last.ts.parse::<Timestamp>().ok().filter(|_| begun)?).date();
        let from = start.checked_add(retention.floor).ok()?.tomorrow().ok()?;
        let by = retention.ceiling.and_then(|ceiling| start.checked_add(ceiling).ok());
        let rule = format!("{} {}", retention.class, retention.floor);
        (from <= today).then(|| Due { number: record.number.clone(), kind: record.kind.clone(), rule, from, by })
    }
}
