//! The entry as it stands in the ledger (`docs/formats/acts.md`, rules 1-9).

use aims_record::Actor;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;

/// One leaf of the ledger. Members are in byte order, so that plain serialization is canonical.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What was done.
    pub act: String,
    /// Who did it.
    pub actor: Actor,
    /// UUIDv7 of the entry itself.
    pub id: String,
    /// The client's idempotency key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub idem: Option<String>,
    /// The record it was done to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub obj: Option<EntryObject>,
    /// The organization.
    pub org: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was said, by commitment.
    pub payload: Vec<EntryPayload>,
    /// The kinds in force.
    pub policy: Policy,
    /// A code, never free text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Other records that it names.
    pub refs: Vec<String>,
    /// Id of the request.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub req: Option<String>,
    /// Index in the ledger, from 0.
    pub seq: u64,
    /// What a passkey of the actor says to it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sig: Option<PasskeySignature>,
    /// The software that wrote it.
    pub sw: Software,
    /// UTC with milliseconds.
    pub ts: String,
    /// How far the moment can be believed.
    pub ts_state: TsState,
    /// Version of the format: 1.
    pub v: u64,
}

/// The record an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryObject {
    /// The record's id.
    pub id: String,
    /// The act on it before this one.
    pub prev: Option<u64>,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// Counts the acts on it, from 1.
    pub ver: u64,
}

/// What an entry commits to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPayload {
    /// The salted commitment, lower-case hex.
    pub c: String,
    /// What it is.
    pub class: PayloadClass,
    /// SHA-256 of a file, for evidence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// Bytes of the plaintext.
    pub len: u64,
    /// Media type.
    pub mime: String,
    /// Whom personal values are about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
}

/// A passkey's signature of an act (`docs/formats/acts.md`, Passkey signatures). Bytes are base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignature {
    /// `eddsa` or `es256`.
    pub alg: String,
    /// What the authenticator says.
    pub authenticator_data: String,
    /// What the browser says, JSON: it holds the challenge.
    pub client_data: String,
    /// The public key.
    pub key: String,
    /// Over both.
    pub signature: String,
}

impl PasskeySignature {
    /// SHA-256 of the key, hex: by it people compare keys. Nothing where the key is not base64.
    pub fn fingerprint(&self) -> Option<String> {
        let key = BASE64_STANDARD.decode(&self.key).ok()?;
        Some(hex::encode(Sha256::digest(&key)))
    }
}

/// What a passkey has to sign for an act: the challenge that its browser writes into `client_data`. `body` is the commitment to the act's
/// body, so that the challenge tells nothing about it once its salt is gone.
pub fn act_challenge(org: &str, actor: &str, act: &str, object: &EntryObject, body: &str) -> [u8; 32] {
    let EntryObject { id, kind, ver, prev: _ } = object;
    let said = serde_json::json!({
        "act": act, "actor": actor, "body": body, "obj": { "id": id, "type": kind, "ver": ver }, "org": org,
    });
    let said = aims_ledger::canonical::value_to_vec(&said).unwrap_or_default();
    Sha256::new().chain_update([3]).chain_update(said).finalize().into()
}

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PayloadClass {
    /// The act's body.
    Record,
    /// Values about one person.
    Personal,
    /// A file.
    Evidence,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Denied,
    /// It went wrong.
    Failed,
}

/// The kinds in force when the act was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// SHA-256, lower-case hex.
    pub digest: String,
}

/// The software that wrote an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Software {
    /// SHA-256 of the program, lower-case hex.
    pub build_sha256: String,
    /// Its version.
    pub version: String,
}

/// How far the moment can be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TsState {
    /// The clock stood behind the entry before; its moment was repeated.
    pub clamped: bool,
    /// Estimated error.
    pub maxerr_ms: u64,
    /// Whether the clock is synchronized: `unknown` where nobody says.
    pub sync: String,
}

/// Reads stored bytes.
pub(crate) fn parse_entry(seq: u64, bytes: &[u8]) -> Result<Entry, StoreError> {
    let damaged = |e: serde_json::Error| StoreError::Damaged { place: format!("event {seq}"), reason: e.to_string() };
    serde_json::from_slice(bytes).map_err(damaged)
}
