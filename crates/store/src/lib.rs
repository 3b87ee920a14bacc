//! The only SQL, and the evidence store: one organization's entries, payloads, records and tiles in one SQLite file.
//!
//! [`Organization`] is a data folder that is open. Everything that changes it goes through [`Organization::write`]: a command
//! runs on the one writer thread with a [`Draft`], appends entries, and is answered only after its transaction is on disk.
//! Reading goes through a [`Snapshot`] (or the [`Draft`] itself): both are a [`Reading`]. Records and links are a
//! projection of the entries and can be rebuilt ([`Organization::rebuild`]) and checked ([`Organization::verify`]).
//! The files are described in `docs/formats/store.md`.
//!
//! Deliberately absent: the clock and randomness ([`Clock`] and [`Chance`] are given), who may do what, and what a kind is.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod accounts;

mod books;
mod bundle;
mod chain;
mod chance;
mod command;
mod desk;
mod draft;
mod entry;
mod erasures;
mod error;
mod evidence;
mod folder;
#[cfg(test)]
mod full_disk;
mod instance;
mod landing;
mod log;
mod organization;
mod projection;
mod reading;
mod schema;
mod settings;
mod signer;
mod vault;
mod verify;

pub use chance::{Chance, Clock};
pub use draft::{ActSignature, Deed, Draft, Envelope, Idem, Written};
pub use entry::{
    Entry, EntryObject, EntryPayload, Outcome, PasskeySignature, PayloadClass, Policy, Software, TsState, act_challenge,
};
pub use error::{AppendError, EvidenceError, StoreError, WriteError};
pub use evidence::{Evidence, Offer};
pub use instance::DoorNote;
pub use organization::{Founding, Organization, Snapshot};
pub use reading::{About, Body, Filter, Gone, Payload, Personal, Reading, StoredAct, Then};
pub use settings::{Access, OpenOptions};
pub use verify::{Finding, Findings};
