//! Words that come up again and again (kinds, fields, states, options), each kept once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;

/// A word's number.
pub(crate) type Word = u32;

/// All words met so far.
#[derive(Debug, Default)]
pub(crate) struct Words {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, Word, RandomState>,
    /// Lists of words that records have in common.
    lists: HashSet<Arc<[Word]>, RandomState>,
}

impl Words {
    /// The number of `text`, given now where it has none yet.
    pub(crate) fn keep(&mut self, text: &str) -> Option<Word> {
        if let Some(word) = self.numbers.get(text) {
            return Some(*word);
        }
        let word = Word::try_from(self.texts.len()).ok()?;
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, word);
        Some(word)
    }

    /// The number of `text`, where it has one.
    pub(crate) fn find(&self, text: &str) -> Option<Word> {
        self.numbers.get(text).copied()
    }

    /// These words as a list that is kept once.
    pub(crate) fn together(&mut self, words: &[Word]) -> Arc<[Word]> {
        if let Some(list) = self.lists.get(words) {
            return list.clone();
        }
        let list: Arc<[Word]> = words.into();
        self.lists.insert(list.clone());
        list
    }

    /// The word of this number.
    pub(crate) fn text(&self, word: Word) -> &str {
        usize::try_from(word).ok().and_then(|i| self.texts.get(i)).map_or("", |t| t)
    }
}
