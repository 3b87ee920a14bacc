//! Altering a copy, to see it noticed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::fault::Fault;

/// Copies a folder.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::create_dir_all(to).map_err(|e| Fault::file(to, &e))?;
    for path in inside(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(|e| Fault::file(&path, &e))?;
        }
    }
    Ok(())
}

/// Flips one bit in the middle of a file, and says of which byte.
///
/// # Errors
/// Where it cannot be read or written.
pub fn flip(path: &Path) -> Result<usize, Fault> {
    let mut bytes = fs::read(path).map_err(|e| Fault::file(path, &e))?;
    let place = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1;
    }
    fs::write(path, bytes).map_err(|e| Fault::file(path, &e))?;
    Ok(place)
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let failed = |error| Fault::file(folder, &error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect()
}
