//! The records of one organization as of a moment, in memory, indexed by kind and link.
//!
//! A [`Register`] is built from what is kept and takes in what acts change, one record at a time. It holds values in a compact form (words are shared, ids are
//! numbers, text is not over-allocated), since a whole organization has to fit beside everything else. Links can be followed both
//! ways. Nothing here judges; [`Register::assignments`] and [`Register::parameter`] say what was recorded, not what it is worth.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod build;
mod entry;
mod index;
mod parameters;
mod roles;
mod value;
mod words;

use std::{collections::HashMap, sync::Arc};

use aims_record::Kinds;
use thiserror::Error;

pub use entry::{Entry, Pointing};
pub use parameters::{Parameter, ParameterState};
pub use roles::Assignment;
pub use value::{Value, instant_of};

use entry::Held;
use index::Index;
use words::Words;

/// A record's place in the register; it keeps it for as long as the register lives.
pub type Slot = u32;

/// The records of one organization as of a moment.
#[derive(Debug)]
pub struct Register {
    kinds: Arc<Kinds>,
    /// Ids of kinds, by what their numbers begin with.
    prefixes: HashMap<String, Vec<String>>,
    words: Words,
    /// By slot; empty where a link names a record that is not kept.
    held: Vec<Option<Held>>,
    index: Index,
}

/// Why a register cannot be built.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RegisterError {
    /// The id is not a UUID.
    #[error("the record `{number}` has the id `{id}`, which is not a UUID")]
    Id {
        /// Readable number.
        number: String,
        /// As kept.
        id: String,
    },
    /// Two records with one id.
    #[error("the id `{0}` is kept twice")]
    Twice(String),
    /// A moment that cannot be read.
    #[error("the record `{number}` has the moment `{moment}`, which is not a time in UTC")]
    Moment {
        /// Readable number.
        number: String,
        /// As kept.
        moment: String,
    },
    /// More records, or more different words, than a register can count.
    #[error("more than 4,294,967,295 records or words")]
    TooMany,
}

impl Register {
    /// The kinds that the records are of.
    pub fn kinds(&self) -> &Arc<Kinds> {
        &self.kinds
    }

    /// How many records are held, disposed ones included.
    pub fn len(&self) -> usize {
        self.held.iter().flatten().count()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record of this id.
    pub fn get(&self, id: &str) -> Option<Entry<'_>> {
        let id = uuid::Uuid::try_parse(id).ok()?.as_u128();
        self.at(*self.index.by_id.get(&id)?)
    }

    /// The record of this readable number, withdrawn or not. Numbers are given in the order recorded, so most stand in the place that they
    /// say; where one does not, the records of its kind are looked through.
    pub fn numbered(&self, number: &str) -> Option<Entry<'_>> {
        let (prefix, count) = number.rsplit_once('-')?;
        let place = count.parse::<usize>().ok().and_then(|count| count.checked_sub(1));
        let is_it = |slot: &Slot| self.at(*slot).filter(|entry| entry.number() == number);
        self.prefixes.get(prefix)?.iter().find_map(|kind| {
            let slots = self.index.places(self.words.find(kind));
            place.and_then(|place| slots.get(place)).and_then(is_it).or_else(|| slots.iter().find_map(is_it))
        })
    }

    /// Live, unwithdrawn records of a kind, in the order recorded.
    pub fn of_kind(&self, kind: &str) -> impl DoubleEndedIterator<Item = Entry<'_>> {
        let list = self.words.find(kind).and_then(|word| self.index.by_kind.get(&word));
        list.map_or(&[][..], Vec::as_slice).iter().filter_map(|slot| self.at(*slot))
    }

    /// How many live, unwithdrawn records of a kind there are.
    pub fn how_many(&self, kind: &str) -> usize {
        self.words.find(kind).and_then(|word| self.index.by_kind.get(&word)).map_or(0, Vec::len)
    }

    /// How many records of a kind ever came here.
    pub fn places(&self, kind: &str) -> usize {
        self.index.places(self.words.find(kind)).len()
    }

    /// The records of a kind by their places ([`Entry::place`]); nothing in the place of one that does not stand.
    pub fn in_places(&self, kind: &str) -> impl Iterator<Item = Option<Entry<'_>>> {
        let slots = self.index.places(self.words.find(kind));
        slots.iter().map(|slot| self.at(*slot).filter(|e| e.stands()))
    }

    /// The standing judgements that answer a question, in the order recorded.
    pub fn judgements(&self, question: &str) -> impl Iterator<Item = Entry<'_>> {
        let list = self.index.judgements.get(question).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(|slot| self.at(*slot))
    }

    /// The record of a kind that has this place among them ([`Entry::place`]), where it stands.
    pub fn in_place(&self, kind: &str, place: usize) -> Option<Entry<'_>> {
        let slot = self.index.places(self.words.find(kind)).get(place)?;
        self.at(*slot).filter(|e| e.stands())
    }

    /// An estimate of the memory it takes, in bytes: what is allocated for records, indexes and ids, without shared words.
    pub fn bytes(&self) -> usize {
        let held: usize = self.held.iter().flatten().map(Held::bytes).sum();
        held + self.held.capacity() * size_of::<Option<Held>>() + self.index.bytes()
    }

    /// The record at this place.
    pub fn at(&self, slot: Slot) -> Option<Entry<'_>> {
        let held = self.held.get(usize::try_from(slot).ok()?)?.as_ref()?;
        Some(Entry { register: self, held })
    }
}
