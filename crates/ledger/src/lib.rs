//! An append-only Merkle log of opaque entries that an outsider can verify.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]
