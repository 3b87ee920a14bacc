//! How an organization stands at a moment: its records, what is said about them, and the last entry that was known.

use std::{collections::BTreeSet, sync::Arc};

use aims_conformity::{Assessment, Verdict};
use aims_framework::standard::Frameworks;
use aims_record::{Kept, Kinds};
use aims_register::{Entry, Register, Slot};
use aims_store::{Entry as LedgerEntry, Reading};
use jiff::Timestamp;

use crate::{
    Aims, AsOf, Failure,
    access::{Access, Principal, Seat},
    waiting::{self, Waiting},
};

use super::{names::Names, recall::Recall};

/// How an organization stands at a moment.
pub struct Standing {
    assessment: Assessment<'static>,
    names: Names,
    at: Timestamp,
    is_now: bool,
    /// How many entries were known.
    entries: u64,
    seats: Recall<Principal, Seat>,
    waits: Recall<Principal, Vec<Waiting>>,
    verdicts: Recall<(String, Option<Slot>), Option<Verdict>>,
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
        let is_now = as_of.is_none();
        let (kept, at, seq) = aims.kept(&reading, as_of)?;
        let mut names = Names::default();
        for one in &kept {
            names.apply(&reading, &aims.kinds, one)?;
        }
        let register = Register::of(Arc::clone(&aims.kinds), kept).map_err(unreadable)?;
        let assessment = Assessment::of(frameworks, register, at);
        let entries = seq.map_or(0, |seq| seq + 1);
        let (seats, waits, verdicts) = (Recall::default(), Recall::default(), Recall::default());
        Ok(Standing { assessment, names, at, is_now, entries, seats, waits, verdicts })
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
        self.forget();
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
        let minute = |at: Timestamp| at.as_second() / 60;
        let is_another_minute = minute(self.at) != minute(moment);
        self.at = self.at.max(moment);
        let lapsed = !self.assessment.pass(moment).is_empty();
        // A role ends at its moment; what waits and what is said in words tells of days.
        self.seats.forget();
        if lapsed || is_another_minute {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.seats.forget();
        self.waits.forget();
        self.verdicts.forget();
    }

    /// What a principal may do as things stand.
    pub fn seat(&self, access: &Arc<Access>, principal: &Principal) -> Arc<Seat> {
        self.seats.get(principal, || Arc::new(access.seat(self.register(), principal, self.at)))
    }

    /// What waits for the one who has this seat as this principal.
    pub fn waiting(&self, principal: &Principal, seat: &Seat) -> Arc<Vec<Waiting>> {
        self.waits.get(principal, || Arc::new(waiting::waiting(self.register(), seat, self.at)))
    }

    /// What is said of a requirement or control in words: as a whole, or about one record.
    pub fn verdict(&self, requirement: &str, slot: Option<Slot>) -> Arc<Option<Verdict>> {
        let said = || match slot {
            Some(slot) => self.assessment.verdict_about(requirement, slot),
            None => self.assessment.verdict(requirement),
        };
        self.verdicts.get(&(requirement.to_owned(), slot), || Arc::new(said()))
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

    /// Whether it is how things stand now, brought up to date after each act.
    pub fn is_now(&self) -> bool {
        self.is_now
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
