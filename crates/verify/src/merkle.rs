//! RFC 6962 trees: SHA-256 with 0x00 before a leaf and 0x01 before two hashes.

pub(crate) use crate::hash::node;
use crate::{hash::sha256_of, scan::Hash};

/// The hash of an entry.
pub(crate) fn leaf(entry: &[u8]) -> Hash {
    sha256_of(&[0], entry)
}

/// Roots of the full subtrees that make up a growing tree, largest first.
#[derive(Clone, Default)]
pub(crate) struct Frontier(Vec<(u8, Hash)>);

impl Frontier {
    /// Adds a full subtree of `2^height` leaves; smaller ones must not stand open before it.
    pub(crate) fn push(&mut self, mut height: u8, mut hash: Hash) {
        while let Some((before, left)) = self.0.last().copied()
            && before == height
        {
            self.0.pop();
            hash = node(&left, &hash);
            height += 1;
        }
        self.0.push((height, hash));
    }

    /// The root; that of no leaves is the hash of nothing.
    pub(crate) fn root(&self) -> Hash {
        let mut hashes = self.0.iter().rev().map(|(_, hash)| *hash);
        match hashes.next() {
            None => sha256_of(&[], b""),
            Some(last) => hashes.fold(last, |right, left| node(&left, &right)),
        }
    }
}

/// The root of hashes that stand at the same height, such as those of one tile.
pub(crate) fn root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    hashes.iter().for_each(|hash| frontier.push(0, *hash));
    frontier.root()
}

/// The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2), or `None` where its length does not fit.
pub(crate) fn root_from_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
        if leaves.len() < 2 {
            return Vec::new();
        }
        let half = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(half);
        let (mut path, sibling) =
            if index < half { (path(left, index), root(right)) } else { (path(right, index - half), root(left)) };
        path.push(sibling);
        path
    }

    #[test]
    fn every_inclusion_proof_of_small_trees_leads_to_the_root() {
        for size in 1..40usize {
            let leaves: Vec<Hash> = (0..size).map(|n| leaf(&[n as u8])).collect();
            for index in 0..size {
                let proof = path(&leaves, index);
                assert_eq!(root_from_inclusion(index as u64, size as u64, leaves[index], &proof), Some(root(&leaves)));
                let mut longer = proof.clone();
                longer.push([0; 32]);
                assert_eq!(root_from_inclusion(index as u64, size as u64, leaves[index], &longer), None);
            }
        }
    }
}
