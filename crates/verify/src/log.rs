//! The log: every entry read once, hashed, compared with the tiles, and reduced to a row of a table.

use crate::{
    entry::{self, Act, Commitment, Common, Entry},
    folder::{Folder, level_sizes, tile_path},
    merkle::{self, Frontier},
    passkey,
    report::{Checked, Problem, Verdict, altered, cannot_tell},
    scan::{Hash, Uuid, uuid_text},
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// No earlier act on the record.
pub(crate) const NO_PREV: u32 = u32::MAX;
/// The most bytes of an entry bundle: 256 entries, each with its length.
const BUNDLE_BYTES_MAX: u64 = 256 * (65_535 + 2);
/// Bundles that are read together; with the next ones being read, about 24 MiB.
const BATCH: u64 = 64;

/// What replaying needs of an entry, in 64 bytes: one line of a cache, since rows are asked for all over the table.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Row {
    /// Commitment of the act's body.
    pub(crate) c: Hash,
    /// The digits of the moment.
    pub(crate) ts: u64,
    /// Bytes of the act's body.
    pub(crate) len: u32,
    pub(crate) prev: u32,
    pub(crate) ver: u32,
    /// Index into [`Log::pids`].
    pub(crate) pid: u32,
    /// Index into [`Log::kinds`].
    pub(crate) kind: u16,
    /// Payloads beside the body: they stand in [`Log::extras`].
    pub(crate) more: u16,
    pub(crate) act: Act,
    pub(crate) has_body: bool,
}

/// A payload that is no body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extra {
    pub(crate) seq: u32,
    /// Position in the entry's `payload`.
    pub(crate) n: u32,
    pub(crate) commitment: Commitment,
}

/// What remains of the entries after one pass.
#[derive(Default)]
pub(crate) struct Log {
    /// Rows of 256 entries each: growing never copies them.
    rows: Vec<Vec<Row>>,
    /// Every act on a record: sorted by record, then by entry.
    pub(crate) by_record: Vec<(Uuid, u32)>,
    /// Sorted by entry, then position.
    pub(crate) extras: Vec<Extra>,
    /// Entries without a record that have payloads.
    pub(crate) loose: Vec<u32>,
    /// Persons about whom everything was erased, and the newest entry that says so.
    pub(crate) erased: HashMap<Uuid, u32>,
    pub(crate) pids: Vec<[u8; 36]>,
    pub(crate) kinds: Vec<Vec<u8>>,
    pid_index: HashMap<Uuid, u32>,
    last_ts: u64,
    /// Roots of full bundles.
    level1: Vec<Hash>,
    /// Leaf hashes of the bundles that were asked for.
    leaves: BTreeMap<u64, Vec<Hash>>,
    /// The first entry that is not understood. Hashes are compared all the same: altered beats cannot tell.
    pub(crate) unknown: Option<Problem>,
}

/// What the entries are held against.
pub(crate) struct Expected {
    pub(crate) size: u64,
    pub(crate) org: Uuid,
    /// Bundles whose leaf hashes are needed afterwards.
    pub(crate) leaves_of: BTreeSet<u64>,
}

impl Log {
    /// Reads all entries and compares every tile.
    pub(crate) fn read(folder: &Folder, expected: &Expected, entry_bytes: u64) -> Checked<Log> {
        let mut log = Log::default();
        // No entry is shorter than this, so a lying size cannot make us reserve more than the files justify.
        let entries = expected.size.min(entry_bytes / 300);
        log.by_record.reserve_exact(usize::try_from(entries).unwrap_or(0));
        let bundles = expected.size.div_ceil(256);
        let mut ready = read_batch(folder, expected, 0..BATCH.min(bundles));
        let mut next = BATCH;
        while !ready.is_empty() {
            let range = next.min(bundles)..(next + BATCH).min(bundles);
            next += BATCH;
            let (merged, read) = rayon::join(
                || ready.into_iter().try_for_each(|b| log.merge(b?)),
                || read_batch(folder, expected, range),
            );
            merged?;
            ready = read;
        }
        log.check_upper_tiles(folder, expected.size)?;
        // As numbers, identifiers compare in one step.
        log.by_record.par_sort_unstable_by_key(|(id, seq)| (u128::from_be_bytes(*id), *seq));
        Ok(log)
    }

