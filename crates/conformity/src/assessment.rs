//! Everything that is said about an organization, kept and brought up to date after each act.
//!
//! What is kept for each subject of each rule is small: its state and the moment before which nothing of it changes. Words are made when
//! they are asked for ([`Assessment::verdict`]). After an act only those parts are decided again from which the rule reaches the record
//! that changed ([`crate::footprint`]); what is the same for all subjects is kept apart and looked at record by record.

mod ahead;
mod asked;
mod dirty;
mod item;
pub(crate) mod live;
mod row;
mod spots;
mod tally;

use std::collections::BTreeMap;

use aims_framework::standard::Frameworks;
use aims_record::Kept;
use aims_register::{Entry, Register, RegisterError, Slot};
use jiff::Timestamp;

use crate::{State, Verdict, blocks::Engine, filters::Terms, footprint::Reader, scan::Scans};

pub use asked::Held;
use dirty::{Dirty, Index, User};
use item::Item;
use live::Live;

/// What is said about every requirement and control, at a moment.
#[derive(Debug)]
pub struct Assessment<'f> {
    frameworks: &'f Frameworks,
    register: Register,
    at: Timestamp,
    scans: Scans,
    /// Blocks that are the same for all subjects, those inside others first.
    live: Vec<Live<'f>>,
    items: Vec<Item<'f>>,
    index: Index<'f>,
}

/// What is said about one requirement or control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'s> {
    /// Full id.
    pub requirement: &'s str,
    /// What is found.
    pub state: State,
    /// For how many subjects it conforms, and how many there are; both 0 where it is about the organization as one.
    pub have: usize,
    /// How many there are.
    pub of: usize,
    /// When it changes if nobody does anything; `None`: not by itself.
    pub until: Option<Timestamp>,
}

/// What was decided again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Full id.
    pub requirement: String,
    /// Subjects whose part was; none where it is about the organization as one.
    pub subjects: Vec<Slot>,
}

impl<'f> Assessment<'f> {
    /// Decides everything.
    pub fn of(frameworks: &'f Frameworks, register: Register, at: Timestamp) -> Self {
        let mut scans = Scans::default();
        let mut reader = Reader::new(register.kinds(), &scans);
        let mut items = Vec::new();
        for framework in frameworks.by_id.values() {
            for item in framework.items() {
                let rule = framework.rules.get(item.id());
                let footprint = rule.map(|r| reader.rule(r)).unwrap_or_default();
                items.push(Item::new(&framework.id, item, rule, footprint));
            }
        }
        let live = reader.in_order().into_iter().map(Live::new).collect::<Vec<_>>();
        scans.follow(live.iter().map(Live::id));
        let index = Index::of(&items, &live);
        let mut assessment = Self { frameworks, register, at, scans, live, items, index };
        assessment.decide(Dirty::everything(assessment.items.len(), assessment.live.len()));
        assessment
    }

    /// Takes in one record as an act has made it, done at `at`, and decides again what that can change. `at` is not before the moment
    /// of the last one.
    ///
    /// # Errors
    /// As [`Register::apply`]; then nothing is changed but the moment.
    pub fn apply(&mut self, kept: Kept, at: Timestamp) -> Result<Vec<Again>, RegisterError> {
        let mut again = self.pass(at);
        let id = kept.id().to_owned();
        let mut dirty = Dirty::default();
        if let Some(before) = self.register.get(&id) {
            self.mark(before, &mut dirty);
        }
        self.register.apply(kept)?;
        if let Some(after) = self.register.get(&id) {
            self.mark(after, &mut dirty);
        }
        again.extend(self.decide(dirty));
        Ok(again)
    }

    /// Lets time pass, and decides again what changes by that alone.
    pub fn pass(&mut self, at: Timestamp) -> Vec<Again> {
        if at <= self.at {
            return Vec::new();
        }
        self.at = at;
        let mut dirty = Dirty::default();
        for (live, n) in self.live.iter().zip(0..) {
            live.due(at).into_iter().for_each(|places| dirty.looks(n, places));
        }
        for (item, n) in self.items.iter().zip(0..) {
            dirty.spots(n, item.due(at));
            if item.whole_is_due(at) {
                dirty.whole(n);
            }
        }
        if dirty.is_empty() { Vec::new() } else { self.decide(dirty) }
    }

