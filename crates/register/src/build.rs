//! From what is kept to a register, all at once or one record after another.

use std::{collections::HashMap, sync::Arc};

use aims_record::{Field, Kept, Kind, Kinds, Record, Shape};
use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Register, RegisterError, Slot,
    entry::Held,
    index::{Index, Link},
    value::{Fields, Stored, instant_of, is_day},
    words::{Word, Words},
};

impl Register {
    /// Builds the register of what is kept, in any order. `kinds` says which values are links.
    ///
    /// # Errors
    /// An id that is not a UUID or comes twice; a moment that cannot be read.
    pub fn of(kinds: Arc<Kinds>, kept: impl IntoIterator<Item = Kept>) -> Result<Self, RegisterError> {
        let mut prefixes: HashMap<String, Vec<String>> = HashMap::new();
        for kind in kinds.by_id.values() {
            prefixes.entry(kind.number.clone()).or_default().push(kind.id.clone());
        }
        let (words, index) = (Words::default(), Index::default());
        let mut register = Register { kinds, prefixes, words, held: Vec::new(), index };
        for one in kept {
            let id = one.id().to_owned();
            let (slot, held, links) = register.read(one)?;
            if register.put(slot, held)?.is_some() {
                return Err(RegisterError::Twice(id));
            }
            register.index.links(slot, links);
        }
        register.settle();
        Ok(register)
    }

    /// Takes in one record as an act has made it: new, or in place of what was held of it. Costs what the record and its links cost,
    /// whatever else is held.
    ///
    /// # Errors
    /// As [`Register::of`]; then nothing is changed.
    pub fn apply(&mut self, kept: Kept) -> Result<(), RegisterError> {
        let (slot, held, links) = self.read(kept)?;
        self.leave(slot);
        self.put(slot, held)?;
        self.enter(slot, links);
        Ok(())
    }

    /// What is kept as it is held, with its place and its links. Gives out words and places, and changes nothing else.
    fn read(&mut self, kept: Kept) -> Result<(Slot, Held, Vec<Link>), RegisterError> {
        let unreadable = || RegisterError::Id { number: kept.number().to_owned(), id: kept.id().to_owned() };
        let id = Uuid::try_parse(kept.id()).map_err(|_| unreadable())?.as_u128();
        let slot = self.slot(id)?;
        let mut held = Held {
            id,
            slot,
            number: kept.number().into(),
            fields: Fields::default(),
            recorded: Timestamp::UNIX_EPOCH,
            last: Timestamp::UNIX_EPOCH,
            version: kept.version(),
            kind: self.word(kept.kind())?,
            place: 0,
            state: None,
            withdrawn: false,
            editors: Box::default(),
            signed: Box::default(),
            erased: false,
            ended: true,
        };
        let mut links = Vec::new();
        if let Kept::Live(record) = kept {
            self.fill(&mut held, &mut links, record)?;
        }
        Ok((slot, held, links))
    }

    fn fill(&mut self, held: &mut Held, links: &mut Vec<Link>, record: Record) -> Result<(), RegisterError> {
        let moment = |text: &str| {
            text.parse().map_err(|_| RegisterError::Moment { number: record.number.clone(), moment: text.to_owned() })
        };
        held.recorded = moment(&record.recorded.ts)?;
        held.last = moment(&record.last.ts)?;
        held.state = Some(self.word(&record.state)?);
        held.withdrawn = record.withdrawn.is_some();
        held.erased = record.erased.is_some();
        self.people(held, &record)?;
        let kinds = self.kinds.clone();
        let kind = kinds.get(&record.kind);
        held.ended = held.withdrawn || kind.is_some_and(|k| ends(k, &record.state));
        let mut reading = Reading { register: self, kind: held.kind, links };
        let mut fields = Vec::with_capacity(record.fields.len());
        for (name, value) in record.fields {
            let field = kind.and_then(|k| k.field(&name));
            fields.push((reading.register.word(&name)?, reading.store(field, &name, value)?));
        }
        held.fields = Fields::of(fields, &mut self.words);
        Ok(())
    }

