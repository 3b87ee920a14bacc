//! The files of a bundle: bounded reads, and the paths that a log of a given size has.

use crate::report::{Checked, altered, cannot_tell};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

/// A bundle's folder.
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Opens a plain file, never through a symbolic link at its name. Answers its length as well.
    pub(crate) fn open(&self, name: &str) -> Checked<(File, u64)> {
        let path = self.root.join(name);
        let about = fs::symlink_metadata(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => altered(name, "the file is missing"),
            _ => cannot_tell(name, format!("cannot be read: {e}")),
        })?;
        if !about.is_file() {
            return Err(altered(name, "this is not a plain file"));
        }
        let file = File::open(path).map_err(|e| cannot_tell(name, format!("cannot be read: {e}")))?;
        Ok((file, about.len()))
    }

    /// A whole file of at most `max` bytes.
    pub(crate) fn read(&self, name: &str, max: u64) -> Checked<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(name, max, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`Folder::read`], into a buffer that is used again and again.
    pub(crate) fn read_into(&self, name: &str, max: u64, bytes: &mut Vec<u8>) -> Checked<()> {
        bytes.clear();
        let (file, len) = self.open(name)?;
        let too_long = || altered(name, format!("the file is longer than {max} bytes"));
        if len > max {
            return Err(too_long());
        }
        bytes.reserve(usize::try_from(len + 1).unwrap_or(0));
        file.take(max + 1).read_to_end(bytes).map_err(|e| cannot_tell(name, format!("cannot be read: {e}")))?;
        if bytes.len() as u64 > max { Err(too_long()) } else { Ok(()) }
    }

    /// Calls `each` with the path, from the bundle's root, and the length of every file below `name`.
    pub(crate) fn walk(&self, name: &str, each: &mut dyn FnMut(&str, u64) -> Checked<()>) -> Checked<()> {
        if !self.root.join(name).exists() {
            return Ok(());
        }
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            let failed = |e: std::io::Error| cannot_tell(&name, format!("cannot be listed: {e}"));
            for entry in fs::read_dir(self.root.join(&name)).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let file_name = entry.file_name();
                let Some(last) = file_name.to_str() else {
                    return Err(altered(&name, "holds a name that is not UTF-8"));
                };
                let path = format!("{name}/{last}");
                let about = entry.metadata().map_err(failed)?;
                if about.is_file() {
                    each(&path, about.len())?;
                } else if about.is_dir() && path.len() < 256 {
                    open.push(path);
                } else {
                    return Err(altered(path, "this is neither a plain file nor a folder"));
                }
            }
        }
        Ok(())
    }

    /// Names in the bundle's own folder that no bundle has.
    pub(crate) fn strangers(&self) -> Vec<String> {
        let known =
            ["README.txt", "bundle.json", "checkpoint", "keys", "tile", "payloads", "state", "evidence", "SHA256SUMS"];
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| !known.contains(&name.as_str())).collect();
        names.sort();
        names
    }
}

/// The path of a tile of `width` hashes or entries (C2SP tlog-tiles); `level` is a number or `entries`.
pub(crate) fn tile_path(level: &str, index: u64, width: u64) -> String {
    let mut groups = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{}{partial}", groups.join("/"))
}

/// The levels of a log of `size` entries: how many hashes stand at each.
pub(crate) fn level_sizes(size: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(size), |size| Some(size >> 8)).take_while(|size| *size > 0)
}

/// Checks that below `tile` stand no other files than those of a log of `size` entries; whoever reads them misses the absent ones.
/// Answers how many bytes the entry bundles have.
pub(crate) fn check_tile_paths(folder: &Folder, size: u64) -> Checked<u64> {
    let mut entry_bytes = 0u64;
    folder.walk("tile", &mut |path, len| {
        if !is_tile_of(path, size) {
            return Err(altered(path, format!("a log of {size} entries has no such file")));
        }
        if path.starts_with("tile/entries/") {
            entry_bytes += len;
        }
        Ok(())
    })?;
    Ok(entry_bytes)
}

fn is_tile_of(path: &str, size: u64) -> bool {
    let Some((level, _)) = path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')) else { return false };
    let height = if level == "entries" { Some(0) } else { level.parse::<usize>().ok() };
    let spelled = height.is_some_and(|height| level == "entries" || level == height.to_string());
    let Some(count) = height.and_then(|height| level_sizes(size).nth(height)) else { return false };
    let Some(index) = index_of(path) else { return false };
    let width = count.saturating_sub(index.saturating_mul(256)).min(256);
    // The path is written anew and compared, so that no second spelling of it passes.
    spelled && width > 0 && tile_path(level, index, width) == path
}

fn index_of(path: &str) -> Option<u64> {
    let groups = path.splitn(3, '/').nth(2)?;
    let groups = groups.split_once(".p/").map_or(groups, |(index, _)| index);
    let mut index = 0u64;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(tile_path("0", 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile_path("entries", 0, 57), "tile/entries/000.p/57");
        assert_eq!(level_sizes(70_000).collect::<Vec<_>>(), [70_000, 273, 1]);
        assert_eq!(level_sizes(256).collect::<Vec<_>>(), [256, 1]);
    }

    #[test]
    fn only_the_paths_of_the_size_pass() {
        for path in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"] {
            assert!(is_tile_of(path, 300), "{path}");
        }
        for path in [
            "tile/0/000.p/255",
            "tile/0/001.p/43",
            "tile/0/001",
            "tile/2/000.p/1",
            "tile/00/000",
            "tile/0/0",
            "tile/0/x000/000",
            "tile/entries/002.p/1",
            "tile/1/000.p/2",
            "tile/x",
            "tile/0/+00",
        ] {
            assert!(!is_tile_of(path, 300), "{path}");
        }
    }
}
