//! What a server is set up as: its configuration file (`docs/formats/server.md`), read and held against the machine before anything starts.
//!
//! What cannot be right is refused in one line that names the file, the key, the reason and what to do. A key that is not known is refused too: a setting
//! that was misspelt must not be one that was silently left out.

mod machine;
mod read;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use aims_app::{accounts::Provider, jobs::Mail};
use thiserror::Error;

use crate::server::{Config, Proxies};

pub use read::read;

/// A server's setup.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How people reach it, without a slash at the end.
    pub public_url: String,
    /// Where accounts and organizations are kept.
    pub data: PathBuf,
    /// Proxies that may say who is behind them.
    pub proxies: Proxies,
    /// Providers that say who somebody is.
    pub providers: Vec<Provider>,
    /// Where mail goes out; without it, links are shown to whoever asks for them.
    pub mail: Option<Mail>,
}

impl Setup {
    /// As the server takes it.
    pub fn config(&self) -> Config {
        Config {
            data: self.data.clone(),
            organizations: Vec::new(),
            listen: self.listen,
            public_url: self.public_url.clone(),
        }
    }
}

/// Why a server does not start: one line.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}: `{key}`: {reason}; {fix}")]
pub struct SetupRefused {
    /// The configuration file, or the file that a key names.
    pub file: String,
    /// The key, such as `mail.host`.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

impl SetupRefused {
    fn new(file: &Path, key: &str, reason: impl Into<String>, fix: impl Into<String>) -> SetupRefused {
        let line = |text: String| text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'");
        SetupRefused {
            file: line(file.display().to_string()),
            key: line(key.to_owned()),
            reason: line(reason.into()),
            fix: line(fix.into()),
        }
    }
}

#[cfg(test)]
mod tests;
