//! Blocks about all records of a kind: how they hang on the subject, and what was found already where they do not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aims_framework::standard::{
    Block, Bound, FieldTest, Filter, Holder, Interval, Limit, Linked, Named, Quantifier, Records, Reference, Test,
};
use aims_record::{Kinds, Shape};
use aims_register::{Entry, Pointing, Slot};
use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::{
    blocks::{Counted, Engine, Outcome},
    fault::Faults,
    truth::Answer,
};

/// Which block of a rule: rules stay where they are while something is decided by them.
pub(crate) type BlockId = usize;

/// The identity of a block about records.
pub(crate) fn id_of(records: &Records) -> BlockId {
    std::ptr::from_ref(records).addr()
}

/// How a block about a kind, without a link, hangs on its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Not at all: it is the same for every subject.
    Alone,
    /// A test asks that this link field of theirs names records that are known before.
    Joined {
        /// Link field, or `table.column`.
        field: String,
        /// What it has to name.
        to: Join,
    },
    /// In another way: all records of the kind have to be looked at for each subject.
    Apart,
}

/// What a link field has to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// This very record.
    Named(Named),
    /// What these values are.
    Reference(Reference),
}

/// What was found for all records of a kind.
#[derive(Clone, Debug)]
pub(crate) struct Brief {
    answer: Answer,
    witnesses: Vec<Slot>,
    counted: Counted,
}

/// What is the same for every subject, kept from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Scans {
    kept: Mutex<Kept>,
    /// Where blocks are kept that are brought up to date after each act.
    places: HashMap<BlockId, usize, RandomState>,
}

#[derive(Debug, Default)]
struct Kept {
    hows: HashMap<BlockId, Arc<How>, RandomState>,
    /// What was found, and from which moment on; it stays so until its answer's own moment.
    found: HashMap<BlockId, Vec<(Timestamp, Brief)>, RandomState>,
}

impl Scans {
    /// Says which blocks are brought up to date, in the order in which they are kept.
    pub(crate) fn follow(&mut self, blocks: impl IntoIterator<Item = BlockId>) {
        self.places = blocks.into_iter().zip(0..).collect();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a block hangs on its subject.
    pub(crate) fn how(&self, records: &Records, kinds: &Kinds) -> Arc<How> {
        let id = id_of(records);
        if let Some(known) = self.kept().hows.get(&id) {
            return known.clone();
        }
        let how = Arc::new(how(records, kinds));
        self.kept().hows.insert(id, how.clone());
        how
    }

    fn find(&self, id: BlockId, at: Timestamp) -> Option<Brief> {
        let kept = self.kept();
        let holds = |(from, brief): &&(Timestamp, Brief)| *from <= at && brief.answer.until.is_none_or(|u| at < u);
        kept.found.get(&id)?.iter().find(holds).map(|(_, brief)| brief.clone())
    }

    /// Notes what was found from a moment on.
    fn note(&self, id: BlockId, from: Timestamp, brief: Brief) {
        self.kept().found.entry(id).or_default().push((from, brief));
    }
}

impl Brief {
    pub(crate) fn new(answer: Answer, witnesses: Vec<Slot>, counted: Counted) -> Self {
        Self { answer, witnesses, counted }
    }

    /// Before this moment it stays as it is.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.answer.until
    }

    pub(crate) fn of(outcome: &Outcome<'_>) -> Self {
        let witnesses = outcome.witnesses.iter().map(|w| w.slot()).collect();
        Self { answer: outcome.answer, witnesses, counted: outcome.counted }
    }

    pub(crate) fn outcome<'a>(self, engine: &Engine<'a>) -> Outcome<'a> {
        let witnesses = self.witnesses.into_iter().filter_map(|slot| engine.register.at(slot)).collect();
        Outcome { witnesses, counted: self.counted, ..Outcome::plain(self.answer) }
    }

    /// Whether whoever uses it finds the same in the other: the same answer for as long, on the same records.
    pub(crate) fn is_same(&self, other: &Brief) -> bool {
        self.answer == other.answer && self.counted == other.counted && self.witnesses == other.witnesses
    }

    /// Whether it rests on this record.
    pub(crate) fn rests_on(&self, slot: Slot) -> bool {
        self.witnesses.contains(&slot)
    }
}

