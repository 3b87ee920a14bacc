//! What may be told to whoever asks: every list, count, name and sentence on a page goes through here.

use std::sync::Arc;

use aims_app::{
    access::{Power, Seat},
    live::Standing,
};
use aims_record::Kind;
use aims_register::Entry;

use crate::{answer::Refused, call::Call, form::segment, pages::register::state_label};

/// The records of a moment as far as whoever asks may read them.
pub struct Reader<'r> {
    call: &'r Call<'r>,
    /// The records and what is said about them.
    pub standing: &'r Standing,
    /// What they may do.
    pub seat: Arc<Seat>,
    /// Prefixes of numbers of kinds of which something may be closed to them.
    closed: Vec<&'r str>,
}

/// A record as a page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Readable number.
    pub number: String,
    /// What people call it; empty where it has no name.
    pub name: String,
    /// Its page.
    pub to: String,
    /// Title of its kind.
    pub kind: String,
    /// Its state as its kind calls it.
    pub state: String,
}

impl<'r> Reader<'r> {
    /// Makes ready for one request.
    ///
    /// # Errors
    /// As [`Call::seat`].
    pub fn of(call: &'r Call<'r>, standing: &'r Standing) -> Result<Reader<'r>, Refused> {
        let seat = call.seat(standing)?;
        let kinds = standing.register().kinds().by_id.values();
        let closed = kinds.filter(|kind| !seat.reads_all(&kind.id)).map(|kind| kind.number.as_str()).collect();
        Ok(Reader { call, standing, seat, closed })
    }

    /// Whether the record may be read.
    pub fn reads(&self, entry: Entry<'_>) -> bool {
        self.seat.reads(entry)
    }

    /// The records of a kind that may be read.
    pub fn list(&self, kind: &str) -> impl Iterator<Item = Entry<'r>> {
        let all = self.seat.reads_all(kind);
        self.standing.register().of_kind(kind).filter(move |entry| all || self.reads(*entry))
    }

    /// How many these are.
    pub fn count(&self, kind: &str) -> usize {
        if self.seat.reads_all(kind) { self.standing.register().how_many(kind) } else { self.list(kind).count() }
    }

    /// Whether there is anything of the kind to read or to begin.
    pub fn knows(&self, kind: &Kind) -> bool {
        use aims_app::access::Action;
        self.seat.may(Action::Read, &kind.id) || self.seat.may(Action::Record, &kind.id)
    }

    /// The record of this number, where it may be read.
    pub fn numbered(&self, number: &str) -> Option<Entry<'r>> {
        self.standing.register().numbered(number).filter(|entry| self.reads(*entry))
    }

    /// Whether a sentence names nothing that may not be read.
    pub fn tells(&self, text: &str) -> bool {
        if self.closed.is_empty() {
            return true;
        }
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words.filter(|word| self.is_closed(word)).all(|word| self.numbered(word).is_some())
    }

    fn is_closed(&self, word: &str) -> bool {
        word.rsplit_once('-')
            .is_some_and(|(prefix, count)| count.bytes().all(|b| b.is_ascii_digit()) && self.closed.contains(&prefix))
    }

    /// The record as a page names it.
    pub fn link(&self, entry: Entry<'_>) -> Link {
        let kind = self.standing.register().kinds().get(entry.kind());
        let state = entry.state().unwrap_or_default();
        Link {
            number: entry.number().to_owned(),
            name: self.standing.name_of(entry).to_owned(),
            to: self.at(entry),
            kind: kind.map_or(String::new(), |k| k.title.clone()),
            state: kind.map_or(state, |k| state_label(k, state)).to_owned(),
        }
    }

    /// The address of a record.
    pub fn at(&self, entry: Entry<'_>) -> String {
        self.call.at(&format!("/{}/{}", segment(entry.kind()), segment(entry.number())))
    }

    /// The link of a number, where it may be read.
    pub fn cited(&self, number: &str) -> Option<Link> {
        self.numbered(number).map(|entry| self.link(entry))
    }

    /// Whether they are told what is found under requirements.
    pub fn is_told(&self) -> bool {
        self.seat.has(Power::Verdicts)
    }

    /// Goes on only where they are.
    ///
    /// # Errors
    /// Absent: who may not be told of verdicts is not told that there are any.
    pub fn must_be_told(&self) -> Result<(), Refused> {
        if self.is_told() { Ok(()) } else { Err(Refused::absent()) }
    }
}
