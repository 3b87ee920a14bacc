//! From an envelope to the rows of an entry (`docs/formats/acts.md`): everything is checked and built before anything is stored.

use std::sync::Arc;

use aims_ledger::{canonical, commitment};
use aims_record::{Accepted, Act, ActBody, ApplyError, Erasure, File, Kept, Stamp};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::Value;

use super::{Deed, Draft, Envelope, Idem, Seal, Tail};
use crate::{
    entry::{Entry, EntryObject, EntryPayload, Outcome, PayloadClass, Policy, TsState, act_challenge},
    error::AppendError,
    evidence::{self, Evidence},
    log::{PAYLOADS_MAX, moment},
    projection::is_uuid,
    reading::split_number,
};

/// The longest entry, in bytes.
const ENTRY_MAX: usize = 65_535;
/// Room for an entry that names a few records.
const ENTRY_USUAL: usize = 1_024;
/// The longest payload of class `record` or `personal`, in bytes.
const PAYLOAD_MAX: usize = 1 << 20;
/// Acts that an entry without a record cannot have.
const RECORD_ACTS: [&str; 10] =
    ["recorded", "amended", "linked", "unlinked", "attached", "moved", "signed", "withdrawn", "disposed", "erased"];

/// An entry that is complete and waits to be stored.
pub(super) struct Composed {
    pub entry: Entry,
    pub bytes: Vec<u8>,
    pub rows: Vec<PayloadRow>,
    pub applied: Option<Applied>,
    pub idem: Option<Idem>,
    pub now_ms: i64,
}

/// What an act does to its record.
pub(super) struct Applied {
    pub before: Option<Arc<Kept>>,
    pub after: Kept,
    pub ending: Option<Ending>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Erased,
    Disposed,
}

/// What an entry commits to, with what it commits with.
pub(super) struct PayloadRow {
    pub described: EntryPayload,
    pub salt: [u8; 32],
    pub plaintext: Vec<u8>,
}