impl<'a> Engine<'a> {
    /// What is the same for every subject, found once.
    pub(crate) fn scanned(&self, records: &Records) -> Option<Outcome<'a>> {
        if self.told || records.linked != Linked::Anywhere {
            return None;
        }
        let id = id_of(records);
        if let Some(place) = self.scans.places.get(&id) {
            return self.lives.get(*place).map(|live| live.outcome(self));
        }
        if let Some(known) = self.scans.find(id, self.at) {
            return Some(known.outcome(self));
        }
        if *self.scans.how(records, self.register.kinds()) != How::Alone {
            return None;
        }
        let candidates = self.register.of_kind(&records.kind).map(|r| self.look(records, r, None)).collect();
        let outcome = self.quantified(records, candidates, None);
        self.scans.note(id, self.at, Brief::of(&outcome));
        Some(outcome)
    }

    /// The only records that can be meant, where a link of theirs has to name known ones.
    pub(crate) fn joined(&self, records: &Records, subject: Option<Entry<'a>>) -> Option<Vec<Entry<'a>>> {
        if records.linked != Linked::Anywhere {
            return None;
        }
        let how = self.scans.how(records, self.register.kinds());
        let How::Joined { field, to } = &*how else { return None };
        let named = match to {
            Join::Named(Named::Subject) => subject,
            Join::Named(Named::About) => self.about,
            Join::Reference(reference) => self.known(reference, subject),
        };
        let which = Pointing { kind: Some(&records.kind), field: Some(field) };
        let mut found: Vec<_> = named.into_iter().flat_map(|n| n.pointing(which)).collect();
        if self.told {
            found.sort_by_key(|r| (r.recorded(), r.slot()));
        }
        Some(found)
    }

    /// Whether a record may be chosen by a block for some subject, now or later: no test that asks about itself alone rules it out.
    pub(crate) fn can_be_chosen(&self, records: &Records, record: Entry<'a>) -> bool {
        let looked = crate::filters::Looked { record, row: None, subject: None };
        let alone = records.filter.tests.iter().filter(|t| !test_mentions(t, true));
        let mut answers = alone.map(|t| self.test(t, looked, &mut Faults::ignored()));
        record.stands() && answers.all(|a| a != Answer::NO)
    }

    /// The first standing record that a reference to the subject or to the rule's own record leads to.
    fn known(&self, reference: &Reference, subject: Option<Entry<'a>>) -> Option<Entry<'a>> {
        let from = if reference.holder == Holder::About { self.about } else { subject };
        let looked = crate::filters::Looked { record: from?, row: None, subject: None };
        crate::fields::values(looked, &reference.path).into_iter().filter_map(|v| v.record()).find(|r| r.stands())
    }
}

fn how(records: &Records, kinds: &Kinds) -> How {
    if !records_mention(records) {
        return How::Alone;
    }
    let joined = |test: &Test| match test {
        Test::Field(path, test) if is_link(kinds, &records.kind, &path.steps) => match test {
            FieldTest::Names(named) => Some((path.written(), Join::Named(*named))),
            FieldTest::Equals(reference) | FieldTest::Includes(reference) if is_outside(reference) => {
                Some((path.written(), Join::Reference(reference.clone())))
            }
            _ => None,
        },
        _ => None,
    };
    match records.filter.tests.iter().find_map(joined) {
        Some((field, to)) => How::Joined { field, to },
        None => How::Apart,
    }
}

fn is_link(kinds: &Kinds, kind: &str, steps: &[String]) -> bool {
    let Some(kind) = kinds.get(kind) else { return false };
    match steps {
        [field] => kind.field(field).is_some_and(|f| f.links()),
        [table, column] => match kind.field(table).map(|f| &f.shape) {
            Some(Shape::Table { columns }) => columns.iter().any(|c| c.name == *column && c.links()),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a reference means another record than the one that is looked at.
fn is_outside(reference: &Reference) -> bool {
    matches!(reference.holder, Holder::Subject | Holder::About)
}

/// Whether what a block finds depends on the record that it is asked about, or on the one that the rule is about.
fn records_mention(records: &Records) -> bool {
    let further = match &records.quantifier {
        Quantifier::Covering { or, .. } => or.iter().any(|p| p.linked != Linked::Anywhere || mentions(&p.filter, true)),
        _ => false,
    };
    further || mentions(&records.filter, true) || mentions(&records.must, true)
}

/// `own`: whether the subject of the block is meant, not a record nearer by.
fn mentions(filter: &Filter, own: bool) -> bool {
    filter.tests.iter().any(|test| test_mentions(test, own))
}

fn test_mentions(test: &Test, own: bool) -> bool {
    match test {
        Test::State(_) | Test::NotState(_) => false,
        Test::Field(_, test) => field_mentions(test, own),
        Test::AnyOf(filters) => filters.iter().any(|f| mentions(f, own)),
        Test::Not(filter) => mentions(filter, own),
        Test::When(first, then) => mentions(first, own) || mentions(then, own),
        Test::Term(term) => mentions(&term.filter, false),
        Test::Has(block) => block_mentions(block),
    }
}

/// Inside, the subject is the record that has the block; only the rule's own record is meant from further out.
fn block_mentions(block: &Block) -> bool {
    match block {
        Block::Records(records) => {
            let further = match &records.quantifier {
                Quantifier::Covering { or, .. } => or.iter().any(|p| mentions(&p.filter, false)),
                _ => false,
            };
            further || mentions(&records.filter, false) || mentions(&records.must, false)
        }
        Block::This(filter) => mentions(filter, false),
        Block::AnyOf(blocks) | Block::AllOf(blocks) => blocks.iter().any(block_mentions),
        Block::Predicate(_) => false,
    }
}

fn field_mentions(test: &FieldTest, own: bool) -> bool {
    let means = |reference: &Reference| match reference.holder {
        Holder::Row | Holder::Record => false,
        Holder::Subject => own,
        Holder::About => true,
    };
    let interval = |interval: &Interval| match interval {
        Interval::Parameter { high_tier, .. } => own && high_tier.is_some(),
        Interval::Field(reference) => means(reference),
        Interval::Fixed(_) => false,
    };
    let bound = |b: &Bound| means(&b.reference) || b.plus.as_ref().is_some_and(interval);
    match test {
        FieldTest::Includes(r) | FieldTest::Equals(r) | FieldTest::Differs(r) | FieldTest::ApartFrom(r) => means(r),
        FieldTest::Names(Named::Subject) => own,
        FieldTest::Names(Named::About) => true,
        FieldTest::AtLeast(Limit::Field(r)) | FieldTest::AtMost(Limit::Field(r)) => means(r),
        FieldTest::Within(i) => interval(i),
        FieldTest::InTime { from, interval: i } => means(from) || interval(i),
        FieldTest::NotAfter(b) | FieldTest::NotBefore(b) => bound(b),
        FieldTest::Held { at, .. } => at.as_ref().is_some_and(means),
        FieldTest::EachLinked(f) | FieldTest::SomeLinked(f) | FieldTest::EachRow(f) | FieldTest::SomeRow(f) => {
            mentions(f, own)
        }
        _ => false,
    }
}
