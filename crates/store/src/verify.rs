//! The self-check: everything stored is held against the entries, and the entries against what was signed.
//!
//! It reads one snapshot in passes whose memory does not grow with the ledger: the entries in order, the acts record by
//! record, the tables that follow from them, the files, and the database's own check.

mod entries;
mod records;
mod rest;

use aims_ledger::checkpoint::Checkpoint;

use crate::{
    error::StoreError,
    instance::Instance,
    log,
    organization::Organization,
    reading::Reading,
    signer::{Signed, Which},
};

/// So many findings are listed; after that it is clear enough.
const FINDINGS_MAX: usize = 1_000;

/// What the self-check found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Empty: sound.
    pub findings: Vec<Finding>,
    /// Entries checked, those of the instance's log included.
    pub entries: u64,
    /// Records checked.
    pub records: u64,
    /// Files checked.
    pub files: u64,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A code that never changes.
    pub code: &'static str,
    /// Entry, record, file or table.
    pub place: String,
    /// One plain sentence.
    pub sentence: String,
}

impl Findings {
    /// Whether everything is as it should be.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One database under check.
struct Check<'a> {
    reading: &'a Reading,
    /// Said before each place, to tell the instance's log from the organization's.
    log: &'static str,
    found: &'a mut Findings,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Organization {
    /// The self-check. `progress` gets entries done and entries in all.
    ///
    /// # Errors
    /// Where it cannot be made at all; damage of any kind is a finding, not an error.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Findings, StoreError> {
        let mut found = Findings::default();
        // First what was signed, then the snapshot: the other way round, a writer could sign in between.
        let signed = Signed::read(&self.context.folder, Which::Organization, &self.context.verifier);
        let snapshot = self.snapshot()?;
        let mut check = Check { reading: &snapshot, log: "", found: &mut found, progress };
        check.all(signed);
        check.part("evidence", Check::evidence);
        if let Err(error) = self.verify_instance(&mut found) {
            found.add("instance_unreadable", "the instance's log".into(), error.to_string());
        }
        Ok(found)
    }

    fn verify_instance(&self, found: &mut Findings) -> Result<(), StoreError> {
        let reading = Instance::read(&self.context)?;
        let signed = Signed::read(&self.context.folder, Which::Instance, &reading.context.verifier);
        reading.conn()?.execute_batch("BEGIN; SELECT size FROM head;")?;
        let mut check = Check { reading: &reading, log: "instance: ", found, progress: &mut |_, _| {} };
        check.all(signed);
        Ok(())
    }
}

impl Findings {
    fn add(&mut self, code: &'static str, place: String, sentence: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { code, place, sentence });
        }
    }
}

impl Check<'_> {
    fn add(&mut self, code: &'static str, place: impl Into<String>, sentence: impl Into<String>) {
        self.found.add(code, format!("{}{}", self.log, place.into()), sentence.into());
    }

    fn all(&mut self, signed: Result<Signed, StoreError>) {
        self.part("the tables", Check::schema);
        self.part("the entries", Check::entries);
        self.part("the checkpoint", |check| check.signatures(signed));
        self.part("the records", Check::records);
        self.part("the other tables", Check::rest);
        self.part("the database", Check::integrity);
    }

    /// Runs one pass. A pass that cannot go on is a finding, and the others still run.
    fn part(&mut self, name: &str, pass: impl FnOnce(&mut Self) -> Result<(), StoreError>) {
        if let Err(error) = pass(self) {
            self.add("unreadable", name, format!("The check of {name} could not go on: {error}."));
        }
    }

    /// The newest checkpoint and the signer's state against the tree.
    fn signatures(&mut self, signed: Result<Signed, StoreError>) -> Result<(), StoreError> {
        let size = self.reading.head()?.0;
        let signed = match signed {
            Err(error) => {
                self.add("signer_state", "signer", format!("What was signed last cannot be read: {error}."));
                None
            }
            Ok(signed) => {
                if let Err(error) = signed.hold_against(self.reading.conn()?, size) {
                    self.add("not_what_was_signed", "the ledger", format!("Against the signer's state: {error}."));
                }
                Some(signed)
            }
        };
        let Some((kept_size, note)) = log::kept_note(self.reading.conn()?)? else {
            self.add("checkpoint_missing", "table checkpoint", "The newest signed checkpoint is not there.");
            return Ok(());
        };
        let key = self.reading.context.verifier.clone();
        let opened = Checkpoint::open(note.to_string().as_bytes(), std::slice::from_ref(&key), key.name());
        match opened {
            Err(error) => self.add("checkpoint_signature", "table checkpoint", format!("It does not open: {error}.")),
            Ok(checkpoint) => {
                let root = log::root_at(self.reading.conn()?, size, checkpoint.size());
                let same = root.is_ok_and(|root| root == checkpoint.root()) && checkpoint.size() == kept_size;
                if !same {
                    self.add(
                        "checkpoint_root",
                        "table checkpoint",
                        "It states another size or root than the tree has.",
                    );
                }
            }
        }
        if signed.is_some_and(|signed| signed.size() > size) {
            self.add("truncated", "the ledger", "It is shorter than what was signed.");
        }
        Ok(())
    }
}
