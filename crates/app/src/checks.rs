//! Verdicts: the records as of a moment, held against the frameworks.

mod question;

use std::collections::BTreeMap;

use aims_conformity::{
    Assessment, Because, Conformity, Difference, Escalation, Explanation, Lapse, Said, Verdict, difference,
    escalations, explain,
};
use aims_record::Kept;
use aims_register::Register;
use aims_store::{Reading, StoreError, Then};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use question::Question;

use crate::{Aims, AsOf, Failure, HistoryLine};

/// A forecast looks at most this many days ahead.
pub const FORECAST_DAYS_MAX: u32 = 3660;

/// What a check found, and what it looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checked {
    /// The moment for which it was decided.
    pub at: Timestamp,
    /// The last entry that was known then.
    pub as_of: Option<u64>,
    /// How many records there were.
    pub records: usize,
    /// One for each requirement and control that was asked about; where only one record was, what is said about it.
    pub verdicts: Vec<Verdict>,
    /// What is minor item by item and proposed as major for its clause. It changes no verdict.
    pub escalations: Vec<Escalation>,
}

/// What changed between two moments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Diffed {
    /// The earlier moment.
    pub from: Timestamp,
    /// The last entry that was known at the earlier moment.
    pub from_entry: Option<u64>,
    /// The later moment.
    pub to: Timestamp,
    /// The last entry that was known at the later moment.
    pub to_entry: Option<u64>,
    /// What is said otherwise, what got worse first.
    pub differences: Vec<Difference>,
    /// What was done in between to the records that made it so, by readable number.
    pub acts: BTreeMap<String, Vec<HistoryLine>>,
}

/// What will change if nobody does anything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Forecast {
    /// From when.
    pub at: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// The last entry that was known.
    pub as_of: Option<u64>,
    /// In the order of time.
    pub lapses: Vec<Lapse>,
}

impl Aims {
    /// Decides the requirements and controls that are asked about. What was recorded after the moment of the question is not known to it.
    ///
    /// # Errors
    /// Where the records cannot be read, or nothing is named so.
    pub fn check(&self, question: &Question) -> Result<Checked, Failure> {
        let ids = question.requirements(&self.frameworks)?;
        let system = question.system.as_deref().map(|s| self.show(s, None)).transpose()?.map(|s| s.number);
        let mut checked = self.decide(&ids, question.as_of, question.on)?;
        if let Some(since) = question.since {
            let before = self.decide(&ids, Some(since), None)?;
            question::only_since(&mut checked.verdicts, &before.verdicts);
            checked.escalations.retain(|e| !before.escalations.contains(e));
        }
        if let Some(number) = system {
            // What is proposed for a clause is about the organization as one.
            checked.escalations.clear();
            checked.verdicts = checked.verdicts.into_iter().flat_map(|v| question::about(v, &number)).collect();
        }
        Ok(checked)
    }

    pub(crate) fn decide(
        &self,
        ids: &[String],
        as_of: Option<AsOf>,
        on: Option<Timestamp>,
    ) -> Result<Checked, Failure> {
        let (register, known_at, seq) = self.register(as_of)?;
        let at = on.unwrap_or(known_at);
        let conformity = Conformity { frameworks: &self.frameworks, register: &register };
        let verdicts: Vec<Verdict> = ids.iter().filter_map(|id| conformity.verdict(id, at)).collect();
        let escalations = escalations(&self.frameworks, &register, &verdicts, at);
        Ok(Checked { at, as_of: seq, records: register.len(), verdicts, escalations })
    }

    /// How a requirement, or each requirement of a clause, is decided, in words written from the rule, and the proof; where a subject is
    /// named, the proof for it alone.
    ///
    /// # Errors
    /// Where there is no such requirement, or it is not about that record.
    pub fn explain(
        &self,
        requirement: &str,
        subject: Option<&str>,
        as_of: Option<AsOf>,
    ) -> Result<Vec<Explanation>, Failure> {
        let ids = Question::about(requirement).requirements(&self.frameworks)?;
        let (register, at, _) = self.register(as_of)?;
        let found = ids.iter().filter_map(|id| explain(&self.frameworks, &register, at, id));
        let Some(subject) = subject else { return Ok(found.collect()) };
        let number = self.show(subject, None)?.number;
        let found: Vec<_> = found.filter_map(|e| e.only(&number)).collect();
        if found.is_empty() {
            let message = format!("`{requirement}` is not decided for {number} by itself; leave it out");
            return Err(Failure::usage("subject_not_asked", message));
        }
        Ok(found)
    }

