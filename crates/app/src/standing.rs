//! The store as a decision sees it.

use std::{cell::RefCell, sync::Arc};

use aims_record::{Fields, Kept, Record, Seal, Standing};
use aims_store::{AppendError, Draft, Reading, StoreError};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Records as they stand, at a moment. A decision cannot fail, but reading can: the first fault is kept and asked for afterwards.
pub(crate) struct Ground<'a> {
    reading: &'a Reading,
    today: Date,
    fault: RefCell<Option<StoreError>>,
}

impl<'a> Ground<'a> {
    pub fn new(reading: &'a Reading, now: Timestamp) -> Ground<'a> {
        Ground { reading, today: TimeZone::UTC.to_datetime(now).date(), fault: RefCell::new(None) }
    }

    /// The fault, where reading failed: the decision then means nothing.
    pub fn fault(self) -> Result<(), StoreError> {
        self.fault.into_inner().map_or(Ok(()), Err)
    }

    fn read<T: Default>(&self, read: impl FnOnce(&Reading) -> Result<T, StoreError>) -> T {
        read(self.reading).unwrap_or_else(|error| {
            self.fault.borrow_mut().get_or_insert(error);
            T::default()
        })
    }
}

impl Standing for Ground<'_> {
    fn kept(&self, id: &str) -> Option<Arc<Kept>> {
        self.read(|r| r.shared(id))
    }

    fn pointing(&self, kind: &str, via: &str, to: &str) -> Vec<Record> {
        self.read(|r| r.pointing(kind, via, to))
    }

    fn roles_of(&self, person: &str) -> Vec<String> {
        let person_kept = self.kept(person);
        let here = matches!(person_kept.as_deref(), Some(Kept::Live(p)) if works_here(p));
        let assignments = if here { self.pointing("role-assignment", "person", person) } else { Vec::new() };
        let held = assignments.iter().filter(|a| a.state == "active" && holds_on(a, self.today));
        held.filter_map(|a| a.text("role")).map(str::to_owned).collect()
    }

    fn key_owner(&self, key: &str) -> Option<String> {
        self.read(|r| r.by_key(key)).map(|k| k.number().to_owned())
    }

    fn next_number(&self, prefix: &str) -> u64 {
        self.read(|r| r.next_number(prefix))
    }

    fn holds_on(&self, id: &str) -> Vec<String> {
        let holds = self.pointing("legal-hold", "records", id);
        holds.into_iter().filter(|h| h.state == "active").map(|h| h.number).collect()
    }
}

/// Whether the record is of a person who can hold a role: not one who left, was erased, or was recorded by mistake.
pub(crate) fn works_here(person: &Record) -> bool {
    person.kind == "person" && person.state == "active" && person.erased.is_none() && person.withdrawn.is_none()
}

/// Whether the day lies within `from` and `to` of a role assignment; an open end is open.
fn holds_on(assignment: &Record, day: Date) -> bool {
    let bound = |field| assignment.text(field).and_then(|d| d.parse::<Date>().ok());
    bound("from").is_none_or(|from| from <= day) && bound("to").is_none_or(|to| day <= to)
}

/// Seals personal values in the transaction of a draft.
pub(crate) struct Sealer<'a> {
    draft: &'a Draft<'a>,
    pub fault: Option<AppendError>,
}

impl<'a> Sealer<'a> {
    pub fn new(draft: &'a Draft<'a>) -> Sealer<'a> {
        Sealer { draft, fault: None }
    }
}

impl Seal for Sealer<'_> {
    fn seal(&mut self, subject: &str, fields: Fields) -> String {
        self.draft.seal(subject, fields).unwrap_or_else(|error| {
            self.fault.get_or_insert(error);
            String::new()
        })
    }
}
