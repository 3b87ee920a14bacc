//! `aims-verify BUNDLE --key VKEY`: answers sound (0), altered (1) or cannot tell (2).
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

use aims_verify::{BroughtReceipt, Key, Report, Request, verify};
use std::{fs, io::Write, path::Path, process::ExitCode};

const HELP: &str = "\
Verifies a bundle without a network and without the software that made it.

Usage: aims-verify BUNDLE [--key VKEY|FILE]... [--checkpoint FILE]... [--receipt FILE [--entry FILE]]...
                   [--trust-bundle-keys] [--format text|json]

  BUNDLE               the folder
  --key VKEY|FILE      a verifier key of the log, or a file with one a line; bring it from elsewhere than the bundle
  --checkpoint FILE    an older checkpoint that you kept: shows whether the log was shortened or rewritten since
  --receipt FILE       a receipt (.tlog-proof) that you kept: shows whether its entry is still there
  --entry FILE         the exact bytes of the entry of the receipt before it
  --trust-bundle-keys  accept the keys that lie in the bundle; then nothing shows who signed
  --format FORMAT      text (default) or json

Exit code: 0 sound, 1 altered, 2 cannot tell
";

#[derive(PartialEq)]
enum Format {
    Text,
    Json,
}

enum Wish {
    Help,
    Verify(Box<Request>, Format),
}

fn main() -> ExitCode {
    match read_arguments(std::env::args().skip(1)) {
        Ok(Wish::Help) => {
            print(HELP);
            ExitCode::SUCCESS
        }
        Ok(Wish::Verify(request, format)) => {
            let report: Report = verify(&request);
            print(&if format == Format::Json { report.to_json() } else { report.to_text() });
            ExitCode::from(report.exit)
        }
        Err(what) => {
            eprintln!("aims-verify: {what}\nTry --help.");
            ExitCode::from(2)
        }
    }
}

/// A reader that closes the pipe early is no reason to fail: the exit code is the answer.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn read_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let mut request = Request::default();
    let mut format = Format::Text;
    let mut bundle = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Wish::Help),
            "--key" => request.keys.extend(read_keys(&value()?)?),
            "--checkpoint" => request.checkpoints.push(value()?.into()),
            "--receipt" => request.receipts.push(BroughtReceipt { proof: value()?.into(), entry: None }),
            "--entry" => {
                let receipt = request.receipts.last_mut().ok_or("`--entry` follows the `--receipt` it belongs to")?;
                receipt.entry = Some(value()?.into());
            }
            "--trust-bundle-keys" => request.trust_bundle_keys = true,
            "--format" => {
                format = match value()?.as_str() {
                    "text" => Format::Text,
                    "json" => Format::Json,
                    other => return Err(format!("`{other}` is no format; take text or json")),
                }
            }
            option if option.starts_with('-') => return Err(format!("`{option}` is no option")),
            _ if bundle.is_some() => return Err(format!("`{argument}` is a second bundle; verify one at a time")),
            _ => bundle = Some(argument),
        }
    }
    request.bundle = bundle.ok_or("name the bundle's folder")?.into();
    if request.trust_bundle_keys && !request.keys.is_empty() {
        return Err("`--trust-bundle-keys` does not go with `--key`".into());
    }
    Ok(Wish::Verify(Box::new(request), format))
}

fn read_keys(text: &str) -> Result<Vec<Key>, String> {
    if !Path::new(text).is_file() {
        return Key::parse(text).map(|key| vec![key]);
    }
    let lines = fs::read_to_string(text).map_err(|e| format!("`{text}` cannot be read: {e}"))?;
    let keys = Key::parse_all(&lines)?;
    if keys.is_empty() { Err(format!("`{text}` holds no key")) } else { Ok(keys) }
}
