//! The sample organization: a daybook that is built in, played through the real path.

use std::{fs, path::Path, sync::Arc};

use aims_app::{
    Aims,
    chance::SystemChance,
    content,
    daybook::{Daybook, Told, Variant},
};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::{fault::Fault, out::Out, progress::Progress};

/// Where the sample lies in the content.
const FOLDER: &str = "samples/tessel/";
/// What is wrong in the flawed story.
const DEFECTS: &str = "defects.yaml";

/// The day up to which the sample tells: the certification audit is near. What is found is told as of then.
pub const DAY: &str = "2026-11-20";

/// Which story of the sample organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// With nonconformities of the kinds that auditors find
    #[default]
    Flawed,
    /// With everything that is asked for; only determinations by a person are due
    Clean,
}

/// Founds the sample organization in a new folder and plays its story, with progress on stderr. `tell` hears of every step.
///
/// # Errors
/// Where the folder is not empty or cannot be written.
pub fn play(out: Out, dir: &Path, which: Which, tell: &mut dyn FnMut(&Told)) -> Result<Aims, Fault> {
    let unpacked = unpack()?;
    let mut daybook = Daybook::read(unpacked.path())?;
    if which == Which::Flawed {
        daybook = daybook.with(&Variant::read(&unpacked.path().join(DEFECTS))?)?;
    }
    let what = "playing three years of Tessel Group";
    if !out.draws() {
        out.talk(what);
    }
    let progress = Progress::bar(out, what);
    Ok(daybook.play(dir, Arc::new(SystemChance), &mut |told| {
        progress.at(told.done as u64, told.of as u64);
        tell(told);
    })?)
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
