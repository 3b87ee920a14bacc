//! Scenarios, properties and faults that cross crates. The tests stand in `tests/`; what several of them need stands here.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_path_buf()
}

/// The folder of real documents, named by `AIMS_SHARED` or lying beside the workspace; `None` where it is absent, with a word on stderr.
pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("AIMS_SHARED").map(PathBuf::from);
    let found = named.or_else(|| Some(root().parent()?.join("shared"))).filter(|p| p.is_dir());
    if found.is_none() {
        eprintln!("skipped: the folder of real documents is absent");
    }
    found
}
