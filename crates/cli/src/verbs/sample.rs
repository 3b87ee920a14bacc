//! The sample organization: a daybook that is built in, played through the real path.

use std::{fs, path::Path, sync::Arc};

use aims_app::{
    Aims,
    chance::SystemChance,
    content,
    daybook::{Daybook, Told},
};
use tempfile::TempDir;

use crate::fault::Fault;

/// Where the sample lies in the content.
const FOLDER: &str = "samples/small/";

/// The day on which the sample's first internal audit begins: what an auditor finds is told as of then.
pub const AUDIT_DAY: &str = "2026-11-20";

/// Founds the sample organization in a new folder.
///
/// # Errors
/// Where the folder is not empty or cannot be written.
pub fn play(dir: &Path, tell: &mut dyn FnMut(&Told)) -> Result<Aims, Fault> {
    let unpacked = unpack()?;
    let daybook = Daybook::read(&unpacked.path().join("daybook.yaml"))?;
    Ok(daybook.play(dir, Arc::new(SystemChance), tell)?)
}

/// The daybook names files beside it, so all of them are written to a folder for as long as it plays.
fn unpack() -> Result<TempDir, Fault> {
    let folder = temporary()?;
    for (name, text) in content()?.under(FOLDER) {
        let path = folder.path().join(name.trim_start_matches(FOLDER));
        let parent = path.parent().unwrap_or(folder.path());
        fs::create_dir_all(parent).map_err(|e| Fault::file(parent, &e))?;
        fs::write(&path, text).map_err(|e| Fault::file(&path, &e))?;
    }
    Ok(folder)
}

/// A folder that goes when it is dropped.
///
/// # Errors
/// Where none can be made.
pub fn temporary() -> Result<TempDir, Fault> {
    let made = tempfile::Builder::new().prefix("aims-").tempdir();
    made.map_err(|e| Fault::file(&std::env::temp_dir(), &e))
}
