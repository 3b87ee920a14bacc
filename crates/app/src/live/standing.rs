//! How an organization stands at a moment: its records, what is said about them, and the last entry that was known.

use std::{collections::BTreeSet, sync::Arc};

use aims_conformity::Assessment;
use aims_framework::standard::Frameworks;
use aims_record::{Kept, Kinds};
use aims_register::{Entry, Register};
use aims_store::{Entry as LedgerEntry, Reading};
use jiff::Timestamp;

use crate::{Aims, AsOf, Failure};

use super::names::Names;

/// How an organization stands at a moment.
pub struct Standing {
    assessment: Assessment<'static>,
    names: Names,
    at: Timestamp,
    /// How many entries were known.
    entries: u64,
}

impl Standing {
    /// As it stands now.
    pub(super) fn now(aims: &Aims, frameworks: &'static Frameworks) -> Result<Standing, Failure> {
        Standing::build(aims, frameworks, None)
    }

    /// As it stood.
    pub(super) fn then(aims: &Aims, frameworks: &'static Frameworks, as_of: AsOf) -> Result<Standing, Failure> {
        Standing::build(aims, frameworks, Some(as_of))
    }

    fn build(aims: &Aims, frameworks: &'static Frameworks, as_of: Option<AsOf>) -> Result<Standing, Failure> {
        let reading = aims.store.snapshot()?;
        let (kept, at, seq) = aims.kept(&reading, as_of)?;
        let mut names = Names::default();
        for one in &kept {
            names.apply(&reading, &aims.kinds, one)?;
        }
        let register = Register::of(Arc::clone(&aims.kinds), kept).map_err(unreadable)?;
        let assessment = Assessment::of(frameworks, register, at);
        Ok(Standing { assessment, names, at, entries: seq.map_or(0, |seq| seq + 1) })
    }

    /// Takes in what was appended since: each record that an entry is about, as it is now.
    pub(super) fn follow(&mut self, aims: &Aims) -> Result<(), Failure> {
        let reading = aims.store.snapshot()?;
        let size = reading.size()?;
        let mut changed = BTreeSet::new();
        reading.each_entry(self.entries..size, &mut |_, bytes| {
            // What cannot be read is found by the self-check; it is about no record.
            let entry: Option<LedgerEntry> = serde_json::from_slice(bytes).ok();
            changed.extend(entry.and_then(|entry| entry.obj).map(|obj| obj.id));
            Ok(())
        })?;
        let now = aims.clock.now();
        for id in changed {
            if let Some(kept) = reading.kept(&id)? {
                self.apply(&reading, &aims.kinds, kept, now)?;
            }
        }
        self.entries = size;
        Ok(())
    }

    fn apply(&mut self, reading: &Reading, kinds: &Kinds, kept: Kept, now: Timestamp) -> Result<(), Failure> {
        self.names.apply(reading, kinds, &kept)?;
        self.at = self.at.max(now);
        self.assessment.apply(kept, now).map_err(unreadable)?;
        Ok(())
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, moment: Timestamp) {
        self.at = self.at.max(moment);
        self.assessment.pass(moment);
    }

    /// The records.
    pub fn register(&self) -> &Register {
        self.assessment.register()
    }

    /// What is said about them.
    pub fn assessment(&self) -> &Assessment<'static> {
        &self.assessment
    }

    /// The moment for which it is said.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The last entry that was known; `None`: none.
    pub fn last_entry(&self) -> Option<u64> {
        self.entries.checked_sub(1)
    }

    /// What people call a record; empty where its name was erased or never given.
    pub fn name_of<'s>(&'s self, entry: Entry<'s>) -> &'s str {
        self.names.of(entry)
    }
}

fn unreadable(error: aims_register::RegisterError) -> Failure {
    Failure::usage("internal", error.to_string())
}
