//! What was: the acts on a record, and the record as it stood.

use aims_record::{Act, ActBody, ApplyError, Kept, Stamp};
use jiff::Timestamp;

use super::{Body, Gone, Payload, Personal, Reading, Result, StoredAct, Then};
use crate::{
    chain,
    entry::{Entry, parse_entry},
    error::StoreError,
    log::{payload_row, seq_of_row, signed, unsigned},
    vault::Place,
};

impl Reading {
    /// The acts on a record, up to and including event `up_to`.
    pub fn acts_of(&self, id: &str, up_to: Option<u64>) -> Result<Vec<StoredAct>> {
        let newest = self.shared(id)?.map(|kept| kept.last_seq());
        self.settle()?;
        let mut acts = Vec::new();
        let read = chain::back(self.conn()?, id, newest, &mut |(entry, body)| {
            if up_to.is_none_or(|up_to| entry.seq <= up_to) {
                let body = body.map_or_else(|| self.disposal_of(id).map(Body::Gone), |bytes| Ok(Body::Bytes(bytes)))?;
                acts.push(StoredAct { entry, body });
            }
            Ok(())
        });
        self.noted(read)?;
        acts.reverse();
        Ok(acts)
    }

    /// The record as it stood after event `seq`; `None` where it did not exist yet.
    pub fn kept_as_of(&self, id: &str, seq: u64) -> Result<Option<Then>> {
        let now = self.kept(id)?;
        if let Some(Kept::Live(record)) = &now
            && record.last.seq <= seq
        {
            return Ok(now.map(Then::Kept));
        }
        let acts = self.acts_of(id, Some(seq))?;
        if let Some(StoredAct { body: Body::Gone(gone), .. }) = acts.last() {
            return Ok(Some(Then::Gone(*gone)));
        }
        Ok(replay(&acts)?.map(Then::Kept))
    }

    /// The last event at or before the moment. Moments never go back along the ledger, so halving finds it.
    pub fn seq_at(&self, moment: Timestamp) -> Result<Option<u64>> {
        let (mut from, mut to) = (0, self.size()?);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.moment_of(middle)? <= moment {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        Ok(from.checked_sub(1))
    }

    fn moment_of(&self, seq: u64) -> Result<Timestamp> {
        let entry = self.entry(seq)?.ok_or(StoreError::NoEntry(seq))?;
        let damaged = |reason: String| StoreError::Damaged { place: format!("event {seq}"), reason };
        parse_entry(seq, &entry)?.ts.parse().map_err(|error: jiff::Error| damaged(error.to_string()))
    }

    /// The body of the act of an entry; `None` where the entry has none.
    pub fn body(&self, seq: u64) -> Result<Option<Body>> {
        let sql = "SELECT body FROM payloads WHERE id = ?1 AND subject IS NULL AND file IS NULL";
        let row = self.one(sql, [payload_row(seq, 0)], |row| row.get::<_, Option<Vec<u8>>>(0))?;
        Ok(match row {
            None => None,
            Some(Some(bytes)) => Some(Body::Bytes(bytes)),
            Some(None) => Some(Body::Gone(self.gone(seq, None)?)),
        })
    }

    /// What the commitment of a personal or evidence payload stands for.
    pub fn payload(&self, c: &str) -> Result<Option<Payload>> {
        let sql = "SELECT id, salt IS NULL, subject, file FROM payloads \
                   WHERE c = ?1 AND (subject IS NOT NULL OR file IS NOT NULL)";
        let row = self.one(sql, [c], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?, row.get(2)?, row.get::<_, Option<String>>(3)?))
        })?;
        Ok(match row {
            None => None,
            Some((id, true, subject, _)) => {
                let subject: Option<String> = subject;
                Some(Payload::Gone(self.gone(seq_of_row(id), subject.as_deref())?))
            }
            Some((_, false, Some(subject), _)) => Some(Payload::Sealed { subject }),
            Some((_, false, None, file)) => file.map(|sha256| Payload::File { sha256 }),
        })
    }

    /// Opens sealed personal values.
    pub fn personal(&self, c: &str) -> Result<Option<Personal>> {
        let sql = "SELECT id, subject, body, wrapped FROM payloads WHERE c = ?1 AND subject IS NOT NULL";
        let row = self.one(sql, [c], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, Option<Vec<u8>>>(3)?))
        })?;
        let Some((id, subject, body, wrapped)) = row else { return Ok(None) };
        let body: Option<Vec<u8>> = body;
        let (Some(body), Some(wrapped)) = (body, wrapped) else {
            return Ok(Some(Personal::Gone(self.gone(seq_of_row(id), Some(&subject))?)));
        };
        let plaintext = self.unseal(c, &subject, &body, &wrapped)?;
        let damaged = |reason: String| StoreError::Damaged { place: format!("the sealed value {c}"), reason };
        let mut value: serde_json::Value = serde_json::from_slice(&plaintext).map_err(|e| damaged(e.to_string()))?;
        match value.get_mut("fields").map(serde_json::Value::take) {
            Some(serde_json::Value::Object(fields)) => Ok(Some(Personal::Known(fields))),
            _ => Err(damaged("it holds no fields".into())),
        }
    }

    /// The exact bytes committed to by a personal payload.
    pub(crate) fn unseal(
        &self,
        c: &str,
        subject: &str,
        body: &[u8],
        wrapped: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>> {
        let key = self.one("SELECT wrapped FROM subjects WHERE id = ?1", [subject], |row| row.get::<_, Vec<u8>>(0))?;
        let missing =
            || StoreError::Damaged { place: format!("the key of person {subject}"), reason: "it is missing".into() };
        let subject_wrapped = &key.ok_or_else(missing)?;
        let place = Place { org: &self.context.about.org, subject, c, subject_wrapped };
        self.context.vault.open_sealed(&place, body, wrapped)
    }

    /// How many personal payloads there are about this person: the `count` of an erasure.
    pub fn personal_count(&self, subject: &str) -> Result<u64> {
        let sql = "SELECT count(*) FROM payloads WHERE subject = ?1 AND salt IS NOT NULL";
        Ok(self.one(sql, [subject], |row| row.get::<_, i64>(0))?.map_or(0, unsigned))
    }

    /// Which act allowed a payload of entry `seq` to go.
    pub(crate) fn gone(&self, seq: u64, subject: Option<&str>) -> Result<Gone> {
        if let Some(subject) = subject {
            let sql = "SELECT seq FROM endings WHERE record = ?1 AND act = 'erased' AND seq > ?2 ORDER BY seq LIMIT 1";
            if let Some(seq) = self.one(sql, (subject, signed(seq)), |row| row.get::<_, i64>(0))? {
                return Ok(Gone::Erased { seq: unsigned(seq) });
            }
        }
        let entry = self.entry(seq)?.map(|bytes| parse_entry(seq, &bytes)).transpose()?;
        entry.and_then(|entry| entry.obj).map_or(Ok(Gone::Missing), |obj| self.disposal_of(&obj.id))
    }

    fn disposal_of(&self, id: &str) -> Result<Gone> {
        let sql = "SELECT seq FROM endings WHERE record = ?1 AND act = 'disposed'";
        let seq = self.one(sql, [id], |row| row.get::<_, i64>(0))?;
        Ok(seq.map_or(Gone::Missing, |seq| Gone::Disposed { seq: unsigned(seq) }))
    }
}

