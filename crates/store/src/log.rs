//! The ledger's rows: head and tiles. The same for an organization and for the instance.

use aims_ledger::{
    Hash,
    note::Note,
    tree::{Frontier, TileId, TileSource, Tree, TreeError, grow, grow_from},
};
use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::StoreError;

/// Payload rows are numbered `entry << PAYLOAD_BITS | position`.
pub(crate) const PAYLOAD_BITS: u32 = 10;

/// Payloads that one entry can have.
pub(crate) const PAYLOADS_MAX: usize = 1 << PAYLOAD_BITS;

/// The tiles of one database.
pub(crate) struct Tiles<'c>(pub &'c Connection);

impl TileSource for Tiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<u8>, StoreError> {
        let missing = || StoreError::Damaged { place: id.path(), reason: "the tile is missing".into() };
        let mut select = self.0.prepare_cached("SELECT bytes FROM tiles WHERE id = ?1")?;
        let mut bytes: Vec<u8> = select.query_row([tile_row(id)], |row| row.get(0)).optional()?.ok_or_else(missing)?;
        // One row holds a tile as it is now; an earlier, narrower one is its beginning.
        bytes.truncate(usize::from(id.width()) * Hash::LEN);
        Ok(bytes)
    }
}

/// The row of a tile, at any width.
pub(crate) fn tile_row(id: TileId) -> i64 {
    i64::from(id.level()) << 56 | signed(id.index())
}

/// Adds leaves to a ledger of `size` entries: stores the tiles that grew and the new head. Answers the right edge of the tree, which
/// spares the next from computing it again where it is given back as `edge`.
pub(crate) fn extend(
    conn: &Connection,
    size: u64,
    edge: Option<Frontier>,
    leaves: &[Hash],
) -> Result<Frontier, StoreError> {
    let growth = match edge.filter(|edge| edge.size() == size) {
        Some(edge) => grow_from(&Tiles(conn), edge, leaves),
        None => grow(&Tiles(conn), size, leaves),
    };
    let growth = growth.map_err(tree_error)?;
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO tiles (id, bytes) VALUES (?1, ?2)")?;
    for (id, bytes) in &growth.tiles {
        insert.execute((tile_row(*id), bytes))?;
    }
    conn.prepare_cached("INSERT OR REPLACE INTO head (one, size, root) VALUES (1, ?1, ?2)")?
        .execute((signed(growth.size), growth.root.as_bytes()))?;
    Ok(growth.frontier)
}

/// Stores the bytes of an entry.
pub(crate) fn put_entry(conn: &Connection, seq: u64, bytes: &[u8]) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO entries (seq, bytes) VALUES (?1, ?2)")?.execute((signed(seq), bytes))?;
    Ok(())
}

/// Size and root of the tree; an empty one where nothing was written yet.
pub(crate) fn head(conn: &Connection) -> Result<(u64, Hash), StoreError> {
    let mut select = conn.prepare_cached("SELECT size, root FROM head")?;
    let row = select.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))).optional()?;
    let Some((size, root)) = row else { return Ok((0, Hash::of_empty_tree())) };
    let damaged = |reason: String| StoreError::Damaged { place: "the head".into(), reason };
    let root = Hash::from_slice(&root).map_err(|e| damaged(e.to_string()))?;
    Ok((u64::try_from(size).map_err(|e| damaged(e.to_string()))?, root))
}

/// The root that the tiles give for an earlier size.
pub(crate) fn root_at(conn: &Connection, size: u64, earlier: u64) -> Result<Hash, StoreError> {
    Tree::new(&Tiles(conn), size).root_at(earlier).map_err(tree_error)
}

/// Keeps the newest signed note beside the ledger, for those who only read.
pub(crate) fn keep_note(conn: &Connection, size: u64, note: &Note) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR REPLACE INTO checkpoint (one, size, note) VALUES (1, ?1, ?2)")?
        .execute((signed(size), note.to_string()))?;
    Ok(())
}

/// The newest signed note and its size.
pub(crate) fn kept_note(conn: &Connection) -> Result<Option<(u64, Note)>, StoreError> {
    let mut select = conn.prepare_cached("SELECT size, note FROM checkpoint")?;
    let row = select.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).optional()?;
    let Some((size, note)) = row else { return Ok(None) };
    let damaged = |reason: String| StoreError::Damaged { place: "the checkpoint".into(), reason };
    let note = Note::parse(note.as_bytes()).map_err(|e| damaged(e.to_string()))?;
    Ok(Some((unsigned(size), note)))
}

/// A tile that cannot be had is damage, unless the database itself failed.
pub(crate) fn tree_error(error: TreeError<StoreError>) -> StoreError {
    match error {
        TreeError::Source { error, .. } => error,
        TreeError::TileLength { tile, .. } => StoreError::Damaged { place: tile.path(), reason: error.to_string() },
        TreeError::BeyondSize { asked, .. } => StoreError::NoEntry(asked),
    }
}

/// SQLite's integers are signed; sizes never come near the difference.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The inverse of [`signed`]; a negative number, which only damage makes, becomes one that nothing has.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The row of a payload.
pub(crate) fn payload_row(seq: u64, position: usize) -> i64 {
    signed(seq) << PAYLOAD_BITS | i64::try_from(position).unwrap_or(0)
}

/// The entry that a payload's row belongs to.
pub(crate) fn seq_of_row(row: i64) -> u64 {
    unsigned(row >> PAYLOAD_BITS)
}

/// A moment as entries write it.
pub(crate) fn moment(milliseconds: i64) -> String {
    let ts = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    DateTimePrinter::new().precision(Some(3)).timestamp_to_string(&ts)
}
