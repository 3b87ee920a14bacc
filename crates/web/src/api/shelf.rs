//! Answers about single records, kept so that the store is not asked again while nothing of what they say has changed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aims_app::live::Standing;
use aims_register::Entry;
use bytes::{BufMut as _, Bytes, BytesMut};

use super::answers::OneRecord;
use crate::answer::Refused;

/// Bytes that are kept at most; beyond it the shelf is emptied.
const BYTES: usize = 32 << 20;

/// An answer about one record.
#[derive(Debug)]
pub struct Kept {
    /// The answer from its second member on: the first, `as_of`, is said anew each time.
    rest: Bytes,
    /// Version of the record.
    version: u64,
    /// Ids that it names.
    pub named: Vec<String>,
    /// Their versions.
    versions: Vec<Option<u64>>,
    /// Where it holds personal values: how far the ledger was, since erasing them changes no version of this record.
    as_of: Option<Option<u64>>,
}

impl Kept {
    /// Of a record that was read just now. `personal`: it may hold values about persons.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn new(
        answer: &OneRecord,
        entry: Entry<'_>,
        standing: &Standing,
        named: Vec<String>,
        personal: bool,
    ) -> Result<Kept, Refused> {
        let bytes = serde_json::to_vec(answer).map_err(|e| Refused::internal(e.to_string()))?;
        let rest = Bytes::from(bytes).slice(FIRST.len() + "null".len()..);
        let versions = versions(standing, &named);
        let as_of = personal.then(|| standing.last_entry());
        Ok(Kept { rest, version: entry.version(), named, versions, as_of })
    }

    /// The whole answer, as of this entry.
    pub fn body(&self, as_of: Option<u64>) -> Bytes {
        let mut body = BytesMut::with_capacity(self.rest.len() + 32);
        body.put_slice(FIRST.as_bytes());
        match as_of {
            Some(seq) => body.put_slice(seq.to_string().as_bytes()),
            None => body.put_slice(b"null"),
        }
        body.put_slice(&self.rest);
        body.freeze()
    }

    fn holds(&self, standing: &Standing, entry: Entry<'_>) -> bool {
        let current = |(id, version): (&String, &Option<u64>)| version_of(standing, id) == *version;
        self.version == entry.version()
            && self.as_of.is_none_or(|as_of| as_of == standing.last_entry())
            && self.named.iter().zip(&self.versions).all(current)
    }
}

/// How each answer begins.
const FIRST: &str = r#"{"as_of":"#;

fn versions(standing: &Standing, named: &[String]) -> Vec<Option<u64>> {
    named.iter().map(|id| version_of(standing, id)).collect()
}

fn version_of(standing: &Standing, id: &str) -> Option<u64> {
    standing.register().get(id).map(Entry::version)
}

/// Answers by organization and record.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    by_record: HashMap<(String, u128), Arc<Kept>>,
    bytes: usize,
}

impl Shelf {
    /// The answer about a record: the one that is kept, or `read` and kept.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn of(
        &self,
        org: &str,
        standing: &Standing,
        entry: Entry<'_>,
        read: impl FnOnce() -> Result<Kept, Refused>,
    ) -> Result<Arc<Kept>, Refused> {
        let key = (org.to_owned(), entry.uuid());
        let known = self.held().by_record.get(&key).cloned();
        if let Some(known) = known.filter(|kept| kept.holds(standing, entry)) {
            return Ok(known);
        }
        let kept = Arc::new(read()?);
        self.held().keep(key, &kept);
        Ok(kept)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn keep(&mut self, key: (String, u128), kept: &Arc<Kept>) {
        if self.bytes > BYTES {
            *self = Held::default();
        }
        self.bytes += kept.rest.len();
        if let Some(before) = self.by_record.insert(key, Arc::clone(kept)) {
            self.bytes -= before.rest.len();
        }
    }
}
