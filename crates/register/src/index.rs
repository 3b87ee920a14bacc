//! Where things are found: by id, by kind, by what points at them, and the parameters in force.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::{Register, Slot, entry::Held, value::Stored, words::Word};

/// A link on its way out of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The record that it names.
    pub(crate) to: Slot,
    /// The kind of the record that has it.
    pub(crate) kind: Word,
    /// The field, or `table.column`.
    pub(crate) by: Word,
}

/// What points at a record: kind, field, and which one.
pub(crate) type From = (Word, Word, Slot);

/// The look-ups of a register.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) by_id: HashMap<u128, Slot, RandomState>,
    /// By kind: standing records in the order recorded.
    pub(crate) by_kind: BTreeMap<Word, Vec<Slot>>,
    /// By kind: every record that ever came, in the order in which they came here.
    places: BTreeMap<Word, Vec<Slot>>,
    /// By slot: what points at it, sorted, so that what does so from one kind through one field stands together.
    pub(crate) pointing: Vec<Vec<From>>,
    /// By the parameter's name: the records in force.
    pub(crate) parameters: HashMap<Word, Vec<Slot>, RandomState>,
    /// By the question: standing judgements in the order recorded.
    pub(crate) judgements: HashMap<Box<str>, Vec<Slot>, RandomState>,
}

