//! Names that are sealed in the records, opened once: lists of people would otherwise open one seal for each row.

use std::collections::HashMap;

use aims_record::{Kept, Kinds, seal_of};
use aims_register::Entry;
use aims_store::{Personal, Reading};

use crate::Failure;

/// Names of persons, by record.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<u128, Box<str>>);

impl Names {
    /// Takes in one record as it is now: its name where that is sealed; one that was erased has none any more.
    pub fn apply(&mut self, reading: &Reading, kinds: &Kinds, kept: &Kept) -> Result<(), Failure> {
        let Ok(id) = uuid::Uuid::try_parse(kept.id()).map(|id| id.as_u128()) else { return Ok(()) };
        self.0.remove(&id);
        let Some(record) = kept.live() else { return Ok(()) };
        let Some(field) = kinds.get(&record.kind).and_then(|k| k.naming_field()) else { return Ok(()) };
        let Some(c) = record.fields.get(&field.name).and_then(seal_of) else { return Ok(()) };
        if let Some(Personal::Known(fields)) = reading.personal(c)? {
            let name = fields.get(&field.name).and_then(|v| v.as_str());
            self.0.extend(name.map(|name| (id, name.into())));
        }
        Ok(())
    }

    /// What people call a record.
    pub fn of<'n>(&'n self, entry: Entry<'n>) -> &'n str {
        self.0.get(&entry.uuid()).map(AsRef::as_ref).or_else(|| entry.name()).unwrap_or_default()
    }
}
