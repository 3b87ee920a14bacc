//! Organizations that are founded on the server, each in a folder of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

use aims_app::{Aims, Start, live::Live};
use http::StatusCode;

use super::{Server, ServerError};
use crate::answer::Refused;

/// Where they lie in the data folder.
const FOLDER: &str = "organizations";
/// Characters of a name in addresses.
const SLUG_MAX: usize = 40;

impl Server {
    /// The folders of all organizations: those that were named, and those that were founded here.
    pub(super) fn folders(&self) -> Result<Vec<(String, PathBuf)>, ServerError> {
        let mut all = self.config.organizations.clone();
        let folder = self.config.data.join(FOLDER);
        let unreadable = |error: std::io::Error| ServerError::Folder { folder: folder.display().to_string(), error };
        if !folder.is_dir() {
            return Ok(all);
        }
        for inside in fs::read_dir(&folder).map_err(unreadable)? {
            let path = inside.map_err(unreadable)?.path();
            let name = path.file_name().and_then(|n| n.to_str()).filter(|n| is_slug(n)).map(str::to_owned);
            // Where one is being built its name begins with a dot.
            let Some(name) = name.filter(|_| path.is_dir()) else { continue };
            if all.iter().all(|(known, _)| *known != name) {
                all.push((name, path));
            }
        }
        all.sort();
        Ok(all)
    }

    /// Founds an organization under a name in addresses, and serves it.
    ///
    /// # Errors
    /// `slug_malformed`, `slug_taken`, and what is wrong with its first records.
    pub fn found(&self, slug: &str, start: Start) -> Result<Arc<Live>, Refused> {
        if !is_slug(slug) {
            let says = "Write the name in addresses with lower-case letters, digits and hyphens, 1 to 40 of them.";
            return Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "slug_malformed", says));
        }
        let _one = self.founding.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.config.data.join(FOLDER).join(slug);
        if self.organization(slug).is_some() || folder.exists() {
            let says = format!("Another organization here is reached as `{slug}`. Choose another name in addresses.");
            return Err(Refused::new(StatusCode::CONFLICT, "slug_taken", says));
        }
        let host = Some(self.entrance.address().host().to_owned());
        self.build(&folder, Start { host, ..start }).inspect(|live| self.put(slug, live))
    }

    fn build(&self, folder: &Path, start: Start) -> Result<Arc<Live>, Refused> {
        let aims = Aims::found(folder, start, Arc::clone(&self.clock), Arc::clone(&self.chance))?;
        Ok(Arc::new(Live::of(aims)?))
    }

    fn put(&self, slug: &str, live: &Arc<Live>) {
        let mut all = self.organizations.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(slug.to_owned(), Arc::clone(live));
    }
}

/// Whether a word can stand in addresses for an organization.
fn is_slug(word: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=SLUG_MAX).contains(&word.len()) && word.bytes().all(plain) && !word.starts_with('-') && !word.ends_with('-')
}

/// A name in addresses that an organization's name suggests.
pub fn slug_of(name: &str) -> String {
    let fold = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let plain: String = name.chars().map(fold).collect();
    let words: Vec<&str> = plain.split('-').filter(|w| !w.is_empty()).collect();
    let joined: String = words.join("-").chars().take(SLUG_MAX).collect();
    joined.trim_matches('-').to_owned()
}
