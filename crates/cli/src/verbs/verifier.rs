//! The independent verifier, where it lies beside this program. It shares no code with it, so it can only be run, not called.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::fault::Fault;

/// What the verifier said.
pub struct Said {
    /// Its exit code: 0 sound, 1 altered, 2 cannot tell.
    pub exit: u8,
    /// Its report.
    pub report: String,
}

/// The program `aims-verify` beside this one.
pub fn beside() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let program = own.with_file_name(format!("aims-verify{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

/// Runs it on a bundle.
///
/// # Errors
/// Where it cannot be started.
pub fn run(program: &Path, bundle: &Path, keys: &[String], json: bool) -> Result<Said, Fault> {
    let mut command = Command::new(program);
    command.arg(bundle);
    for key in keys {
        command.args(["--key", key]);
    }
    if json {
        command.args(["--format", "json"]);
    }
    let output = command.output().map_err(|error| Fault::file(program, &error))?;
    let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2);
    let report = [output.stdout, output.stderr].concat();
    Ok(Said { exit, report: String::from_utf8_lossy(&report).into_owned() })
}
