//! Loads and checks what the system knows: kinds, frameworks, requirements and rules.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]
