//! The order of the checks, from the checkpoint's signature to the last piece of evidence.

use crate::{
    contents::{self, Context},
    evidence,
    folder::{self, Folder},
    log::{Expected, Log},
    merkle,
    note::{self, Key, NOTE_BYTES_MAX, Receipt, Signed},
    report::{Checked, Report, altered, cannot_tell},
    scan::{Cursor, Hash, Uuid, fault, unescape, uuid_text},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    collections::BTreeSet,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// A receipt that the reader kept.
#[derive(Clone, Debug)]
pub struct BroughtReceipt {
    /// The `.tlog-proof`.
    pub proof: PathBuf,
    /// The entry's exact bytes, where the reader kept them as well.
    pub entry: Option<PathBuf>,
}

/// What to verify, against what.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The bundle's folder.
    pub bundle: PathBuf,
    /// Keys of the log; with none, those that lie in the bundle are used.
    pub keys: Vec<Key>,
    /// Accept the bundle's own keys as the log's.
    pub trust_bundle_keys: bool,
    /// Checkpoints that the reader kept.
    pub checkpoints: Vec<PathBuf>,
    /// Receipts that the reader kept.
    pub receipts: Vec<BroughtReceipt>,
}

/// Verifies a bundle. Never fails: what keeps it from finishing is a problem in the report.
pub fn verify(request: &Request) -> Report {
    let mut report = Report::default();
    if let Err(problem) = Verification::run(request, &mut report) {
        report.problems.push(problem);
    }
    report.conclude()
}

/// `bundle.json`.
struct Label {
    org: Uuid,
    origin: String,
    size: u64,
    withheld: bool,
}

/// What the reader brought, opened.
#[derive(Default)]
struct Brought {
    checkpoints: Vec<(String, Signed)>,
    receipts: Vec<(String, Receipt, Option<Hash>)>,
}

struct Verification<'a> {
    request: &'a Request,
    folder: Folder,
    keys: Vec<Key>,
}

