//! SHA-256 with the domain separation of RFC 6962 section 2.1, and salted commitments.
//!
//! A first byte keeps the three uses apart: 0x00 leaf, 0x01 node, 0x02 commitment.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];
const COMMITMENT: [u8; 1] = [2];

/// A SHA-256 value; shown, and serialized, as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

/// Why a text or slice is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Not 64 lower-case hexadecimal digits.
    #[error("`{0}` is not 64 lower-case hexadecimal digits")]
    Hex(String),
    /// Not the standard, padded base64 of 32 bytes.
    #[error("`{0}` is not the base64 of 32 bytes")]
    Base64(String),
    /// Not 32 bytes long.
    #[error("a hash has 32 bytes, not {0}")]
    Length(usize),
}

impl Hash {
    /// Bytes in a hash.
    pub const LEN: usize = 32;

    /// Takes the bytes of a hash computed elsewhere.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The root of the empty tree: SHA-256 of no bytes (RFC 6962 section 2.1).
    pub fn of_empty_tree() -> Self {
        Self::sha256(b"")
    }

    /// Plain SHA-256, without a domain byte; for digests that others compute with `sha256sum`.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hexadecimal digits; upper case is refused so that one hash has one spelling.
    pub fn from_hex(text: &str) -> Result<Self, HashError> {
        let refuse = || HashError::Hex(text.to_owned());
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| refuse())?;
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) { Err(refuse()) } else { Ok(Self(bytes)) }
    }

    /// Reads standard base64 with padding (44 characters), as checkpoints and receipts write it.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        let refuse = || HashError::Base64(text.to_owned());
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| refuse())?;
        Self::from_slice(&bytes).map_err(|_| refuse())
    }

    /// Takes exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError::Length(bytes.len()))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64 with padding, 44 characters.
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_hex(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The hash of an entry: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF).chain_update(entry).finalize().into())
}

/// The hash of two subtrees: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update(NODE).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// Binds a plaintext without showing it: `SHA-256(0x02 || salt || plaintext)`.
///
/// The salt makes a short plaintext (a name) unguessable, so destroying salt and plaintext leaves nothing personal.
pub fn commitment(salt: &[u8; 32], plaintext: &[u8]) -> Hash {
    let mut commitment = Commitment::new(salt);
    commitment.update(plaintext);
    commitment.finish()
}

/// [`commitment`] for a plaintext too large to hold in memory.
#[derive(Clone)]
pub struct Commitment(Sha256);

impl Commitment {
    /// Begins with the salt; the plaintext follows in [`update`](Self::update).
    pub fn new(salt: &[u8; 32]) -> Self {
        Self(Sha256::new().chain_update(COMMITMENT).chain_update(salt))
    }

    /// Takes the next piece of the plaintext.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The commitment to all pieces taken so far.
    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}
