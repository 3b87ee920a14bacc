//! Signed notes, verifier keys, checkpoints and receipts (C2SP signed-note, tlog-checkpoint, tlog-proof).

use crate::{
    report::{Checked, altered, cannot_tell},
    scan::{Hash, hex},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// The most bytes of a note: sixteen post-quantum signatures and a long proof fit.
pub(crate) const NOTE_BYTES_MAX: u64 = 262_144;
const SIGNATURES_MAX: usize = 64;
const ED25519: u8 = 1;

/// A public key that notes are checked with.
#[derive(Clone, Debug)]
pub struct Key {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl Key {
    /// Reads `NAME+ID+BASE64`, an Ed25519 key of signed notes.
    ///
    /// # Errors
    /// A sentence, where the text is not such a key or its id is not that of the name and key.
    pub fn parse(text: &str) -> Result<Key, String> {
        let refuse = |why: &str| format!("`{text}` is no verifier key: {why}");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refuse("it is not NAME+ID+KEY"));
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| refuse("the key is not Base64"))?;
        let Some((&ED25519, public)) = bytes.split_first() else {
            return Err(refuse("it is not an Ed25519 key of type 1"));
        };
        let public: &Hash = public.try_into().map_err(|_| refuse("an Ed25519 key has 32 bytes"))?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| refuse("it is no point of the curve"))?;
        let digest = Sha256::new().chain_update(name).chain_update(b"\n\x01").chain_update(public).finalize();
        let written: [u8; 4] = hex(id.as_bytes()).ok_or_else(|| refuse("the id is not 8 digits of hex"))?;
        if name.is_empty() || name.contains(char::is_whitespace) || !digest.starts_with(&written) {
            return Err(refuse("the id is not that of this name and key"));
        }
        Ok(Key { name: name.to_owned(), id: written, key })
    }

    /// Reads keys one a line; empty lines and lines that begin with `#` are passed over.
    ///
    /// # Errors
    /// As [`Key::parse`].
    pub fn parse_all(text: &str) -> Result<Vec<Key>, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(Key::parse).collect()
    }

    fn label(&self) -> String {
        format!("{}+{}", self.name, hex::encode(self.id))
    }
}

/// What a log promised: so many entries, with this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

/// A checkpoint and the known keys that signed it.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) checkpoint: Checkpoint,
    /// Empty where no known key of the log signed.
    pub(crate) by: Vec<String>,
}

struct Note<'a> {
    text: &'a str,
    signatures: Vec<(&'a str, Vec<u8>)>,
}

fn parse_note(bytes: &[u8]) -> Option<Note<'_>> {
    let note = std::str::from_utf8(bytes).ok()?;
    if note.bytes().any(|b| b < 0x20 && b != b'\n') {
        return None;
    }
    let at = note.rfind("\n\n")?;
    let text = note.get(..=at)?;
    let lines = note.get(at + 2..)?.strip_suffix('\n')?;
    let signatures: Option<Vec<_>> = lines.split('\n').map(signature).collect();
    let signatures = signatures.filter(|all| all.len() <= SIGNATURES_MAX)?;
    Some(Note { text, signatures })
}

fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok().filter(|bytes| bytes.len() > 4)?;
    let named = !name.is_empty() && !name.contains('+') && !name.contains(char::is_whitespace);
    named.then_some((name, bytes))
}

fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn hash(line: &str) -> Option<Hash> {
    STANDARD.decode(line).ok()?.try_into().ok()
}

fn parse_checkpoint(text: &str) -> Option<Checkpoint> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
    let size = decimal(lines.next()?)?;
    let root = hash(lines.next()?)?;
    // Extension lines may follow; none may be empty.
    lines.all(|line| !line.is_empty()).then_some(Checkpoint { origin, size, root })
}

/// Reads a checkpoint and checks every signature of a known key whose name is the origin.
pub(crate) fn open(place: &str, bytes: &[u8], keys: &[Key]) -> Checked<Signed> {
    let note = parse_note(bytes).ok_or_else(|| altered(place, "this is not a signed note"))?;
    let checkpoint = parse_checkpoint(note.text).ok_or_else(|| altered(place, "its text is not a checkpoint"))?;
    let mut by = Vec::new();
    for (name, signature) in &note.signatures {
        let Some((id, signature)) = signature.split_first_chunk::<4>() else { continue };
        let known = |key: &&Key| key.name == *name && key.id == *id && key.name == checkpoint.origin;
        // Two keys may share a name and an id by design of an attacker: each known one has to agree.
        for key in keys.iter().filter(known) {
            let valid = Signature::from_slice(signature).and_then(|s| key.key.verify_strict(note.text.as_bytes(), &s));
            if valid.is_err() {
                return Err(altered(place, format!("the signature of {} does not match its text", key.label())));
            }
            by.push(key.label());
        }
    }
    by.dedup();
    Ok(Signed { checkpoint, by })
}

/// A receipt: where an entry stands in a log, the path from it to a root, and the checkpoint of that root.
#[derive(Debug)]
pub(crate) struct Receipt {
    pub(crate) index: u64,
    pub(crate) proof: Vec<Hash>,
    pub(crate) signed: Signed,
}

/// Reads a `.tlog-proof`. The extra line is not authenticated and is passed over.
pub(crate) fn open_receipt(place: &str, bytes: &[u8], keys: &[Key]) -> Checked<Receipt> {
    let broken = || altered(place, "this is not a receipt of the form c2sp.org/tlog-proof@v1");
    let text = std::str::from_utf8(bytes).map_err(|_| broken())?;
    let Some(text) = text.strip_prefix("c2sp.org/tlog-proof@v1\n") else {
        if text.starts_with("c2sp.org/tlog-proof@") {
            return Err(cannot_tell(place, "this version of receipts is not known"));
        }
        return Err(broken());
    };
    let (head, note) = text.split_once("\n\n").ok_or_else(broken)?;
    let mut lines = head.split('\n').peekable();
    if let Some(extra) = lines.next_if(|line| line.starts_with("extra ")) {
        let encoded = extra.get("extra ".len()..).unwrap_or_default();
        STANDARD.decode(encoded).map_err(|_| broken())?;
    }
    let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or_else(broken)?;
    let proof: Option<Vec<Hash>> = lines.map(hash).collect();
    let proof = proof.filter(|hashes| hashes.len() <= 64).ok_or_else(broken)?;
    Ok(Receipt { index, proof, signed: open(place, note.as_bytes(), keys)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    // From the specification of signed notes.
    const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const EXAMPLE_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn the_specifications_example_verifies() {
        let key = Key::parse(EXAMPLE_KEY).unwrap();
        let note = parse_note(EXAMPLE_NOTE.as_bytes()).unwrap();
        let (_, signature) = &note.signatures[0];
        let signature = Signature::from_slice(&signature[4..]).unwrap();
        assert!(key.key.verify_strict(note.text.as_bytes(), &signature).is_ok());
    }

    #[test]
    fn keys_that_are_not_what_they_say_are_refused() {
        for text in [
            "",
            "a+b",
            "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AQ==",
        ] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn checkpoints_have_one_spelling() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        assert!(parse_checkpoint(&format!("o\n20\n{root}\n")).is_some());
        for text in [
            format!("o\n020\n{root}\n"),
            format!("o\n+20\n{root}\n"),
            format!("\n20\n{root}\n"),
            format!("o\n20\n{root}"),
            format!("o\n20\n{root}\n\n"),
            format!("o\n20\n{root}=\n"),
            "o\n20\n".into(),
        ] {
            assert!(parse_checkpoint(&text).is_none(), "{text:?}");
        }
    }
}
