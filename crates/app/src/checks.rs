//! Verdicts: the records as of a moment, held against the frameworks.

use aims_conformity::{Explanation, Verdict, check, explain};
use aims_record::Kept;
use aims_register::Register;
use aims_store::{Reading, StoreError, Then};
use jiff::Timestamp;
use serde::Serialize;

use crate::{Aims, AsOf, Failure};

/// What a check found, and what it looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// The moment for which it was decided.
    pub at: Timestamp,
    /// The last entry that was known then.
    pub as_of: Option<u64>,
    /// How many records there were.
    pub records: usize,
    /// One for each requirement and control.
    pub verdicts: Vec<Verdict>,
}

impl Aims {
    /// Decides every requirement and control, now or as of a moment: what was recorded later is not known then.
    ///
    /// # Errors
    /// Where the records cannot be read.
    pub fn check(&self, as_of: Option<AsOf>) -> Result<Checked, Failure> {
        let (register, at, seq) = self.register(as_of)?;
        let verdicts = check(&self.frameworks, &register, at);
        Ok(Checked { at, as_of: seq, records: register.len(), verdicts })
    }

    /// How a requirement is decided, in words written from the rule, and the proof.
    ///
    /// # Errors
    /// Where there is no such requirement.
    pub fn explain(&self, requirement: &str, as_of: Option<AsOf>) -> Result<Explanation, Failure> {
        let (register, at, _) = self.register(as_of)?;
        let ids =
            || self.frameworks.by_id.values().flat_map(|f| f.items().map(move |i| format!("{}/{}", f.id, i.id())));
        let known: Vec<String> = ids().collect();
        let id =
            known.iter().find(|id| *id == requirement || id.rsplit_once('/').is_some_and(|(_, i)| i == requirement));
        let found = id.and_then(|id| explain(&self.frameworks, &register, at, id));
        found.ok_or_else(|| {
            let nearest = aims_record::nearest(requirement, known.iter().map(String::as_str));
            let hint = nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            Failure::usage("requirement_unknown", format!("there is no requirement or control `{requirement}`{hint}"))
        })
    }

    /// The register, the moment it stands for, and the last entry in it.
    fn register(&self, as_of: Option<AsOf>) -> Result<(Register, Timestamp, Option<u64>), Failure> {
        let reading = self.store.snapshot()?;
        let now = self.clock.now();
        let (at, seq) = match as_of {
            None => (now, reading.size()?.checked_sub(1)),
            Some(AsOf::Moment(moment)) => (moment, reading.seq_at(moment)?),
            Some(AsOf::Entry(seq)) => (moment_of(&reading, seq)?, Some(seq)),
        };
        let mut kept = Vec::new();
        reading.each_record(&mut |record| {
            kept.push(record);
            Ok(())
        })?;
        if as_of.is_some() {
            kept = as_they_stood(&reading, kept, seq)?;
        }
        let register = Register::of(self.kinds.clone(), kept).map_err(|e| Failure::usage("internal", e.to_string()))?;
        Ok((register, at, seq))
    }
}

/// The records as they stood after an entry. One that was disposed of since says nothing about then, and is left out.
fn as_they_stood(reading: &Reading, kept: Vec<Kept>, seq: Option<u64>) -> Result<Vec<Kept>, StoreError> {
    let Some(seq) = seq else { return Ok(Vec::new()) };
    let mut then = Vec::with_capacity(kept.len());
    for record in kept {
        let changed_since = record.live().is_none_or(|r| r.last.seq > seq);
        match changed_since.then(|| reading.kept_as_of(record.id(), seq)).transpose()? {
            None => then.push(record),
            Some(Some(Then::Kept(record))) => then.push(record),
            Some(None | Some(Then::Gone(_))) => {}
        }
    }
    Ok(then)
}

fn moment_of(reading: &Reading, seq: u64) -> Result<Timestamp, Failure> {
    let bytes =
        reading.entry(seq)?.ok_or_else(|| Failure::usage("entry_unknown", format!("there is no entry {seq}")))?;
    let entry: aims_store::Entry =
        serde_json::from_slice(&bytes).map_err(|e| Failure::usage("internal", e.to_string()))?;
    entry.ts.parse().map_err(|_| Failure::usage("internal", format!("entry {seq} has the moment `{}`", entry.ts)))
}
