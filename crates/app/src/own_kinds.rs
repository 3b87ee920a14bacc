//! The kinds that an organization added in its own folder, and what is wrong with them.

use std::{fs, path::Path};

use crate::{Aims, Failure, content::content, words::read_folder};

/// What lies in the folder `kinds/` of an organization, as it is on disk now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnKinds {
    /// Each file, and the kind it states where that is in force.
    pub files: Vec<(String, Option<String>)>,
    /// What is wrong with them, a line each; while there is any the organization does not open again.
    pub errors: Vec<String>,
    /// Whether the files differ from what is in force: they are taken up when the server starts.
    pub is_changed: bool,
}

impl Aims {
    /// Reads the organization's own kinds as they are on disk now, beside those in force.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn own_kinds(&self) -> Result<OwnKinds, Failure> {
        let folder = self.dir().join("kinds");
        if !folder.is_dir() {
            return Ok(OwnKinds::default());
        }
        let own = read_folder(&folder, "yaml")?;
        let files = own.iter().map(|(name, text)| (name.clone(), self.in_force(text))).collect();
        match content()?.with_folder(own).kinds() {
            Ok(kinds) => Ok(OwnKinds { files, errors: Vec::new(), is_changed: kinds.digest != self.kinds().digest }),
            Err(errors) => {
                let errors = errors.iter().map(ToString::to_string).collect();
                Ok(OwnKinds { files, errors, is_changed: true })
            }
        }
    }

    /// The id of the kind that a file states, where it is in force.
    fn in_force(&self, text: &str) -> Option<String> {
        let id = text.lines().find_map(|line| line.strip_prefix("kind:"))?.trim();
        self.kinds().get(id).map(|kind| kind.id.clone())
    }
}

/// Bytes of all files in a folder and below; links are not followed.
///
/// # Errors
/// Where a folder cannot be read.
pub fn bytes_of(folder: &Path) -> Result<u64, Failure> {
    let failed = |error| Failure::File { path: folder.to_owned(), error };
    let mut sum = 0;
    for inside in fs::read_dir(folder).map_err(failed)? {
        let inside = inside.map_err(failed)?;
        // A file may go while it is looked at.
        let Ok(about) = inside.metadata() else { continue };
        sum += if about.is_dir() { bytes_of(&inside.path())? } else { about.len() };
    }
    Ok(sum)
}