    /// What is said about each requirement and control, in the order of the frameworks.
    pub fn standings(&self) -> impl Iterator<Item = Standing<'_>> {
        self.items.iter().map(Item::standing)
    }

    /// What is said about one requirement or control in words, as [`crate::Conformity::verdict`] says it.
    pub fn verdict(&self, id: &str) -> Option<Verdict> {
        self.engine(true).verdict(id)
    }

    /// The records.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// An estimate of the memory it takes beside its register, in bytes.
    pub fn bytes(&self) -> usize {
        self.items.iter().map(Item::bytes).sum::<usize>() + self.live.iter().map(Live::bytes).sum::<usize>()
    }

    fn engine(&self, told: bool) -> Engine<'_> {
        Engine {
            frameworks: self.frameworks,
            register: &self.register,
            at: self.at,
            about: None,
            told,
            cites: told,
            scans: &self.scans,
            lives: &self.live,
            terms: None,
        }
    }

    /// Marks whatever a record that changes can change.
    fn mark<'a>(&'a self, record: Entry<'a>, dirty: &mut Dirty) {
        self.index.mark(&self.engine(false), record, &self.items, &self.live, dirty);
    }

    /// Decides again what is marked: what is the same for all subjects first, then the parts, then what they make together.
    fn decide(&mut self, mut dirty: Dirty) -> Vec<Again> {
        let Self { frameworks, register, at, scans, live, items, index } = self;
        let terms = dirty.everything.then(|| Terms::at(*at));
        let (about, terms) = (None, terms.as_ref());
        let engine =
            Engine { frameworks, register, at: *at, about, told: false, cites: false, scans, lives: &[], terms };
        for (item, n) in items.iter_mut().zip(0..) {
            if dirty.may_be_judged(n) && item.is_judged_otherwise(&engine) {
                dirty.user(User::Item(n));
            }
        }
        for n in 0..live.len() {
            let Some(marked) = dirty.take_looks(n) else { continue };
            // blocks inside this one stand before it
            let (inside, rest) = live.split_at_mut(n);
            let Some(one) = rest.first_mut() else { continue };
            let moved = one.look_again(&Engine { lives: inside, ..engine }, marked, &dirty.changed);
            for user in index.users(n) {
                let rests = moved.rests && matches!(user, User::Item(n) if items.get(n).is_some_and(Item::is_judged));
                if moved.said || rests {
                    dirty.user(user);
                }
            }
        }
        let engine = Engine { lives: live, ..engine };
        decide_items(&engine, items, &mut dirty)
    }
}

/// Decides again what is marked of each item. Where all records of a kind are, they are taken one after another, each with every rule
/// about it, so that what it holds is fetched once.
fn decide_items(engine: &Engine<'_>, items: &mut [Item<'_>], dirty: &mut Dirty) -> Vec<Again> {
    let (mut again, mut whole) = (Vec::new(), BTreeMap::<&str, Vec<(usize, usize)>>::new());
    for (item, n) in items.iter_mut().zip(0..) {
        let Some(marked) = dirty.take_item(n) else { continue };
        let mut one = Again { requirement: item.id().to_owned(), subjects: Vec::new() };
        if let Some(kind) = item.decide_marked(engine, marked, &mut one, &dirty.changed) {
            whole.entry(kind).or_default().push((n, again.len()));
        }
        again.push((n, one));
    }
    for (kind, asked) in whole {
        for (record, place) in engine.register.in_places(kind).zip(0..) {
            for (n, to) in &asked {
                let (Some(item), Some((_, one))) = (items.get_mut(*n), again.get_mut(*to)) else { continue };
                item.spot(engine, place, record, &dirty.changed);
                // nobody asks which were where all are
                one.subjects.extend(record.filter(|_| !dirty.everything).map(|r| r.slot()));
            }
        }
    }
    for (n, _) in &again {
        items.get_mut(*n).into_iter().for_each(|item| item.sum_up(engine));
    }
    again.into_iter().map(|(_, one)| one).collect()
}
