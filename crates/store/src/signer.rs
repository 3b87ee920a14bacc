//! The signer: keeps the key and what it signed last, outside the database, and never signs a smaller or another tree.

use std::{fs, path::PathBuf};

use aims_ledger::{
    Hash,
    checkpoint::Checkpoint,
    note::{Note, SigningKey, VerifierKey},
    proof::verify_consistency,
    tree::Tree,
};
use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::{
    Chance,
    error::StoreError,
    folder::{Folder, at, read_secret, replace},
    log::{self, Tiles, tree_error},
};

/// Key and state of one log.
pub(crate) struct Signer {
    key: SigningKey,
    state: Signed,
}

/// What was signed last: the note itself is the state.
pub(crate) struct Signed {
    path: PathBuf,
    checkpoint: Checkpoint,
    note: Note,
}

/// Which log a signer signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Organization,
    Instance,
}

impl Which {
    fn key(self, folder: &Folder) -> PathBuf {
        folder.signer().join(if self == Which::Organization { "key" } else { "instance-key" })
    }

    fn state(self, folder: &Folder) -> PathBuf {
        folder.signer().join(if self == Which::Organization { "state" } else { "instance-state" })
    }
}

impl Signer {
    /// Draws and keeps a key for a new log, and signs its empty tree.
    pub fn found(folder: &Folder, which: Which, origin: &str, chance: &dyn Chance) -> Result<Signer, StoreError> {
        let mut seed = Zeroizing::new([0; 32]);
        chance.fill(&mut *seed);
        let refuse = |reason: String| StoreError::Folder { path: folder.dir().to_owned(), reason };
        let key = SigningKey::from_seed(origin, &seed).map_err(|error| refuse(error.to_string()))?;
        replace(&which.key(folder), Zeroizing::new(format!("{}\n", *key.to_text())).as_bytes())?;
        let checkpoint =
            Checkpoint::new(origin, 0, Hash::of_empty_tree()).map_err(|error| refuse(error.to_string()))?;
        let note = checkpoint.sign(&[&key]).map_err(|error| refuse(error.to_string()))?;
        let path = which.state(folder);
        replace(&path, note.to_string().as_bytes())?;
        Ok(Signer { key, state: Signed { path, checkpoint, note } })
    }

    /// Takes up key and state again.
    pub fn open(folder: &Folder, which: Which) -> Result<Signer, StoreError> {
        let path = which.key(folder);
        let text = read_secret(&path)?;
        let key = SigningKey::parse(text.trim_end()).map_err(|error| StoreError::Setting {
            file: path.clone(),
            key: "key".into(),
            reason: error.to_string(),
            fix: "put the key back from its own backup".into(),
        })?;
        let state = Signed::read(folder, which, &key.verifier())?;
        Ok(Signer { key, state })
    }

    pub fn verifier(&self) -> VerifierKey {
        self.key.verifier()
    }

    pub fn signed(&self) -> &Signed {
        &self.state
    }

    /// Signs the tree as it stands, after proof that it begins with the tree signed before. The state is on disk before the note is given out.
    pub fn sign(&mut self, conn: &Connection, size: u64, root: Hash) -> Result<Note, StoreError> {
        self.state.hold_against(conn, size)?;
        let before = (self.state.checkpoint.size(), self.state.checkpoint.root());
        if before == (size, root) {
            return Ok(self.state.note.clone());
        }
        let inconsistent = |reason: String| StoreError::Inconsistent { size: before.0, reason };
        let proof = Tree::new(&Tiles(conn), size).consistency_proof(before.0, size).map_err(tree_error)?;
        verify_consistency(before.0, size, &proof, &before.1, &root).map_err(|e| inconsistent(e.to_string()))?;
        self.refuse_other_signer()?;
        let checkpoint =
            Checkpoint::new(self.key.name(), size, root).map_err(|error| inconsistent(error.to_string()))?;
        let note = checkpoint.sign(&[&self.key]).map_err(|error| inconsistent(error.to_string()))?;
        replace(&self.state.path, note.to_string().as_bytes())?;
        self.state.checkpoint = checkpoint;
        self.state.note = note.clone();
        Ok(note)
    }

    /// Compare before swap: a second signer on the same state must be noticed, whatever became of the lock.
    fn refuse_other_signer(&self) -> Result<(), StoreError> {
        let path = &self.state.path;
        let found = fs::read(path).map_err(at(path))?;
        if found == self.state.note.to_string().as_bytes() { Ok(()) } else { Err(StoreError::InUse(path.clone())) }
    }
}

impl Signed {
    /// Reads the state that a key has signed.
    pub fn read(folder: &Folder, which: Which, key: &VerifierKey) -> Result<Signed, StoreError> {
        let path = which.state(folder);
        let bytes = fs::read(&path).map_err(at(&path))?;
        let refuse = |reason: String| StoreError::Damaged { place: path.display().to_string(), reason };
        let checkpoint = Checkpoint::open(&bytes, std::slice::from_ref(key), key.name());
        let checkpoint = checkpoint.map_err(|error| refuse(error.to_string()))?;
        let note = Note::parse(&bytes).map_err(|error| refuse(error.to_string()))?;
        Ok(Signed { checkpoint, note, path })
    }

    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    pub fn root(&self) -> Hash {
        self.checkpoint.root()
    }

    /// Refuses a ledger that is shorter than what was signed, or another one.
    pub fn hold_against(&self, conn: &Connection, size: u64) -> Result<(), StoreError> {
        let signed = self.checkpoint.size();
        if size < signed {
            return Err(StoreError::Truncated { last: log::signed(size) - 1, signed: log::signed(signed) - 1 });
        }
        let inconsistent = |reason: String| StoreError::Inconsistent { size: signed, reason };
        let root = log::root_at(conn, size, signed).map_err(|error| inconsistent(error.to_string()))?;
        if root == self.checkpoint.root() {
            return Ok(());
        }
        Err(inconsistent("their tree has another root".into()))
    }
}
