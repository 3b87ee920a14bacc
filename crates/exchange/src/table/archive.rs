//! Whether an archive from outside is safe to open: looked at entry by entry before any reader of ours sees it.

use std::{
    collections::HashSet,
    io::{Cursor, Read},
};

use zip::ZipArchive;

use crate::{Note, Unreadable};

const ENTRIES_MAX: usize = 1_000;
/// Bytes of one entry, and of all, when opened.
const ENTRY_MAX: u64 = 128 << 20;
const ALL_MAX: u64 = 256 << 20;
/// How many times larger an entry may be than it is packed, once it is larger than a megabyte.
const RATIO_MAX: u64 = 200;
const RATIO_FROM: u64 = 1 << 20;
/// Local header of an archive's entry.
const ENTRY_MARK: &[u8] = b"PK\x01\x02";

/// Refuses what is not safe; says where the workbook points elsewhere, which is never followed.
pub(super) fn check(bytes: &[u8], notes: &mut Vec<Note>) -> Result<(), Unreadable> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let message = "the workbook is encrypted or of the old format XLS; save it as XLSX without a password";
        return Err(Unreadable::new("archive_unsafe", message));
    }
    let marks = bytes.windows(ENTRY_MARK.len()).filter(|w| *w == ENTRY_MARK).count();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_an_archive())?;
    if archive.len() > ENTRIES_MAX || marks > 4 * ENTRIES_MAX {
        return Err(unsafe_entry("", &format!("the archive holds more than {ENTRIES_MAX} entries")));
    }
    let (mut names, mut all) = (HashSet::new(), 0_u64);
    for n in 0..archive.len() {
        all += look(&mut archive, n, &mut names, notes)?;
        if all > ALL_MAX {
            return Err(unsafe_entry("", "the archive unpacks to more than is read"));
        }
    }
    Ok(())
}

fn look(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    n: usize,
    names: &mut HashSet<String>,
    notes: &mut Vec<Note>,
) -> Result<u64, Unreadable> {
    let raw = archive.by_index_raw(n).map_err(|_| not_an_archive())?;
    let named = raw.name().map_err(|_| not_an_archive())?;
    let (name, packed) = (named.into_owned(), raw.compressed_size());
    let rule = if raw.encrypted() {
        "it is encrypted; save the workbook without a password"
    } else if raw.enclosed_name().is_none() || name.contains('\\') {
        "its name leads out of the archive"
    } else if raw.is_symlink() {
        "it is a link"
    } else if !names.insert(name.to_lowercase()) {
        "its name comes twice"
    } else if [".zip", ".xlsx", ".jar"].iter().any(|end| name.to_lowercase().ends_with(end)) {
        "it is an archive within the archive"
    } else {
        ""
    };
    if !rule.is_empty() {
        return Err(unsafe_entry(&name, rule));
    }
    drop(raw);
    if name.starts_with("xl/externalLinks/") && notes.iter().all(|n| n.code != "external_link") {
        let message = "the workbook points to other files; these were not looked at, the values last seen were taken";
        notes.push(Note::new("external_link", message));
    }
    unpack(archive, n, &name, packed)
}

/// Unpacks an entry piece by piece: what it says of its own size is not believed.
fn unpack(archive: &mut ZipArchive<Cursor<&[u8]>>, n: usize, name: &str, packed: u64) -> Result<u64, Unreadable> {
    let mut entry = archive.by_index(n).map_err(|_| unsafe_entry(name, "it cannot be unpacked"))?;
    let is_xml = [".xml", ".rels"].iter().any(|end| name.ends_with(end));
    let (mut piece, mut size, mut tail) = ([0_u8; 16_384], 0_u64, Vec::new());
    loop {
        let read = entry.read(&mut piece).map_err(|_| unsafe_entry(name, "it cannot be unpacked"))?;
        let bytes = piece.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(size);
        }
        size += read as u64;
        if size > ENTRY_MAX || (size > RATIO_FROM && size / packed.max(1) > RATIO_MAX) {
            return Err(unsafe_entry(name, "it unpacks to far more than it is packed"));
        }
        tail.extend_from_slice(bytes);
        if is_xml && tail.windows(9).any(|w| w == b"<!DOCTYPE") {
            return Err(unsafe_entry(name, "it declares a document type, which could name other files"));
        }
        tail.drain(..tail.len().saturating_sub(8));
    }
}

fn not_an_archive() -> Unreadable {
    Unreadable::new("archive_unsafe", "the archive is damaged; save the workbook anew and import that")
}

fn unsafe_entry(name: &str, rule: &str) -> Unreadable {
    let place = crate::text::in_short(&crate::text::clean(name).0, 200);
    Unreadable::new("archive_unsafe", format!("the workbook is not opened: {rule}")).at(place)
}
