//! The acts and what each does to a record: the one durable format (`docs/formats/acts.md`, rules 12-14).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::{
    Fields,
    record::{Disposal, File, Kept, Lapsed, Record, SeqRef, Signature, Stamp, Tombstone},
};

/// An act on one record: what was done, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// What was done.
    pub body: ActBody,
    /// The reason given, Markdown.
    pub why: Option<String>,
}

/// What was done. The variant's name in kebab case is the entry's `act`, its content the payload's body.
/// Members are in byte order, so that plain serialization is canonical.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", content = "body", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ActBody {
    /// The record begins.
    Recorded {
        /// First values.
        fields: Fields,
        /// The name its author chose.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key: Option<String>,
        /// Kind id.
        kind: String,
        /// Readable number.
        number: String,
        /// First state.
        state: String,
    },
    /// Fields change.
    Amended {
        /// Signatures that lapse by it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        lapse: Option<Lapse>,
        /// Which of the changed fields are material.
        material: Vec<String>,
        /// New values.
        set: Fields,
        /// Where the record falls back to.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        state: Option<String>,
        /// Fields that end.
        unset: Vec<String>,
    },
    /// A link is added.
    Linked(LinkBody),
    /// A link is taken away.
    Unlinked(LinkBody),
    /// A file is added.
    Attached {
        /// The file field; absent: the record as a whole.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        field: Option<String>,
        /// The file.
        file: File,
        /// Signatures that lapse by it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        lapse: Option<Lapse>,
        /// Whether the field holds a list.
        many: bool,
        /// Whether it is material.
        material: bool,
        /// Where the record falls back to.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        state: Option<String>,
    },
    /// The record moves on in its life.
    Moved {
        /// The state left.
        from: String,
        /// Signatures that lapse since the record went back.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        lapse: Option<Lapse>,
        /// Fields the verb sets.
        set: Fields,
        /// Whether the content was signed off by it.
        settled: bool,
        /// The state entered.
        to: String,
        /// The verb.
        verb: String,
    },
    /// Someone signs the exact content.
    Signed {
        /// [`crate::content_digest`].
        digest: String,
        /// What signing means.
        meaning: String,
        /// In which role.
        role: String,
    },
    /// The record was a mistake or is no longer meant.
    Withdrawn {},
    /// The content goes, by retention.
    Disposed {
        /// Why, in a sentence.
        basis: String,
        /// The readable number, kept.
        number: String,
        /// The rule, such as `aims-record P6Y`.
        rule: String,
    },
    /// All personal values about this person go.
    Erased(Erasure),
}

/// A link added or taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The link field.
    pub field: String,
    /// Signatures that lapse by it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lapse: Option<Lapse>,
    /// Whether the field holds a list.
    pub many: bool,
    /// Whether it is material.
    pub material: bool,
    /// Where the record falls back to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<String>,
    /// The other record's id.
    pub to: String,
}

/// Erasure of what is known about a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Person ids of the two who agreed.
    pub approvers: Vec<String>,
    /// Why, in a sentence.
    pub basis: String,
    /// How many payloads were destroyed.
    pub count: u64,
    /// The rule, such as `GDPR Article 17(1)(b)`.
    pub rule: String,
}

/// Signatures that lapse, and by the change of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lapse {
    /// Material fields that changed.
    pub changed: Vec<String>,
    /// Entries of the signatures.
    pub signatures: Vec<u64>,
}

/// Why acts cannot be applied: the ledger holds something that the format forbids.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ApplyError {
    /// Unknown act or members.
    #[error("entry {seq}: the body of the act `{act}` is not as described: {reason}")]
    Body {
        /// Entry.
        seq: u64,
        /// Act.
        act: String,
        /// What the parser says.
        reason: String,
    },
    /// An act before `recorded`, or after `disposed`, or a second `recorded`.
    #[error("entry {seq}: the act `{act}` cannot stand here")]
    Order {
        /// Entry.
        seq: u64,
        /// Act.
        act: String,
    },
    /// `obj.ver` has a gap.
    #[error("entry {seq}: version {found} follows version {before}")]
    Version {
        /// Entry.
        seq: u64,
        /// As written.
        found: u64,
        /// As known.
        before: u64,
    },
}

