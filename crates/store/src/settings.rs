//! How an organization is opened. What would make it forget acknowledged acts is refused.

use std::{fs, path::Path};

use crate::{error::StoreError, folder::at};

/// What an opening is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Reading only: needs no lock, so it works beside a running server.
    Read,
    /// Reading and writing: one process at a time.
    #[default]
    Write,
}

/// How an organization is opened. There is nothing here that weakens it.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    pub(crate) access: Access,
}

impl OpenOptions {
    /// For reading beside a writer.
    pub fn read() -> OpenOptions {
        OpenOptions { access: Access::Read }
    }

    /// For writing.
    pub fn write() -> OpenOptions {
        OpenOptions { access: Access::Write }
    }
}

/// How far SQLite goes to keep a commit through a power cut. Anything but `Full` exists for the fault laboratory alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    Full,
    #[cfg(feature = "fault-laboratory")]
    Normal,
    #[cfg(feature = "fault-laboratory")]
    Off,
}

impl Sync {
    /// The word for `PRAGMA synchronous`, and the number that it reads back as.
    pub fn pragma(self) -> (&'static str, i64) {
        match self {
            Sync::Full => ("FULL", 2),
            #[cfg(feature = "fault-laboratory")]
            Sync::Normal => ("NORMAL", 1),
            #[cfg(feature = "fault-laboratory")]
            Sync::Off => ("OFF", 0),
        }
    }
}

/// Always `Full`, except in the laboratory's own build, where the negative control must lose data.
#[cfg(feature = "fault-laboratory")]
pub(crate) fn sync_for_fault_laboratory() -> Sync {
    match std::env::var("AIMS_FAULT_LABORATORY_SYNC").as_deref() {
        Ok("normal") => Sync::Normal,
        Ok("off") => Sync::Off,
        _ => Sync::Full,
    }
}

/// Always `Full`.
#[cfg(not(feature = "fault-laboratory"))]
pub(crate) fn sync_for_fault_laboratory() -> Sync {
    Sync::Full
}

/// Reads the folder's `settings`, lines of `key = value`. The only keys there are cannot be set to anything weaker.
pub(crate) fn check_settings(path: &Path) -> Result<(), StoreError> {
    if !path.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(path).map_err(at(path))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let (key, value) = line.split_once('=').map_or((line, ""), |(key, value)| (key.trim(), value.trim()));
        check_setting(path, key, value)?;
    }
    Ok(())
}

fn check_setting(path: &Path, key: &str, value: &str) -> Result<(), StoreError> {
    let refuse = |reason: String, fix: &str| {
        Err(StoreError::Setting { file: path.to_owned(), key: key.to_owned(), reason, fix: fix.to_owned() })
    };
    match (key, value.to_ascii_uppercase().as_str()) {
        ("synchronous", "FULL" | "EXTRA") | ("journal_mode", "WAL") => Ok(()),
        ("synchronous", _) => refuse(
            format!("`{value}` would lose acknowledged acts in a power cut"),
            "set it to FULL or take the line away",
        ),
        ("journal_mode", _) => refuse(
            format!("`{value}` is not the journal that commits are tested with"),
            "set it to WAL or take the line away",
        ),
        _ => refuse("there is no such setting".to_owned(), "take the line away"),
    }
}
