//! An append-only Merkle log of opaque entries that an outsider can verify.
//!
//! The crate knows nothing of what an entry says: it hashes bytes ([`hash`]), grows and reads the tree
//! ([`tree`]), checks proofs ([`proof`]), signs and opens tree heads ([`note`], [`checkpoint`]) and hands out
//! receipts that verify offline ([`receipt`]). Two readers of JSON stand beside it: [`canonical`] for what is
//! hashed, [`strict`] for what strangers send. The format is specified in `docs/formats/ledger.md`.
//!
//! Deliberately absent: files, databases, the clock, randomness, and every word of whoever uses it.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod canonical;
pub mod checkpoint;
pub mod hash;
pub mod note;
pub mod proof;
pub mod receipt;
pub mod strict;
pub mod tree;

pub use hash::{Hash, commitment, leaf_hash, node_hash};
