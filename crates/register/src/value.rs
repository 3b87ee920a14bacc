//! Field values in a compact form.

use std::{borrow::Cow, sync::Arc};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    Register, Slot,
    words::{Word, Words},
};

/// A value as held.
#[derive(Debug)]
pub(crate) enum Stored {
    /// Text nobody repeats.
    Text(Box<str>),
    /// An option of a choice.
    Option(Word),
    /// Yes or no.
    Flag(bool),
    /// A day: the moment at which it begins.
    Day(Timestamp),
    /// A moment.
    Moment(Timestamp),
    /// A link to a record that is held.
    Record(Slot),
    /// A list.
    List(Box<[Stored]>),
    /// A row of a table, or another object, members sorted by word.
    Members(Box<[(Word, Stored)]>),
}

impl Stored {
    /// What is allocated beside it, with 16 bytes for each allocation.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Stored::Text(text) => text.len() + 16,
            Stored::List(list) => size_of_val(&**list) + 16 + list.iter().map(Stored::bytes).sum::<usize>(),
            Stored::Members(members) => {
                size_of_val(&**members) + 16 + members.iter().map(|(_, s)| s.bytes()).sum::<usize>()
            }
            Stored::Option(_) | Stored::Flag(_) | Stored::Record(_) | Stored::Day(_) | Stored::Moment(_) => 0,
        }
    }
}

/// A record's fields. Records that have the same fields share the list of their names, so that looking one up reads little that is not
/// read for other records too.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// In order.
    names: Arc<[Word]>,
    /// As many as there are names.
    values: Box<[Stored]>,
}

impl Fields {
    pub(crate) fn of(mut fields: Vec<(Word, Stored)>, words: &mut Words) -> Fields {
        fields.sort_unstable_by_key(|(word, _)| *word);
        let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        Fields { names: words.together(&names), values: values.into_boxed_slice() }
    }

    pub(crate) fn find(&self, word: Word) -> Option<&Stored> {
        self.values.get(self.names.binary_search(&word).ok()?)
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (Word, &Stored)> {
        self.names.iter().copied().zip(&self.values)
    }

    /// What is allocated for it alone, with 16 bytes for each allocation.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.values) + 16 + self.values.iter().map(Stored::bytes).sum::<usize>()
    }
}

/// A field's value.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(crate) register: &'a Register,
    pub(crate) stored: Given<'a>,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(crate) enum Given<'a> {
    /// A field.
    Stored(&'a Stored),
    /// The record's own state.
    Word(Word),
    /// A moment of the record's history.
    Moment(Timestamp),
    /// How many acts were done to it.
    Count(u64),
}

impl<'a> Value<'a> {
    /// As it is written: text, an option, a day or a moment.
    pub fn written(self) -> Option<Cow<'a, str>> {
        match self.stored {
            Given::Stored(Stored::Day(day)) => Some(TimeZone::UTC.to_datetime(*day).date().to_string().into()),
            Given::Stored(Stored::Moment(moment)) => Some(moment.to_string().into()),
            _ => self.text().map(Cow::Borrowed),
        }
    }

    /// The text, where it is text or an option; a day that can be read is no text.
    pub fn text(self) -> Option<&'a str> {
        match self.stored {
            Given::Stored(Stored::Text(text)) => Some(text),
            Given::Stored(Stored::Option(word)) => Some(self.register.words.text(*word)),
            Given::Word(word) => Some(self.register.words.text(word)),
            _ => None,
        }
    }

    /// Yes or no.
    pub fn flag(self) -> Option<bool> {
        match self.stored {
            Given::Stored(Stored::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// The moment at which the day or instant written here begins, in UTC.
    pub fn instant(self) -> Option<Timestamp> {
        match self.stored {
            Given::Moment(moment) => Some(moment),
            Given::Stored(Stored::Day(moment) | Stored::Moment(moment)) => Some(*moment),
            _ => instant_of(self.text()?),
        }
    }

    /// The count of acts, where this is one.
    pub fn count(self) -> Option<u64> {
        match self.stored {
            Given::Count(count) => Some(count),
            _ => None,
        }
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.stored, Given::Stored(Stored::List(_)))
    }

    /// The elements: those of a list, or the value itself.
    pub fn each(self) -> impl Iterator<Item = Value<'a>> {
        let (one, list) = match self.stored {
            Given::Stored(Stored::List(list)) => (None, &**list),
            Given::Stored(one) => (None, std::slice::from_ref(one)),
            _ => (Some(self), &[][..]),
        };
        let stored = |stored| Given::Stored(stored);
        one.into_iter().chain(list.iter().map(stored).map(move |stored| Value { register: self.register, stored }))
    }

    /// The record that the link names, where it is held.
    pub fn record(self) -> Option<crate::Entry<'a>> {
        match self.stored {
            Given::Stored(Stored::Record(slot)) => self.register.at(*slot),
            _ => None,
        }
    }

    /// The value in a column of this row.
    pub fn column(self, name: &str) -> Option<Value<'a>> {
        let Given::Stored(Stored::Members(members)) = self.stored else { return None };
        let word = self.register.words.find(name)?;
        let place = members.binary_search_by_key(&word, |(w, _)| *w).ok()?;
        let (_, stored) = members.get(place)?;
        Some(Value { register: self.register, stored: Given::Stored(stored) })
    }

    /// Whether something is written: not blank text, not an empty list, not a link to what was withdrawn or disposed of.
    pub fn is_set(self) -> bool {
        match self.stored {
            Given::Stored(Stored::Text(text)) => !text.trim().is_empty(),
            Given::Stored(Stored::List(_)) => self.each().any(Value::is_set),
            Given::Stored(Stored::Members(members)) => !members.is_empty(),
            Given::Stored(Stored::Record(_)) => self.record().is_some_and(|r| r.stands()),
            _ => true,
        }
    }
}

/// Whether a day is written rather than a moment.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 10
}

/// The moment at which a day (`2026-11-23`) or an instant (`2026-11-23T09:30:00Z`) begins, in UTC.
pub fn instant_of(text: &str) -> Option<Timestamp> {
    // Most texts are none, and saying why not costs more than seeing that.
    if !matches!(text.as_bytes(), [b'0'..=b'9' | b'-' | b'+', .., _, _, _, _, _, _, _, _, _]) {
        return None;
    }
    if is_day(text) {
        let day: Date = text.parse().ok()?;
        return Some(day.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp());
    }
    text.parse().ok()
}
