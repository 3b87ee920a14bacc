//! Founding.

use std::{fs, path::Path, sync::Arc};

use aims_app::{Aims, Founder, Start, chance::SystemChance, clock::SystemClock};
use serde_json::json;

use crate::{args::Init, fault::Fault, plain::plain, plain::plain_lines, session::Session};

use super::sample;

pub fn init(session: &Session, args: Init) -> Result<(), Fault> {
    let dir = args.folder.clone();
    let sample = args.sample;
    let aims = match sample {
        Some(which) => sample::play(session.out, &dir, which, &mut |_| {})?,
        None => Aims::found(&dir, start(args), Arc::new(SystemClock), Arc::new(SystemChance))?,
    };
    let key = publish_key(&aims, &dir)?;
    aims.close()?;
    let folder = dir.display().to_string();
    session.out.answer(&json!({ "folder": folder, "key": key }), |_| {
        plain_lines(&format!("{folder}: founded\nkey: {key}\n"))
    })?;
    let as_of = sample.map(|_| format!(" --as-of {}", sample::DAY)).unwrap_or_default();
    session.out.hint(plain(&format!(
        "keep the key elsewhere too: with it anybody can verify a bundle; `aims check --dir {folder}{as_of}` says what is missing"
    )));
    Ok(())
}

/// The verifier key as a file that can be handed out.
///
/// # Errors
/// Where it cannot be written.
pub fn publish_key(aims: &Aims, dir: &Path) -> Result<String, Fault> {
    let key = aims.store().verifier_key().to_string();
    let path = dir.join("signer").join("key.pub");
    if !path.exists() {
        fs::write(&path, format!("{key}\n")).map_err(|e| Fault::file(&path, &e))?;
    }
    Ok(key)
}

fn start(args: Init) -> Start {
    let folder = || {
        let full = std::path::absolute(&args.folder).ok();
        let name = full.as_deref().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
        name.unwrap_or_else(|| "Organization".to_owned())
    };
    let name = args.name.clone().unwrap_or_else(folder);
    let user = || std::env::var("USER").ok().filter(|user| !user.trim().is_empty());
    let founder = args.founder.or_else(user).unwrap_or_else(|| "Founder".to_owned());
    // Not made from the name: keys stand in the ledger as they are, and no erasure takes a name out of them.
    let key = args.founder_key.unwrap_or_else(|| "founder".to_owned());
    Start { name, host: args.host, founder: Founder { key, name: founder, email: args.email } }
}