    /// What is said otherwise at a later moment (now, where none is given) than at an earlier one, and what made it so.
    ///
    /// # Errors
    /// Where the records cannot be read, nothing is named so, or the moments stand in the wrong order.
    pub fn diff(&self, from: AsOf, to: Option<AsOf>, question: &Question) -> Result<Diffed, Failure> {
        let ids = question.requirements(&self.frameworks)?;
        let (before, from, from_entry) = self.register(Some(from))?;
        let (after, to, to_entry) = self.register(to)?;
        if to < from {
            return Err(Failure::usage("moments_reversed", "the first moment is later than the second; exchange them"));
        }
        let say = |register: &Register, at| -> Vec<Verdict> {
            let conformity = Conformity { frameworks: &self.frameworks, register };
            ids.iter().filter_map(|id| conformity.verdict(id, at)).collect()
        };
        let (old, new) = (say(&before, from), say(&after, to));
        let differences = difference(
            Said { at: from, register: &before, verdicts: &old },
            Said { at: to, register: &after, verdicts: &new },
        );
        let acts = self.acts_between(&differences, from_entry, to_entry)?;
        Ok(Diffed { from, from_entry, to, to_entry, differences, acts })
    }

    /// What was done to the records that differences cite, after the entry `from` and up to the entry `to`.
    fn acts_between(
        &self,
        differences: &[Difference],
        from: Option<u64>,
        to: Option<u64>,
    ) -> Result<BTreeMap<String, Vec<HistoryLine>>, Failure> {
        let mut acts = BTreeMap::new();
        for because in differences.iter().flat_map(|d| &d.because) {
            let (Because::Recorded(record) | Because::Changed { record, .. } | Because::Gone(record)) = because else {
                continue;
            };
            if acts.contains_key(&record.number) {
                continue;
            }
            let mut lines = self.history(&record.id)?;
            lines.retain(|l| from.is_none_or(|from| l.seq > from) && to.is_some_and(|to| l.seq <= to));
            acts.insert(record.number.clone(), lines);
        }
        Ok(acts)
    }

    /// What changes within so many days if nobody does anything.
    ///
    /// # Errors
    /// Where the records cannot be read, or the days are more than [`FORECAST_DAYS_MAX`].
    pub fn forecast(&self, days: u32, as_of: Option<AsOf>) -> Result<Forecast, Failure> {
        if days > FORECAST_DAYS_MAX {
            return Err(Failure::usage(
                "days_out_of_range",
                format!("a forecast reaches at most {FORECAST_DAYS_MAX} days"),
            ));
        }
        let (register, at, seq) = self.register(as_of)?;
        let end = at
            .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
            .map_err(|_| Failure::usage("days_out_of_range", "the forecast ends beyond what a date can be"))?;
        let lapses = Assessment::of(&self.frameworks, register, at).ahead(end);
        Ok(Forecast { at, end, as_of: seq, lapses })
    }

    /// The register, the moment it stands for, and the last entry in it.
    pub(crate) fn register(&self, as_of: Option<AsOf>) -> Result<(Register, Timestamp, Option<u64>), Failure> {
        let reading = self.store.snapshot()?;
        let (kept, at, seq) = self.kept(&reading, as_of)?;
        let register = Register::of(self.kinds.clone(), kept).map_err(|e| Failure::usage("internal", e.to_string()))?;
        Ok((register, at, seq))
    }

    /// All records as of a moment, the moment, and the last entry known then.
    pub(crate) fn kept(
        &self,
        reading: &Reading,
        as_of: Option<AsOf>,
    ) -> Result<(Vec<Kept>, Timestamp, Option<u64>), Failure> {
        let (seq, at) = self.place_in(reading, as_of)?;
        let mut kept = Vec::new();
        reading.each_record(&mut |record| {
            kept.push(record);
            Ok(())
        })?;
        if as_of.is_some() {
            kept = as_they_stood(reading, kept, seq)?;
        }
        Ok((kept, at, seq))
    }

    /// The last entry at a moment, and when that moment is.
    pub(crate) fn place(&self, as_of: AsOf) -> Result<(Option<u64>, Timestamp), Failure> {
        self.place_in(&*self.store.snapshot()?, Some(as_of))
    }

    fn place_in(&self, reading: &Reading, as_of: Option<AsOf>) -> Result<(Option<u64>, Timestamp), Failure> {
        Ok(match as_of {
            None => (reading.size()?.checked_sub(1), self.clock.now()),
            Some(AsOf::Moment(moment)) => (reading.seq_at(moment)?, moment),
            Some(AsOf::Entry(seq)) => (Some(seq), moment_of(reading, seq)?),
        })
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
