//! The right edge of a growing tree.

use crate::hash::{Hash, node_hash};

/// The roots of the complete subtrees that make up a tree, largest first: all that appending needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The number of subtree roots does not fit the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} has {expected} complete subtrees, not {given}")]
pub struct FrontierError {
    /// Leaves in the tree.
    pub size: u64,
    /// Complete subtrees a tree of that size has: one for each binary 1 of the size.
    pub expected: usize,
    /// Roots that were given.
    pub given: usize,
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a tree again from its size and the roots of its complete subtrees, largest first.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, FrontierError> {
        let (expected, given) = (size.count_ones() as usize, peaks.len());
        if expected == given { Ok(Self { size, peaks }) } else { Err(FrontierError { size, expected, given }) }
    }

    /// As [`from_peaks`](Self::from_peaks), for a caller that counted them.
    pub(super) fn of_counted_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        Self { size, peaks }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds one leaf, given by its [leaf hash](crate::hash::leaf_hash).
    pub fn append(&mut self, leaf: Hash) {
        let mut subtree = leaf;
        // Every trailing binary 1 of the size is a subtree that the new leaf completes into one twice as large.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                subtree = node_hash(&left, &subtree);
            }
        }
        self.peaks.push(subtree);
        self.size += 1;
    }

    /// The Merkle tree hash of all leaves so far (RFC 6962 section 2.1).
    pub fn root(&self) -> Hash {
        let rightmost_first = self.peaks.iter().rev().copied();
        rightmost_first.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(Hash::of_empty_tree)
    }
}
