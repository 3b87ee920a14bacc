//! From what is kept to a register.

use std::{
    collections::{HashMap, hash_map},
    sync::Arc,
};

use aims_record::{Field, Kept, Kind, Kinds, Record, Shape};
use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Register, RegisterError, Slot,
    entry::Held,
    value::Stored,
    words::{Word, Words},
};

impl Register {
    /// Builds the register of what is kept, in any order. `kinds` says which values are links.
    ///
    /// # Errors
    /// An id that is not a UUID or comes twice; a moment that cannot be read.
    pub fn of(kinds: Arc<Kinds>, kept: impl IntoIterator<Item = Kept>) -> Result<Self, RegisterError> {
        let mut build = Build { words: Words::default(), slots: HashMap::new(), held: Vec::new(), inverse: Vec::new() };
        for one in kept {
            build.take(&kinds, one)?;
        }
        build.finish(kinds)
    }
}

struct Build {
    words: Words,
    /// Every id met, whether its record came yet or not.
    slots: HashMap<u128, Slot>,
    held: Vec<Option<Held>>,
    inverse: Vec<(Slot, Word, Slot)>,
}

impl Build {
    fn take(&mut self, kinds: &Kinds, kept: Kept) -> Result<(), RegisterError> {
        let unreadable = || RegisterError::Id { number: kept.number().to_owned(), id: kept.id().to_owned() };
        let id = Uuid::try_parse(kept.id()).map_err(|_| unreadable())?.as_u128();
        let slot = self.slot(id)?;
        let kind = self.word(kept.kind())?;
        let mut held = Held {
            id,
            number: kept.number().into(),
            fields: Box::default(),
            recorded: Timestamp::UNIX_EPOCH,
            last: Timestamp::UNIX_EPOCH,
            version: kept.version(),
            kind,
            state: None,
            withdrawn: false,
        };
        if let Kept::Live(record) = kept {
            self.fill(&mut held, slot, kinds.get(&record.kind), record)?;
        }
        let place = usize::try_from(slot).ok().and_then(|i| self.held.get_mut(i)).ok_or(RegisterError::TooMany)?;
        match place.replace(held) {
            None => Ok(()),
            Some(_) => Err(RegisterError::Twice(Uuid::from_u128(id).to_string())),
        }
    }

    fn fill(&mut self, held: &mut Held, slot: Slot, kind: Option<&Kind>, record: Record) -> Result<(), RegisterError> {
        let moment = |text: &str| {
            text.parse().map_err(|_| RegisterError::Moment { number: record.number.clone(), moment: text.to_owned() })
        };
        held.recorded = moment(&record.recorded.ts)?;
        held.last = moment(&record.last.ts)?;
        held.state = Some(self.word(&record.state)?);
        held.withdrawn = record.withdrawn.is_some();
        let mut fields = Vec::with_capacity(record.fields.len());
        for (name, value) in record.fields {
            let field = kind.and_then(|k| k.field(&name));
            fields.push((self.word(&name)?, self.store(field, &name, slot, value)?));
        }
        fields.sort_unstable_by_key(|(word, _)| *word);
        held.fields = fields.into_boxed_slice();
        Ok(())
    }

    fn store(&mut self, field: Option<&Field>, path: &str, from: Slot, value: Json) -> Result<Stored, RegisterError> {
        Ok(match value {
            Json::Bool(flag) => Stored::Flag(flag),
            Json::Array(list) => {
                let list: Result<_, _> = list.into_iter().map(|v| self.store(field, path, from, v)).collect();
                Stored::List(list?)
            }
            Json::Object(members) => self.members(field, path, from, members)?,
            Json::String(text) => self.text(field, path, from, text)?,
            other => Stored::Text(other.to_string().into_boxed_str()),
        })
    }

    fn text(&mut self, field: Option<&Field>, path: &str, from: Slot, text: String) -> Result<Stored, RegisterError> {
        match field {
            Some(f) if f.links() => {
                let Ok(id) = Uuid::try_parse(&text) else { return Ok(Stored::Text(text.into_boxed_str())) };
                let to = self.slot(id.as_u128())?;
                let by = self.word(path)?;
                self.inverse.push((to, by, from));
                Ok(Stored::Record(to))
            }
            Some(Field { shape: Shape::Choice { .. }, .. }) => Ok(Stored::Option(self.word(&text)?)),
            _ => Ok(Stored::Text(text.into_boxed_str())),
        }
    }

    fn members(
        &mut self,
        field: Option<&Field>,
        path: &str,
        from: Slot,
        members: serde_json::Map<String, Json>,
    ) -> Result<Stored, RegisterError> {
        let columns = match field.map(|f| &f.shape) {
            Some(Shape::Table { columns }) => columns.as_slice(),
            _ => &[],
        };
        let mut stored = Vec::with_capacity(members.len());
        for (name, value) in members {
            let column = columns.iter().find(|c| c.name == name);
            let inner = format!("{path}.{name}");
            stored.push((self.word(&name)?, self.store(column, &inner, from, value)?));
        }
        stored.sort_unstable_by_key(|(word, _)| *word);
        Ok(Stored::Members(stored.into_boxed_slice()))
    }

    fn word(&mut self, text: &str) -> Result<Word, RegisterError> {
        self.words.keep(text).ok_or(RegisterError::TooMany)
    }

    fn slot(&mut self, id: u128) -> Result<Slot, RegisterError> {
        match self.slots.entry(id) {
            hash_map::Entry::Occupied(known) => Ok(*known.get()),
            hash_map::Entry::Vacant(new) => {
                let slot = Slot::try_from(self.held.len()).map_err(|_| RegisterError::TooMany)?;
                self.held.push(None);
                Ok(*new.insert(slot))
            }
        }
    }

    /// A link to a record that never came stays as an empty place, which no look-up gives out.
    fn finish(mut self, kinds: Arc<Kinds>) -> Result<Register, RegisterError> {
        let mut by_kind: Vec<(Word, Slot)> = Vec::with_capacity(self.held.len());
        for (slot, held) in (0..).zip(&self.held) {
            by_kind.extend(held.as_ref().filter(|h| h.state.is_some() && !h.withdrawn).map(|h| (h.kind, slot)));
        }
        let recorded = |slot: &Slot| {
            let held = usize::try_from(*slot).ok().and_then(|i| self.held.get(i)).and_then(Option::as_ref);
            held.map(|h| (h.recorded, h.id))
        };
        by_kind.sort_by_key(|(kind, slot)| (*kind, recorded(slot)));
        self.inverse.sort_unstable();
        self.inverse.dedup();
        self.inverse.shrink_to_fit();
        self.slots.shrink_to_fit();
        self.held.shrink_to_fit();
        Ok(Register { kinds, words: self.words, held: self.held, by_id: self.slots, by_kind, inverse: self.inverse })
    }
}
