//! The digest of what a verdict rests on (`docs/formats/rules.md`, rule 19): a tree, so that one record changes only its own branch.

use std::collections::{BTreeMap, HashMap, btree_map, hash_map};

use aims_register::{Entry, Register, Slot};
use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};

type Hash = [u8; 32];

/// Branches of the root, and buckets of a branch.
const WIDE: usize = 64;

/// The records that a verdict rests on, each with how many of its parts rest on it.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    counts: HashMap<Slot, u32, RandomState>,
    branches: BTreeMap<u8, Branch>,
}

#[derive(Debug)]
struct Branch {
    buckets: BTreeMap<u8, Vec<Slot>>,
    /// Of the buckets, then their own; nothing where something changed since.
    hash: Option<Hash>,
}

/// Branch and bucket: the last twelve bits of the id, six each.
fn place(id: u128) -> (u8, u8) {
    let bits = |n: u128| u8::try_from(n & 63).unwrap_or_default();
    (bits(id >> 6), bits(id))
}

impl Evidence {
    /// All of these, whatever the order, each once.
    pub(crate) fn of<'a>(witnesses: impl IntoIterator<Item = Entry<'a>>) -> Self {
        let mut evidence = Self::default();
        witnesses.into_iter().for_each(|w| evidence.add(w));
        evidence
    }

    /// One more part rests on the record.
    pub(crate) fn add(&mut self, record: Entry<'_>) {
        let count = self.counts.entry(record.slot()).or_default();
        *count += 1;
        let new = *count == 1;
        let (branch, bucket) = place(record.uuid());
        let branch = self.branches.entry(branch).or_insert_with(|| Branch { buckets: BTreeMap::new(), hash: None });
        branch.hash = None;
        if new {
            branch.buckets.entry(bucket).or_default().push(record.slot());
        }
    }

    /// The record is there in another version.
    pub(crate) fn touch(&mut self, record: Entry<'_>) {
        if let Some(branch) = self.branches.get_mut(&place(record.uuid()).0) {
            branch.hash = None;
        }
    }

    /// One part less does.
    pub(crate) fn remove(&mut self, record: Entry<'_>) {
        let (id, slot) = (record.uuid(), record.slot());
        let hash_map::Entry::Occupied(mut count) = self.counts.entry(slot) else { return };
        *count.get_mut() -= 1;
        let gone = *count.get() == 0;
        if gone {
            count.remove();
        }
        let (branch, bucket) = place(id);
        let btree_map::Entry::Occupied(mut known) = self.branches.entry(branch) else { return };
        known.get_mut().hash = None;
        if gone && let Some(slots) = known.get_mut().buckets.get_mut(&bucket) {
            slots.retain(|s| *s != slot);
            if slots.is_empty() {
                known.get_mut().buckets.remove(&bucket);
            }
        }
        if known.get().buckets.is_empty() {
            known.remove();
        }
    }

    /// In lower-case hexadecimal. The versions are those of the register.
    pub(crate) fn digest(&mut self, requirement: &str, register: &Register) -> String {
        let mut root = [[0; 32]; WIDE];
        for (place, branch) in &mut self.branches {
            let hash = *branch.hash.get_or_insert_with(|| branch_hash(&branch.buckets, register));
            if let Some(at) = root.get_mut(usize::from(*place)) {
                *at = hash;
            }
        }
        let mut hash = Sha256::new();
        hash.update(requirement.as_bytes());
        hash.update(b"\n");
        hash.update(root.as_flattened());
        hex::encode(hash.finalize())
    }

    /// An estimate of the memory it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let buckets: usize = self.branches.values().map(|b| b.buckets.len() * 40 + 64).sum();
        self.counts.capacity() * 9 + buckets + self.counts.len() * 4
    }
}

fn branch_hash(buckets: &BTreeMap<u8, Vec<Slot>>, register: &Register) -> Hash {
    let mut hashes = [[0; 32]; WIDE];
    for (place, slots) in buckets {
        let mut records: Vec<(u128, u64)> =
            slots.iter().filter_map(|s| register.at(*s)).map(|r| (r.uuid(), r.version())).collect();
        records.sort_unstable();
        let mut hash = Sha256::new();
        for (id, version) in records {
            hash.update(id.to_be_bytes());
            hash.update(version.to_be_bytes());
        }
        let hash = hash.finalize().into();
        if let Some(at) = hashes.get_mut(usize::from(*place)) {
            *at = hash;
        }
    }
    Sha256::digest(hashes.as_flattened()).into()
}
