//! What was worked out for a standing and stays while nothing is done and no time passes: who sits where, what waits for them, what a verdict
//! says in words.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// So many answers of one sort are kept; beyond it all are forgotten.
const MOST: usize = 512;

/// Answers by what was asked.
pub(super) struct Recall<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Recall<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V> Recall<K, V> {
    /// What was worked out before, or is now. Two who ask at once may both work it out; nobody waits for another.
    pub(super) fn get(&self, key: &K, work_out: impl FnOnce() -> Arc<V>) -> Arc<V> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(key) {
            return Arc::clone(answer);
        }
        let answer = work_out();
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key.clone(), Arc::clone(&answer));
        answer
    }

    /// Forgets everything: something was done, or time passed.
    pub(super) fn forget(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_worked_out_once_until_forgotten() {
        let mut recall: Recall<&str, u8> = Recall::default();
        assert_eq!(*recall.get(&"a", || Arc::new(1)), 1);
        assert_eq!(*recall.get(&"a", || Arc::new(2)), 1);
        recall.forget();
        assert_eq!(*recall.get(&"a", || Arc::new(3)), 3);
    }
}
