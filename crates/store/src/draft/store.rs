//! Storing what was composed: entry, payloads, idempotency key, and what the act makes of its record.

use std::sync::Arc;

use aims_ledger::{Hash, leaf_hash};
use aims_record::Kept;
use rusqlite::{Connection, OptionalExtension as _};

use super::{
    Draft, Idem, Tail, Written,
    compose::{Composed, Ending, PayloadRow},
};
use crate::{
    entry::{EntryObject, EntryPayload},
    error::StoreError,
    log::{self, payload_row, signed},
    projection,
    reading::{Context, split_number},
    vault::Place,
};

/// Rows of an entry that is appended but not yet written. A command whose rows nobody reads needs no savepoint.
pub(crate) struct Owed {
    seq: u64,
    bytes: Vec<u8>,
    payloads: Vec<PayloadRow>,
    idem: Option<Idem>,
    record: Option<OwedRecord>,
}

struct OwedRecord {
    /// The event of its first act.
    begun: u64,
    act: String,
    before: Option<Arc<Kept>>,
    after: Arc<Kept>,
    bytes: Vec<u8>,
}

impl Draft<'_> {
    /// Takes an entry in. Its rows are written when something reads them, or when the batch lands.
    pub(super) fn store(&self, composed: Composed) -> Result<Written, StoreError> {
        let Composed { entry, bytes, rows: payloads, applied, idem, now_ms } = composed;
        let seq = entry.seq;
        // Several entries of one command share its key; the first is the answer.
        let idem = idem.filter(|idem| self.done.borrow_mut().idem.insert(idem.key.clone()));
        let mut ending = None;
        let record = applied.map(|applied| {
            let bytes = applied.after.to_canonical();
            let after = Arc::new(applied.after);
            self.bear_in_mind(&after, bytes.len(), applied.before.is_none());
            ending = applied.ending;
            let begun = applied.before.as_deref().and_then(Kept::live).map_or(seq, |before| before.recorded.seq);
            OwedRecord { begun, act: entry.act, before: applied.before, after, bytes }
        });
        if let (Some(idem), Some(mut mind)) = (&idem, self.mind()) {
            mind.used(&idem.key, seq);
        }
        let leaf_hash = leaf_hash(&bytes);
        self.reading.owe(Owed { seq, bytes, payloads, idem, record })?;
        if let (Some(ending), Some(object)) = (ending, &entry.obj) {
            self.reading.settle()?;
            self.end(ending, object, seq)?;
        }
        self.done.borrow_mut().leaves.push(leaf_hash);
        self.tail.set(Tail { size: seq + 1, last_ms: now_ms });
        Ok(Written { seq, leaf_hash, ts: entry.ts })
    }

    fn bear_in_mind(&self, after: &Arc<Kept>, len: usize, is_new: bool) {
        let Some(mut mind) = self.mind() else { return };
        mind.became(after, len);
        if is_new {
            let (prefix, ord) = split_number(after.number());
            mind.numbered(prefix, ord);
        }
    }

    fn end(&self, ending: Ending, object: &EntryObject, seq: u64) -> Result<(), StoreError> {
        let effects = &mut self.done.borrow_mut().effects;
        match ending {
            Ending::Erased => {
                projection::erase_subject(self.conn()?, &object.id, seq)?;
                effects.erased.push((seq, object.id.clone()));
            }
            Ending::Disposed => {
                effects.files.extend(projection::dispose_payloads(self.conn()?, &object.id, object.prev)?);
                effects.disposed = true;
            }
        }
        Ok(())
    }
}

impl Owed {
    /// Writes the rows.
    pub fn write(self, conn: &Connection, context: &Context) -> Result<(), StoreError> {
        log::put_entry(conn, self.seq, &self.bytes)?;
        for (position, row) in self.payloads.into_iter().enumerate() {
            context.put_payload(conn, payload_row(self.seq, position), row)?;
        }
        if let Some(idem) = self.idem {
            context.put_idem(conn, &idem, self.seq)?;
        }
        if let Some(OwedRecord { begun, act, before, after, bytes }) = self.record {
            projection::note_ending(conn, after.id(), self.seq, &act)?;
            match before {
                None => projection::insert_record(conn, begun, &after, &bytes)?,
                Some(before) => projection::update_record(conn, begun, &before, &after, &bytes)?,
            }
        }
        Ok(())
    }
}

impl Context {
    fn put_payload(&self, conn: &Connection, id: i64, row: PayloadRow) -> Result<(), StoreError> {
        let PayloadRow { described, salt, plaintext } = row;
        let sql =
            "INSERT INTO payloads (id, c, salt, body, wrapped, subject, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = conn.prepare_cached(sql)?;
        let EntryPayload { c, subject, file, .. } = described;
        match (&subject, &file) {
            (Some(about), _) => {
                let subject_wrapped = &self.subject_key(conn, about)?;
                let place = Place { org: &self.about.org, subject: about, c: &c, subject_wrapped };
                let sealed = self.vault.seal(&place, &plaintext, &*self.chance)?;
                insert.execute((id, &c, salt, sealed.body, sealed.wrapped, about, &file))?
            }
            (None, Some(_)) => {
                insert.execute((id, &c, salt, None::<Vec<u8>>, None::<Vec<u8>>, None::<String>, &file))?
            }
            (None, None) => {
                insert.execute((id, &c, salt, plaintext, None::<Vec<u8>>, None::<String>, None::<String>))?
            }
        };
        Ok(())
    }

    /// The subject's key as stored; a new one where there is none.
    fn subject_key(&self, conn: &Connection, subject: &str) -> Result<Vec<u8>, StoreError> {
        let mut select = conn.prepare_cached("SELECT wrapped FROM subjects WHERE id = ?1")?;
        let known = select.query_row([subject], |row| row.get(0)).optional()?;
        if let Some(wrapped) = known {
            return Ok(wrapped);
        }
        let wrapped = self.vault.new_subject(&self.about.org, subject, &*self.chance)?;
        conn.execute("INSERT INTO subjects (id, wrapped) VALUES (?1, ?2)", (subject, &wrapped))?;
        Ok(wrapped)
    }

    fn put_idem(&self, conn: &Connection, idem: &Idem, seq: u64) -> Result<(), StoreError> {
        let mut salt = [0; 32];
        self.chance.fill(&mut salt);
        conn.prepare_cached("INSERT INTO idem (key, salt, request, seq) VALUES (?1, ?2, ?3, ?4)")?.execute((
            &idem.key,
            salt,
            hide(&salt, &idem.request).as_bytes(),
            signed(seq),
        ))?;
        Ok(())
    }
}

/// The digest of a request as kept: salted, since a request may hold values that can be guessed.
pub(super) fn hide(salt: &[u8], request: &Hash) -> Hash {
    Hash::sha256(&[salt, request.as_bytes()].concat())
}
