//! The ledger: entries, tree, checkpoint and proofs.

use std::ops::Range;

use aims_ledger::{
    Hash,
    note::Note,
    receipt::Receipt,
    tree::{TileId, TileSource, Tree},
};

use super::{Reading, Result};
use crate::{
    error::StoreError,
    log::{self, Tiles, signed, tree_error, unsigned},
};

impl Reading {
    /// Number of entries. In a draft, those that its batch has appended so far count.
    pub fn size(&self) -> Result<u64> {
        let last = self.one("SELECT max(seq) FROM entries", [], |row| row.get::<_, Option<i64>>(0))?.flatten();
        Ok(last.map_or(0, |last| unsigned(last) + 1))
    }

    /// Size and root of the tree; in a draft, as before its batch.
    pub fn head(&self) -> Result<(u64, Hash)> {
        log::head(self.conn()?)
    }

    /// The bytes of an entry.
    pub fn entry(&self, seq: u64) -> Result<Option<Vec<u8>>> {
        self.one("SELECT bytes FROM entries WHERE seq = ?1", [signed(seq)], |row| row.get(0))
    }

    /// Calls for each entry of the range, in order.
    pub fn each_entry(&self, range: Range<u64>, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let sql = "SELECT seq, bytes FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
        self.each(sql, (signed(range.start), signed(range.end)), read, |(seq, bytes)| each(unsigned(seq), &bytes))
    }

    /// The newest signed checkpoint.
    pub fn checkpoint(&self) -> Result<Option<Note>> {
        Ok(log::kept_note(self.conn()?)?.map(|(_, note)| note))
    }

    /// Proof that the entry is in the ledger, against the newest signed checkpoint.
    pub fn receipt(&self, seq: u64) -> Result<Receipt> {
        let (size, note) = log::kept_note(self.conn()?)?.ok_or(StoreError::NotSigned(seq))?;
        if seq >= size {
            let known = self.entry(seq)?.is_some();
            return Err(if known { StoreError::NotSigned(seq) } else { StoreError::NoEntry(seq) });
        }
        Ok(Receipt::new(seq, self.proof(seq, size)?, note))
    }

    /// Proof that entry `seq` is in the log of `size` entries.
    pub fn proof(&self, seq: u64, size: u64) -> Result<Vec<Hash>> {
        let now = self.head()?.0;
        Tree::new(&Tiles(self.conn()?), now).inclusion_proof(seq, size).map_err(tree_error)
    }

    /// Proof that the log of `new` entries begins with the log of `old`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        let now = self.head()?.0;
        Tree::new(&Tiles(self.conn()?), now).consistency_proof(old, new).map_err(tree_error)
    }
}

impl TileSource for Reading {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<u8>> {
        Tiles(self.conn()?).tile(id)
    }
}
