//! One record of a register.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Register, Slot,
    value::{Fields, Given, Value},
    words::Word,
};

/// A record as held.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) id: u128,
    pub(crate) slot: Slot,
    pub(crate) number: Box<str>,
    pub(crate) fields: Fields,
    pub(crate) recorded: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) version: u64,
    pub(crate) kind: Word,
    /// Its place among all records of its kind that ever came, in the order in which they came here.
    pub(crate) place: u32,
    /// `None`: disposed of.
    pub(crate) state: Option<Word>,
    pub(crate) withdrawn: bool,
    /// Who wrote what is to be signed off.
    pub(crate) editors: Box<[Slot]>,
    /// Signatures that hold: by whom, and what they say.
    pub(crate) signed: Box<[(Slot, Word)]>,
    /// A person of whom all that was known is gone.
    pub(crate) erased: bool,
    /// Disposed of, withdrawn, or in a state that ends a life.
    pub(crate) ended: bool,
}

impl Held {
    /// What is allocated beside it, with 16 bytes for each allocation.
    pub(crate) fn bytes(&self) -> usize {
        let people = size_of_val(&*self.editors) + size_of_val(&*self.signed);
        self.number.len() + 16 + self.fields.bytes() + people
    }
}

/// A record of a register.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    pub(crate) register: &'a Register,
    pub(crate) held: &'a Held,
}

/// Which records point here: of which kind, through which field.
#[derive(Clone, Copy, Debug)]
pub struct Pointing<'p> {
    /// Kind id; `None`: any.
    pub kind: Option<&'p str>,
    /// Link field, or `table.column`; `None`: any.
    pub field: Option<&'p str>,
}

impl<'a> Entry<'a> {
    /// UUIDv7.
    pub fn id(self) -> String {
        Uuid::from_u128(self.held.id).to_string()
    }

    /// Its id as a number.
    pub fn uuid(self) -> u128 {
        self.held.id
    }

    /// Its place in the register.
    pub fn slot(self) -> Slot {
        self.held.slot
    }

    /// Readable number, such as `SYS-0007`.
    pub fn number(self) -> &'a str {
        &self.held.number
    }

    /// Kind id.
    pub fn kind(self) -> &'a str {
        self.register.words.text(self.held.kind)
    }

    /// State in its life cycle; nothing after disposal.
    pub fn state(self) -> Option<&'a str> {
        self.held.state.map(|word| self.register.words.text(word))
    }

    /// How many acts were done to it.
    pub fn version(self) -> u64 {
        self.held.version
    }

    /// The moment of the first act.
    pub fn recorded(self) -> Timestamp {
        self.held.recorded
    }

    /// The moment of the newest act.
    pub fn changed(self) -> Timestamp {
        self.held.last
    }

    /// Whether it can be evidence: neither disposed of nor withdrawn.
    pub fn stands(self) -> bool {
        self.held.state.is_some() && !self.held.withdrawn
    }

    /// Whether its life has ended, by the life cycle of its kind.
    pub fn ended(self) -> bool {
        self.held.ended
    }

    /// Whether it is a person of whom all that was known was erased.
    pub fn erased(self) -> bool {
        self.held.erased
    }

    /// Whether this person wrote material content that nobody has signed off since.
    pub fn edited_by(self, person: Entry<'_>) -> bool {
        self.held.editors.contains(&person.held.slot)
    }

    /// Persons whose signature with this meaning holds.
    pub fn signers(self, meaning: &str) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let register = self.register;
        let meaning = register.words.find(meaning);
        let signed = self.held.signed.iter().filter(move |(_, word)| Some(*word) == meaning);
        signed.filter_map(move |(person, _)| register.at(*person))
    }

    /// Its place among all records of its kind that were ever held here; it keeps it as long as the register lives.
    pub fn place(self) -> u32 {
        self.held.place
    }

    /// The value of a field, or of what every record has: `_recorded`, `_changed`, `_version`, `_state`.
    pub fn field(self, name: &str) -> Option<Value<'a>> {
        let own = name.starts_with('_').then(|| self.of_every_record(name)).flatten();
        let stored = match own {
            Some(own) => own,
            None => Given::Stored(self.held.fields.find(self.register.words.find(name)?)?),
        };
        Some(Value { register: self.register, stored })
    }

    fn of_every_record(self, name: &str) -> Option<Given<'a>> {
        match name {
            "_recorded" => Some(Given::Moment(self.held.recorded)),
            "_changed" => Some(Given::Moment(self.held.last)),
            "_version" => Some(Given::Count(self.held.version)),
            "_state" => self.held.state.map(Given::Word),
            _ => None,
        }
    }

    /// The text of a field.
    pub fn text(self, name: &str) -> Option<&'a str> {
        self.field(name)?.text()
    }

    /// The name people gave it: its kind's first field.
    pub fn name(self) -> Option<&'a str> {
        let kind = self.register.kinds.get(self.kind())?;
        self.text(&kind.naming_field()?.name)
    }

    /// The standing records that a link or person field names.
    pub fn linked(self, field: &str) -> impl Iterator<Item = Entry<'a>> {
        self.field(field).into_iter().flat_map(Value::each).filter_map(Value::record).filter(|e| e.stands())
    }

    /// The standing records that point here.
    pub fn pointing(self, which: Pointing<'_>) -> impl Iterator<Item = Entry<'a>> {
        self.pointing_ever(which).filter(|e| e.stands())
    }

    /// All records that point here, withdrawn ones too.
    pub fn pointing_ever(self, which: Pointing<'_>) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let register = self.register;
        let here = usize::try_from(self.held.slot).ok();
        let list = here.and_then(|slot| register.index.pointing.get(slot)).map_or(&[][..], Vec::as_slice);
        let kind = which.kind.map(|k| register.words.find(k).unwrap_or(Word::MAX));
        let field = which.field.map(|f| register.words.find(f).unwrap_or(Word::MAX));
        let low = (kind.unwrap_or(0), field.filter(|_| kind.is_some()).unwrap_or(0), 0);
        let from = list.partition_point(|link| *link < low);
        let rest = list.get(from..).unwrap_or(&[]);
        rest.iter()
            .take_while(move |(k, f, _)| kind.is_none_or(|w| w == *k && field.is_none_or(|w| w == *f)))
            .filter(move |(_, f, _)| field.is_none_or(|w| w == *f))
            .filter_map(move |(_, _, source)| register.at(*source))
    }
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.held.id == other.held.id
    }
}

impl Eq for Entry<'_> {}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}