    pub(crate) fn row(&self, seq: u32) -> Option<&Row> {
        self.rows.get(seq as usize >> 8)?.get(seq as usize & 255)
    }

    /// The payloads of an entry beside its body.
    pub(crate) fn extras_of(&self, seq: u32) -> &[Extra] {
        let from = self.extras.partition_point(|e| e.seq < seq);
        let to = self.extras.partition_point(|e| e.seq <= seq);
        self.extras.get(from..to).unwrap_or_default()
    }

    /// The root over the first `size` entries; their last bundle must have been asked for.
    pub(crate) fn root_at(&self, size: u64) -> Option<Hash> {
        let (full, rest) = ((size >> 8) as usize, (size & 255) as usize);
        let mut frontier = Frontier::default();
        self.level1.get(..full)?.iter().for_each(|hash| frontier.push(8, *hash));
        if rest > 0 {
            self.leaves.get(&(size >> 8))?.get(..rest)?.iter().for_each(|hash| frontier.push(0, *hash));
        }
        Some(frontier.root())
    }

    /// The leaf hash of an entry whose bundle was asked for.
    pub(crate) fn leaf_at(&self, index: u64) -> Option<Hash> {
        self.leaves.get(&(index >> 8))?.get((index & 255) as usize).copied()
    }

    fn merge(&mut self, mut bundle: Bundle) -> Checked<()> {
        self.level1.extend(bundle.root);
        if let Some(leaves) = bundle.leaves {
            self.leaves.insert(bundle.index, leaves);
        }
        self.unknown = self.unknown.take().or(bundle.unknown);
        if self.unknown.is_some() {
            // Without this entry no order and no state can be told; only the hashes still count.
            return Ok(());
        }
        if bundle.first_ts < self.last_ts {
            return Err(before_its_time(bundle.index * 256));
        }
        if bundle.first_clamped && bundle.first_ts != self.last_ts {
            return Err(not_held_back(bundle.index * 256));
        }
        self.last_ts = bundle.last_ts;
        let pids: Vec<u32> = bundle.pids.iter().map(|pid| self.pid(pid)).collect();
        let kinds = bundle.kinds.iter().map(|kind| self.kind(kind)).collect::<Checked<Vec<u16>>>()?;
        for row in &mut bundle.rows {
            row.pid = pids.get(row.pid as usize).copied().unwrap_or_default();
            row.kind = kinds.get(usize::from(row.kind)).copied().unwrap_or_default();
        }
        self.rows.push(bundle.rows);
        self.by_record.append(&mut bundle.by_record);
        self.extras.append(&mut bundle.extras);
        self.loose.append(&mut bundle.loose);
        self.erased.extend(bundle.erased);
        Ok(())
    }

    fn pid(&mut self, pid: &Uuid) -> u32 {
        let pids = &mut self.pids;
        *self.pid_index.entry(*pid).or_insert_with(|| {
            pids.push(uuid_text(pid));
            (pids.len() - 1) as u32
        })
    }

    fn kind(&mut self, kind: &[u8]) -> Checked<u16> {
        let known = self.kinds.iter().position(|known| known == kind);
        let at = known.unwrap_or_else(|| {
            self.kinds.push(kind.to_vec());
            self.kinds.len() - 1
        });
        u16::try_from(at)
            .map_err(|_| cannot_tell("tile/entries", "name more kinds of record than this program can count"))
    }

    fn check_upper_tiles(&self, folder: &Folder, size: u64) -> Checked<()> {
        let mut hashes = self.level1.clone();
        for (level, _) in level_sizes(size).enumerate().skip(1) {
            let mut above = Vec::new();
            for (index, tile) in hashes.chunks(256).enumerate() {
                let path = tile_path(&level.to_string(), index as u64, tile.len() as u64);
                compare_tile(folder, &path, tile, None)?;
                if tile.len() == 256 {
                    above.push(merkle::root(tile));
                }
            }
            hashes = above;
        }
        Ok(())
    }
}

