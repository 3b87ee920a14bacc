//! The folder of published vectors, and a log kept in memory.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use aims_ledger::Hash;
use aims_ledger::tree::{Growth, TileId, TileSource, grow};

/// A folder of vectors that live outside the repository.
pub struct Folder(PathBuf);

impl Folder {
    /// Looks below `AIMS_SHARED`, or for a folder `shared` beside one of our parents; says so when there is none.
    pub fn find(name: &str) -> Option<Self> {
        let parents = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|parent| parent.join("shared"));
        let candidates = std::env::var_os("AIMS_SHARED").map(PathBuf::from).into_iter().chain(parents);
        let found = candidates.map(|shared| shared.join("data/tlog").join(name)).find(|folder| folder.is_dir());
        if found.is_none() {
            eprintln!("skipped: shared data absent");
        }
        found.map(Self)
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    /// All files below the folder.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.0.clone()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

/// Tiles kept in memory. A partial tile goes when a wider one of its place comes, as logs may do.
#[derive(Default)]
pub struct MemoryTiles(pub HashMap<TileId, Vec<u8>>);

impl MemoryTiles {
    pub fn grow(&mut self, size: u64, leaves: &[Hash]) -> Growth {
        let growth = grow(self, size, leaves).unwrap();
        for (id, bytes) in &growth.tiles {
            self.0.retain(|old, _| (old.level(), old.index()) != (id.level(), id.index()));
            self.0.insert(*id, bytes.clone());
        }
        growth
    }
}

impl TileSource for MemoryTiles {
    type Error = String;

    fn tile(&self, id: TileId) -> Result<Vec<u8>, String> {
        self.0.get(&id).cloned().ok_or_else(|| "no such tile".to_owned())
    }
}
