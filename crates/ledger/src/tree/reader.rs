//! Roots and proofs read from tiles.

use super::tile::TileId;
use super::{Frontier, TILE_WIDTH};
use crate::hash::{Hash, node_hash};

/// Where tiles are kept.
pub trait TileSource {
    /// Why a tile could not be had.
    type Error;

    /// The bytes of a tile: `width` hashes of 32 bytes. A source that caches makes proofs cheaper: neighbouring
    /// hashes of one proof often come from the same tile.
    fn tile(&self, id: TileId) -> Result<Vec<u8>, Self::Error>;
}

/// Why the tree could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E> {
    /// The source failed.
    #[error("tile `{}` cannot be read: {error}", tile.path())]
    Source {
        /// The tile that was asked for.
        tile: TileId,
        /// What the source said.
        error: E,
    },
    /// The source gave another number of bytes than the tile's width asks for.
    #[error("tile `{}` has {bytes} bytes instead of {}", tile.path(), usize::from(tile.width()) * Hash::LEN)]
    TileLength {
        /// The tile that was asked for.
        tile: TileId,
        /// Bytes it has.
        bytes: usize,
    },
    /// The question goes beyond the leaves there are.
    #[error("leaf or size {asked} is beyond the tree of size {size}")]
    BeyondSize {
        /// The index or size that was asked about.
        asked: u64,
        /// Leaves there are.
        size: u64,
    },
}

/// A tree of `size` leaves whose tiles a source keeps.
///
/// Answers about any earlier size are read from today's tiles: partial tiles of earlier sizes are not needed.
#[derive(Debug)]
pub struct Tree<'a, S> {
    source: &'a S,
    size: u64,
}

impl<'a, S: TileSource> Tree<'a, S> {
    /// Reads `source`, which holds the tiles of a log of `size` leaves.
    pub fn new(source: &'a S, size: u64) -> Self {
        Self { source, size }
    }

    /// Leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of the complete subtree over the leaves from `index * 2^height` to `(index + 1) * 2^height`.
    pub fn subtree(&self, height: u32, index: u64) -> Result<Hash, TreeError<S::Error>> {
        // Within its tile the subtree stands on 2^(height mod 8) neighbouring hashes.
        let (level, span) = (height / 8, 1_u64 << (height % 8));
        let beyond = TreeError::BeyondSize { asked: index, size: self.size };
        let Some(first) = index.checked_mul(span) else { return Err(beyond) };
        let width = u64::from(TILE_WIDTH);
        let id = u8::try_from(level).ok().and_then(|level| TileId::at_size(level, first / width, self.size));
        let Some(id) = id else { return Err(beyond) };
        let hashes = self.hashes(id)?;
        let offset = (first % width) as usize;
        match hashes.get(offset..offset + span as usize) {
            Some(part) => Ok(complete_root(part)),
            None => Err(beyond),
        }
    }

    /// The root the log had at `size` leaves.
    pub fn root_at(&self, size: u64) -> Result<Hash, TreeError<S::Error>> {
        self.within(size)?;
        self.range_root(0, size)
    }

    /// The right edge the log had at `size` leaves, to go on appending from.
    pub fn frontier_at(&self, size: u64) -> Result<Frontier, TreeError<S::Error>> {
        self.within(size)?;
        Ok(Frontier::of_counted_peaks(size, self.peaks(0, size)?))
    }

    /// The proof that leaf `index` is in the tree of `size` leaves: siblings from the leaf upwards
    /// (RFC 6962 section 2.1.1).
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, TreeError<S::Error>> {
        self.within(size)?;
        if index >= size {
            return Err(TreeError::BeyondSize { asked: index, size });
        }
        let (mut start, mut end) = (0, size);
        let mut from_root = Vec::new();
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                from_root.push(self.range_root(middle, end)?);
                end = middle;
            } else {
                from_root.push(self.range_root(start, middle)?);
                start = middle;
            }
        }
        from_root.reverse();
        Ok(from_root)
    }

    /// The proof that the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962 section 2.1.2);
    /// empty where `old` is 0 or equal to `new`.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, TreeError<S::Error>> {
        self.within(new)?;
        if old > new {
            return Err(TreeError::BeyondSize { asked: old, size: new });
        }
        if old == 0 {
            return Ok(Vec::new());
        }
        let (mut start, mut end) = (0, new);
        let mut from_root = Vec::new();
        while end != old {
            let middle = start + split(end - start);
            if old <= middle {
                from_root.push(self.range_root(middle, end)?);
                end = middle;
            } else {
                from_root.push(self.range_root(start, middle)?);
                start = middle;
            }
        }
        // The verifier holds the old root; only a right part of the old tree must be given to it.
        if start > 0 {
            from_root.push(self.range_root(start, end)?);
        }
        from_root.reverse();
        Ok(from_root)
    }

    /// The root over the leaves `start..end`, where `start` is a multiple of a power of two not below their number.
    fn range_root(&self, start: u64, end: u64) -> Result<Hash, TreeError<S::Error>> {
        let rightmost_first = self.peaks(start, end)?.into_iter().rev();
        Ok(rightmost_first.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(Hash::of_empty_tree))
    }

    /// The roots of the complete subtrees that `start..end` is made of, largest first.
    fn peaks(&self, start: u64, end: u64) -> Result<Vec<Hash>, TreeError<S::Error>> {
        let count = end - start;
        let heights = (0..u64::BITS).rev().filter(|height| count >> height & 1 == 1);
        let mut at = start;
        heights
            .map(|height| {
                let root = self.subtree(height, at >> height);
                at += 1 << height;
                root
            })
            .collect()
    }

    /// The index of the tile that the next hash of this level goes to, and the hashes already in it.
    pub(super) fn open_tile(&self, level: u8) -> Result<(u64, Vec<Hash>), TreeError<S::Error>> {
        let hashes = self.size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        let index = hashes / u64::from(TILE_WIDTH);
        let tile = TileId::at_size(level, index, self.size);
        Ok((index, tile.map_or(Ok(Vec::new()), |tile| self.hashes(tile))?))
    }

    fn hashes(&self, tile: TileId) -> Result<Vec<Hash>, TreeError<S::Error>> {
        let bytes = self.source.tile(tile).map_err(|error| TreeError::Source { tile, error })?;
        let (hashes, rest) = bytes.as_chunks::<{ Hash::LEN }>();
        if hashes.len() != usize::from(tile.width()) || !rest.is_empty() {
            return Err(TreeError::TileLength { tile, bytes: bytes.len() });
        }
        Ok(hashes.iter().copied().map(Hash::new).collect())
    }

    fn within(&self, asked: u64) -> Result<(), TreeError<S::Error>> {
        if asked <= self.size { Ok(()) } else { Err(TreeError::BeyondSize { asked, size: self.size }) }
    }
}

/// The largest power of two below `count`: where RFC 6962 splits a tree of more than one leaf.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The root over a number of hashes that is a power of two.
pub(super) fn complete_root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    hashes.iter().for_each(|hash| frontier.append(*hash));
    frontier.root()
}
