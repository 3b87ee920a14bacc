//! The data folder: where each file lives, and how files are written so that a power cut leaves the old or the new one.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::error::StoreError;

/// Paths under an organization's data folder. `signer/` and `wrap/` stand outside the database, and outside its backups.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
}

/// The right to write, held while this lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Folder {
    pub fn new(dir: &Path) -> Folder {
        Folder { dir: dir.to_owned() }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn database(&self) -> PathBuf {
        self.dir.join("organization.db")
    }

    pub fn instance_database(&self) -> PathBuf {
        self.dir.join("instance.db")
    }

    pub fn settings(&self) -> PathBuf {
        self.dir.join("settings")
    }

    pub fn evidence(&self) -> PathBuf {
        self.dir.join("evidence")
    }

    /// Uploads on their way; in the same file system as `evidence/`, so that a rename is enough.
    pub fn evidence_temp(&self) -> PathBuf {
        self.dir.join("evidence").join("incoming")
    }

    /// Where a file with this digest lives. Nobody's words are ever part of a path: digests are checked to be hexadecimal.
    pub fn blob(&self, sha256: &str) -> Option<PathBuf> {
        let hex = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let start = sha256.get(..2).filter(|_| hex)?;
        Some(self.evidence().join(start).join(sha256))
    }

    /// Whether a path is where a file of its name belongs.
    pub fn is_blob(&self, path: &Path) -> bool {
        path.file_name().and_then(|name| name.to_str()).and_then(|name| self.blob(name)).as_deref() == Some(path)
    }

    pub fn signer(&self) -> PathBuf {
        self.dir.join("signer")
    }

    pub fn erasures(&self) -> PathBuf {
        self.signer().join("erasures")
    }

    pub fn master_key(&self) -> PathBuf {
        self.dir.join("wrap").join("master")
    }

    /// Makes the folders of a new organization; refuses where there is one.
    pub fn lay_out(&self) -> Result<(), StoreError> {
        if self.database().exists() || self.signer().exists() {
            let reason = "there is an organization already; choose another folder".to_owned();
            return Err(StoreError::Folder { path: self.dir.clone(), reason });
        }
        for dir in [self.dir.clone(), self.evidence(), self.evidence_temp(), self.signer(), self.dir.join("wrap")] {
            fs::create_dir_all(&dir).map_err(at(&dir))?;
        }
        only_owner(&self.signer(), 0o700)?;
        only_owner(&self.dir.join("wrap"), 0o700)?;
        sync_dir(&self.dir)
    }

    /// Takes the lock, or says that someone has it.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.dir.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::InUse(self.dir.clone())),
            Err(fs::TryLockError::Error(error)) => Err(StoreError::File { path, error }),
        }
    }

    /// Refuses a folder without an organization.
    pub fn must_exist(&self) -> Result<(), StoreError> {
        if self.database().exists() {
            return Ok(());
        }
        let reason = "there is no organization here; found one, or name its folder".to_owned();
        Err(StoreError::Folder { path: self.dir.clone(), reason })
    }
}

/// Names the file in an I/O error; a full disk keeps its own name.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::StorageFull,
        _ => StoreError::File { path: path.to_owned(), error },
    }
}

/// Makes names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(at(dir))
}

/// Writes a file that only its owner may read: temporary file, fsync, rename, fsync of the folder.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temp = path.with_extension("new");
    let _ = fs::remove_file(&temp);
    let mut file = create_private(&temp)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&temp))?;
    fs::rename(&temp, path).map_err(at(path))?;
    path.parent().map_or(Ok(()), sync_dir)
}

#[cfg(unix)]
fn create_private(path: &Path) -> Result<File, StoreError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().create_new(true).write(true).mode(0o600).open(path).map_err(at(path))
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> Result<File, StoreError> {
    File::options().create_new(true).write(true).open(path).map_err(at(path))
}

#[cfg(unix)]
fn only_owner(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(at(path))
}

#[cfg(not(unix))]
fn only_owner(_: &Path, _: u32) -> Result<(), StoreError> {
    Ok(())
}

/// Reads a secret, refusing one that others can read too.
pub(crate) fn read_secret(path: &Path) -> Result<zeroize::Zeroizing<String>, StoreError> {
    refuse_readable_by_others(path)?;
    fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(at(path))
}

#[cfg(unix)]
fn refuse_readable_by_others(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(at(path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(StoreError::Setting {
        file: path.to_owned(),
        key: "mode".into(),
        reason: format!("others can read this key (mode {mode:o})"),
        fix: format!("run `chmod 600 {}` and replace the key if someone may have copied it", path.display()),
    })
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_: &Path) -> Result<(), StoreError> {
    Ok(())
}