impl Verification<'_> {
    fn run(request: &Request, report: &mut Report) -> Checked<()> {
        let folder = Folder::new(&request.bundle);
        if !request.bundle.is_dir() {
            return Err(cannot_tell(request.bundle.display().to_string(), "is no folder"));
        }
        let label = read_label(&folder)?;
        report.org = String::from_utf8_lossy(&uuid_text(&label.org)).into_owned();
        report.origin.clone_from(&label.origin);
        report.size = label.size;
        let mut this = Verification { request, folder, keys: request.keys.clone() };
        this.find_keys(report)?;
        let checkpoint = this.open_checkpoint(&label, report)?;
        let brought = this.open_brought(&label, report)?;
        let log = this.check_log(&label, &checkpoint, &brought, report)?;
        check_brought(&log, &label, &brought, report)?;
        let context = Context { log: &log, origin: &label.origin, org: &report.org.clone(), withheld: label.withheld };
        let mut found = contents::check(&this.folder, &context, &mut report.problems)?;
        report.counts.records = found.records;
        report.counts.payloads = found.payloads;
        report.counts.gone = found.gone;
        report.counts.withheld = found.withheld;
        report.counts.evidence = evidence::check(&this.folder, &mut found.evidence)?;
        this.remark(report);
        Ok(())
    }

    /// Takes the keys of the bundle where the reader brought none.
    fn find_keys(&mut self, report: &mut Report) -> Checked<()> {
        if !self.keys.is_empty() {
            return Ok(());
        }
        let bytes = self.folder.read("keys", NOTE_BYTES_MAX)?;
        self.keys = Key::parse_all(&String::from_utf8_lossy(&bytes)).map_err(|what| cannot_tell("keys", what))?;
        if self.request.trust_bundle_keys {
            report.notes.push("the keys were taken from the bundle itself, as asked for".into());
        } else {
            let what =
                "the key was taken from the bundle itself, so this cannot tell who signed; bring the log's key (--key)";
            report.problems.push(cannot_tell("keys", what));
        }
        Ok(())
    }

    fn open_checkpoint(&self, label: &Label, report: &mut Report) -> Checked<Signed> {
        let signed = note::open("checkpoint", &self.folder.read("checkpoint", NOTE_BYTES_MAX)?, &self.keys)?;
        let checkpoint = &signed.checkpoint;
        report.root = STANDARD.encode(checkpoint.root);
        report.signed_by.clone_from(&signed.by);
        if checkpoint.origin != label.origin {
            return Err(altered(
                "checkpoint",
                format!("is of the log {}, bundle.json says {}", checkpoint.origin, label.origin),
            ));
        }
        if checkpoint.size != label.size {
            return Err(altered(
                "checkpoint",
                format!("covers {} entries, bundle.json says {}", checkpoint.size, label.size),
            ));
        }
        if checkpoint.size == 0 {
            return Err(altered("checkpoint", "covers no entry, but a log begins with its founding"));
        }
        if checkpoint.size >= u64::from(u32::MAX) {
            return Err(cannot_tell("checkpoint", "covers more entries than this program can count"));
        }
        if signed.by.is_empty() {
            let what = "no signature is by a known key of this log, so this cannot tell who signed it";
            report.problems.push(cannot_tell("checkpoint", what));
        }
        Ok(signed)
    }

    fn open_brought(&self, label: &Label, report: &mut Report) -> Checked<Brought> {
        let mut brought = Brought::default();
        for path in &self.request.checkpoints {
            let (place, bytes) = read_brought(path)?;
            let signed = note::open(&place, &bytes, &self.keys)?;
            if is_of_log(&place, &signed, label, report)? {
                brought.checkpoints.push((place, signed));
            }
        }
        for receipt in &self.request.receipts {
            let (place, bytes) = read_brought(&receipt.proof)?;
            let opened = note::open_receipt(&place, &bytes, &self.keys)?;
            let entry = receipt.entry.as_ref().map(|path| read_brought(path)).transpose()?;
            if is_of_log(&place, &opened.signed, label, report)? {
                brought.receipts.push((place, opened, entry.map(|(_, bytes)| merkle::leaf(&bytes))));
            }
        }
        Ok(brought)
    }

    fn check_log(&self, label: &Label, signed: &Signed, brought: &Brought, report: &mut Report) -> Checked<Log> {
        let size = label.size;
        let sizes = brought.checkpoints.iter().map(|(_, signed)| signed.checkpoint.size);
        let receipts =
            brought.receipts.iter().flat_map(|(_, r, _)| [r.signed.checkpoint.size, r.index.saturating_add(1)]);
        // The last bundle that a root of that many entries, or an entry's leaf, lies in.
        let leaves_of: BTreeSet<u64> =
            sizes.chain(receipts).chain([size]).filter(|n| *n > 0).map(|n| (n - 1) >> 8).collect();
        let expected = Expected { size, org: label.org, leaves_of };
        let entry_bytes = folder::check_tile_paths(&self.folder, size)?;
        let mut log = Log::read(&self.folder, &expected, entry_bytes)?;
        if log.root_at(size) != Some(signed.checkpoint.root) {
            return Err(altered("checkpoint", "its root is not that of the entries"));
        }
        if let Some(problem) = log.unknown.take() {
            return Err(problem);
        }
        report.counts.entries = size;
        report.counts.tiles = folder::level_sizes(size).map(|at| at.div_ceil(256)).sum();
        Ok(log)
    }

    /// Says what the answer does not cover.
    fn remark(&self, report: &mut Report) {
        if self.request.checkpoints.is_empty() && self.request.receipts.is_empty() {
            let note = "no older checkpoint or receipt was given, so a log that was shortened and signed again would not be noticed";
            report.notes.push(note.into());
        }
        if report.counts.withheld > 0 {
            report.notes.push(format!(
                "{} personal payloads were withheld; their content was not checked",
                report.counts.withheld
            ));
        }
        let strangers = self.folder.strangers();
        if !strangers.is_empty() {
            report.notes.push(format!("not part of a bundle and not checked: {}", strangers.join(", ")));
        }
    }
}

