//! The Merkle tree of RFC 6962, stored as the tiles of C2SP tlog-tiles.
//!
//! [`grow`] answers which tiles a batch of leaves changes; [`Tree`] reads any [`TileSource`] and answers roots and
//! proofs; [`Frontier`] follows the root alone, in the memory of 64 hashes.

mod entries;
mod frontier;
mod growth;
mod reader;
mod tile;

pub use entries::{BundleError, ENTRY_BYTES_MAX, decode_bundle, encode_bundle};
pub use frontier::{Frontier, FrontierError};
pub use growth::{Growth, grow, grow_from};
pub use reader::{TileSource, Tree, TreeError};
pub use tile::{BundleId, PathError, Resource, TILE_WIDTH, TileId, bundles_at, parse_path, tiles_at};
