//! The tables beside the ledger, the files, and the database itself.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::Check;
use crate::{
    entry::parse_entry,
    error::StoreError,
    evidence,
    log::{seq_of_row, unsigned},
    reading::Body,
    schema,
};

type Result<T> = std::result::Result<T, StoreError>;

impl Check<'_> {
    /// Exactly the tables and indexes that we made, word for word: no trigger, no view, no more.
    pub(super) fn schema(&mut self) -> Result<()> {
        let expected = Connection::open_in_memory()?;
        schema::create(&expected)?;
        let (expected, found) = (objects(&expected)?, objects(self.reading.conn()?)?);
        for name in expected.symmetric_difference(&found).map(|(name, _)| name).collect::<BTreeSet<_>>() {
            self.add("schema_differs", format!("table or index {name}"), "It is missing, changed or not one of ours.");
        }
        Ok(())
    }

    pub(super) fn rest(&mut self) -> Result<()> {
        self.about()?;
        let sql = "SELECT key, seq FROM idem";
        let keys: Vec<(String, i64)> = self.reading.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (key, seq) in keys {
            let seq = unsigned(seq);
            let entry = self.reading.entry(seq)?.and_then(|bytes| parse_entry(seq, &bytes).ok());
            if entry.and_then(|entry| entry.idem).as_ref() != Some(&key) {
                self.add(
                    "idem_differs",
                    "table idem",
                    format!("The key of a row is not the one that event {seq} has."),
                );
            }
        }
        let sql = "SELECT id FROM subjects s WHERE NOT EXISTS \
                   (SELECT 1 FROM payloads p WHERE p.subject = s.id AND p.salt IS NOT NULL)";
        let unused: Vec<String> = self.reading.all(sql, [], |row| row.get(0))?;
        for id in unused {
            self.add("row_extra", "table subjects", format!("It has a key for {id}, about whom nothing is kept."));
        }
        Ok(())
    }

    /// Name, id and origin are those of the founding.
    fn about(&mut self) -> Result<()> {
        let about = self.reading.about().clone();
        let founded = match self.reading.body(0)? {
            Some(Body::Bytes(bytes)) => serde_json::from_slice::<serde_json::Value>(&bytes).ok(),
            _ => None,
        };
        let expected = serde_json::json!({ "name": about.name, "org": about.org, "origin": about.origin });
        let rows: i64 = self.reading.conn()?.query_row("SELECT count(*) FROM meta", [], |row| row.get(0))?;
        if founded.as_ref() != Some(&expected) || about.origin != self.reading.context.verifier.name() || rows != 3 {
            self.add("about_differs", "table meta", "Name, id or origin is not that of the founding and of the key.");
        }
        Ok(())
    }

    /// Each file against its name and against every act that committed to it.
    pub(super) fn evidence(&mut self) -> Result<()> {
        let sql = "SELECT DISTINCT file FROM payloads WHERE file IS NOT NULL AND salt IS NOT NULL ORDER BY file";
        let files: Vec<String> = self.reading.all(sql, [], |row| row.get(0))?;
        for sha256 in files {
            self.found.files += 1;
            self.file(&sha256)?;
        }
        Ok(())
    }

    fn file(&mut self, sha256: &str) -> Result<()> {
        let place = format!("file {sha256}");
        let Ok(mut content) = evidence::open(&self.reading.context.folder, sha256) else {
            self.add("evidence_missing", place, "An act names it, but it is not in the evidence store.");
            return Ok(());
        };
        let sql = "SELECT id, c, salt FROM payloads WHERE file = ?1 AND salt IS NOT NULL ORDER BY id";
        let rows: Vec<(i64, String, Vec<u8>)> =
            self.reading.all(sql, [sha256], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let salts: Vec<[u8; 32]> =
            rows.iter().map(|(_, _, salt)| salt.as_slice().try_into().unwrap_or([0; 32])).collect();
        let Ok((found, commitments, len)) = evidence::digest(&mut content, &salts) else {
            self.add("evidence_unreadable", place, "It cannot be read to its end.");
            return Ok(());
        };
        if found != sha256 {
            self.add("evidence_differs", &place, format!("Its content has the digest {found}."));
        }
        for ((id, c, _), commitment) in rows.into_iter().zip(commitments) {
            let seq = seq_of_row(id);
            let entry = self.reading.entry(seq)?.and_then(|bytes| parse_entry(seq, &bytes).ok());
            let described = entry.and_then(|entry| entry.payload.into_iter().find(|payload| payload.c == c));
            if commitment.to_string() != c || described.is_none_or(|payload| payload.len != len) {
                self.add("evidence_commitment", &place, format!("It is not the file that event {seq} committed to."));
            }
        }
        Ok(())
    }

    pub(super) fn integrity(&mut self) -> Result<()> {
        let mut select = self.reading.conn()?.prepare("PRAGMA integrity_check(20)")?;
        let lines = select.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        for line in lines.into_iter().filter(|line| line != "ok") {
            self.add("database_damaged", "the database", format!("SQLite says: {line}."));
        }
        Ok(())
    }
}

fn objects(conn: &Connection) -> Result<BTreeSet<(String, Option<String>)>> {
    let mut select = conn.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
