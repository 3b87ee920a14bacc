//! The organization a command is about, and who acts.

use std::{
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use aims_app::{Aims, AsOf, Failure};
use aims_framework::standard::Frameworks;
use aims_record::{Actor, Kinds};
use aims_store::{Access, StoreError};

use crate::{args::Global, fault::Fault, out::Out};

/// The file that makes a folder an organization's.
const MARK: &str = "organization.db";

/// Another command that writes is done within a moment, so it is waited for: five seconds in all. A server that writes is told of then.
const PAUSE: Duration = Duration::from_millis(100);
const PATIENCE: usize = 50;

/// One run of the program.
pub struct Session {
    /// Where answers go.
    pub out: Out,
    dir: Option<PathBuf>,
    person: Option<String>,
}

impl Session {
    /// With these flags.
    pub fn new(global: Global, out: Out) -> Session {
        Session { out, dir: global.dir, person: global.person }
    }

    /// The folder named by `--dir`, if it was.
    pub fn dir_named(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// The organization's folder: as named, or the nearest above.
    ///
    /// # Errors
    /// Where there is none.
    pub fn dir(&self) -> Result<PathBuf, Fault> {
        if let Some(dir) = &self.dir {
            return Ok(dir.clone());
        }
        let here = std::env::current_dir().map_err(|e| Fault::file(Path::new("."), &e))?;
        let above = here.ancestors().find(|dir| dir.join(MARK).is_file());
        above.map(Path::to_owned).ok_or_else(|| {
            Fault::usage("organization_unknown", "no organization lies in this folder or above it")
                .hint("`--dir DIR` names one, `aims init DIR` founds one, `aims demo` shows one")
        })
    }

    /// Opens it for looking: works beside a running server.
    ///
    /// # Errors
    /// Where there is none, or it is not sound enough to be opened.
    pub fn read(&self) -> Result<Aims, Fault> {
        Ok(Aims::open(&self.dir()?, Access::Read)?)
    }

    /// Opens it for acting.
    ///
    /// # Errors
    /// As [`Session::read`], and where another process keeps on writing.
    pub fn write(&self) -> Result<Aims, Fault> {
        let dir = self.dir()?;
        for _ in 0..PATIENCE {
            match Aims::open(&dir, Access::Write) {
                Err(Failure::Store(StoreError::InUse(_))) => thread::sleep(PAUSE),
                opened => return Ok(opened?),
            }
        }
        Ok(Aims::open(&dir, Access::Write)?)
    }

    /// Kinds and frameworks as they are built in: what a server's answers are told with.
    ///
    /// # Errors
    /// Where the content is not sound.
    pub fn built_in(&self) -> Result<(Kinds, Frameworks), Fault> {
        Ok(aims_app::built_in()?)
    }

    /// Who acts.
    ///
    /// # Errors
    /// Where there is no such person.
    pub fn actor(&self, aims: &Aims) -> Result<Actor, Fault> {
        Ok(aims.actor(self.person.as_deref())?)
    }
}

/// The moment to look at.
///
/// # Errors
/// With what would be understood.
pub fn as_of(text: Option<&str>) -> Result<Option<AsOf>, Fault> {
    Ok(text.map(AsOf::parse).transpose()?)
}