    /// Who wrote it and who signed it. They are no links: nothing is found through them.
    fn people(&mut self, held: &mut Held, record: &Record) -> Result<(), RegisterError> {
        let mut editors = Vec::with_capacity(record.editors.len());
        for id in record.editors.iter().filter_map(|id| Uuid::try_parse(id).ok()) {
            editors.push(self.slot(id.as_u128())?);
        }
        held.editors = editors.into_boxed_slice();
        let mut signed = Vec::new();
        for signature in record.standing_signatures() {
            if let Ok(id) = Uuid::try_parse(&signature.by) {
                signed.push((self.slot(id.as_u128())?, self.word(&signature.meaning)?));
            }
        }
        held.signed = signed.into_boxed_slice();
        Ok(())
    }

    fn put(&mut self, slot: Slot, held: Held) -> Result<Option<Held>, RegisterError> {
        let place = usize::try_from(slot).ok().and_then(|i| self.held.get_mut(i)).ok_or(RegisterError::TooMany)?;
        let place_in_kind = match place {
            Some(before) if before.kind == held.kind => before.place,
            _ => self.index.place(held.kind, slot),
        };
        Ok(place.replace(Held { place: place_in_kind, ..held }))
    }

    fn word(&mut self, text: &str) -> Result<Word, RegisterError> {
        self.words.keep(text).ok_or(RegisterError::TooMany)
    }

    /// A link to a record that has not come yet gets an empty place, which no look-up gives out.
    fn slot(&mut self, id: u128) -> Result<Slot, RegisterError> {
        if let Some(known) = self.index.by_id.get(&id) {
            return Ok(*known);
        }
        let slot = Slot::try_from(self.held.len()).map_err(|_| RegisterError::TooMany)?;
        self.held.push(None);
        self.index.pointing.push(Vec::new());
        self.index.by_id.insert(id, slot);
        Ok(slot)
    }
}

fn ends(kind: &Kind, state: &str) -> bool {
    kind.lifecycle.state(state).is_some_and(|s| s.ends)
}

/// A day or a moment, by how it is written.
fn dated(text: String) -> Stored {
    match instant_of(&text) {
        Some(day) if is_day(&text) => Stored::Day(day),
        Some(moment) => Stored::Moment(moment),
        None => Stored::Text(text.into_boxed_str()),
    }
}

/// Values on their way in, and the links among them.
struct Reading<'r> {
    register: &'r mut Register,
    kind: Word,
    links: &'r mut Vec<Link>,
}

impl Reading<'_> {
    fn store(&mut self, field: Option<&Field>, path: &str, value: Json) -> Result<Stored, RegisterError> {
        Ok(match value {
            Json::Bool(flag) => Stored::Flag(flag),
            Json::Array(list) => {
                let list: Result<_, _> = list.into_iter().map(|v| self.store(field, path, v)).collect();
                Stored::List(list?)
            }
            Json::Object(members) => self.members(field, path, members)?,
            Json::String(text) => self.text(field, path, text)?,
            other => Stored::Text(other.to_string().into_boxed_str()),
        })
    }

    fn text(&mut self, field: Option<&Field>, path: &str, text: String) -> Result<Stored, RegisterError> {
        let plain = |text: String| Stored::Text(text.into_boxed_str());
        match field.map(|f| &f.shape) {
            _ if field.is_some_and(Field::links) => {
                let Ok(id) = Uuid::try_parse(&text) else { return Ok(plain(text)) };
                let to = self.register.slot(id.as_u128())?;
                let by = self.register.word(path)?;
                self.links.push(Link { to, kind: self.kind, by });
                Ok(Stored::Record(to))
            }
            Some(Shape::Choice { .. }) => Ok(Stored::Option(self.register.word(&text)?)),
            Some(Shape::Date { .. } | Shape::Instant { .. }) => Ok(dated(text)),
            _ => Ok(plain(text)),
        }
    }

    fn members(
        &mut self,
        field: Option<&Field>,
        path: &str,
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
            stored.push((self.register.word(&name)?, self.store(column, &inner, value)?));
        }
        stored.sort_unstable_by_key(|(word, _)| *word);
        Ok(Stored::Members(stored.into_boxed_slice()))
    }
}
