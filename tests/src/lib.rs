//! Scenarios, properties and faults that cross crates. The tests stand in `tests/`; what several of them need stands here.

use std::path::{Path, PathBuf};

pub mod alter;
pub mod chance;
pub mod check;
pub mod disk;
pub mod driver;
pub mod play;
pub mod power;
pub mod trace;

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

/// How many cases a test goes through: what the environment says, else the small number of the ordinary run.
pub fn count(variable: &str, ordinary: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(ordinary)
}

/// The seed of a run, printed so that the run can be repeated: `AIMS_SEED`, else always the same.
pub fn seed() -> u64 {
    let seed = std::env::var("AIMS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(42_001);
    println!("seed {seed}");
    seed
}

/// A folder for disks that are made by the thousand: in memory where the system has such a place.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}

/// A promise held, in one line.
pub fn say(promise: &str, what: &str) {
    println!("PROMISE {promise}: {what}");
}
