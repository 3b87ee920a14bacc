//! Rules over registers give verdicts with reasons, next acts and the moment of lapse.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]
