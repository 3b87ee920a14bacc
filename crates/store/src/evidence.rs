//! Evidence: files by their SHA-256. A file is on disk, under its final name, before any act can name it.

mod sniff;

use std::{
    fs,
    io::{self, Read, Write as _},
    path::Path,
    time::{Duration, SystemTime},
};

use aims_ledger::{Hash, hash::Commitment};
use aims_record::File;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use crate::{
    error::{EvidenceError, StoreError},
    folder::{Folder, at, sync_dir},
    projection::is_named,
};
use sniff::Sniffed;

/// Most bytes of a file, where the caller gives no other limit.
const LIMIT: u64 = 100 << 20;
/// Most characters of a name.
const NAME_MAX: usize = 255;
/// Bytes read at once: memory stays the same for any file.
const PIECE: usize = 64 << 10;

/// A file that is offered as evidence.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Its name: any text of up to 255 characters, only ever shown.
    pub name: String,
    /// SHA-256 (hex) that it should have.
    pub expected_sha256: Option<String>,
    /// Most bytes; `None`: 100 MiB.
    pub limit: Option<u64>,
}

/// A file in the evidence store, with the commitment for the act that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The file. Its media type is `application/octet-stream` where a browser must not show it: HTML, SVG, two formats at once.
    pub file: File,
    /// Salted commitment to its bytes.
    pub c: Hash,
    /// The salt.
    pub salt: [u8; 32],
    /// Never shown inside a page.
    pub download_only: bool,
}

/// Takes a file in: temporary file in the same file system, fsync, rename, fsync of the folders.
pub(crate) fn put(
    folder: &Folder,
    offer: &Offer,
    content: &mut dyn Read,
    salt: [u8; 32],
    upload: &str,
) -> Result<Evidence, EvidenceError> {
    check_name(&offer.name)?;
    let temp = folder.evidence_temp().join(upload);
    let taken = receive(&temp, offer, content, salt).and_then(|received| keep(folder, &temp, offer, received));
    // Gone already where it was renamed; what was refused leaves nothing behind.
    let _ = fs::remove_file(&temp);
    taken
}

/// What arrived.
struct Received {
    len: u64,
    sha256: String,
    c: Hash,
    salt: [u8; 32],
    sniffed: Sniffed,
}

fn receive(temp: &Path, offer: &Offer, content: &mut dyn Read, salt: [u8; 32]) -> Result<Received, EvidenceError> {
    let limit = offer.limit.unwrap_or(LIMIT);
    let mut file = fs::File::create_new(temp).map_err(at(temp)).map_err(full)?;
    let (mut digest, mut commitment) = (Sha256::new(), Commitment::new(&salt));
    let mut sniffer = sniff::Sniffer::default();
    let (mut len, mut piece) = (0_u64, vec![0; PIECE]);
    loop {
        let count = match content.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(EvidenceError::Incomplete(error)),
        };
        let read = piece.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        len += count as u64;
        if len > limit {
            return Err(EvidenceError::TooLarge { limit_mib: limit >> 20 });
        }
        file.write_all(read).map_err(at(temp)).map_err(full)?;
        digest.update(read);
        commitment.update(read);
        sniffer.take(read);
    }
    file.sync_all().map_err(at(temp)).map_err(full)?;
    let sniffed = sniffer.finish(&offer.name);
    Ok(Received { len, sha256: hex::encode(digest.finalize()), c: commitment.finish(), salt, sniffed })
}

fn keep(folder: &Folder, temp: &Path, offer: &Offer, received: Received) -> Result<Evidence, EvidenceError> {
    if received.len == 0 {
        return Err(EvidenceError::Empty);
    }
    if let Some(given) = offer.expected_sha256.as_ref().filter(|given| !given.eq_ignore_ascii_case(&received.sha256)) {
        return Err(EvidenceError::DigestMismatch { given: given.clone(), found: received.sha256 });
    }
    let (mime, download_only) = match received.sniffed {
        Sniffed::Shown(mime) => (mime, false),
        Sniffed::Download => (sniff::UNKNOWN, true),
        Sniffed::Contradicts(found) => {
            return Err(EvidenceError::TypeMismatch { name: offer.name.clone(), found: found.to_owned() });
        }
    };
    settle(folder, temp, &received.sha256).map_err(full)?;
    let file = File { len: received.len, mime: mime.to_owned(), name: offer.name.clone(), sha256: received.sha256 };
    Ok(Evidence { file, c: received.c, salt: received.salt, download_only })
}

/// Gives the file its final name. The same content twice is one file.
fn settle(folder: &Folder, temp: &Path, sha256: &str) -> Result<(), StoreError> {
    let path = folder.blob(sha256).ok_or_else(|| not_a_digest(sha256))?;
    let Some(parent) = path.parent() else { return Err(not_a_digest(sha256)) };
    if !parent.exists() {
        fs::create_dir_all(parent).map_err(at(parent))?;
        sync_dir(&folder.evidence())?;
    }
    fs::rename(temp, &path).map_err(at(&path))?;
    sync_dir(parent)
}

