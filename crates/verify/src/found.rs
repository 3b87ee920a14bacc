//! What the blocks of payloads gave, counted and gathered.

use crate::{report::Problem, scan::Hash};

/// A file that an entry commits to.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) file: Hash,
    pub(crate) salt: Hash,
    pub(crate) c: Hash,
    pub(crate) len: u64,
    pub(crate) seq: u32,
}

/// What a block gave.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) records: u64,
    pub(crate) payloads: u64,
    pub(crate) gone: u64,
    pub(crate) withheld: u64,
    pub(crate) evidence: Vec<Use>,
    pub(crate) unknown: Vec<Problem>,
}

impl Found {
    pub(crate) fn add(&mut self, mut other: Found) {
        self.records += other.records;
        self.payloads += other.payloads;
        self.gone += other.gone;
        self.withheld += other.withheld;
        self.evidence.append(&mut other.evidence);
        // One sentence of a kind is enough; thousands would hide it.
        let room = 20usize.saturating_sub(self.unknown.len());
        self.unknown.extend(other.unknown.drain(..).take(room));
    }
}
