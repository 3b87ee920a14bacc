//! Loads and checks what the system knows: kinds, frameworks, requirements, rules, and who may do what.
//!
//! Everything comes in as (file name, text) pairs and is parsed by [`yaml`], which keeps positions, so that every error can name file,
//! line and column. No function here touches the file system or the clock.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod access;
mod embedded;
pub mod kinds;
pub mod standard;
pub mod yaml;

pub use embedded::Content;