/// Commits anew to a stored file.
pub(crate) fn weigh(folder: &Folder, file: &File, salt: [u8; 32]) -> Result<Evidence, StoreError> {
    let mut content = open(folder, &file.sha256)?;
    let (found, c, len) = digest(&mut content, &[salt]).map_err(at(&folder.evidence()))?;
    let c = c.first().copied().ok_or(StoreError::ReadOnly)?;
    if found != file.sha256 || len != file.len {
        let place = format!("the file {}", file.sha256);
        return Err(StoreError::Damaged { place, reason: "its content or length is another".into() });
    }
    let download_only = file.mime == sniff::UNKNOWN;
    Ok(Evidence { file: file.clone(), c, salt, download_only })
}

/// SHA-256, commitments and length of a stream, in one pass.
pub(crate) fn digest(content: &mut dyn Read, salts: &[[u8; 32]]) -> io::Result<(String, Vec<Hash>, u64)> {
    let mut sha256 = Sha256::new();
    let mut commitments: Vec<Commitment> = salts.iter().map(Commitment::new).collect();
    let (mut len, mut piece) = (0_u64, vec![0; PIECE]);
    loop {
        let count = content.read(&mut piece)?;
        let read = piece.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        len += count as u64;
        sha256.update(read);
        commitments.iter_mut().for_each(|commitment| commitment.update(read));
    }
    let commitments = commitments.into_iter().map(Commitment::finish).collect();
    Ok((hex::encode(sha256.finalize()), commitments, len))
}

/// Opens a stored file.
pub(crate) fn open(folder: &Folder, sha256: &str) -> Result<fs::File, StoreError> {
    let path = folder.blob(sha256).ok_or_else(|| not_a_digest(sha256))?;
    fs::File::open(&path).map_err(at(&path))
}

/// Refuses a file that is not there with this length.
pub(crate) fn must_exist(folder: &Folder, file: &File) -> Result<(), StoreError> {
    let len = open(folder, &file.sha256)?.metadata().map_err(at(&folder.evidence()))?.len();
    if len == file.len { Ok(()) } else { Err(not_a_digest(&file.sha256)) }
}

/// Deletes a file that no payload names any more.
pub(crate) fn delete_unnamed(folder: &Folder, conn: &Connection, sha256: &str) -> Result<bool, StoreError> {
    let path = folder.blob(sha256).ok_or_else(|| not_a_digest(sha256))?;
    if is_named(conn, sha256)? || !path.exists() {
        return Ok(false);
    }
    fs::remove_file(&path).map_err(at(&path))?;
    path.parent().map_or(Ok(()), sync_dir)?;
    Ok(true)
}

/// Deletes uploads that were broken off and files that no payload names, both only where older than `age`.
pub(crate) fn collect_orphans(
    folder: &Folder,
    conn: &Connection,
    now: SystemTime,
    age: Duration,
) -> Result<u64, StoreError> {
    let mut count = 0;
    for path in each_file(&folder.evidence())? {
        let modified = path.metadata().and_then(|m| m.modified()).map_err(at(&path))?;
        if now.duration_since(modified).unwrap_or_default() < age {
            continue;
        }
        if path.parent() == Some(&folder.evidence_temp()) {
            fs::remove_file(&path).map_err(at(&path))?;
            count += 1;
        } else if let Some(sha256) = path.file_name().and_then(|name| name.to_str()).filter(|_| folder.is_blob(&path)) {
            count += u64::from(delete_unnamed(folder, conn, sha256)?);
        }
    }
    Ok(count)
}

/// All files below `evidence/`, two levels deep.
pub(crate) fn each_file(evidence: &Path) -> Result<Vec<std::path::PathBuf>, StoreError> {
    let mut files = Vec::new();
    for dir in fs::read_dir(evidence).map_err(at(evidence))? {
        let dir = dir.map_err(at(evidence))?.path();
        if dir.is_dir() {
            for file in fs::read_dir(&dir).map_err(at(&dir))? {
                files.push(file.map_err(at(&dir))?.path());
            }
        }
    }
    Ok(files)
}

fn check_name(name: &str) -> Result<(), EvidenceError> {
    match name.chars().count() {
        0 => Err(EvidenceError::NameMissing),
        1..=NAME_MAX => Ok(()),
        count => Err(EvidenceError::NameTooLong(count)),
    }
}

fn full(error: StoreError) -> EvidenceError {
    match error {
        StoreError::StorageFull => EvidenceError::StorageFull,
        error => EvidenceError::Store(error),
    }
}

fn not_a_digest(sha256: &str) -> StoreError {
    StoreError::Damaged { place: format!("the file `{sha256}`"), reason: "there is no such file".into() }
}