impl ActBody {
    fn word(&self) -> &'static str {
        match self {
            ActBody::Recorded { .. } => "recorded",
            ActBody::Amended { .. } => "amended",
            ActBody::Linked(_) => "linked",
            ActBody::Unlinked(_) => "unlinked",
            ActBody::Attached { .. } => "attached",
            ActBody::Moved { .. } => "moved",
            ActBody::Signed { .. } => "signed",
            ActBody::Withdrawn {} => "withdrawn",
            ActBody::Disposed { .. } => "disposed",
            ActBody::Erased(_) => "erased",
        }
    }

    /// Whether it moves a record on from this state.
    fn leaves(&self, state: &str) -> bool {
        matches!(self, ActBody::Moved { from, .. } if from == state)
    }

    fn out_of_order(&self, stamp: &Stamp) -> ApplyError {
        ApplyError::Order { seq: stamp.seq, act: self.word().to_owned() }
    }
}

impl Act {
    /// The entry's `act` word.
    pub fn word(&self) -> &'static str {
        self.body.word()
    }

    /// The payload's body as JSON.
    pub fn to_body(&self) -> Value {
        let mut body = match serde_json::to_value(&self.body) {
            Ok(Value::Object(mut tagged)) => tagged.remove("body").unwrap_or_else(|| Value::Object(Fields::new())),
            _ => Value::Object(Fields::new()),
        };
        if let (Some(why), Some(members)) = (&self.why, body.as_object_mut()) {
            members.insert("why".into(), Value::String(why.clone()));
        }
        body
    }

    /// The payload's body, written straight from the types. Canonical where the values are, which the caller checks.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = Vec::with_capacity(1024);
        serde_json::to_writer(&mut bytes, &self.body)?;
        // Around the body stands `{"act":"…","body":` and `}`.
        bytes.drain(..r#"{"act":"","body":"#.len() + self.word().len());
        bytes.pop();
        if let Some(why) = &self.why {
            bytes.pop();
            let key: &[u8] = if bytes.len() > 1 { b",\"why\":" } else { b"\"why\":" };
            bytes.extend_from_slice(key);
            serde_json::to_writer(&mut bytes, why)?;
            bytes.push(b'}');
        }
        Ok(bytes)
    }

    /// Reads an act from its word and the payload's bytes.
    ///
    /// # Errors
    /// [`ApplyError::Body`] where the body is not as `docs/formats/acts.md` describes.
    pub fn from_body(seq: u64, word: &str, bytes: &[u8]) -> Result<Act, ApplyError> {
        let fail = |reason: String| ApplyError::Body { seq, act: word.to_owned(), reason };
        let mut body: Fields = serde_json::from_slice(bytes).map_err(|e| fail(e.to_string()))?;
        let why = match body.remove("why") {
            None => None,
            Some(Value::String(why)) => Some(why),
            Some(_) => return Err(fail("`why` is not text".into())),
        };
        let tagged = serde_json::json!({ "act": word, "body": body });
        let body = serde_json::from_value(tagged).map_err(|e| fail(e.to_string()))?;
        Ok(Act { body, why })
    }
}

impl Kept {
    /// Applies an act to what is kept of a record (`None`: nothing yet). `id` and `version` are the entry's `obj.id` and `obj.ver`.
    ///
    /// # Errors
    /// [`ApplyError`] where the act cannot stand here. The record is unchanged then, since it is taken by value and not given back.
    pub fn apply(before: Option<Kept>, id: &str, version: u64, stamp: &Stamp, act: &Act) -> Result<Kept, ApplyError> {
        Kept::apply_body(before, id, version, stamp, act.body.clone())
    }

    /// [`apply`](Self::apply) for an act that nobody needs afterwards: its values move into the record.
    ///
    /// # Errors
    /// As there.
    pub fn apply_body(
        before: Option<Kept>,
        id: &str,
        version: u64,
        stamp: &Stamp,
        body: ActBody,
    ) -> Result<Kept, ApplyError> {
        let known = before.as_ref().map_or(0, Kept::version);
        if version != known + 1 {
            return Err(ApplyError::Version { seq: stamp.seq, found: version, before: known });
        }
        match (before, body) {
            (None, ActBody::Recorded { key, fields, kind, number, state }) => Ok(Kept::Live(Record {
                editors: vec![stamp.by.clone()],
                erased: None,
                fields,
                files: Vec::new(),
                id: id.to_owned(),
                key,
                kind,
                last: stamp.clone(),
                number,
                recorded: stamp.clone(),
                signatures: Vec::new(),
                state,
                version,
                withdrawn: None,
            })),
            (Some(Kept::Live(r)), ActBody::Disposed { basis, number, rule }) => Ok(Kept::Disposed(Tombstone {
                disposed: Disposal { basis, rule, seq: stamp.seq },
                id: r.id,
                kind: r.kind,
                number,
                version,
            })),
            (Some(Kept::Live(_)), body @ ActBody::Recorded { .. }) | (None | Some(Kept::Disposed(_)), body) => {
                Err(body.out_of_order(stamp))
            }
            (Some(Kept::Live(r)), body @ ActBody::Moved { .. }) if !body.leaves(&r.state) => {
                Err(body.out_of_order(stamp))
            }
            (Some(Kept::Live(mut r)), body) => {
                r.change(stamp, body);
                r.last.clone_from(stamp);
                r.version = version;
                Ok(Kept::Live(r))
            }
        }
    }
}

