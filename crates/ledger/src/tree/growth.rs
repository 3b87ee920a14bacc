//! What a batch of new leaves does to the stored tiles.

use std::collections::BTreeMap;

use super::reader::{TileSource, Tree, TreeError, complete_root};
use super::tile::TileId;
use super::{Frontier, TILE_WIDTH};
use crate::hash::Hash;

/// The outcome of appending: what to store, and the head to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// Leaves in the tree now.
    pub size: u64,
    /// Root of the tree now.
    pub root: Hash,
    /// The right edge now.
    pub frontier: Frontier,
    /// Every tile that is new or wider than before, with all its bytes, lowest level first.
    pub tiles: Vec<(TileId, Vec<u8>)>,
}

/// Appends leaf hashes to a log of `size` leaves.
///
/// Reads from `source` at most one partial tile of each level; a tile that fills up is returned full, and the
/// partial one of the same place may then be deleted. Nothing is stored: that is the caller's, in one transaction.
pub fn grow<S: TileSource>(source: &S, size: u64, leaves: &[Hash]) -> Result<Growth, TreeError<S::Error>> {
    let edge = Tree::new(source, size).frontier_at(size)?;
    grow_from(source, edge, leaves)
}

/// The same for whoever still has the right edge of the log, as the growth before gave it.
pub fn grow_from<S: TileSource>(
    source: &S,
    mut frontier: Frontier,
    leaves: &[Hash],
) -> Result<Growth, TreeError<S::Error>> {
    let before = Tree::new(source, frontier.size());
    let mut tiles = BTreeMap::new();
    let mut arriving = leaves.to_vec();
    let mut level = 0;
    while !arriving.is_empty() {
        arriving = fill_level(&before, level, &arriving, &mut tiles)?;
        level += 1;
    }
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    Ok(Growth { size: frontier.size(), root: frontier.root(), frontier, tiles: tiles.into_iter().collect() })
}

/// Puts hashes at the end of one level and returns the roots of the tiles they filled: the next level's hashes.
fn fill_level<S: TileSource>(
    before: &Tree<'_, S>,
    level: u8,
    arriving: &[Hash],
    tiles: &mut BTreeMap<TileId, Vec<u8>>,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    let (first_index, mut row) = before.open_tile(level)?;
    row.extend_from_slice(arriving);
    let mut filled = Vec::new();
    for (index, hashes) in (first_index..).zip(row.chunks(usize::from(TILE_WIDTH))) {
        let Some(id) = TileId::with_hashes(level, index, hashes.len()) else { continue };
        if id.is_full() {
            filled.push(complete_root(hashes));
        }
        tiles.insert(id, hashes.iter().flat_map(|hash| *hash.as_bytes()).collect());
    }
    Ok(filled)
}