impl Draft<'_> {
    pub(super) fn compose(&self, envelope: Envelope, seals: Vec<Seal>) -> Result<Composed, AppendError> {
        check_envelope(&envelope)?;
        let Tail { size: seq, last_ms } = self.tail.get();
        let clock_ms = self.context.clock.now().as_millisecond();
        let now_ms = clock_ms.max(last_ms);
        let ts = moment(now_ms);
        let stamp = Stamp { by: envelope.actor.pid.clone(), seq, ts: ts.clone() };
        let said = match envelope.deed {
            Deed::On(accepted) => {
                let salt = envelope.sig.as_ref().map_or_else(|| self.draw_salt(), |signed| signed.salt);
                self.say_act(accepted, &stamp, seals, &envelope.evidence, salt)?
            }
            Deed::Plain { act, outcome, reason, refs, body } => {
                self.say_plain(act, outcome, reason, refs, body, seq)?
            }
        };
        let entry = Entry {
            act: said.act,
            actor: envelope.actor,
            id: self.context.chance.id(),
            idem: envelope.idem.as_ref().map(|idem| idem.key.clone()),
            obj: said.object,
            org: self.context.about.org.clone(),
            outcome: said.outcome,
            payload: said.rows.iter().map(|row| row.described.clone()).collect(),
            policy: Policy { digest: envelope.policy_digest },
            reason: said.reason,
            refs: said.refs,
            req: envelope.req,
            seq,
            sig: envelope.sig.map(|signed| signed.sig),
            sw: envelope.sw,
            ts,
            ts_state: TsState { clamped: clock_ms < last_ms, maxerr_ms: 0, sync: "unknown".into() },
            v: 1,
        };
        refuse_signature_of_another(&entry)?;
        let bytes = entry_bytes(&entry)?;
        Ok(Composed { entry, bytes, rows: said.rows, applied: said.applied, idem: envelope.idem, now_ms })
    }

    fn say_act(
        &self,
        accepted: Accepted,
        stamp: &Stamp,
        seals: Vec<Seal>,
        evidence: &[Evidence],
        salt: [u8; 32],
    ) -> Result<Said, AppendError> {
        let Accepted { id, kind, version, prev: _, act, refs } = accepted;
        refuse_strangers(std::iter::once(&id).chain(&refs))?;
        let known = self.shared(&id)?;
        let before = known.as_deref();
        let prev = before.map(Kept::last_seq);
        let said =
            act.to_bytes().map_err(|error| AppendError::Format { what: "the act", reason: error.to_string() })?;
        let mut rows = vec![body_row(said, salt)?];
        rows.extend(sealed_rows(&rows, seals));
        rows.extend(self.evidence_rows(&act.body, before, evidence)?);
        let ending = self.check_ending(&id, &act)?;
        self.check_number(&act)?;
        refuse_other_kind(before, &kind, &act, stamp.seq)?;
        let word = act.word();
        let after = Kept::apply_body(before.cloned(), &id, version, stamp, act.body)?;
        Ok(Said {
            act: word.to_owned(),
            outcome: Outcome::Done,
            reason: None,
            refs,
            object: Some(EntryObject { id, prev, kind, ver: version }),
            rows,
            applied: Some(Applied { before: known, after, ending }),
        })
    }

    fn say_plain(
        &self,
        act: String,
        outcome: Outcome,
        reason: Option<String>,
        refs: Vec<String>,
        body: Option<Value>,
        seq: u64,
    ) -> Result<Said, AppendError> {
        refuse_strangers(&refs)?;
        let on_record = outcome == Outcome::Done && RECORD_ACTS.contains(&act.as_str());
        if on_record || (act == "founded") != (seq == 0) {
            return Err(ApplyError::Order { seq, act }.into());
        }
        let format = |reason: String| AppendError::Format { what: "the act", reason };
        let said = body.map(|body| serde_json::to_vec(&body)).transpose().map_err(|error| format(error.to_string()))?;
        let rows = said.map(|said| body_row(said, self.draw_salt())).transpose()?.into_iter().collect();
        Ok(Said { act, outcome, reason, refs, object: None, rows, applied: None })
    }

    /// A payload for each file that the act brings to the record.
    fn evidence_rows(
        &self,
        body: &ActBody,
        before: Option<&Kept>,
        weighed: &[Evidence],
    ) -> Result<Vec<PayloadRow>, AppendError> {
        let mut files = Vec::new();
        match body {
            ActBody::Recorded { fields: set, .. } | ActBody::Amended { set, .. } | ActBody::Moved { set, .. } => {
                set.values().for_each(|value| collect_files(value, &mut files));
            }
            ActBody::Attached { file, .. } => files.push(file.clone()),
            _ => {}
        }
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let known = before.and_then(Kept::live).map(files_of).unwrap_or_default();
        files.retain(|file| known.iter().all(|other| other.sha256 != file.sha256));
        files.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        files.dedup_by(|a, b| a.sha256 == b.sha256);
        files.into_iter().map(|file| self.evidence_row(file, weighed)).collect()
    }

    fn evidence_row(&self, file: File, weighed: &[Evidence]) -> Result<PayloadRow, AppendError> {
        let missing = |_| AppendError::EvidenceMissing { name: file.name.clone(), sha256: file.sha256.clone() };
        let known = weighed.iter().find(|evidence| evidence.file.sha256 == file.sha256);
        let (c, salt) = match known {
            Some(evidence) => {
                evidence::must_exist(&self.context.folder, &file).map_err(missing)?;
                (evidence.c, evidence.salt)
            }
            None => {
                let weighed = evidence::weigh(&self.context.folder, &file, self.draw_salt()).map_err(missing)?;
                (weighed.c, weighed.salt)
            }
        };
        let described = EntryPayload {
            c: c.to_string(),
            class: PayloadClass::Evidence,
            file: Some(file.sha256),
            len: file.len,
            mime: file.mime,
            subject: None,
        };
        Ok(PayloadRow { described, salt, plaintext: Vec::new() })
    }

    fn check_ending(&self, id: &str, act: &Act) -> Result<Option<Ending>, AppendError> {
        match &act.body {
            ActBody::Disposed { .. } => Ok(Some(Ending::Disposed)),
            ActBody::Erased(Erasure { count, .. }) => {
                let there = self.personal_count(id)?;
                if there == *count {
                    return Ok(Some(Ending::Erased));
                }
                let reason = format!("it says that {count} payloads are destroyed, there are {there}; decide again");
                Err(AppendError::Format { what: "the erasure", reason })
            }
            _ => Ok(None),
        }
    }

    fn check_number(&self, act: &Act) -> Result<(), AppendError> {
        let ActBody::Recorded { number, .. } = &act.body else { return Ok(()) };
        let (prefix, ord) = split_number(number);
        if self.highest(prefix)?.is_none_or(|highest| ord > highest) {
            return Ok(());
        }
        let sql = "SELECT 1 FROM records WHERE prefix = ?1 AND ord = ?2 AND number = ?3";
        let taken = self.one(sql, (prefix, ord, number), |_| Ok(()))?;
        taken.map_or(Ok(()), |()| Err(AppendError::NumberTaken(number.clone())))
    }
}

/// The part of an entry that depends on the deed.
struct Said {
    act: String,
    outcome: Outcome,
    reason: Option<String>,
    refs: Vec<String>,
    object: Option<EntryObject>,
    rows: Vec<PayloadRow>,
    applied: Option<Applied>,
}

impl PayloadRow {
    fn new(class: PayloadClass, plaintext: Vec<u8>, salt: [u8; 32]) -> PayloadRow {
        let described = EntryPayload {
            c: commitment(&salt, &plaintext).to_string(),
            class,
            file: None,
            len: plaintext.len() as u64,
            mime: "application/json".into(),
            subject: None,
        };
        PayloadRow { described, salt, plaintext }
    }
}

