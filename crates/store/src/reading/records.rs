//! Records as they stand.

use std::sync::Arc;

use aims_record::{Kept, Record};
use rusqlite::{Row, types::Value};

use super::{Filter, Reading, Result};
use crate::{
    error::StoreError,
    log::unsigned,
    projection::{LINKS_OF_TARGET, target_bytes},
};

/// A row of `records`: whether it is a tombstone, and its bytes.
type Stored = (bool, Vec<u8>);

/// `ended` of a record that was withdrawn.
pub(crate) const WITHDRAWN: i64 = 1;
/// `ended` of a record that was disposed of.
pub(crate) const DISPOSED: i64 = 2;

impl Reading {
    /// What is kept under this id.
    pub fn kept(&self, id: &str) -> Result<Option<Kept>> {
        Ok(self.shared(id)?.map(Arc::unwrap_or_clone))
    }

    /// The same without a copy of its own.
    pub fn shared(&self, id: &str) -> Result<Option<Arc<Kept>>> {
        if let Some(kept) = self.remembered(id) {
            return Ok(kept);
        }
        let row = self.one_near("SELECT ended, bytes FROM records WHERE id = ?1", [id], stored)?;
        let Some(row) = row else { return Ok(None) };
        let len = row.1.len();
        let kept = Arc::new(parse(row)?);
        if let Some(mut mind) = self.mind() {
            mind.met(&kept, len);
        }
        Ok(Some(kept))
    }

    /// What is kept under this readable number, such as `SYS-0007`.
    pub fn by_number(&self, number: &str) -> Result<Option<Kept>> {
        let (prefix, ord) = split_number(number);
        let sql = "SELECT ended, bytes FROM records WHERE prefix = ?1 AND ord = ?2 AND number = ?3";
        self.one_record(sql, (prefix, ord, number))
    }

    /// What is kept under the key its author chose. A record that has not ended comes first.
    pub fn by_key(&self, key: &str) -> Result<Option<Kept>> {
        self.one_record("SELECT ended, bytes FROM records WHERE key = ?1 ORDER BY ended, id LIMIT 1", [key])
    }

    /// The next free count for numbers with this prefix, from 1. Tombstones keep their number, so none is given twice.
    pub fn next_number(&self, prefix: &str) -> Result<u64> {
        Ok(self.highest(prefix)?.map_or(1, |last| unsigned(last) + 1))
    }

    /// The highest count given with this prefix. Whoever gives a number asks for this first, so that what is not on disk is in mind.
    pub(crate) fn highest(&self, prefix: &str) -> Result<Option<i64>> {
        if let Some(highest) = self.mind().and_then(|mind| mind.count(prefix)) {
            return Ok(highest);
        }
        let sql = "SELECT max(ord) FROM records WHERE prefix = ?1";
        let highest = self.one_near(sql, [prefix], |row| row.get::<_, Option<i64>>(0))?.flatten();
        if let Some(mut mind) = self.mind() {
            mind.counted(prefix, highest);
        }
        Ok(highest)
    }

    /// Records in the order of their numbers.
    pub fn list(&self, filter: &Filter, limit: u64, offset: u64) -> Result<Vec<Kept>> {
        let (condition, params) = filter.to_sql();
        let limit = limit.min(i64::MAX as u64);
        let offset = offset.min(i64::MAX as u64);
        let sql = format!(
            "SELECT ended, bytes FROM records WHERE {condition} ORDER BY prefix, ord LIMIT {limit} OFFSET {offset}"
        );
        let rows = self.all(&sql, rusqlite::params_from_iter(params), stored)?;
        rows.into_iter().map(parse).collect()
    }

    /// How many records there are.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        let (condition, params) = filter.to_sql();
        let sql = format!("SELECT count(*) FROM records WHERE {condition}");
        let count = self.one(&sql, rusqlite::params_from_iter(params), |row| row.get::<_, i64>(0))?;
        Ok(count.map_or(0, unsigned))
    }

    /// Calls for each record, by id, tombstones included.
    pub fn each_record(&self, each: &mut dyn FnMut(Kept) -> Result<()>) -> Result<()> {
        self.each("SELECT ended, bytes FROM records ORDER BY id", [], stored, |row| each(parse(row)?))
    }

    /// Live, unwithdrawn records of `kind` whose field `via` names `to`; `via` is `table.column` for a cell. By number.
    pub fn pointing(&self, kind: &str, via: &str, to: &str) -> Result<Vec<Record>> {
        let sql = format!(
            "SELECT r.ended, r.bytes FROM {LINKS_OF_TARGET} l JOIN records r ON r.begun = l.source \
             WHERE l.field = ?2 AND r.kind = ?3 AND r.ended = 0 ORDER BY r.prefix, r.ord"
        );
        let rows = self.all(&sql, (target_bytes(to), via, kind), stored)?;
        let kept = rows.into_iter().map(parse).collect::<Result<Vec<_>>>()?;
        Ok(kept.into_iter().filter_map(into_live).collect())
    }

    /// Ids of all records that name `to`, with the field, in order.
    pub fn naming(&self, to: &str) -> Result<Vec<(String, String)>> {
        let sql = format!(
            "SELECT r.id, l.field FROM {LINKS_OF_TARGET} l JOIN records r ON r.begun = l.source ORDER BY r.id, l.field"
        );
        self.all(&sql, [target_bytes(to)], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn one_record(&self, sql: &str, params: impl rusqlite::Params) -> Result<Option<Kept>> {
        self.one(sql, params, stored)?.map(parse).transpose()
    }
}

impl Filter {
    fn to_sql(&self) -> (String, Vec<Value>) {
        let mut conditions = vec![if self.ended { "1".to_owned() } else { "ended = 0".to_owned() }];
        let mut params = Vec::new();
        let mut also = |condition: &str, value: &Option<String>| {
            if let Some(value) = value {
                params.push(Value::Text(value.clone()));
                conditions.push(condition.replace('#', &format!("?{}", params.len())));
            }
        };
        also("kind = #", &self.kind);
        also("state = #", &self.state);
        also("instr(lower(CAST(bytes AS TEXT)), lower(#)) > 0", &self.text);
        (conditions.join(" AND "), params)
    }
}

fn into_live(kept: Kept) -> Option<Record> {
    match kept {
        Kept::Live(record) => Some(record),
        Kept::Disposed(_) => None,
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok((row.get::<_, i64>(0)? == DISPOSED, row.get(1)?))
}

/// Reads a state. Knowing beforehand which of the two it is spares the reader from trying both.
fn parse((disposed, bytes): Stored) -> Result<Kept> {
    let kept = if disposed {
        serde_json::from_slice(&bytes).map(Kept::Disposed)
    } else {
        serde_json::from_slice(&bytes).map(Kept::Live)
    };
    kept.map_err(|error| StoreError::Damaged { place: "the state of a record".into(), reason: error.to_string() })
}

/// A number as prefix and count: `SYS-0007` is 7 of `SYS`. What does not look like one is its own prefix.
pub(crate) fn split_number(number: &str) -> (&str, i64) {
    let parts = number.rsplit_once('-').and_then(|(prefix, count)| {
        let digits = count.len() <= 15 && count.bytes().all(|b| b.is_ascii_digit());
        Some((prefix, count.parse().ok().filter(|_| digits)?))
    });
    parts.unwrap_or((number, 0))
}
