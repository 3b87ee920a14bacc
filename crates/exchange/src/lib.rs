//! Other people's formats in and out.
//!
//! [`read`] turns one artefact (a model card, a CycloneDX bill of materials, an SPDX document, a Croissant description) into drafts of
//! records, and says for every value of the file which field took it or that it was kept aside. Nothing is written here: whoever calls
//! compares the drafts with the records of the organization by their keys and shows the plan. [`files`] does the same for records that
//! live as YAML in git. Everything is pure: no file is opened, no clock is read, and the same bytes always give the same reading.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod cards;
mod croissant;
mod cyclonedx;
mod decode;
pub mod files;
pub mod findings;
mod front_matter;
mod graph;
mod json;
mod key;
mod markdown;
mod reading;
mod recognise;
mod sheet;
mod spdx;
pub mod table;
mod text;
mod tree;
mod unreadable;

pub use reading::{Artefact, Draft, Format, Leftover, Note, Provenance, Reading};
pub use recognise::{Found, found, looks_like};
pub use unreadable::Unreadable;

/// Bytes of the largest artefact that is read.
pub const ARTEFACT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Reads an artefact into drafts of records.
///
/// # Errors
/// The file cannot be read as this format; the error says why, where, and what to do instead.
pub fn read(format: Format, artefact: Artefact<'_>) -> Result<Reading, Unreadable> {
    if artefact.bytes.len() > ARTEFACT_BYTES_MAX {
        let message = format!("the file has {} bytes; at most {ARTEFACT_BYTES_MAX} are read", artefact.bytes.len());
        return Err(Unreadable::new("too_large", message));
    }
    let decoded = decode::decode(artefact.bytes)?;
    match format {
        Format::ModelCard | Format::DatasetCard => cards::read(format, artefact, decoded),
        Format::CycloneDx => cyclonedx::read(artefact, decoded),
        Format::Spdx => spdx::read(artefact, decoded),
        Format::Croissant => croissant::read(artefact, decoded),
    }
}
