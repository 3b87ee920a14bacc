//! What must hold of an organization's folder after any fault, without repair.

use std::{
    io::Read as _,
    path::Path,
    time::{Duration, Instant},
};

use aims_ledger::{Hash, checkpoint::Checkpoint, leaf_hash};
use aims_record::Kept;
use aims_store::{Organization, Reading};
use aims_verify::{Key, Report, Request, verify};

use crate::{
    driver::{Acked, Answers},
    play::{Doing, open},
};

/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(5);

/// What was found where all held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    /// Entries in the ledger.
    pub entries: u64,
    /// How long opening took.
    pub start: Duration,
    /// Acknowledged acts that were looked for.
    pub acked: usize,
}

/// Opens the folder as it is and holds it against what was acknowledged.
pub fn hold(dir: &Path, answers: &Answers, deep: bool) -> Result<Held, String> {
    let begun = Instant::now();
    let organization = open(dir, 99, 1000).map_err(|error| format!("it does not open: {error}"))?;
    let start = begun.elapsed();
    if start > START_MAX {
        return Err(format!("opening took {start:?}"));
    }
    let entries = {
        let now = organization.snapshot().map_err(|error| format!("it cannot be read: {error}"))?;
        answers.acked.iter().try_for_each(|acked| hold_acked(&organization, &now, acked))?;
        hold_refused(&now, answers)?;
        now.size().map_err(|error| error.to_string())?
    };
    sound(&organization)?;
    goes_on(&organization, answers.signed)?;
    if deep {
        exported_sound(&organization)?;
    }
    organization.close().map_err(|error| format!("it does not close: {error}"))?;
    Ok(Held { entries, start, acked: answers.acked.len() })
}

fn hold_acked(organization: &Organization, now: &Reading, acked: &Acked) -> Result<(), String> {
    let entry = now.entry(acked.seq).map_err(|error| error.to_string())?;
    let entry = entry.ok_or_else(|| format!("lost: event {} was acknowledged and is not there", acked.seq))?;
    if leaf_hash(&entry) != acked.leaf {
        return Err(format!("lost: event {} is another than was acknowledged", acked.seq));
    }
    let kept = now.kept(&acked.record).map_err(|error| error.to_string())?;
    let live = kept.as_ref().is_some_and(|kept| kept.live().is_some());
    match (&acked.file, acked.deed.as_str()) {
        (Some(sha256), _) if live => hold_file(organization, sha256),
        (_, "erase") if now.personal_count(&acked.record).map_err(|error| error.to_string())? > 0 => {
            Err(format!("{} was erased and is known again", acked.record))
        }
        (_, "dispose") if !matches!(kept, Some(Kept::Disposed(_))) => {
            Err(format!("{} was disposed of and is there again", acked.record))
        }
        _ => Ok(()),
    }
}

fn hold_file(organization: &Organization, sha256: &str) -> Result<(), String> {
    let mut bytes = Vec::new();
    let mut file = organization.open_evidence(sha256).map_err(|error| format!("evidence is lost: {error}"))?;
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if Hash::sha256(&bytes).to_string() == sha256 { Ok(()) } else { Err(format!("the evidence {sha256} is another")) }
}

/// Where the answer was that nothing was saved, nothing was.
fn hold_refused(now: &Reading, answers: &Answers) -> Result<(), String> {
    let sure =
        |code: &str| matches!(code, "storage_full" | "failed" | "stopped" | "refused" | "overloaded" | "panicked");
    for (code, _, records) in answers.others.iter().filter(|(code, ..)| sure(code)) {
        for id in records {
            if now.kept(id).map_err(|error| error.to_string())?.is_some() {
                return Err(format!("half done: {id} is there, though the answer was {code}"));
            }
        }
    }
    Ok(())
}

/// The self-check finds nothing.
pub fn sound(organization: &Organization) -> Result<(), String> {
    let found = organization.verify(&mut |_, _| {}).map_err(|error| format!("the self-check failed: {error}"))?;
    match found.findings.first() {
        None => Ok(()),
        Some(finding) => Err(format!("{}: {}: {}", finding.code, finding.place, finding.sentence)),
    }
}

/// Signing and writing go on; nothing smaller than what was handed out is ever signed.
fn goes_on(organization: &Organization, signed: u64) -> Result<(), String> {
    let id = crate::chance::id(0xffff_ffff << 64 | 1);
    let doing = Doing::Record { id, words: "it goes on".into() };
    organization
        .write(move |draft| doing.carry_out(draft))
        .map_err(|error| format!("nothing can be written: {error}"))?;
    let note = organization.checkpoint_now().map_err(|error| format!("nothing can be signed: {error}"))?;
    let size = Checkpoint::parse(note.text()).map_or(0, |checkpoint| checkpoint.size());
    if size > signed { Ok(()) } else { Err(format!("signed {size} after {signed} was handed out")) }
}

/// A bundle of it is sound to the verifier that shares no code with it.
pub fn exported_sound(organization: &Organization) -> Result<(), String> {
    let out = crate::scratch();
    let report = exported(organization, &out.path().join("bundle"))?;
    if report.exit == 0 { Ok(()) } else { Err(report.to_text()) }
}

/// Exports a bundle and has it verified.
pub fn exported(organization: &Organization, out: &Path) -> Result<Report, String> {
    organization.export_bundle(out, false, &mut |_, _| {}).map_err(|error| format!("no bundle: {error}"))?;
    Ok(judged(out, &organization.verifier_key().to_string(), &[]))
}

/// The verifier's answer on a bundle, with older checkpoints where some are given.
pub fn judged(bundle: &Path, vkey: &str, older: &[&Path]) -> Report {
    let keys = vec![Key::parse(vkey).expect("the log's key")];
    let checkpoints = older.iter().map(|path| path.to_path_buf()).collect();
    verify(&Request { bundle: bundle.to_owned(), keys, checkpoints, ..Request::default() })
}
