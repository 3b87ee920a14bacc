//! Keys that sign notes, and their text forms.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Signature;

/// C2SP signature type of plain Ed25519 signatures over the note text.
const ED25519: u8 = 1;

const PRIVATE_START: &str = "PRIVATE+KEY+";

/// The first four bytes of SHA-256(name, line feed, type, public key): a hint which key to try, no proof of anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 4]);

/// A public key and the name it signs under. Text form: `name+id+base64(type || key)`, called a vkey.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

/// A private key and the name it signs under. Its bytes are wiped when it is dropped.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    key_id: KeyId,
    key: ed25519_dalek::SigningKey,
}

/// Why a text is not a key. No message repeats a private key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Empty, or with a space, a plus or a control character.
    #[error("`{0}` is no key name: it must not be empty nor hold spaces, `+` or control characters")]
    Name(String),
    /// Not of the form name, id, key.
    #[error("a verifier key has the form name+id+key, the id being 8 lower-case hexadecimal digits")]
    Shape,
    /// Not of the form of a private key.
    #[error("a signing key has the form PRIVATE+KEY+name+id+key")]
    PrivateShape,
    /// A signature type other than Ed25519.
    #[error("keys of signature type {0:#04x} are not supported, only Ed25519 (0x01)")]
    Type(u8),
    /// Not an Ed25519 public key, or one of the few that anyone can sign for.
    #[error("the key is not a sound Ed25519 public key")]
    Weak,
    /// The id belongs to another name or key.
    #[error("the id `{given}` does not belong to this name and key; theirs is `{expected}`")]
    OtherId {
        /// The id computed from name and key.
        expected: KeyId,
        /// The id in the text.
        given: KeyId,
    },
}

/// Whether a key may have this name (C2SP signed-note: no Unicode spaces, no plus, no control characters).
pub(super) fn is_name(name: &str) -> bool {
    let forbidden = |character: char| character == '+' || character < ' ' || character.is_whitespace();
    !name.is_empty() && !name.contains(forbidden)
}

fn checked_name(name: &str) -> Result<String, KeyError> {
    if is_name(name) { Ok(name.to_owned()) } else { Err(KeyError::Name(name.to_owned())) }
}

impl KeyId {
    /// Takes the four bytes of an id.
    pub const fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    fn of(name: &str, key: &ed25519_dalek::VerifyingKey) -> Self {
        let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.as_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        Self([a, b, c, d])
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 4];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        let id = Self(bytes);
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyId({self})")
    }
}

impl VerifierKey {
    /// Gives a name to the 32 bytes of an Ed25519 public key.
    pub fn new(name: &str, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        let name = checked_name(name)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(public_key).map_err(|_| KeyError::Weak)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Ok(Self { key_id: KeyId::of(&name, &key), name, key })
    }

    /// Reads a vkey as [`Display`](fmt::Display) writes it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, rest) = text.split_once('+').ok_or(KeyError::Shape)?;
        let (given, base64) = rest.split_once('+').ok_or(KeyError::Shape)?;
        let given = KeyId::parse(given).ok_or(KeyError::Shape)?;
        let typed = BASE64_STANDARD.decode(base64).map_err(|_| KeyError::Shape)?;
        let key = Self::new(name, untype(&typed).ok_or(KeyError::Shape)??)?;
        let expected = key.key_id;
        if expected == given { Ok(key) } else { Err(KeyError::OtherId { expected, given }) }
    }

    /// The name the key signs under: for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that signature lines carry beside the name.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The 32 bytes of the public key.
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    pub(super) fn is_named_by(&self, signature: &Signature) -> bool {
        self.name == signature.name && self.key_id == signature.key_id
    }

    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

/// Takes the type byte off a key; `None` when the length is wrong.
fn untype(typed: &[u8]) -> Option<Result<&[u8; 32], KeyError>> {
    match typed.split_first()? {
        (&ED25519, key) => key.try_into().ok().map(Ok),
        (&other, _) => Some(Err(KeyError::Type(other))),
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = BASE64_STANDARD.encode([[ED25519].as_slice(), self.key.as_bytes()].concat());
        write!(out, "{}+{}+{typed}", self.name, self.key_id)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VerifierKey({self})")
    }
}

impl std::str::FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl SigningKey {
    /// Makes the key of 32 secret random bytes (the RFC 8032 private key); the caller draws and keeps them.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let name = checked_name(name)?;
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self { key_id: KeyId::of(&name, &key.verifying_key()), name, key })
    }

    /// Reads `PRIVATE+KEY+name+id+base64(type || seed)`, the form [`to_text`](Self::to_text) writes.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE_START).ok_or(KeyError::PrivateShape)?;
        let (name, rest) = rest.split_once('+').ok_or(KeyError::PrivateShape)?;
        let (given, base64) = rest.split_once('+').ok_or(KeyError::PrivateShape)?;
        let given = KeyId::parse(given).ok_or(KeyError::PrivateShape)?;
        let typed = Zeroizing::new(BASE64_STANDARD.decode(base64).map_err(|_| KeyError::PrivateShape)?);
        let key = Self::from_seed(name, untype(&typed).ok_or(KeyError::PrivateShape)??)?;
        let expected = key.key_id;
        if expected == given { Ok(key) } else { Err(KeyError::OtherId { expected, given }) }
    }

    /// The private key as text, to be kept secret; wiped from memory when dropped.
    pub fn to_text(&self) -> Zeroizing<String> {
        let typed = Zeroizing::new([[ED25519].as_slice(), self.key.as_bytes()].concat());
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(&*typed));
        Zeroizing::new(format!("{PRIVATE_START}{}+{}+{}", self.name, self.key_id, *encoded))
    }

    /// The name the key signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the public key.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The public key to hand out.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key_id: self.key_id, key: self.key.verifying_key() }
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({}+{}, secret withheld)", self.name, self.key_id)
    }
}