fn before_its_time(seq: u64) -> Problem {
    altered(format!("entry {seq}"), "its `ts` is before that of the entry before it")
}

fn not_held_back(seq: u64) -> Problem {
    altered(format!("entry {seq}"), "its `ts` is marked as held back, but is not that of the entry before")
}

fn read_batch(folder: &Folder, expected: &Expected, range: std::ops::Range<u64>) -> Vec<Checked<Bundle>> {
    range.into_par_iter().map_init(Vec::new, |buffer, index| Bundle::read(folder, expected, index, buffer)).collect()
}

fn compare_tile(folder: &Folder, path: &str, hashes: &[Hash], first_seq: Option<u64>) -> Checked<()> {
    let tile = folder.read(path, 8192)?;
    if tile.len() != hashes.len() * 32 {
        let (is, wanted) = (tile.len(), hashes.len() * 32);
        return Err(altered(path, format!("has {is} bytes instead of {wanted}")));
    }
    let Some(at) = tile.chunks(32).zip(hashes).position(|(in_tile, hash)| in_tile != hash) else { return Ok(()) };
    Err(match first_seq {
        Some(first) => {
            altered(format!("entry {}", first + at as u64), format!("its hash is not the one that {path} has for it"))
        }
        None => altered(path, format!("hash {at} is not that of the tile below it")),
    })
}

/// What one file of entries gives.
struct Bundle {
    index: u64,
    rows: Vec<Row>,
    by_record: Vec<(Uuid, u32)>,
    extras: Vec<Extra>,
    loose: Vec<u32>,
    erased: Vec<(Uuid, u32)>,
    pids: Vec<Uuid>,
    kinds: Vec<Vec<u8>>,
    first_ts: u64,
    first_clamped: bool,
    last_ts: u64,
    /// Of a full bundle.
    root: Option<Hash>,
    leaves: Option<Vec<Hash>>,
    unknown: Option<Problem>,
}

