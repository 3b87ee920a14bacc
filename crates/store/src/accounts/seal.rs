//! Secrets of the server that must be read again, under a key that stands outside the database and its backups.

use std::path::Path;

use zeroize::Zeroizing;

use crate::{
    Chance,
    error::StoreError,
    folder::{read_secret, replace},
    vault::{Key, decrypt, draw, encrypt},
};

/// The key of `server.key`.
pub(super) struct ServerKey(Key);

impl ServerKey {
    /// Reads the key, or draws one where nothing was sealed yet.
    pub fn open_or_draw(path: &Path, needed: bool, chance: &dyn Chance) -> Result<ServerKey, StoreError> {
        let refuse = |reason: &str| StoreError::Setting {
            file: path.to_owned(),
            key: "key".into(),
            reason: reason.to_owned(),
            fix: "put the key back from its own backup".into(),
        };
        if !path.exists() && needed {
            return Err(refuse("it is missing, and what server.db seals does not open without it"));
        }
        if !path.exists() {
            let key = draw(chance);
            replace(path, Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(*key)))).as_bytes())?;
            return Ok(ServerKey(key));
        }
        let text = read_secret(path)?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_end(), &mut *key).map_err(|_| refuse("this is not 64 hexadecimal digits"))?;
        Ok(ServerKey(key))
    }

    /// Seals; `place` binds it to where it is kept, so that it does not open elsewhere.
    pub fn seal(&self, place: &str, plaintext: &[u8], chance: &dyn Chance) -> Result<Vec<u8>, StoreError> {
        encrypt(&self.0, place.as_bytes(), plaintext, chance)
    }

    /// Opens what [`seal`](Self::seal) sealed.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let reason = "it does not open with server.key, or was moved from another row".to_owned();
        decrypt(&self.0, place.as_bytes(), sealed).map_err(|_| StoreError::Damaged { place: place.to_owned(), reason })
    }
}