impl Record {
    /// What every act but the first and the last does.
    fn change(&mut self, stamp: &Stamp, body: ActBody) {
        match body {
            ActBody::Amended { lapse, material, set, state, unset } => {
                for name in &unset {
                    self.fields.remove(name);
                }
                self.fields.extend(set);
                self.content_changed(stamp, !material.is_empty(), lapse.as_ref(), state);
            }
            ActBody::Linked(link) => {
                self.add_link(&link);
                self.content_changed(stamp, link.material, link.lapse.as_ref(), link.state);
            }
            ActBody::Unlinked(link) => {
                self.remove_link(&link);
                self.content_changed(stamp, link.material, link.lapse.as_ref(), link.state);
            }
            ActBody::Attached { field, file, lapse, many, material, state } => {
                self.add_file(field, file, many);
                self.content_changed(stamp, material, lapse.as_ref(), state);
            }
            ActBody::Moved { lapse, set, settled, to, .. } => {
                self.fields.extend(set);
                self.content_changed(stamp, false, lapse.as_ref(), Some(to));
                if settled {
                    self.editors.clear();
                }
            }
            ActBody::Signed { digest, meaning, role } => self.signatures.push(Signature {
                by: stamp.by.clone(),
                digest,
                lapsed: None,
                meaning,
                role,
                seq: stamp.seq,
                ts: stamp.ts.clone(),
            }),
            ActBody::Withdrawn {} => self.withdrawn = Some(SeqRef { seq: stamp.seq }),
            ActBody::Erased(_) => self.erased = Some(SeqRef { seq: stamp.seq }),
            ActBody::Recorded { .. } | ActBody::Disposed { .. } => {}
        }
    }

    fn add_link(&mut self, link: &LinkBody) {
        if !link.many {
            self.fields.insert(link.field.clone(), Value::String(link.to.clone()));
            return;
        }
        let mut ids: Vec<String> = self.links(&link.field).into_iter().map(str::to_owned).collect();
        ids.push(link.to.clone());
        ids.sort();
        ids.dedup();
        self.fields.insert(link.field.clone(), ids.into());
    }

    fn remove_link(&mut self, link: &LinkBody) {
        let rest: Vec<&str> = self.links(&link.field).into_iter().filter(|id| link.many && *id != link.to).collect();
        if rest.is_empty() {
            self.fields.remove(&link.field);
        } else {
            let rest: Value = rest.into();
            self.fields.insert(link.field.clone(), rest);
        }
    }

    fn add_file(&mut self, field: Option<String>, file: File, many: bool) {
        let Some(field) = field else {
            self.files.push(file);
            return;
        };
        let value = serde_json::json!(file);
        if !many {
            self.fields.insert(field, value);
        } else if let Some(files) = self.fields.get_mut(&field).and_then(Value::as_array_mut) {
            files.push(value);
        } else {
            self.fields.insert(field, Value::Array(vec![value]));
        }
    }

    fn content_changed(&mut self, stamp: &Stamp, material: bool, lapse: Option<&Lapse>, state: Option<String>) {
        if material && !self.editors.contains(&stamp.by) {
            self.editors.push(stamp.by.clone());
        }
        if let Some(lapse) = lapse {
            for signature in self.signatures.iter_mut().filter(|s| lapse.signatures.contains(&s.seq)) {
                signature.lapsed = Some(Lapsed { changed: lapse.changed.clone(), seq: stamp.seq });
            }
        }
        if let Some(state) = state {
            self.state = state;
        }
    }
}
