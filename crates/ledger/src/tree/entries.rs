//! Entry bundles: entries one after the other, each behind its length in two bytes, big-endian.

/// The longest entry a bundle can hold, in bytes: the largest number that two bytes can write.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Why entries cannot be bundled, or a bundle not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than [`ENTRY_BYTES_MAX`].
    #[error("entry {position} of the bundle has {bytes} bytes; at most 65535 are allowed")]
    EntryTooLong {
        /// Position in the bundle, from 0.
        position: usize,
        /// Length of the entry.
        bytes: usize,
    },
    /// The bundle ends in the middle of an entry.
    #[error("the bundle ends inside entry {position}")]
    CutShort {
        /// Position in the bundle, from 0.
        position: usize,
    },
    /// The bundle holds another number of entries than its name says.
    #[error("the bundle holds {found} entries, not {expected}")]
    WrongWidth {
        /// Entries the bundle's name promises.
        expected: u16,
        /// Entries it holds.
        found: usize,
    },
}

/// Writes entries as one bundle.
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let mut bundle = Vec::new();
    for (position, entry) in entries.into_iter().enumerate() {
        let bytes = entry.len();
        let length = u16::try_from(bytes).map_err(|_| BundleError::EntryTooLong { position, bytes })?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Ok(bundle)
}

/// Takes a bundle apart; it must hold exactly `width` entries and nothing after them.
pub fn decode_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let cut_short = BundleError::CutShort { position: entries.len() };
        let (length, after) = rest.split_first_chunk().ok_or(cut_short)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut_short)?;
        entries.push(entry);
        rest = after;
    }
    let found = entries.len();
    if found == usize::from(width) { Ok(entries) } else { Err(BundleError::WrongWidth { expected: width, found }) }
}
