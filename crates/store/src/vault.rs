//! Personal values at rest: each payload under its own key, that key under its subject's, the subject's under the master key.
//! Destroying a subject's key is what makes a copy of the database forget a person.

use std::path::Path;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{
    Chance,
    error::StoreError,
    folder::{read_secret, replace},
};

const NONCE: usize = 24;

pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The master key. It stands outside the database and its backups.
pub(crate) struct Vault {
    master: Key,
}

/// A sealed payload as stored.
pub(crate) struct Sealed {
    /// Nonce and ciphertext of the plaintext.
    pub body: Vec<u8>,
    /// Nonce and ciphertext of the payload's key.
    pub wrapped: Vec<u8>,
}

impl Vault {
    /// Draws and keeps a master key.
    pub fn found(path: &Path, chance: &dyn Chance) -> Result<Vault, StoreError> {
        let master = draw(chance);
        replace(path, Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(*master)))).as_bytes())?;
        Ok(Vault { master })
    }

    pub fn open(path: &Path) -> Result<Vault, StoreError> {
        let text = read_secret(path)?;
        let mut master = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_end(), &mut *master).map_err(|_| StoreError::Setting {
            file: path.to_owned(),
            key: "key".into(),
            reason: "this is not 64 hexadecimal digits".into(),
            fix: "put the key back from its own backup".into(),
        })?;
        Ok(Vault { master })
    }

    /// Makes a subject's key, wrapped for storage.
    pub fn new_subject(&self, org: &str, subject: &str, chance: &dyn Chance) -> Result<Vec<u8>, StoreError> {
        let key = draw(chance);
        encrypt(&self.master, &subject_aad(org, subject), &*key, chance)
    }

    /// Seals a plaintext. The additional data binds it to organization, subject and commitment: moved elsewhere, it does not open.
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8], chance: &dyn Chance) -> Result<Sealed, StoreError> {
        let subject = self.subject_key(place)?;
        let key = draw(chance);
        let body = encrypt(&key, &place.aad("body"), plaintext, chance)?;
        let wrapped = encrypt(&subject, &place.aad("key"), &*key, chance)?;
        Ok(Sealed { body, wrapped })
    }

    /// Opens what [`seal`](Self::seal) sealed.
    pub fn open_sealed(
        &self,
        place: &Place<'_>,
        body: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let subject = self.subject_key(place)?;
        let key = to_key(&decrypt(&subject, &place.aad("key"), wrapped)?)?;
        decrypt(&key, &place.aad("body"), body)
    }

    fn subject_key(&self, place: &Place<'_>) -> Result<Key, StoreError> {
        to_key(&decrypt(&self.master, &subject_aad(place.org, place.subject), place.subject_wrapped)?)
    }
}

/// Where a sealed payload belongs.
pub(crate) struct Place<'a> {
    pub org: &'a str,
    pub subject: &'a str,
    pub c: &'a str,
    /// The subject's key as stored.
    pub subject_wrapped: &'a [u8],
}

impl Place<'_> {
    fn aad(&self, use_: &str) -> Vec<u8> {
        [use_, self.org, self.subject, self.c].join("\n").into_bytes()
    }
}

fn subject_aad(org: &str, subject: &str) -> Vec<u8> {
    ["subject", org, subject].join("\n").into_bytes()
}

pub(crate) fn draw(chance: &dyn Chance) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    chance.fill(&mut *key);
    key
}

fn to_key(bytes: &[u8]) -> Result<Key, StoreError> {
    bytes.try_into().map(Zeroizing::new).map_err(|_| damaged())
}

pub(crate) fn encrypt(key: &Key, aad: &[u8], msg: &[u8], chance: &dyn Chance) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE];
    chance.fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(&(**key).into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad }).map_err(|_| damaged())?;
    Ok([nonce.as_slice(), &sealed].concat())
}

pub(crate) fn decrypt(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (nonce, msg) = sealed.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
    let cipher = XChaCha20Poly1305::new(&(**key).into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad }).map(Zeroizing::new).map_err(|_| damaged())
}

fn damaged() -> StoreError {
    let reason = "it does not open with the key of its person, or the master key is another one".to_owned();
    StoreError::Damaged { place: "a sealed value".into(), reason }
}
