//! The records: each is replayed from its acts and compared, byte by byte, with what is stored.

use std::collections::BTreeSet;

use aims_record::Kept;

use super::Check;
use crate::{
    entry::parse_entry,
    error::StoreError,
    log::unsigned,
    projection::{Link, RecordRow, links_of},
    reading::{Body, Gone, StoredAct, replay},
};

type Result<T> = std::result::Result<T, StoreError>;

/// A row of `acts` with what belongs to it.
type Act = (String, u64, Option<Vec<u8>>, Option<Vec<u8>>);

impl Check<'_> {
    pub(super) fn records(&mut self) -> Result<()> {
        let reading = self.reading;
        let sql = "SELECT a.record, a.seq, e.bytes, p.body FROM acts a LEFT JOIN entries e ON e.seq = a.seq \
                   LEFT JOIN payloads p ON p.id = a.seq << 10 ORDER BY a.record, a.seq";
        let mut select = reading.conn()?.prepare(sql)?;
        let rows = select.query_map([], |row| -> rusqlite::Result<Act> {
            Ok((row.get(0)?, unsigned(row.get(1)?), row.get(2)?, row.get(3)?))
        })?;
        let (mut record, mut acts, mut links) = (String::new(), Vec::new(), 0);
        for row in rows {
            let (id, seq, bytes, body) = row?;
            if id != record {
                links += self.record(&record, &acts)?;
                acts.clear();
                record.clone_from(&id);
            }
            acts.extend(self.act(&id, seq, bytes, body));
        }
        links += self.record(&record, &acts)?;
        self.extra_rows("records", "id", "acts", "record")?;
        self.extra_rows("links", "source", "records", "id")?;
        let stored: i64 = reading.conn()?.query_row("SELECT count(*) FROM links", [], |row| row.get(0))?;
        if unsigned(stored) != links {
            let sentence = format!("It has {stored} rows where the records give {links}.");
            self.add("rows_differ", "table links", sentence);
        }
        Ok(())
    }

    /// An act as the index has it, held against its entry.
    fn act(&mut self, id: &str, seq: u64, bytes: Option<Vec<u8>>, body: Option<Vec<u8>>) -> Option<StoredAct> {
        let entry = bytes.and_then(|bytes| parse_entry(seq, &bytes).ok());
        let matching = entry.filter(|entry| entry.obj.as_ref().is_some_and(|object| object.id == id));
        let Some(entry) = matching else {
            let sentence = format!("The index of acts has event {seq} on this record; the ledger does not.");
            self.add("act_index_differs", format!("record {id}"), sentence);
            return None;
        };
        let body = body.map_or(Body::Gone(Gone::Missing), Body::Bytes);
        Some(StoredAct { entry, body })
    }

    /// Replays one record; answers how many links it has.
    fn record(&mut self, id: &str, acts: &[StoredAct]) -> Result<u64> {
        if acts.is_empty() {
            return Ok(0);
        }
        self.found.records += 1;
        self.chain(id, acts);
        let kept = match replay(acts) {
            Ok(Some(kept)) => kept,
            Ok(None) => return Ok(0),
            Err(error) => {
                self.add("record_not_replayable", format!("record {id}"), format!("{error}."));
                return Ok(0);
            }
        };
        self.compare(id, &kept)?;
        self.compare_links(id, links_of(&kept))
    }

    /// Each act names the one before it, the next version, and the same kind.
    fn chain(&mut self, id: &str, acts: &[StoredAct]) {
        let (mut before, mut kind) = (None, None);
        for (version, act) in (1..).zip(acts) {
            let Some(object) = &act.entry.obj else { continue };
            let same_kind = kind.get_or_insert_with(|| object.kind.clone()) == &object.kind;
            if object.prev != before || object.ver != version || !same_kind {
                let sentence = format!("Event {} does not follow the act before it on this record.", act.entry.seq);
                self.add("chain_broken", format!("record {id}"), sentence);
            }
            before = Some(act.entry.seq);
        }
    }

    fn compare(&mut self, id: &str, kept: &Kept) -> Result<()> {
        let sql = "SELECT kind = ?2 AND number = ?3 AND state IS ?4 AND prefix = ?5 AND ord = ?6 AND key IS ?7 \
                   AND ended = ?8 AND bytes = ?9 FROM records WHERE id = ?1";
        let row = RecordRow::of(kept);
        let bytes = kept.to_canonical();
        let params = (id, kept.kind(), kept.number(), row.state, row.prefix, row.ord, row.key, row.ended, bytes);
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

    fn compare_links(&mut self, id: &str, expected: BTreeSet<Link<'_>>) -> Result<u64> {
        let sql = "SELECT field, target FROM links WHERE source = ?1";
        let stored = self.reading.all(sql, [id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let stored: BTreeSet<Link<'_>> =
            stored.iter().map(|(field, target)| (field.as_str().into(), target.as_str())).collect();
        if stored != expected {
            self.add("links_differ", format!("record {id}"), "The stored links are not those that it names.");
        }
        Ok(expected.len() as u64)
    }

    /// Rows that belong to nothing.
    fn extra_rows(&mut self, table: &str, column: &str, owner: &str, owner_column: &str) -> Result<()> {
        let sql = format!(
            "SELECT DISTINCT {column} FROM {table} t \
             WHERE NOT EXISTS (SELECT 1 FROM {owner} o WHERE o.{owner_column} = t.{column}) LIMIT 100"
        );
        let extra: Vec<String> = self.reading.all(&sql, [], |row| row.get(0))?;
        for id in extra {
            self.add("row_extra", format!("table {table}"), format!("It has a row for {id}, which no act gives."));
        }
        Ok(())
    }
}