impl Index {
    /// Gives a record the next place among those of its kind.
    pub(crate) fn place(&mut self, kind: Word, slot: Slot) -> u32 {
        let places = self.places.entry(kind).or_default();
        places.push(slot);
        u32::try_from(places.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The records of a kind by place.
    pub(crate) fn places(&self, kind: Option<Word>) -> &[Slot] {
        kind.and_then(|k| self.places.get(&k)).map_or(&[], Vec::as_slice)
    }

    /// Notes links without keeping order; [`Register::settle`] does that once for all.
    pub(crate) fn links(&mut self, from: Slot, links: Vec<Link>) {
        for link in links {
            if let Some(list) = self.list(link.to) {
                list.push((link.kind, link.by, from));
            }
        }
    }

    fn list(&mut self, of: Slot) -> Option<&mut Vec<From>> {
        self.pointing.get_mut(usize::try_from(of).ok()?)
    }

    /// What is allocated, with 16 bytes for each allocation.
    pub(crate) fn bytes(&self) -> usize {
        let pointing: usize = self.pointing.iter().map(|l| l.capacity() * size_of::<From>() + 16).sum();
        let kinds: usize =
            self.by_kind.values().chain(self.places.values()).map(|l| l.capacity() * size_of::<Slot>()).sum();
        let judgements: usize =
            self.judgements.iter().map(|(q, l)| q.len() + l.capacity() * size_of::<Slot>() + 32).sum();
        pointing
            + kinds
            + judgements
            + self.pointing.capacity() * size_of::<Vec<From>>()
            + self.by_id.capacity() * (size_of::<(u128, Slot)>() + 1)
    }
}

impl Register {
    /// Brings all look-ups in order, once everything is there.
    pub(crate) fn settle(&mut self) {
        for list in &mut self.index.pointing {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
        }
        let standing = |held: &Held| held.state.is_some() && !held.withdrawn;
        let mut kinds: BTreeMap<Word, Vec<Slot>> = BTreeMap::new();
        for (slot, held) in (0..).zip(&self.held) {
            if let Some(held) = held.as_ref().filter(|h| standing(h)) {
                kinds.entry(held.kind).or_default().push(slot);
            }
        }
        for list in kinds.values_mut() {
            list.sort_by_cached_key(|slot| self.order(*slot));
            list.shrink_to_fit();
        }
        self.index.by_kind = kinds;
        self.index.by_id.shrink_to_fit();
        self.index.pointing.shrink_to_fit();
        self.held.shrink_to_fit();
        self.note_parameters();
        self.note_judgements();
    }

    fn order(&self, slot: Slot) -> Option<(Timestamp, u128)> {
        self.at(slot).map(|e| (e.held.recorded, e.held.id))
    }

    /// Takes a record that is about to be replaced out of all look-ups but the one by id.
    pub(crate) fn leave(&mut self, slot: Slot) {
        let Some(entry) = self.at(slot) else { return };
        let (kind, order) = (entry.held.kind, self.order(slot));
        for link in self.links_of(slot) {
            if let Some(list) = self.index.list(link.to)
                && let Ok(at) = list.binary_search(&(link.kind, link.by, slot))
            {
                list.remove(at);
            }
        }
        let list = self.index.by_kind.get(&kind).map_or(&[][..], Vec::as_slice);
        let at = list.partition_point(|s| self.order(*s) < order);
        if list.get(at) == Some(&slot)
            && let Some(list) = self.index.by_kind.get_mut(&kind)
        {
            list.remove(at);
        }
        if let Some(question) = self.asked_in(slot).map(Box::from)
            && let Some(list) = self.index.judgements.get_mut::<Box<str>>(&question)
        {
            list.retain(|known| *known != slot);
        }
    }

    /// Puts a record into all look-ups.
    pub(crate) fn enter(&mut self, slot: Slot, links: Vec<Link>) {
        for link in links {
            let from = (link.kind, link.by, slot);
            if let Some(list) = self.index.list(link.to)
                && let Err(at) = list.binary_search(&from)
            {
                list.insert(at, from);
            }
        }
        let Some(entry) = self.at(slot) else { return };
        let (kind, stands, order) = (entry.held.kind, entry.stands(), self.order(slot));
        if stands {
            let list = self.index.by_kind.get(&kind).map_or(&[][..], Vec::as_slice);
            let at = list.partition_point(|s| self.order(*s) < order);
            self.index.by_kind.entry(kind).or_default().insert(at, slot);
        }
        if self.words.find("parameter") == Some(kind) {
            self.note_parameters();
        }
        if let Some(question) = self.asked_in(slot).map(Box::from) {
            let list = self.index.judgements.get(&question).map_or(&[][..], Vec::as_slice);
            let at = list.partition_point(|s| self.order(*s) < order);
            self.index.judgements.entry(question).or_default().insert(at, slot);
        }
    }

    /// The question of a standing judgement.
    fn asked_in(&self, slot: Slot) -> Option<&str> {
        let entry = self.at(slot)?;
        let judges = self.words.find("judgement") == Some(entry.held.kind) && entry.stands();
        entry.text("question").filter(|_| judges)
    }

    fn note_judgements(&mut self) {
        let mut noted: HashMap<Box<str>, Vec<Slot>, RandomState> = HashMap::default();
        for entry in self.of_kind("judgement") {
            if let Some(question) = entry.text("question") {
                noted.entry(question.into()).or_default().push(entry.held.slot);
            }
        }
        self.index.judgements = noted;
    }

    fn links_of(&self, slot: Slot) -> Vec<Link> {
        let mut links = Vec::new();
        let Some(entry) = self.at(slot) else { return links };
        for (name, stored) in entry.held.fields.each() {
            self.collect(entry.held.kind, name, stored, &mut links);
        }
        links
    }

    fn collect(&self, kind: Word, by: Word, stored: &Stored, links: &mut Vec<Link>) {
        match stored {
            Stored::Record(to) => links.push(Link { to: *to, kind, by }),
            Stored::List(list) => list.iter().for_each(|s| self.collect(kind, by, s, links)),
            Stored::Members(members) => {
                for (column, stored) in members {
                    let path = format!("{}.{}", self.words.text(by), self.words.text(*column));
                    if let Some(by) = self.words.find(&path) {
                        self.collect(kind, by, stored, links);
                    }
                }
            }
            _ => {}
        }
    }

    fn note_parameters(&mut self) {
        let mut noted: HashMap<Word, Vec<Slot>, RandomState> = HashMap::default();
        for entry in self.of_kind("parameter").filter(|p| p.state() == Some("in-force")) {
            let name = entry.text("parameter").and_then(|name| self.words.find(name));
            if let Some(name) = name {
                noted.entry(name).or_default().push(entry.held.slot);
            }
        }
        self.index.parameters = noted;
    }
}
