//! The entries in order: form, order, payloads, tree.

use aims_ledger::{
    Hash, canonical, commitment, leaf_hash,
    tree::{Frontier, TILE_WIDTH, TileId},
};
use rusqlite::{OptionalExtension as _, Row};

use super::Check;
use crate::{
    entry::{Entry, EntryPayload, Outcome, PayloadClass, parse_entry},
    error::StoreError,
    log::{PAYLOAD_BITS, seq_of_row, signed, tile_row, unsigned},
    reading::Gone,
};

type Result<T> = std::result::Result<T, StoreError>;

/// A row of `payloads`.
struct StoredPayload {
    id: i64,
    c: String,
    salt: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
    wrapped: Option<Vec<u8>>,
    subject: Option<String>,
    file: Option<String>,
}

/// The tree as the entries give it, level by level.
#[derive(Default)]
struct Levels {
    rows: Vec<(u64, Vec<Hash>)>,
    tiles: u64,
}

/// What one entry must agree with in the next.
struct Before {
    ts: String,
    size: u64,
    endings: u64,
}

impl Check<'_> {
    pub(super) fn entries(&mut self) -> Result<()> {
        let reading = self.reading;
        let (head_size, head_root) = reading.head()?;
        let mut payloads =
            reading.conn()?.prepare("SELECT id, c, salt, body, wrapped, subject, file FROM payloads ORDER BY id")?;
        let mut payloads = payloads.query_map([], StoredPayload::read)?.peekable();
        let (mut frontier, mut levels) = (Frontier::new(), Levels::default());
        let mut before = Before { ts: String::new(), size: 0, endings: 0 };
        reading.each_entry(0..u64::MAX, &mut |seq, bytes| {
            if seq != before.size {
                self.add("entry_missing", format!("event {}", before.size), format!("Event {seq} follows instead."));
                before.size = seq;
            }
            let mut rows = Vec::new();
            while let Some(row) = payloads.next_if(|row| row.as_ref().map_or(true, |row| seq_of_row(row.id) <= seq)) {
                rows.push(row?);
            }
            self.entry(seq, bytes, rows, &mut before)?;
            let leaf = leaf_hash(bytes);
            frontier.append(leaf);
            self.grow(&mut levels, 0, leaf)?;
            before.size += 1;
            if before.size.is_multiple_of(1024) {
                (self.progress)(before.size, head_size);
            }
            Ok(())
        })?;
        for row in payloads {
            let seq = seq_of_row(row?.id);
            self.add("payload_extra", format!("event {seq}"), "A payload is stored for an event that is not there.");
        }
        self.close_levels(&mut levels)?;
        if (head_size, head_root) != (before.size, frontier.root()) {
            self.add("head_differs", "table head", "It states another size or root than the entries give.");
        }
        self.count("tiles", levels.tiles)?;
        self.count("endings", before.endings)?;
        self.found.entries += before.size;
        (self.progress)(before.size, head_size);
        Ok(())
    }

    /// A table must have exactly so many rows: each was found, so one more is one that nothing gave.
    fn count(&mut self, table: &str, expected: u64) -> Result<()> {
        let sql = format!("SELECT count(*) FROM {table}");
        let found = unsigned(self.reading.conn()?.query_row(&sql, [], |row| row.get(0))?);
        if found != expected {
            let sentence = format!("It has {found} rows where the entries give {expected}.");
            self.add("rows_differ", format!("table {table}"), sentence);
        }
        Ok(())
    }

    fn entry(&mut self, seq: u64, bytes: &[u8], rows: Vec<StoredPayload>, before: &mut Before) -> Result<()> {
        let place = format!("event {seq}");
        if let Err(error) = canonical::check(bytes) {
            self.add("entry_not_canonical", &place, format!("Its bytes are not canonical: {error}."));
        }
        let entry = match parse_entry(seq, bytes) {
            Ok(entry) => entry,
            Err(error) => {
                self.add("entry_unreadable", &place, format!("It is not an entry: {error}."));
                return Ok(());
            }
        };
        if let Some(sentence) = self.broken_rule(seq, &entry, &before.ts) {
            self.add("entry_rule", &place, sentence);
        }
        if let Some(object) = &entry.obj
            && matches!(entry.act.as_str(), "erased" | "disposed")
        {
            before.endings += 1;
            let sql = "SELECT EXISTS (SELECT 1 FROM endings WHERE seq = ?1 AND record = ?2 AND act = ?3)";
            let known: Option<bool> = self.reading.one(sql, (signed(seq), &object.id, &entry.act), |row| row.get(0))?;
            if known != Some(true) {
                self.add("ending_differs", &place, "The list of endings does not have it.");
            }
        }
        self.payloads(seq, &entry, rows)?;
        before.ts = entry.ts;
        Ok(())
    }

    fn broken_rule(&self, seq: u64, entry: &Entry, ts_before: &str) -> Option<String> {
        let founded = entry.act == "founded";
        let first_class = entry.payload.first().map(|payload| payload.class);
        let rules = [
            (entry.seq == seq, "Its number is not its place in the ledger."),
            (entry.v == 1, "It is of an unknown version."),
            (entry.org == self.reading.about().org, "It belongs to another organization."),
            (entry.ts.as_str() >= ts_before, "It is before the event before it."),
            (entry.obj.is_none() || entry.outcome == Outcome::Done, "It names a record though it was not done."),
            (founded == (seq == 0), "Founding stands at the beginning, and only there."),
            (!(founded && entry.obj.is_some()), "Founding names a record."),
            (entry.obj.is_none() || first_class == Some(PayloadClass::Record), "It has no body."),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map(|(_, sentence)| sentence.to_owned())
    }

    fn payloads(&mut self, seq: u64, entry: &Entry, rows: Vec<StoredPayload>) -> Result<()> {
        let mut rows = rows.into_iter().peekable();
        for (position, described) in entry.payload.iter().enumerate() {
            let place = format!("event {seq}, payload {position}");
            let id = signed(seq) << PAYLOAD_BITS | signed(position as u64);
            let Some(row) = rows.next_if(|row| row.id == id) else {
                self.add("payload_missing", place, "Its row is not there.");
                continue;
            };
            if row.c != described.c || row.subject != described.subject || row.file != described.file {
                self.add(
                    "payload_differs",
                    &place,
                    "It stands for another commitment, person or file than the event says.",
                );
            }
            self.content(seq, &place, described, &row)?;
        }
        if rows.next().is_some() {
            self.add("payload_extra", format!("event {seq}"), "More payloads are stored than the event commits to.");
        }
        Ok(())
    }

    fn content(&mut self, seq: u64, place: &str, described: &EntryPayload, row: &StoredPayload) -> Result<()> {
        let Some(salt) = &row.salt else {
            if self.reading.gone(seq, row.subject.as_deref())? == Gone::Missing {
                self.add("payload_missing", place, "Its content is gone, and no later act allows that.");
            } else if row.body.is_some() || row.wrapped.is_some() {
                self.add("payload_left", place, "It should be gone, but a part of it is still there.");
            }
            return Ok(());
        };
        let Ok(salt) = <[u8; 32]>::try_from(salt.as_slice()) else {
            self.add("payload_differs", place, "Its salt does not have 32 bytes.");
            return Ok(());
        };
        let more = match described.class {
            PayloadClass::Record => row.wrapped.is_some(),
            PayloadClass::Evidence => row.body.is_some() || row.wrapped.is_some(),
            PayloadClass::Personal => false,
        };
        if more {
            self.add("payload_extra", place, "More is stored beside it than the event commits to.");
        }
        let body = row.body.as_deref().unwrap_or_default();
        let plaintext = match (described.class, &row.subject) {
            // Files have a pass of their own.
            (PayloadClass::Evidence, _) => return Ok(()),
            (PayloadClass::Personal, Some(subject)) => {
                match self.reading.unseal(&row.c, subject, body, row.wrapped.as_deref().unwrap_or_default()) {
                    Ok(plaintext) => plaintext.to_vec(),
                    Err(error) => {
                        self.add("payload_sealed", place, format!("It cannot be opened: {error}."));
                        return Ok(());
                    }
                }
            }
            _ => body.to_vec(),
        };
        let sound = commitment(&salt, &plaintext).to_string() == described.c && plaintext.len() as u64 == described.len;
        if !sound || canonical::check(&plaintext).is_err() {
            self.add("payload_differs", place, "It is not what the event committed to.");
        }
        Ok(())
    }

    /// Adds a hash to a level; a full tile is compared and its root goes one level up.
    fn grow(&mut self, levels: &mut Levels, level: u8, hash: Hash) -> Result<()> {
        if levels.rows.len() <= usize::from(level) {
            levels.rows.push((0, Vec::new()));
        }
        let Some((index, row)) = levels.rows.get_mut(usize::from(level)) else { return Ok(()) };
        row.push(hash);
        if row.len() < usize::from(TILE_WIDTH) {
            return Ok(());
        }
        let (index, row) = (std::mem::replace(index, *index + 1), std::mem::take(row));
        self.tile(levels, level, index, &row)?;
        let mut subtree = Frontier::new();
        row.into_iter().for_each(|hash| subtree.append(hash));
        self.grow(levels, level + 1, subtree.root())
    }

    fn close_levels(&mut self, levels: &mut Levels) -> Result<()> {
        for (level, (index, row)) in (0..).zip(std::mem::take(&mut levels.rows)) {
            if !row.is_empty() {
                self.tile(levels, level, index, &row)?;
            }
        }
        Ok(())
    }

    fn tile(&mut self, levels: &mut Levels, level: u8, index: u64, row: &[Hash]) -> Result<()> {
        levels.tiles += 1;
        let Ok(id) = TileId::new(level, index, u16::try_from(row.len()).unwrap_or(TILE_WIDTH)) else { return Ok(()) };
        let mut select = self.reading.conn()?.prepare_cached("SELECT bytes FROM tiles WHERE id = ?1")?;
        let stored: Option<Vec<u8>> = select.query_row([tile_row(id)], |row| row.get(0)).optional()?;
        let expected: Vec<u8> = row.iter().flat_map(|hash| *hash.as_bytes()).collect();
        if stored.as_deref() != Some(expected.as_slice()) {
            self.add("tile_differs", id.path(), "It does not hold the hashes of the entries.");
        }
        Ok(())
    }
}

impl StoredPayload {
    fn read(row: &Row<'_>) -> rusqlite::Result<StoredPayload> {
        Ok(StoredPayload {
            id: row.get(0)?,
            c: row.get(1)?,
            salt: row.get(2)?,
            body: row.get(3)?,
            wrapped: row.get(4)?,
            subject: row.get(5)?,
            file: row.get(6)?,
        })
    }
}
