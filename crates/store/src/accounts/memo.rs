//! What was read since the last write: who is signed in is asked with every request, and changes seldom.
//!
//! `server.db` is written by one process (`serve` locks the organizations that it serves), and by that through [`super::Accounts`] alone; so
//! what was read after the last write stands until the next.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::error::StoreError;

/// So many answers are kept; beyond it all are forgotten.
const MOST: usize = 4096;

/// How often something was written.
#[derive(Debug, Default)]
pub(super) struct Writes(AtomicU64);

impl Writes {
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Answers by what was asked, each with the number of writes before it was read.
#[derive(Debug)]
pub(super) struct Memo<K, V>(Mutex<HashMap<K, (u64, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// What is known, or what is read now. That something is not there is not kept: whoever guesses fills nothing.
    pub(super) fn get(
        &self,
        writes: &Writes,
        key: K,
        read: impl FnOnce(&K) -> Result<Option<V>, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        let now = writes.now();
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = known().get(&key).filter(|(at, _)| *at == now) {
            return Ok(Some(value.clone()));
        }
        let found = read(&key)?;
        if let Some(value) = &found {
            let mut known = known();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(key, (now, value.clone()));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_makes_it_read_again() {
        let (writes, memo, mut reads) = (Writes::default(), Memo::default(), 0);
        let mut ask = |value: Option<u8>| {
            memo.get(&writes, "key", |_| {
                reads += 1;
                Ok(value)
            })
        };
        assert_eq!(ask(None).ok(), Some(None));
        assert_eq!(ask(Some(1)).ok(), Some(Some(1)), "that it was not there is not kept");
        assert_eq!(ask(Some(2)).ok(), Some(Some(1)));
        writes.count();
        assert_eq!(ask(Some(3)).ok(), Some(Some(3)));
        assert_eq!(reads, 3);
    }
}
