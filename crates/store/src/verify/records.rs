//! The records: each is replayed from its acts and compared, byte by byte, with what is stored.

use std::collections::{HashMap, HashSet};

use aims_record::Kept;

use super::Check;
use crate::{
    chain::{ChainedAct, stored_act},
    entry::{Entry, parse_entry},
    error::StoreError,
    log::{signed, unsigned},
    projection::{LinkRow, RecordRow, links_of, target_bytes},
    reading::{Body, Gone, StoredAct, replay},
};

type Result<T> = std::result::Result<T, StoreError>;

/// So many rows that belong to nothing are named.
const EXTRA_MAX: usize = 100;

/// Events that were met: a bit for each, wherever they lie.
#[derive(Default)]
struct Met(HashMap<u64, u64>);

impl Met {
    fn has(&self, seq: u64) -> bool {
        self.0.get(&(seq / 64)).is_some_and(|bits| bits >> (seq % 64) & 1 == 1)
    }

    fn meet(&mut self, seq: u64) {
        *self.0.entry(seq / 64).or_default() |= 1 << (seq % 64);
    }
}

/// What the replay of all records comes to.
#[derive(Default)]
struct Sum {
    records: u64,
    links: u64,
    /// Links that wait to be sorted in, until a record is found that has them.
    waiting: HashSet<LinkRow>,
}