/// The act's body: plain serialization is canonical but for values from outside; the check sees to those.
fn body_row(plaintext: Vec<u8>, salt: [u8; 32]) -> Result<PayloadRow, AppendError> {
    let format = |reason: String| AppendError::Format { what: "the act", reason };
    canonical::check(&plaintext).map_err(|error| format(error.to_string()))?;
    if plaintext.len() > PAYLOAD_MAX {
        return Err(format(format!("it has {} bytes; at most {PAYLOAD_MAX} are kept", plaintext.len())));
    }
    Ok(PayloadRow::new(PayloadClass::Record, plaintext, salt))
}

/// Refuses a passkey's signature whose challenge is not that of this very act: the record changed while it was being signed, or it was
/// taken from elsewhere. Whether the signature itself is right was checked where it came in.
fn refuse_signature_of_another(entry: &Entry) -> Result<(), AppendError> {
    let Some(sig) = &entry.sig else { return Ok(()) };
    let wrong = || AppendError::Format {
        what: "the passkey's signature",
        reason: "it was given for another act or another version; look at the record again and sign once more".into(),
    };
    let (object, body) = entry.obj.as_ref().zip(entry.payload.first()).ok_or_else(wrong)?;
    let challenge = act_challenge(&entry.org, &entry.actor.pid, &entry.act, object, &body.c);
    let said = BASE64_STANDARD.decode(&sig.client_data).ok();
    let said: Option<Value> = said.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let given = said.as_ref().and_then(|said| said.get("challenge")).and_then(Value::as_str);
    if given == Some(BASE64_URL_SAFE_NO_PAD.encode(challenge).as_str()) { Ok(()) } else { Err(wrong()) }
}

/// Only what the act names is kept of what was sealed: a refused decision may have sealed in vain.
fn sealed_rows(body: &[PayloadRow], seals: Vec<Seal>) -> Vec<PayloadRow> {
    if seals.is_empty() {
        return Vec::new();
    }
    let text = body.first().map(|row| row.plaintext.as_slice()).unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    let named = seals.into_iter().filter(|seal| text.contains(&format!("{{\"sealed\":\"{}\"}}", seal.c)));
    named
        .map(|seal| {
            let mut row = PayloadRow::new(PayloadClass::Personal, seal.plaintext, seal.salt);
            row.described.subject = Some(seal.subject);
            row
        })
        .collect()
}

/// Everything in a body that has the form of a file.
fn collect_files(value: &Value, files: &mut Vec<File>) {
    match value {
        Value::Object(members) if members.len() == 4 && members.contains_key("sha256") => {
            files.extend(serde_json::from_value::<File>(value.clone()));
        }
        Value::Object(members) => members.values().for_each(|value| collect_files(value, files)),
        Value::Array(items) => items.iter().for_each(|item| collect_files(item, files)),
        _ => {}
    }
}

fn files_of(record: &aims_record::Record) -> Vec<File> {
    let mut files = record.files.clone();
    record.fields.values().for_each(|value| collect_files(value, &mut files));
    files
}

fn refuse_strangers<'a>(ids: impl IntoIterator<Item = &'a String>) -> Result<(), AppendError> {
    let stranger = ids.into_iter().find(|id| !is_uuid(id));
    stranger.map_or(Ok(()), |id| {
        Err(AppendError::Format { what: "an id", reason: format!("`{id}` is not a UUID in lower case") })
    })
}

fn refuse_other_kind(before: Option<&Kept>, kind: &str, act: &Act, seq: u64) -> Result<(), AppendError> {
    let same = match (before, &act.body) {
        (None, ActBody::Recorded { kind: own, .. }) => own == kind,
        (Some(before), _) => before.kind() == kind,
        (None, _) => true,
    };
    if same { Ok(()) } else { Err(ApplyError::Order { seq, act: act.word().into() }.into()) }
}

fn check_envelope(envelope: &Envelope) -> Result<(), AppendError> {
    let format = |what: &'static str, reason: String| Err(AppendError::Format { what, reason });
    let digest = |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    refuse_strangers(std::iter::once(&envelope.actor.pid).chain(&envelope.actor.on_behalf))?;
    if !digest(&envelope.policy_digest) || !digest(&envelope.sw.build_sha256) {
        return format("the policy or build digest", "it is not 64 lower-case hexadecimal digits".into());
    }
    match &envelope.idem {
        Some(idem) if idem.key.is_empty() || idem.key.chars().count() > 64 => {
            format("the idempotency key", "it must have 1 to 64 characters".into())
        }
        _ => Ok(()),
    }
}

/// The entry's bytes: plain serialization is canonical because members stand in byte order; the check says so.
fn entry_bytes(entry: &Entry) -> Result<Vec<u8>, AppendError> {
    let format = |reason: String| AppendError::Format { what: "the entry", reason };
    let mut bytes = Vec::with_capacity(ENTRY_USUAL);
    serde_json::to_writer(&mut bytes, entry).map_err(|error| format(error.to_string()))?;
    canonical::check(&bytes).map_err(|error| format(error.to_string()))?;
    if bytes.len() > ENTRY_MAX || entry.payload.len() > PAYLOADS_MAX {
        return Err(format(format!("it has {} bytes; at most {ENTRY_MAX} are kept: name fewer records", bytes.len())));
    }
    Ok(bytes)
}