fn read_label(folder: &Folder) -> Checked<Label> {
    let bytes = folder.read("bundle.json", 65_536)?;
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    if let Some(label) = parse_label(bytes) {
        return Ok(label);
    }
    if let Some(fault) = fault(bytes) {
        return Err(altered("bundle.json", format!("is not in canonical form: {fault}")));
    }
    let value: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    match value.get("v") {
        Some(v) if *v != 1 => Err(cannot_tell("bundle.json", "has a version (`v`) that is not known")),
        _ => Err(altered("bundle.json", "is not the canonical object that the format describes")),
    }
}

fn parse_label(bytes: &[u8]) -> Option<Label> {
    let mut c = Cursor::new(bytes);
    c.lit(b"{\"made_at\":")?;
    c.string()?;
    c.lit(b",\"org\":")?;
    let org = c.uuid()?;
    c.lit(b",\"origin\":")?;
    let origin = unescape(c.string()?)?;
    c.lit(b",\"size\":")?;
    let size = c.uint()?;
    c.lit(b",\"v\":1,\"withheld\":[")?;
    let withheld = c.try_lit(b"\"personal\"");
    c.lit(b"]}")?;
    c.end()?;
    Some(Label { org, origin, size, withheld })
}

fn read_brought(path: &Path) -> Checked<(String, Vec<u8>)> {
    let place = path.display().to_string();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(NOTE_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|e| cannot_tell(&place, format!("cannot be read: {e}")))?;
    if bytes.len() as u64 > NOTE_BYTES_MAX {
        return Err(cannot_tell(&place, "is too long"));
    }
    Ok((place, bytes))
}

/// Whether a brought checkpoint says something about this log; why not goes to the report.
fn is_of_log(place: &str, signed: &Signed, label: &Label, report: &mut Report) -> Checked<bool> {
    let Signed { checkpoint, by } = signed;
    if checkpoint.origin != label.origin {
        let what = format!("is of another log ({}) and says nothing about this one", checkpoint.origin);
        report.problems.push(cannot_tell(place, what));
    } else if by.is_empty() {
        report
            .problems
            .push(cannot_tell(place, "no signature is by a known key of this log, so anyone could have written it"));
    } else if checkpoint.size > label.size {
        let (was, is) = (checkpoint.size, label.size);
        return Err(altered(place, format!("the log was shortened: it had {was} entries, the bundle has {is}")));
    } else {
        return Ok(true);
    }
    Ok(false)
}

fn check_brought(log: &Log, label: &Label, brought: &Brought, report: &mut Report) -> Checked<()> {
    for (place, signed) in &brought.checkpoints {
        check_continues(log, place, signed)?;
        report.counts.older_checkpoints += 1;
    }
    for (place, receipt, entry) in &brought.receipts {
        check_continues(log, place, &receipt.signed)?;
        let (index, checkpoint) = (receipt.index, &receipt.signed.checkpoint);
        let leaf = log.leaf_at(index).filter(|_| index < label.size);
        let leaf = leaf.ok_or_else(|| altered(place, format!("is for entry {index}, which the log does not have")))?;
        if entry.is_some_and(|entry| entry != leaf) {
            return Err(altered(
                place,
                format!("entry {index} of the log is not the entry that came with the receipt"),
            ));
        }
        if merkle::root_from_inclusion(index, checkpoint.size, leaf, &receipt.proof) != Some(checkpoint.root) {
            return Err(altered(place, format!("its path does not lead from entry {index} to its root")));
        }
        report.counts.receipts += 1;
    }
    Ok(())
}

fn check_continues(log: &Log, place: &str, signed: &Signed) -> Checked<()> {
    let checkpoint = &signed.checkpoint;
    if log.root_at(checkpoint.size) == Some(checkpoint.root) {
        return Ok(());
    }
    let what = format!(
        "the log was rewritten: its first {} entries are not those that this checkpoint covers",
        checkpoint.size
    );
    Err(altered(place, what))
}
