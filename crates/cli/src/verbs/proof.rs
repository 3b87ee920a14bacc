//! Proof: bundles, the self-check, receipts, checkpoints.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aims_app::Aims;
use aims_store::Findings;
use serde_json::json;

use crate::{
    args::{Export, Receipt, Verify},
    fault::{Fault, REFUSED, USAGE},
    out::Out,
    plain::{plain, plain_lines},
    progress::Progress,
    render::count,
    session::Session,
};

use super::verifier;

pub fn export(session: &Session, args: &Export) -> Result<(), Fault> {
    let aims = session.write()?;
    let actor = session.actor(&aims)?;
    let out = match &args.out {
        Some(out) => out.clone(),
        None => own_name(&aims)?,
    };
    let progress = Progress::bar(session.out, "exporting");
    let exported = aims.export_bundle(&actor, &out, args.without_personal, &mut |done, of| progress.at(done, of))?;
    aims.close()?;
    drop(progress);
    let folder = out.display().to_string();
    let answer = json!({ "folder": folder, "size": exported.size, "root": exported.root, "origin": exported.origin, "key": exported.key });
    session.out.answer(&answer, |_| {
        let entries = usize::try_from(exported.size).unwrap_or(usize::MAX);
        plain_lines(&format!("{folder}: {} entries, root {}\nkey: {}\n", entries, exported.root, exported.key))
    })?;
    session.out.hint(format!(
        "give the key to the auditor by another way than the bundle; they run `aims-verify {} --key KEY`",
        plain(&folder)
    ));
    Ok(())
}

/// `NAME-bundle-SIZE` here, after the organization's folder. The export itself is an entry, so the bundle has one more than there are now.
fn own_name(aims: &Aims) -> Result<PathBuf, Fault> {
    let dir = fs::canonicalize(aims.dir()).map_err(|e| Fault::file(aims.dir(), &e))?;
    let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_else(|| "organization".into());
    let size = aims.store().snapshot().and_then(|s| s.size()).map_err(aims_app::Failure::Store)? + 1;
    Ok(PathBuf::from(format!("{name}-bundle-{size}")))
}

pub fn verify(session: &Session, args: &Verify) -> Result<u8, Fault> {
    if let Some(bundle) = &args.bundle {
        return verify_bundle(session, bundle);
    }
    let aims = session.read().map_err(cannot_open)?;
    let findings = self_check(session.out, &aims).map_err(|fault| fault.exiting(USAGE))?;
    session.out.answer(&to_json(&findings), |_| told(&findings))?;
    Ok(if findings.findings.is_empty() { 0 } else { REFUSED })
}

/// A folder that does not open: a ledger that is not what was signed is altered, everything else cannot be told.
fn cannot_open(fault: Fault) -> Fault {
    let altered = matches!(fault.code.as_str(), "truncated" | "inconsistent");
    fault.exiting(if altered { REFUSED } else { USAGE })
}

/// The self-check of a live folder, with a bar.
///
/// # Errors
/// Where checking itself fails.
pub fn self_check(out: Out, aims: &Aims) -> Result<Findings, Fault> {
    let progress = Progress::bar(out, "checking");
    Ok(aims.verify(&mut |done, of| progress.at(done, of))?)
}

fn to_json(findings: &Findings) -> serde_json::Value {
    let all: Vec<_> =
        findings.findings.iter().map(|f| json!({ "code": f.code, "place": f.place, "sentence": f.sentence })).collect();
    let sound = all.is_empty();
    json!({ "sound": sound, "findings": all, "entries": findings.entries, "records": findings.records, "files": findings.files })
}

/// The answer of a self-check in lines.
pub fn told(findings: &Findings) -> String {
    let of = |n: u64, one: &str| count(usize::try_from(n).unwrap_or(usize::MAX), one);
    let entries = if findings.entries == 1 {
        "1 entry".to_owned()
    } else {
        format!("{} entries (the instance's own among them)", findings.entries)
    };
    let over = format!("{entries}, {}, {}", of(findings.records, "record"), of(findings.files, "file"));
    if findings.findings.is_empty() {
        return format!("✓ sound: {over}\n");
    }
    let line = |f: &aims_store::Finding| plain(&format!("■ altered[{}]: {}: {}", f.code, f.place, f.sentence)) + "\n";
    let lines: String = findings.findings.iter().map(line).collect();
    format!("{lines}{} over {over}\n", count(findings.findings.len(), "finding"))
}

fn verify_bundle(session: &Session, bundle: &Path) -> Result<u8, Fault> {
    let keys = key_of(session);
    let said = verifier::run(bundle, &keys, session.out.json())?;
    session.out.data(&plain_lines(&said.report))?;
    if keys.is_empty() && said.exit == USAGE {
        session.out.hint("this organization's key is used where its folder is named with `--dir`; else run `aims-verify` with `--key`");
    }
    Ok(said.exit)
}

/// The key of the organization at hand, which has not come with the bundle.
fn key_of(session: &Session) -> Vec<String> {
    let aims = session.dir().and_then(|_| session.read());
    aims.map(|aims| vec![aims.store().verifier_key().to_string()]).unwrap_or_default()
}

pub fn receipt(session: &Session, args: &Receipt) -> Result<(), Fault> {
    let aims = session.write()?;
    let receipt = aims.receipt(&args.subject)?;
    aims.close()?;
    let Some(path) = &args.out else {
        return session.out.answer(&receipt, |receipt| receipt.proof.clone());
    };
    let entry = path.with_extension("entry.json");
    fs::write(path, &receipt.proof).map_err(|e| Fault::file(path, &e))?;
    fs::write(&entry, &receipt.entry).map_err(|e| Fault::file(&entry, &e))?;
    let (path, entry) = (path.display().to_string(), entry.display().to_string());
    let answer = json!({ "seq": receipt.seq, "proof": path, "entry": entry, "key": receipt.key });
    session.out.answer(&answer, |_| {
        plain_lines(&format!("{path}: receipt for entry {}\n{entry}: its exact bytes\n", receipt.seq))
    })?;
    session.out.hint(plain(&format!(
        "`aims-verify BUNDLE --key KEY --receipt {path} --entry {entry}` holds a later bundle against it"
    )));
    Ok(())
}

pub fn checkpoint(session: &Session) -> Result<(), Fault> {
    let aims = session.write()?;
    let checkpoint = aims.checkpoint()?;
    aims.close()?;
    session.out.answer(&json!({ "checkpoint": checkpoint }), |_| checkpoint.clone())?;
    session.out.hint(
        "kept elsewhere it shows later that nothing before it was changed: `aims-verify BUNDLE --checkpoint FILE`",
    );
    Ok(())
}