/// What acts make of a record. After disposal only the last act is left to read, and it says all that is kept.
pub(crate) fn replay(acts: &[StoredAct]) -> Result<Option<Kept>> {
    let mut kept = None;
    if let Some(tombstone) = acts.last().map(tombstone).transpose()?.flatten() {
        return Ok(Some(tombstone));
    }
    for stored in acts {
        let Body::Bytes(bytes) = &stored.body else {
            let place = format!("the body of event {}", stored.entry.seq);
            return Err(StoreError::Damaged { place, reason: "it is missing, and no later act allows that".into() });
        };
        kept = Some(step(kept, &stored.entry, bytes)?);
    }
    Ok(kept)
}

/// One act applied.
fn step(before: Option<Kept>, entry: &Entry, body: &[u8]) -> Result<Kept> {
    let act = Act::from_body(entry.seq, &entry.act, body)?;
    let order = || ApplyError::Order { seq: entry.seq, act: entry.act.clone() };
    let object = entry.obj.as_ref().ok_or_else(order)?;
    Ok(Kept::apply(before, &object.id, object.ver, &stamp(entry), &act)?)
}

fn stamp(entry: &Entry) -> Stamp {
    Stamp { by: entry.actor.pid.clone(), seq: entry.seq, ts: entry.ts.clone() }
}

/// What a `disposed` act leaves, from that act alone.
fn tombstone(stored: &StoredAct) -> Result<Option<Kept>> {
    let (Some(object), Body::Bytes(bytes), "disposed") = (&stored.entry.obj, &stored.body, stored.entry.act.as_str())
    else {
        return Ok(None);
    };
    let seq = stored.entry.seq;
    let ActBody::Disposed { basis, number, rule } = Act::from_body(seq, "disposed", bytes)?.body else {
        return Ok(None);
    };
    let state = serde_json::json!({
        "disposed": { "basis": basis, "rule": rule, "seq": seq },
        "id": object.id, "kind": object.kind, "number": number, "version": object.ver,
    });
    let damaged = |e: serde_json::Error| StoreError::Damaged { place: format!("event {seq}"), reason: e.to_string() };
    serde_json::from_value(state).map(|tombstone| Some(Kept::Disposed(tombstone))).map_err(damaged)
}
