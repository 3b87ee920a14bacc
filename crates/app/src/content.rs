//! Which content is in force: what is built in, or a folder in its place for those who write content.

use std::path::Path;

use aims_framework::{
    Content,
    standard::{Frameworks, load_all},
};
use aims_record::Kinds;

use crate::{Failure, words::read_folder};

/// Names a folder that stands in place of the built-in `content/`. For those who write kinds, frameworks and rules: a change shows
/// without building the program again.
pub const CONTENT_FOLDER: &str = "AIMS_CONTENT";

/// The content in force.
///
/// # Errors
/// Where the folder named by [`CONTENT_FOLDER`] cannot be read.
pub fn content() -> Result<Content, Failure> {
    match std::env::var_os(CONTENT_FOLDER) {
        Some(folder) => from_folder(Path::new(&folder)),
        None => Ok(Content::embedded()),
    }
}

/// The kinds and frameworks of the content in force, without an organization's own.
///
/// # Errors
/// Where the content is not sound.
pub fn built_in() -> Result<(Kinds, Frameworks), Failure> {
    let content = content()?;
    let kinds = content.kinds()?;
    let frameworks = load_all(&content, &kinds, &aims_conformity::predicate_names())?;
    Ok((kinds, frameworks))
}

fn from_folder(folder: &Path) -> Result<Content, Failure> {
    let mut files = read_folder(folder, "yaml")?;
    files.extend(read_folder(folder, "md")?);
    files.sort();
    Ok(Content { files, own: Vec::new() })
}
