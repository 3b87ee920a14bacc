//! Storing what was composed: entry, payloads, idempotency key, and what the act makes of its record.

use aims_ledger::{Hash, leaf_hash};

use super::{
    Draft, Idem, Tail, Written,
    compose::{Composed, Ending, PayloadRow},
};
use crate::{
    entry::EntryPayload,
    error::StoreError,
    log::{self, payload_row, signed},
    projection,
    vault::Place,
};

impl Draft<'_> {
    /// All rows of one entry.
    pub(super) fn store(&self, composed: Composed) -> Result<Written, StoreError> {
        let Composed { entry, bytes, rows, applied, idem, now_ms } = composed;
        let (seq, conn) = (entry.seq, &self.conn);
        log::put_entry(conn, seq, &bytes)?;
        for (position, row) in rows.into_iter().enumerate() {
            self.put_payload(payload_row(seq, position), row)?;
        }
        if let Some(idem) = idem {
            self.put_idem(idem, seq)?;
        }
        if let (Some(applied), Some(object)) = (applied, &entry.obj) {
            projection::note_act(conn, &object.id, seq, &entry.act)?;
            projection::put_record(conn, applied.before.as_ref(), &applied.after)?;
            self.reading.remember(&applied.after);
            self.end(applied.ending, &object.id, seq)?;
        }
        let leaf_hash = leaf_hash(&bytes);
        self.done.borrow_mut().leaves.push(leaf_hash);
        self.tail.set(Tail { size: seq + 1, last_ms: now_ms });
        Ok(Written { seq, leaf_hash, ts: entry.ts })
    }

    fn put_payload(&self, id: i64, row: PayloadRow) -> Result<(), StoreError> {
        let PayloadRow { described, salt, plaintext } = row;
        let sql =
            "INSERT INTO payloads (id, c, salt, body, wrapped, subject, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = self.conn.prepare_cached(sql)?;
        let EntryPayload { c, subject, file, .. } = described;
        match (&subject, &file) {
            (Some(about), _) => {
                let subject_wrapped = &self.subject_key(about)?;
                let place = Place { org: &self.context.about.org, subject: about, c: &c, subject_wrapped };
                let sealed = self.context.vault.seal(&place, &plaintext, &*self.context.chance)?;
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
    fn subject_key(&self, subject: &str) -> Result<Vec<u8>, StoreError> {
        let known = self.one("SELECT wrapped FROM subjects WHERE id = ?1", [subject], |row| row.get(0))?;
        if let Some(wrapped) = known {
            return Ok(wrapped);
        }
        let wrapped = self.context.vault.new_subject(&self.context.about.org, subject, &*self.context.chance)?;
        self.conn.execute("INSERT INTO subjects (id, wrapped) VALUES (?1, ?2)", (subject, &wrapped))?;
        Ok(wrapped)
    }

    fn put_idem(&self, idem: Idem, seq: u64) -> Result<(), StoreError> {
        // Several entries of one command share its key; the first is the answer.
        if !self.done.borrow_mut().idem.insert(idem.key.clone()) {
            return Ok(());
        }
        let salt = self.draw_salt();
        self.conn.prepare_cached("INSERT INTO idem (key, salt, request, seq) VALUES (?1, ?2, ?3, ?4)")?.execute((
            &idem.key,
            salt,
            hide(&salt, &idem.request).as_bytes(),
            signed(seq),
        ))?;
        Ok(())
    }

    fn end(&self, ending: Option<Ending>, record: &str, seq: u64) -> Result<(), StoreError> {
        let effects = &mut self.done.borrow_mut().effects;
        match ending {
            None => {}
            Some(Ending::Erased) => {
                projection::erase_subject(&self.conn, record, seq)?;
                effects.erased.push((seq, record.to_owned()));
            }
            Some(Ending::Disposed) => {
                effects.files.extend(projection::dispose_payloads(&self.conn, record, seq)?);
                effects.disposed = true;
            }
        }
        Ok(())
    }
}

/// The digest of a request as kept: salted, since a request may hold values that can be guessed.
pub(super) fn hide(salt: &[u8], request: &Hash) -> Hash {
    Hash::sha256(&[salt, request.as_bytes()].concat())
}
