//! Filters: whether a record or a row is like this.

use std::{cell::RefCell, collections::HashMap};

use aims_framework::standard::{Filter, Term, Test};
use aims_register::{Entry, Value};
use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::{
    blocks::Engine,
    fault::{Faults, Remedy},
    truth::{Answer, Truth},
};

/// What a filter looks at: a record, or a row of one.
#[derive(Clone, Copy)]
pub(crate) struct Looked<'a> {
    /// The record.
    pub(crate) record: Entry<'a>,
    /// The row, where it is one.
    pub(crate) row: Option<Value<'a>>,
    /// The record that the block was asked about.
    pub(crate) subject: Option<Entry<'a>>,
}

/// What terms say of records at one moment, while no record changes.
#[derive(Debug)]
pub(crate) struct Terms {
    at: Timestamp,
    /// By the place of the term in memory, then by the place of the record among those of its kind.
    said: RefCell<HashMap<usize, Vec<Option<Answer>>, RandomState>>,
}

impl Terms {
    pub(crate) fn at(at: Timestamp) -> Self {
        Self { at, said: RefCell::default() }
    }

    fn find(&self, term: &Term, record: Entry<'_>) -> Option<Answer> {
        let said = self.said.borrow();
        *said.get(&std::ptr::from_ref(term).addr())?.get(usize::try_from(record.place()).ok()?)?
    }

    fn note(&self, term: &Term, record: Entry<'_>, answer: Answer) {
        let Ok(place) = usize::try_from(record.place()) else { return };
        let mut said = self.said.borrow_mut();
        let of_term = said.entry(std::ptr::from_ref(term).addr()).or_default();
        if of_term.len() <= place {
            of_term.resize(place.saturating_add(1), None);
        }
        of_term.get_mut(place).into_iter().for_each(|known| *known = Some(answer));
    }
}

impl<'a> Looked<'a> {
    pub(crate) fn field(self, name: &str) -> Option<Value<'a>> {
        match self.row {
            Some(row) => row.column(name),
            None => self.record.field(name),
        }
    }
}

impl<'a> Engine<'a> {
    /// Whether all tests hold. Notes what is lacking.
    pub(crate) fn filter(&self, filter: &Filter, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        if faults.keep {
            return Answer::all(filter.tests.iter().map(|t| self.test(t, looked, faults)).collect::<Vec<_>>());
        }
        Answer::all(filter.tests.iter().map(|t| self.test(t, looked, faults)))
    }

    pub(crate) fn test(&self, test: &Test, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        match test {
            Test::State(states) => self.state(looked, states, faults),
            Test::NotState(states) => {
                let state = looked.record.state().unwrap_or_default();
                let fine = !states.iter().any(|s| s == state);
                if !fine {
                    faults.note(looked.record, Remedy::Renew, || format!("state is `{state}`"));
                }
                Answer::fixed(fine)
            }
            Test::Field(path, test) => self.field(path, test, looked, faults),
            Test::AnyOf(filters) => self.any_of(filters, looked, faults),
            Test::Not(filter) => self.not(filter, looked, faults),
            Test::When(first, then) => self.when(first, then, looked, faults),
            Test::Term(term) => self.term(term, Looked { subject: None, ..looked }, faults),
            Test::Has(block) => {
                // only the answer is asked here, not what it rests on
                let engine = Engine { told: faults.keep, cites: false, ..*self };
                let outcome = engine.block(block, Some(looked.record));
                if !outcome.answer.holds() {
                    let own = format!("{}: ", looked.record.number());
                    let says: Vec<_> = outcome.missing.iter().map(|m| m.strip_prefix(&own).unwrap_or(m)).collect();
                    let says = says.join("; ");
                    let next = if faults.keep { self.following(block, &outcome, Some(looked.record)) } else { None };
                    faults.note(looked.record, next.map_or(Remedy::Renew, Remedy::Elsewhere), || says);
                }
                faults.backdated.extend(outcome.backdated);
                outcome.answer
            }
        }
    }

    fn not(&self, filter: &Filter, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        let mut aside = faults.beside();
        let answer = self.filter(filter, looked, &mut aside).not();
        let named = answer.truth == Truth::Gap && faults.undefined(aside);
        if !answer.holds() && !named {
            faults.note(looked.record, Remedy::Renew, || "is what the rule leaves out".to_owned());
        }
        answer
    }

    fn when(&self, first: &Filter, then: &Filter, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        let mut aside = faults.beside();
        let asked = self.filter(first, looked, &mut aside);
        if asked.truth == Truth::No {
            return asked.not();
        }
        let mut below = faults.beside();
        let answer = Answer::any([asked.not(), self.filter(then, looked, &mut below)]);
        if !(answer.truth == Truth::Gap && faults.undefined(aside)) {
            faults.take(below);
        }
        answer
    }

    /// A term asks about a record alone, so that what it says is the same for every rule.
    fn term(&self, term: &Term, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        let kept = self.terms.filter(|terms| terms.at == self.at && !faults.keep && looked.row.is_none());
        let Some(terms) = kept else { return self.filter(&term.filter, looked, faults) };
        if let Some(known) = terms.find(term, looked.record) {
            return known;
        }
        let answer = self.filter(&term.filter, looked, faults);
        terms.note(term, looked.record, answer);
        answer
    }

    fn state(&self, looked: Looked<'a>, states: &[String], faults: &mut Faults<'a>) -> Answer {
        let state = looked.record.state().unwrap_or_default();
        let fine = states.iter().any(|s| s == state);
        if !fine {
            let say = || format!("state is `{state}`, not `{}`", states.join("` or `"));
            faults.note(looked.record, Remedy::Move(states.to_vec()), say);
        }
        Answer::fixed(fine)
    }

    /// Where none of several holds, the faults of the one that lacks least.
    fn any_of(&self, filters: &[Filter], looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        if !faults.keep {
            return Answer::any(filters.iter().map(|f| self.filter(f, looked, faults)));
        }
        let mut tried = Vec::new();
        let answer = Answer::any(
            filters
                .iter()
                .map(|f| {
                    let mut inner = Faults { keep: faults.keep, ..Faults::ignored() };
                    let answer = self.filter(f, looked, &mut inner);
                    tried.push(inner);
                    answer
                })
                .collect::<Vec<_>>(),
        );
        let weight = |t: &Faults<'_>| (t.found.iter().filter(|f| f.selects).count(), t.found.len());
        let least = tried.into_iter().min_by_key(weight);
        if let (false, Some(mut least)) = (answer.holds(), least) {
            faults.found.append(&mut least.found);
            faults.backdated.append(&mut least.backdated);
        }
        answer
    }
}
