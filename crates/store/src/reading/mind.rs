//! What the one who writes has in mind: states, numbers and keys, as they stand with what is decided and not on disk yet.

use std::{collections::HashMap, sync::Arc};

use aims_record::Kept;

/// So many canonical bytes of states are kept in memory, twice over for those that were met before, and more only of what is not on disk.
const BYTES_MAX: usize = 2 << 20;

/// States, numbers and keys. What is not on disk yet is always among them; of the rest, what was met lately.
#[derive(Default)]
pub(crate) struct Mind {
    states: HashMap<String, State>,
    /// What was met before the states last became too many, and not since; all of it is on disk.
    older: HashMap<String, State>,
    /// Those of `states`.
    bytes: usize,
    bound: usize,
    /// The highest count given, by prefix.
    counts: HashMap<String, Option<i64>>,
    /// Keys of requests whose entries are not on disk yet.
    keys: HashMap<String, u64>,
    /// No record has a higher id than this; ids are drawn in the order of time, so what is new is mostly beyond it.
    highest_id: String,
    /// So many entries are on disk.
    landed: u64,
    /// What the command now running has changed, as it was before.
    changed: Vec<Earlier>,
}

/// A state and how many canonical bytes it has.
type State = (Arc<Kept>, usize);

enum Earlier {
    State(String, Option<State>),
    Count(String, Option<i64>),
    Key(String),
}

impl Mind {
    pub fn state(&mut self, id: &str) -> Option<&Arc<Kept>> {
        if let Some((id, state)) = self.older.remove_entry(id) {
            self.insert(id, state);
        }
        self.states.get(id).map(|(kept, _)| kept)
    }

    /// What is on disk when nothing is under way: so many entries, and the highest id of a record.
    pub fn begin(landed: u64, highest_id: String) -> Mind {
        Mind { landed, highest_id, ..Mind::default() }
    }

    /// Whether no record can have this id, decided or on disk.
    pub fn is_beyond(&self, id: &str) -> bool {
        id > self.highest_id.as_str()
    }

    /// Keeps a state that was read.
    pub fn met(&mut self, kept: &Arc<Kept>, len: usize) {
        self.insert(kept.id().to_owned(), (Arc::clone(kept), len));
    }

    /// Keeps what an act has made of a record.
    pub fn became(&mut self, kept: &Arc<Kept>, len: usize) {
        let id = kept.id().to_owned();
        if self.is_beyond(&id) {
            self.highest_id.clone_from(&id);
        }
        let before = self.insert(id.clone(), (Arc::clone(kept), len));
        self.changed.push(Earlier::State(id, before));
    }

    fn insert(&mut self, id: String, state: State) -> Option<State> {
        if self.bytes + state.1 > self.bound.max(BYTES_MAX) {
            self.make_room();
        }
        self.bytes += state.1;
        let older = self.older.remove(&id);
        let before = self.states.insert(id, state);
        self.bytes -= before.as_ref().map_or(0, |(_, len)| *len);
        before.or(older)
    }

    fn make_room(&mut self) {
        let landed = self.landed;
        self.older = self.states.extract_if(|_, (kept, _)| kept.last_seq() < landed).collect();
        self.bytes = self.states.values().map(|(_, len)| len).sum();
        self.bound = self.bytes * 2;
    }

    /// The highest count of a prefix, where it is known.
    pub fn count(&self, prefix: &str) -> Option<Option<i64>> {
        self.counts.get(prefix).copied()
    }

    /// Keeps the highest count that was read.
    pub fn counted(&mut self, prefix: &str, highest: Option<i64>) {
        self.counts.insert(prefix.to_owned(), highest);
    }

    /// A number was given; the highest of its prefix is known.
    pub fn numbered(&mut self, prefix: &str, count: i64) {
        let Some(highest) = self.counts.get_mut(prefix) else { return };
        self.changed.push(Earlier::Count(prefix.to_owned(), *highest));
        *highest = (*highest).max(Some(count));
    }

    /// A key was used.
    pub fn used(&mut self, key: &str, seq: u64) {
        if self.keys.insert(key.to_owned(), seq).is_none() {
            self.changed.push(Earlier::Key(key.to_owned()));
        }
    }

    /// Whether an entry that may not be on disk yet has used the key.
    pub fn is_used(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// The command now running is accepted.
    pub fn keep_command(&mut self) {
        self.changed.clear();
    }

    /// The command now running is undone.
    pub fn undo_command(&mut self) {
        while let Some(earlier) = self.changed.pop() {
            match earlier {
                Earlier::State(id, before) => {
                    let after = match before {
                        Some(before) => self.insert(id, before),
                        None => self.states.remove(&id).inspect(|(_, len)| self.bytes -= len),
                    };
                    drop(after);
                }
                Earlier::Count(prefix, highest) => self.counted(&prefix, highest),
                Earlier::Key(key) => {
                    self.keys.remove(&key);
                }
            }
        }
    }

    /// So many entries are on disk now.
    pub fn landed(&mut self, size: u64) {
        self.landed = size;
        self.keys.retain(|_, seq| *seq >= size);
    }

    /// Lets go of everything but what is on disk, where something else may have changed what stands.
    pub fn forget(&mut self) {
        // An id that is higher than all there are does no harm.
        *self = Mind::begin(self.landed, std::mem::take(&mut self.highest_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(id: &str, seq: u64) -> Arc<Kept> {
        let tombstone = serde_json::json!({
            "disposed": { "basis": "b", "rule": "r", "seq": seq }, "id": id, "kind": "k", "number": "K-0001", "version": 1,
        });
        Arc::new(Kept::Disposed(serde_json::from_value(tombstone).expect("a tombstone")))
    }

    #[test]
    fn what_a_command_changed_is_undone_and_what_it_read_stays() {
        let mut mind = Mind::default();
        mind.counted("K", Some(3));
        mind.became(&state("a", 5), 10);
        mind.keep_command();
        mind.became(&state("a", 6), 12);
        mind.became(&state("a", 7), 14);
        mind.became(&state("b", 8), 1);
        mind.met(&state("c", 1), 2);
        mind.numbered("K", 4);
        mind.used("key", 8);
        mind.undo_command();
        assert_eq!(mind.state("a").map(|kept| kept.last_seq()), Some(5));
        assert!(mind.is_beyond("bb") && !mind.is_beyond("b"));
        assert!(mind.state("b").is_none() && mind.state("c").is_some() && !mind.is_used("key"));
        assert_eq!((mind.count("K"), mind.bytes), (Some(Some(3)), 12));
    }

    #[test]
    fn what_is_not_on_disk_is_never_let_go() {
        let mut mind = Mind::default();
        mind.landed(5);
        mind.met(&state("old", 4), BYTES_MAX / 2);
        mind.became(&state("new", 5), BYTES_MAX / 2);
        mind.became(&state("newer", 6), BYTES_MAX);
        assert!(mind.state("new").is_some() && mind.state("newer").is_some());
        mind.landed(7);
        mind.met(&state("last", 1), BYTES_MAX);
        mind.met(&state("very last", 1), BYTES_MAX);
        assert!(mind.state("old").is_none(), "what was not met for long is let go");
        mind.used("key", 8);
        mind.landed(8);
        assert!(mind.is_used("key"));
        mind.landed(9);
        assert!(!mind.is_used("key"));
    }
}
