//! Proof: bundles for auditors, receipts, and the self-check.

use std::{fs, path::Path};

use aims_ledger::checkpoint::Checkpoint;
use aims_record::{Actor, Refusal};
use aims_store::Findings;
use serde::Serialize;
use serde_json::json;

use crate::{
    Aims, Failure,
    acts::{Besides, Noted},
    resolve::{Known, resolve_word},
};

/// What was exported.
#[derive(Clone, Debug, Serialize)]
pub struct Exported {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree, hex.
    pub root: String,
    /// The log's name.
    pub origin: String,
    /// The verifier key: give it to the auditor by another way than the bundle.
    pub key: String,
}

/// A receipt, and which entry it is for.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptFor {
    /// The entry.
    pub seq: u64,
    /// The entry's bytes, exactly as hashed.
    pub entry: String,
    /// The `.tlog-proof` file.
    pub proof: String,
    /// The verifier key.
    pub key: String,
}

impl Aims {
    /// Writes a bundle to a new folder. That it was exported is an act in the ledger, and in the bundle.
    ///
    /// # Errors
    /// Where the folder exists, or the ledger cannot be read or signed.
    pub fn export_bundle(
        &self,
        actor: &Actor,
        out: &Path,
        withhold_personal: bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Exported, Failure> {
        if out.exists() {
            return Err(Failure::usage(
                "folder_exists",
                format!("`{}` exists; name a new folder with --out", out.display()),
            ));
        }
        // The bundle holds the act of its own export, so the act comes first: where nothing can be written, it must not come at all.
        let failed = |error| Failure::File { path: out.to_owned(), error };
        fs::create_dir_all(out).and_then(|()| fs::remove_dir(out)).map_err(failed)?;
        let withheld = if withhold_personal { vec!["personal"] } else { Vec::new() };
        let noted = Noted { act: "exported".to_owned(), body: json!({ "what": "bundle", "withheld": withheld }) };
        self.together(actor, Vec::new(), None, Besides { noted: Some(noted), ..Besides::default() })?;
        let note = self.store.export_bundle(out, withhold_personal, progress)?;
        let key = self.store.verifier_key();
        let checkpoint = Checkpoint::open(note.to_string().as_bytes(), std::slice::from_ref(&key), key.name())
            .map_err(|e| Failure::usage("internal", e.to_string()))?;
        Ok(Exported {
            size: checkpoint.size(),
            root: checkpoint.root().to_string(),
            origin: checkpoint.origin().to_owned(),
            key: key.to_string(),
        })
    }

    /// A receipt for the newest act on a record, or for an entry by its number (`#41`).
    ///
    /// # Errors
    /// Where there is no such record or entry.
    pub fn receipt(&self, word: &str) -> Result<ReceiptFor, Failure> {
        self.store.checkpoint_now()?;
        let reading = self.store.snapshot()?;
        let digits = word.strip_prefix('#').unwrap_or(word);
        let seq = match digits.parse::<u64>() {
            Ok(seq) => seq,
            Err(_) => {
                let id = resolve_word(&reading, &Known::new(), word)?;
                let acts = reading.acts_of(&id, None)?;
                acts.last().map(|a| a.entry.seq).ok_or_else(|| Refusal::NotFound { record: word.to_owned() })?
            }
        };
        let entry = reading.entry(seq)?.ok_or_else(|| Refusal::NotFound { record: format!("entry {seq}") })?;
        let proof = reading.receipt(seq)?.to_string();
        Ok(ReceiptFor {
            seq,
            entry: String::from_utf8_lossy(&entry).into_owned(),
            proof,
            key: self.store.verifier_key().to_string(),
        })
    }

    /// The self-check: ledger, records, evidence and keys of the live folder.
    ///
    /// # Errors
    /// Where checking itself fails.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Findings, Failure> {
        Ok(self.store.verify(progress)?)
    }

    /// Newest signed checkpoint as a note, to keep somewhere else.
    ///
    /// # Errors
    /// Where the ledger cannot be signed.
    pub fn checkpoint(&self) -> Result<String, Failure> {
        Ok(self.store.checkpoint_now()?.to_string())
    }
}
