//! A record as it stands: what its acts, applied in order, have made of it (`docs/formats/acts.md`, rules 15-17).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Fields;

/// What is kept of a record: its state, or what disposal left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "tombstones are rare; a box would cost every record an allocation")]
pub enum Kept {
    /// What disposal left. First, since its `disposed` member tells it from a record.
    Disposed(Tombstone),
    /// The record.
    Live(Record),
}

impl Kept {
    /// The record's id.
    pub fn id(&self) -> &str {
        match self {
            Kept::Live(r) => &r.id,
            Kept::Disposed(t) => &t.id,
        }
    }

    /// The kind's id.
    pub fn kind(&self) -> &str {
        match self {
            Kept::Live(r) => &r.kind,
            Kept::Disposed(t) => &t.kind,
        }
    }

    /// The readable number.
    pub fn number(&self) -> &str {
        match self {
            Kept::Live(r) => &r.number,
            Kept::Disposed(t) => &t.number,
        }
    }

    /// How many acts were done to it.
    pub fn version(&self) -> u64 {
        match self {
            Kept::Live(r) => r.version,
            Kept::Disposed(t) => t.version,
        }
    }

    /// The record, unless it was disposed of.
    pub fn live(&self) -> Option<&Record> {
        match self {
            Kept::Live(r) => Some(r),
            Kept::Disposed(_) => None,
        }
    }

    /// Canonical bytes of the state: members are declared in byte order, maps are sorted, and the values came in canonical.
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2048);
        match serde_json::to_writer(&mut bytes, self) {
            Ok(()) => bytes,
            Err(_) => Vec::new(),
        }
    }

    /// The entry of the newest act on it.
    pub fn last_seq(&self) -> u64 {
        match self {
            Kept::Live(r) => r.last.seq,
            Kept::Disposed(t) => t.disposed.seq,
        }
    }
}

/// A record of some kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Who wrote the material content since it was last signed off: person ids.
    pub editors: Vec<String>,
    /// Set by an `erased` act on a person.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub erased: Option<SeqRef>,
    /// Field values.
    pub fields: Fields,
    /// Files attached to the record as a whole.
    pub files: Vec<File>,
    /// UUIDv7.
    pub id: String,
    /// The name its author chose for it, in files and on the command line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<String>,
    /// Kind id.
    pub kind: String,
    /// The newest act.
    pub last: Stamp,
    /// Readable number, such as `SYS-0007`.
    pub number: String,
    /// The first act.
    pub recorded: Stamp,
    /// In the order given; lapsed ones stay.
    pub signatures: Vec<Signature>,
    /// Where it stands in its life cycle.
    pub state: String,
    /// How many acts were done to it.
    pub version: u64,
    /// Set by a `withdrawn` act.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub withdrawn: Option<SeqRef>,
}

impl Record {
    /// Signatures that still hold.
    pub fn standing_signatures(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(|s| s.lapsed.is_none())
    }

    /// The text of a field, where it is a plain string.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// The ids that a link or person field names, whether it holds one or many.
    pub fn links(&self, field: &str) -> Vec<&str> {
        match self.fields.get(field) {
            Some(Value::String(id)) => vec![id.as_str()],
            Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// What disposal leaves: that there was a record, and by which rule its content went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// When and why.
    pub disposed: Disposal,
    /// The record's id.
    pub id: String,
    /// Kind id.
    pub kind: String,
    /// Readable number.
    pub number: String,
    /// How many acts were done to it.
    pub version: u64,
}

/// The act that disposed of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// Why, in a sentence.
    pub basis: String,
    /// The retention rule, such as `technical-documentation P10Y`.
    pub rule: String,
    /// The entry.
    pub seq: u64,
}

/// Who did an act, where it stands in the ledger, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Person id.
    pub by: String,
    /// Index of the entry.
    pub seq: u64,
    /// UTC with milliseconds.
    pub ts: String,
}

/// An entry's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeqRef {
    /// Index in the ledger, from 0.
    pub seq: u64,
}

/// A file in the evidence store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Bytes.
    pub len: u64,
    /// Media type, found from the content.
    pub mime: String,
    /// The name it had; only ever shown.
    pub name: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
}

/// Someone's signature over the exact content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Person id.
    pub by: String,
    /// [`content_digest`] when signed.
    pub digest: String,
    /// Set when material content changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lapsed: Option<Lapsed>,
    /// What signing meant, such as "approved as top management".
    pub meaning: String,
    /// The role in which it was given.
    pub role: String,
    /// The entry.
    pub seq: u64,
    /// The moment.
    pub ts: String,
}

/// Why a signature no longer holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lapsed {
    /// The material fields that changed.
    pub changed: Vec<String>,
    /// The entry that changed them.
    pub seq: u64,
}

/// SHA-256, lower-case hex, over the canonical bytes of fields, files, id and kind: what a signature is over.
pub fn content_digest(record: &Record) -> String {
    let content = serde_json::json!({
        "fields": record.fields, "files": record.files, "id": record.id, "kind": record.kind,
    });
    hex::encode(Sha256::digest(content.to_string().as_bytes()))
}

/// The commitment that a sealed value stands for, where the value is sealed.
pub fn seal_of(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|o| o.len() == 1)?;
    object.get("sealed")?.as_str()
}
