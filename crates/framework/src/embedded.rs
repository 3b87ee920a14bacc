//! The content that is built into the program, and an organization's additions to it.

use aims_record::Kinds;
use include_dir::{Dir, include_dir};

use crate::{kinds, yaml::ContentError};

static CONTENT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../content");

/// Files of content: what the product knows, and what an organization adds.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// (name relative to `content/`, text), sorted by name.
    pub files: Vec<(String, String)>,
    /// (name, text) of the files in the organization's folder `kinds/`.
    pub own: Vec<(String, String)>,
}

impl Content {
    /// What is built in. Files that are not UTF-8 are no content and are left out; a test holds that there are none.
    pub fn embedded() -> Self {
        let mut files = Vec::new();
        gather(&CONTENT, &mut files);
        files.sort();
        Self { files, own: Vec::new() }
    }

    /// Adds an organization's own kinds, which the caller has read from its folder.
    #[must_use]
    pub fn with_folder(mut self, own: Vec<(String, String)>) -> Self {
        self.own = own;
        self
    }

    /// The text of the file of this name.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }

    /// The files of a folder such as `frameworks/iso-42001/`, by their full names.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter(move |(n, _)| n.starts_with(folder)).map(|(n, t)| (n.as_str(), t.as_str()))
    }

    /// Loads the kinds.
    ///
    /// # Errors
    /// As [`kinds::load`].
    pub fn kinds(&self) -> Result<Kinds, Vec<ContentError>> {
        kinds::load(&self.files, &self.own)
    }
}

fn gather(dir: &Dir<'static>, into: &mut Vec<(String, String)>) {
    for file in dir.files() {
        if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            into.push((name.replace('\\', "/"), text.to_owned()));
        }
    }
    dir.dirs().for_each(|dir| gather(dir, into));
}
