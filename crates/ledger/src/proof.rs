//! Checks of inclusion and consistency proofs: RFC 9162 sections 2.1.3.2 and 2.1.4.2 (the trees of RFC 6962).
//!
//! A proof of the wrong length is refused, not padded or cut: every hash must be used and none may be missing.

use crate::hash::{Hash, node_hash};

/// Why a proof does not prove what is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such leaf in a tree of this size.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexBeyondSize {
        /// Position of the leaf, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("a tree of size {old} cannot be older than one of size {new}")]
    OldBeyondNew {
        /// Leaves in the older tree.
        old: u64,
        /// Leaves in the newer tree.
        new: u64,
    },
    /// Too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes ({0})")]
    WrongLength(usize),
    /// The hashes lead to another root than the one claimed.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// The hashes do not lead to the older root.
    #[error("the proof leads to another old root")]
    OtherOldRoot,
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this `root`.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexBeyondSize { index, size });
    }
    let mut place = Place { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        match place.climb() {
            None => return Err(ProofError::WrongLength(proof.len())),
            Some(Side::Left) => hash = node_hash(sibling, &hash),
            Some(Side::Right) => hash = node_hash(&hash, sibling),
        }
    }
    if place.last != 0 {
        return Err(ProofError::WrongLength(proof.len()));
    }
    if hash == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Checks that the tree of `new` leaves with `new_root` begins with the tree of `old` leaves with `old_root`.
///
/// The empty tree begins every tree: then the proof must be empty and `old_root` the root of the empty tree.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OldBeyondNew { old, new });
    }
    if old == 0 || old == new {
        return verify_trivial_consistency(old, proof, old_root, if old == new { new_root } else { old_root });
    }
    let wrong_length = ProofError::WrongLength(proof.len());
    // A complete old tree is itself a node of the new one, so the prover leaves it out.
    let (first, rest) =
        if old.is_power_of_two() { (old_root, proof) } else { proof.split_first().ok_or(wrong_length)? };
    let mut place = Place { node: old - 1, last: new - 1 };
    place.skip_complete();
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        match place.climb().ok_or(wrong_length)? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
    }
    match () {
        () if place.last != 0 => Err(wrong_length),
        () if old_hash != *old_root => Err(ProofError::OtherOldRoot),
        () if new_hash != *new_root => Err(ProofError::OtherRoot),
        () => Ok(()),
    }
}

fn verify_trivial_consistency(old: u64, proof: &[Hash], old_root: &Hash, same_root: &Hash) -> Result<(), ProofError> {
    if !proof.is_empty() {
        return Err(ProofError::WrongLength(proof.len()));
    }
    if old == 0 && *old_root != Hash::of_empty_tree() {
        return Err(ProofError::OtherOldRoot);
    }
    if old_root == same_root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// On which side of our node the next sibling stands.
enum Side {
    Left,
    Right,
}

/// A node on the way from a leaf to the root, and the last node of its row (`fn` and `sn` in the RFC).
struct Place {
    node: u64,
    last: u64,
}

impl Place {
    /// Goes up to the row above the next sibling; `None` when the node is the root already.
    fn climb(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last { Side::Left } else { Side::Right };
        if matches!(side, Side::Left) {
            // A last node without a sibling rises unchanged until it finds one.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
        }
        self.up();
        Some(side)
    }

    /// Goes up while the node is a right child: the subtree that ends here is complete.
    fn skip_complete(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }
}
