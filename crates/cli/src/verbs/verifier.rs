//! The independent verifier, carried along. It shares no code with the rest of this program: what matters is that it uses nothing of
//! ours, not that nothing of ours calls it. An auditor runs it as the program `aims-verify`.

use std::path::Path;

use aims_verify::{Key, Request, verify};

use crate::fault::Fault;

/// What the verifier said.
pub struct Said {
    /// Its exit code: 0 sound, 1 altered, 2 cannot tell.
    pub exit: u8,
    /// Its report.
    pub report: String,
}

/// Holds a bundle against these keys, or against none.
///
/// # Errors
/// Where a key is none.
pub fn run(bundle: &Path, keys: &[String], json: bool) -> Result<Said, Fault> {
    let parse = |key: &String| Key::parse(key).map_err(|why| Fault::usage("key_malformed", why));
    let keys = keys.iter().map(parse).collect::<Result<Vec<Key>, Fault>>()?;
    let report = verify(&Request { bundle: bundle.to_owned(), keys, ..Request::default() });
    let exit = report.exit;
    Ok(Said { exit, report: if json { report.to_json() } else { report.to_text() } })
}
