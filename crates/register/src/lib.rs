//! The records of one organization as of a moment, in memory, indexed by kind and link.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]