impl Check<'_> {
    /// From the end of the ledger, the first act that is met on a record is the newest on it, and leads to all the others.
    pub(super) fn records(&mut self) -> Result<()> {
        let reading = self.reading;
        let mut met = Met::default();
        let mut sum = Sum { waiting: self.waiting_links()?, ..Sum::default() };
        let mut select = reading.conn()?.prepare("SELECT seq, bytes FROM entries ORDER BY seq DESC")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let seq = unsigned(row.get(0)?);
            if met.has(seq) {
                continue;
            }
            // What cannot be read was found in the pass over the entries.
            let Ok(newest) = parse_entry(seq, &row.get::<_, Vec<u8>>(1)?) else { continue };
            if newest.seq != seq {
                continue;
            }
            if let Some(id) = newest.obj.as_ref().map(|object| object.id.clone()) {
                let acts = self.acts(&id, newest, &mut met)?;
                self.record(&id, &acts, &mut sum)?;
            }
        }
        self.found.records += sum.records;
        self.extra_records(sum.records)?;
        self.extra_links(sum.links)
    }

    fn waiting_links(&self) -> Result<HashSet<LinkRow>> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        Ok(self.reading.all("SELECT target, field, source FROM new_links", [], read)?.into_iter().collect())
    }

    /// The acts on a record, oldest first: each names the one before it, of the same kind and the version before.
    fn acts(&mut self, id: &str, newest: Entry, met: &mut Met) -> Result<Vec<StoredAct>> {
        let mut acts = Vec::new();
        let body = stored_act(self.reading.conn()?, newest.seq)?.and_then(|(_, body)| body);
        let mut next = Some((newest, body));
        while let Some((entry, body)) = next.take() {
            met.meet(entry.seq);
            next = self.act_before(id, &entry, met)?;
            acts.push(StoredAct { entry, body: body.map_or(Body::Gone(Gone::Missing), Body::Bytes) });
        }
        acts.reverse();
        Ok(acts)
    }

    fn act_before(&mut self, id: &str, entry: &Entry, met: &Met) -> Result<Option<ChainedAct>> {
        let Some(object) = &entry.obj else { return Ok(None) };
        let before = match object.prev.filter(|prev| *prev < entry.seq && !met.has(*prev)) {
            None => None,
            // An entry in another's place is found in the pass over the entries; followed here, it could lead round in a circle.
            Some(prev) => stored_act(self.reading.conn()?, prev)?
                .and_then(|(bytes, body)| Some((parse_entry(prev, &bytes).ok()?, body)))
                .filter(|(before, _)| before.seq == prev),
        };
        let follows = match (&before, object.prev) {
            (None, None) => object.ver == 1,
            (Some((before, _)), Some(_)) => before.obj.as_ref().is_some_and(|before| {
                before.id == id && before.kind == object.kind && object.ver.checked_sub(1) == Some(before.ver)
            }),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if !follows {
            let sentence = format!("Event {} does not follow the act before it on this record.", entry.seq);
            self.add("chain_broken", format!("record {id}"), sentence);
        }
        Ok(before.filter(|(before, _)| before.obj.as_ref().is_some_and(|before| before.id == id)))
    }

    /// Replays one record.
    fn record(&mut self, id: &str, acts: &[StoredAct], sum: &mut Sum) -> Result<()> {
        sum.records += 1;
        let (kept, begun) = match (replay(acts), acts.first()) {
            (Ok(Some(kept)), Some(first)) => (kept, first.entry.seq),
            (Ok(_), _) => return Ok(()),
            (Err(error), _) => {
                self.add("record_not_replayable", format!("record {id}"), format!("{error}."));
                return Ok(());
            }
        };
        self.compare(begun, &kept)?;
        self.compare_links(begun, &kept, sum)
    }

    fn compare(&mut self, begun: u64, kept: &Kept) -> Result<()> {
        let sql = "SELECT begun = ?10 AND kind = ?2 AND number = ?3 AND state IS ?4 AND prefix = ?5 AND ord = ?6 \
                   AND key IS ?7 AND ended = ?8 AND bytes = ?9 FROM records WHERE id = ?1";
        let row = RecordRow::of(kept);
        let bytes = kept.to_canonical();
        let params = (
            kept.id(),
            kept.kind(),
            kept.number(),
            row.state,
            row.prefix,
            row.ord,
            row.key,
            row.ended,
            bytes,
            signed(begun),
        );
        let same: Option<Option<bool>> = self.reading.one(sql, params, |row| row.get(0))?;
        match same {
            Some(Some(true)) => {}
            Some(_) => self.add(
                "record_differs",
                format!("record {}", kept.number()),
                "What is stored of it is not what its acts make of it.",
            ),
            None => self.add("record_missing", format!("record {}", kept.number()), "It is not stored."),
        }
        Ok(())
    }

    fn compare_links(&mut self, begun: u64, kept: &Kept, sum: &mut Sum) -> Result<()> {
        let sql = "SELECT 1 FROM links WHERE target = ?1 AND field = ?2 AND source = ?3";
        let mut missing = false;
        for (field, target) in links_of(kept) {
            sum.links += 1;
            let row: LinkRow = (target_bytes(target), field.into_owned(), signed(begun));
            let waits = !sum.waiting.is_empty() && sum.waiting.remove(&row);
            missing |= !waits && self.reading.one(sql, (row.0, row.1, row.2), |_| Ok(()))?.is_none();
        }
        if missing {
            let sentence = "The stored links are not those that it names.";
            self.add("links_differ", format!("record {}", kept.number()), sentence);
        }
        Ok(())
    }

    fn rows(&self, table: &str) -> Result<u64> {
        let count = self.reading.one(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))?;
        Ok(count.map_or(0, unsigned))
    }

    /// Records that no act began: each that was replayed was found, so one more is one that nothing gave.
    fn extra_records(&mut self, expected: u64) -> Result<()> {
        let stored = self.rows("records")?;
        if stored == expected {
            return Ok(());
        }
        let sentence = format!("It has {stored} rows where the entries give {expected}.");
        self.add("rows_differ", "table records", sentence);
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
        let mut extra = 0;
        for (begun, id) in self.reading.all("SELECT begun, id FROM records", [], read)? {
            let entry =
                self.reading.entry(unsigned(begun))?.and_then(|bytes| parse_entry(unsigned(begun), &bytes).ok());
            let began = entry.and_then(|entry| entry.obj).is_some_and(|object| object.id == id && object.ver == 1);
            if !began && extra < EXTRA_MAX {
                extra += 1;
                self.add("row_extra", "table records", format!("It has a row for {id}, which no act gives."));
            }
        }
        Ok(())
    }

    fn extra_links(&mut self, expected: u64) -> Result<()> {
        let stored = self.rows("links")? + self.rows("new_links")?;
        if stored == expected {
            return Ok(());
        }
        let sentence = format!("They have {stored} rows where the records give {expected}.");
        self.add("rows_differ", "tables links and new_links", sentence);
        let sql = "SELECT DISTINCT source FROM (SELECT source FROM links UNION ALL SELECT source FROM new_links) \
                   WHERE source NOT IN (SELECT begun FROM records)";
        for source in self.reading.all(sql, [], |row| row.get::<_, i64>(0))?.into_iter().take(EXTRA_MAX) {
            let sentence = format!("They have a link from a record that event {source} began; there is none.");
            self.add("row_extra", "tables links and new_links", sentence);
        }
        Ok(())
    }
}
