//! Names of tiles and entry bundles: C2SP tlog-tiles, height 8.

use std::fmt;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Levels that a tree of at most 2^64 - 1 leaves can have.
pub(super) const LEVELS: u8 = 8;

/// One tile: `width` hashes at `level`, the first covering the leaves from `index * 256^(level + 1)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

/// One bundle of `width` entries, the first being entry `index * 256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BundleId {
    index: u64,
    width: u16,
}

/// What a path below the log's prefix names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// `tile/<level>/<index>[.p/<width>]`
    Tile(TileId),
    /// `tile/entries/<index>[.p/<width>]`
    Entries(BundleId),
}

/// Why a path or a set of numbers names no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Not of the form that C2SP tlog-tiles gives.
    #[error("`{0}` is not the path of a tile or an entry bundle")]
    Path(String),
    /// Levels run from 0 to 63.
    #[error("a tile's level is at most 63, not {0}")]
    Level(u8),
    /// Widths run from 1 to 256.
    #[error("a tile is 1 to 256 wide, not {0}")]
    Width(u16),
}

impl TileId {
    /// Names a tile; `width` 256 is a full one.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, PathError> {
        match (level, width) {
            (64.., _) => Err(PathError::Level(level)),
            (_, 1..=TILE_WIDTH) => Ok(Self { level, index, width }),
            _ => Err(PathError::Width(width)),
        }
    }

    /// The tile at this place as it stands in a tree of `size` leaves; `None` where it would be empty.
    pub fn at_size(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        width_at(index, hashes).map(|width| Self { level, index, width })
    }

    /// The tile at this place holding so many hashes; `None` unless they are 1 to 256.
    pub(super) fn with_hashes(level: u8, index: u64, hashes: usize) -> Option<Self> {
        Self::new(level, index, u16::try_from(hashes).ok()?).ok()
    }

    /// Level: 0 holds leaf hashes, each hash above stands for one full tile of the level below.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Position within the level, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Number of hashes, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether all 256 hashes are there, so that the tile never changes again.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The path below the log's prefix, such as `tile/0/x001/067.p/112`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, Place(self.index, self.width))
    }
}

impl BundleId {
    /// Names a bundle; `width` 256 is a full one.
    pub fn new(index: u64, width: u16) -> Result<Self, PathError> {
        if matches!(width, 1..=TILE_WIDTH) { Ok(Self { index, width }) } else { Err(PathError::Width(width)) }
    }

    /// The bundle as it stands in a tree of `size` leaves; `None` where it would be empty.
    pub fn at_size(index: u64, size: u64) -> Option<Self> {
        width_at(index, size).map(|width| Self { index, width })
    }

    /// Position of the bundle, from 0; its first entry is `index * 256`.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Number of entries, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The path below the log's prefix, such as `tile/entries/x001/067.p/112`.
    pub fn path(&self) -> String {
        format!("tile/entries/{}", Place(self.index, self.width))
    }
}

/// Every tile of a tree of `size` leaves, level by level: all full ones and the one partial tile of each level.
pub fn tiles_at(size: u64) -> impl Iterator<Item = TileId> {
    (0..LEVELS).flat_map(move |level| (0..).map_while(move |index| TileId::at_size(level, index, size)))
}

/// Every entry bundle of a tree of `size` leaves, in order.
pub fn bundles_at(size: u64) -> impl Iterator<Item = BundleId> {
    (0..).map_while(move |index| BundleId::at_size(index, size))
}

/// Reads a path as [`TileId::path`] and [`BundleId::path`] write it; any other spelling is refused.
pub fn parse_path(path: &str) -> Result<Resource, PathError> {
    read_path(path).ok_or_else(|| PathError::Path(path.to_owned()))
}

fn width_at(index: u64, hashes: u64) -> Option<u16> {
    let start = index.checked_mul(u64::from(TILE_WIDTH))?;
    let beyond = hashes.checked_sub(start)?;
    u16::try_from(beyond.min(u64::from(TILE_WIDTH))).ok().filter(|width| *width > 0)
}

fn read_path(path: &str) -> Option<Resource> {
    let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let (digits, width) = match place.split_once(".p/") {
        Some((digits, width)) => (digits, width.parse().ok().filter(|width| *width < TILE_WIDTH)?),
        None => (place, TILE_WIDTH),
    };
    let index = read_index(digits)?;
    let resource = match level {
        "entries" => Resource::Entries(BundleId::new(index, width).ok()?),
        _ => Resource::Tile(TileId::new(level.parse().ok()?, index, width).ok()?),
    };
    // Writing it again catches leading zeros, signs and superfluous groups in one place.
    (resource.path() == path).then_some(resource)
}

fn read_index(digits: &str) -> Option<u64> {
    digits.split('/').try_fold(0_u64, |index, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        index.checked_mul(1000)?.checked_add(digits.parse().ok()?)
    })
}

impl Resource {
    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        match self {
            Self::Tile(tile) => tile.path(),
            Self::Entries(bundle) => bundle.path(),
        }
    }
}

/// Index and width as they stand in a path: groups of three digits, all but the last with an `x` before them.
struct Place(u64, u16);

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = vec![self.0 % 1000];
        let mut higher = self.0 / 1000;
        while higher > 0 {
            groups.push(higher % 1000);
            higher /= 1000;
        }
        for (position, group) in groups.iter().enumerate().rev() {
            if position > 0 { write!(out, "x{group:03}/")? } else { write!(out, "{group:03}")? }
        }
        if self.1 < TILE_WIDTH { write!(out, ".p/{}", self.1) } else { Ok(()) }
    }
}
