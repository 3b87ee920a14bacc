//! An independent verifier of bundles: needs only a bundle and public keys.
//!
//! It shares no code with the software that makes bundles and was written from `docs/formats` alone. [`verify`] reads a
//! bundle once: the entries against the tiles and the checkpoint (`log`), then the payloads beside the state
//! (`contents`, `replay`, `state`), then the evidence. Memory grows by some 90 bytes an entry, not with content.
//! Bundles are hostile until shown otherwise: every length is bounded, and nothing here panics.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod blocks;
mod body;
mod contents;
mod entry;
mod evidence;
mod folder;
mod found;
mod hash;
mod hexadecimal;
mod lists;
mod log;
mod merkle;
mod moment;
mod note;
mod passkey;
mod replay;
mod report;
mod scan;
mod state;
mod strings;
mod verify;

pub use note::Key;
pub use report::{Counts, Problem, Report, Verdict};
pub use verify::{BroughtReceipt, Request, verify};
