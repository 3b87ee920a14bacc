//! How each job went the last time.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

/// The last run of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub at: Timestamp,
    /// What it did, or why it could not.
    pub outcome: Result<String, String>,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
}

/// Runs by job and organization; nothing for what belongs to the server as one.
type Runs = BTreeMap<(&'static str, Option<String>), Run>;

/// The last run of every job, for people to read.
#[derive(Debug, Default)]
pub struct Board(Mutex<Runs>);

impl Board {
    /// Notes a run.
    pub fn note(&self, job: &'static str, org: Option<String>, at: Timestamp, outcome: Result<String, String>) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (job, org);
        let since = runs.get(&key).and_then(|before| before.failing_since);
        let failing_since = outcome.is_err().then(|| since.unwrap_or(at));
        runs.insert(key, Run { at, outcome, failing_since });
    }

    /// The last runs that concern an organization, those of the server as one among them, by job.
    pub fn of(&self, org: &str) -> Vec<(&'static str, Run)> {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let concern = runs.iter().filter(|((_, of), _)| of.as_deref().is_none_or(|of| of == org));
        concern.map(|((job, _), run)| (*job, run.clone())).collect()
    }
}