impl Bundle {
    fn read(folder: &Folder, expected: &Expected, index: u64, bytes: &mut Vec<u8>) -> Checked<Bundle> {
        let width = (expected.size - index * 256).min(256);
        let path = tile_path("entries", index, width);
        folder.read_into(&path, BUNDLE_BYTES_MAX, bytes)?;
        let mut bundle = Bundle::empty(index);
        let mut leaves = Vec::with_capacity(256);
        let (mut common, mut payloads) = (Common::default(), Vec::new());
        let mut rest = bytes.as_slice();
        for seq in index * 256..index * 256 + width {
            let cut = || altered(&path, format!("ends within entry {seq}"));
            let (len, after) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
            let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*len))).ok_or_else(cut)?;
            rest = after;
            if bundle.unknown.is_none() {
                let read = entry::parse(entry, &mut common, &mut payloads).map_err(|shape| shape.explain(seq, entry));
                let read = read.and_then(|read| {
                    if read.signed {
                        passkey::check(seq, entry)?;
                    }
                    Ok(read)
                });
                bundle.take(seq, read, &payloads, expected)?;
            }
            leaves.push(merkle::leaf(entry));
        }
        if !rest.is_empty() {
            return Err(altered(&path, format!("has {} bytes after its last entry", rest.len())));
        }
        compare_tile(folder, &tile_path("0", index, width), &leaves, Some(index * 256))?;
        bundle.root = (width == 256).then(|| merkle::root(&leaves));
        bundle.leaves = expected.leaves_of.contains(&index).then_some(leaves);
        Ok(bundle)
    }

    /// Takes one entry; one that is not understood is kept in mind.
    fn take(
        &mut self,
        seq: u64,
        read: Result<Entry<'_>, Problem>,
        payloads: &[Commitment],
        expected: &Expected,
    ) -> Checked<()> {
        match read {
            Ok(entry) => {
                check_alone(&entry, payloads, seq, expected)?;
                self.add(&entry, payloads, seq)
            }
            Err(problem) if problem.verdict == Verdict::CannotTell => {
                self.unknown = Some(problem);
                Ok(())
            }
            Err(problem) => Err(problem),
        }
    }

    fn empty(index: u64) -> Bundle {
        Bundle {
            index,
            rows: Vec::with_capacity(256),
            by_record: Vec::with_capacity(256),
            extras: Vec::new(),
            loose: Vec::new(),
            erased: Vec::new(),
            pids: Vec::new(),
            kinds: Vec::new(),
            first_ts: 0,
            first_clamped: false,
            last_ts: 0,
            root: None,
            leaves: None,
            unknown: None,
        }
    }

    fn add(&mut self, entry: &Entry<'_>, payloads: &[Commitment], seq: u64) -> Checked<()> {
        if entry.ts < self.last_ts {
            return Err(before_its_time(seq));
        }
        if self.rows.is_empty() {
            self.first_ts = entry.ts;
            self.first_clamped = entry.clamped;
        } else if entry.clamped && entry.ts != self.last_ts {
            return Err(not_held_back(seq));
        }
        self.last_ts = entry.ts;
        // The size was checked to fit: `Expected::size` is below 2^32.
        let seq = seq as u32;
        let body = payloads.first().filter(|p| p.class == entry::Class::Record);
        let others = payloads.iter().enumerate().skip(usize::from(body.is_some()));
        self.extras.extend(others.map(|(n, p)| Extra { seq, n: n as u32, commitment: *p }));
        let (mut prev, mut ver, mut kind) = (NO_PREV, 0, 0);
        if let Some(obj) = &entry.obj {
            self.by_record.push((obj.id, seq));
            prev = obj.prev.map_or(NO_PREV, |prev| u32::try_from(prev).unwrap_or(NO_PREV - 1));
            ver = u32::try_from(obj.ver).unwrap_or(u32::MAX);
            kind = index_of(&mut self.kinds, |known| known == obj.kind, || obj.kind.to_vec()) as u16;
            if entry.act == Act::Erased {
                self.erased.push((obj.id, seq));
            }
        } else if !payloads.is_empty() {
            self.loose.push(seq);
        }
        self.rows.push(Row {
            c: body.map_or([0; 32], |p| p.c),
            ts: entry.ts,
            len: body.map_or(0, |p| p.len as u32),
            prev,
            ver,
            pid: index_of(&mut self.pids, |known| *known == entry.pid, || entry.pid) as u32,
            kind,
            more: (payloads.len() - usize::from(body.is_some())) as u16,
            act: entry.act,
            has_body: body.is_some(),
        });
        Ok(())
    }
}

/// Where a value stands in a short table; it is added if it is new.
fn index_of<T>(table: &mut Vec<T>, is: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> usize {
    table.iter().position(is).unwrap_or_else(|| {
        table.push(new());
        table.len() - 1
    })
}

/// The rules that need no other entry.
fn check_alone(entry: &Entry<'_>, payloads: &[Commitment], seq: u64, expected: &Expected) -> Checked<()> {
    let fail = |what: &str| Err(altered(format!("entry {seq}"), what));
    let body = payloads.first().is_some_and(|p| p.class == entry::Class::Record);
    if entry.seq != seq {
        return Err(altered(format!("entry {seq}"), format!("says that it is entry {}", entry.seq)));
    }
    if entry.org != expected.org {
        return fail("belongs to another organization");
    }
    if (entry.act == Act::Founded) != (seq == 0) {
        return fail("entry 0, and no other, has the act `founded`");
    }
    if entry.obj.is_some() && !entry.done {
        return fail("acts on a record although its outcome is not `done`");
    }
    if (entry.obj.is_some() || seq == 0) && !body {
        return fail("has no payload of class `record` in the first place");
    }
    if seq == 0 && (entry.obj.is_some() || payloads.len() != 1 || entry.clamped) {
        return fail("is not the founding entry that the format describes");
    }
    if payloads.len() > usize::from(u16::MAX) {
        return fail("has too many payloads");
    }
    Ok(())
}
