//! What a rule reads: from which records one has to go back to which subjects when one of them changes.
//!
//! Read from the rule itself. A record of kind K that changed can only matter to a subject from which the rule reaches it; so the same
//! steps, walked backwards, lead from the record to every subject whose part may be another one now. The ways may lead to more subjects
//! than are concerned, never to fewer: a property test holds what is decided again against everything decided anew.

use std::collections::HashSet;

use aims_framework::standard::{
    About, Block, Bound, FieldTest, Filter, Holder, Interval, Limit, Linked, MajorWhen, Need, Path, Quantifier,
    Records, Reference, Rule, Test,
};
use aims_record::{Field, Kinds, Shape};

use crate::{
    predicate,
    scan::{BlockId, How, Join, Scans, id_of},
};

/// A step back from a record towards the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Back {
    /// To the records that this field, or `table.column`, of it names.
    Follow(String),
    /// To the records of these kinds whose field names it.
    Named {
        /// Kind ids.
        kinds: Vec<String>,
        /// Field, or `table.column`.
        field: String,
    },
    /// To every subject there is.
    Everywhere,
}

/// The way back from the records of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) kind: String,
    pub(crate) back: Vec<Back>,
}

/// What a rule, or a block that is the same for all subjects, reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Footprint<'r> {
    pub(crate) ways: Vec<Way>,
    /// Kinds of which any change may matter to every subject.
    pub(crate) everywhere: Vec<String>,
    /// Parameters whose value may matter to every subject.
    pub(crate) parameters: Vec<&'r str>,
    /// Blocks that look at all records of a kind for each subject: one that can be chosen by them may matter to every subject.
    pub(crate) scattered: Vec<&'r Records>,
    /// Blocks that are the same for all subjects, and rest on their own footprint.
    pub(crate) scans: Vec<BlockId>,
}

/// A block that is the same for all subjects.
#[derive(Clone, Debug)]
pub(crate) struct ScanPlan<'r> {
    pub(crate) records: &'r Records,
    pub(crate) footprint: Footprint<'r>,
}

/// Reads footprints of rules.
pub(crate) struct Reader<'r, 'k> {
    kinds: &'k Kinds,
    hows: &'k Scans,
    met: HashSet<BlockId>,
    /// Blocks that are the same for all subjects, those inside others first.
    scans: Vec<ScanPlan<'r>>,
}

/// A place that a rule comes to: records of some kinds, and the way back from there.
#[derive(Clone)]
struct At {
    kinds: Vec<String>,
    back: Vec<Back>,
    /// The table whose row is looked at.
    table: Option<String>,
}

/// Where one stands while reading: the record looked at, whom the block was asked about, and whom the rule is about.
#[derive(Clone)]
struct Place {
    here: At,
    subject: Option<At>,
    about: Option<At>,
}

impl<'r, 'k> Reader<'r, 'k> {
    pub(crate) fn new(kinds: &'k Kinds, hows: &'k Scans) -> Self {
        Self { kinds, hows, met: HashSet::new(), scans: Vec::new() }
    }

    /// Blocks met that are the same for all subjects, those inside others first.
    pub(crate) fn in_order(self) -> Vec<ScanPlan<'r>> {
        self.scans
    }

    /// What the rule reads.
    pub(crate) fn rule(&mut self, rule: &'r Rule) -> Footprint<'r> {
        let mut found = Footprint::default();
        let root = match &rule.about {
            About::Organization => None,
            About::Every { kind, filter, if_empty } => {
                let root = At { kinds: vec![kind.clone()], back: Vec::new(), table: None };
                self.note(&root, &mut found);
                let place = Place { here: root.clone(), subject: None, about: Some(root.clone()) };
                self.filter(filter, &place, &mut found);
                if let Some(unless) = &if_empty.unless {
                    self.block(unless, None, None, &mut found);
                }
                Some(root)
            }
        };
        self.needs(&rule.needs, root.as_ref(), &mut found);
        found
    }

    fn needs(&mut self, needs: &'r [Need], root: Option<&At>, found: &mut Footprint<'r>) {
        for need in needs {
            need.when.iter().chain([&need.block]).for_each(|block| self.block(block, root, root, found));
            if let (Some(MajorWhen::Subject(filter)), Some(root)) = (&need.otherwise.major_when, root) {
                let place = Place { here: root.clone(), subject: None, about: Some(root.clone()) };
                self.filter(filter, &place, found);
            }
            self.needs(&need.then, root, found);
        }
    }

    fn block(&mut self, block: &'r Block, subject: Option<&At>, about: Option<&At>, found: &mut Footprint<'r>) {
        match block {
            Block::Records(records) => self.records(records, subject, about, found),
            Block::This(filter) => {
                if let Some(here) = subject {
                    let place = Place { here: here.clone(), subject: subject.cloned(), about: about.cloned() };
                    self.filter(filter, &place, found);
                }
            }
            Block::AllOf(blocks) | Block::AnyOf(blocks) => {
                blocks.iter().for_each(|b| self.block(b, subject, about, found));
            }
            Block::Predicate(name) => self.predicate(name, subject, found),
        }
    }

    fn predicate(&self, name: &str, subject: Option<&At>, found: &mut Footprint<'r>) {
        for reads in predicate::predicates().filter(|p| p.name == name).flat_map(|p| p.reads) {
            let (kind, mut back) = steps_of(reads);
            match subject {
                Some(subject) if !back.is_empty() => {
                    back.extend(subject.back.iter().cloned());
                    found.ways.push(Way { kind, back });
                }
                _ => found.everywhere.push(kind),
            }
        }
    }

    fn records(&mut self, records: &'r Records, subject: Option<&At>, about: Option<&At>, found: &mut Footprint<'r>) {
        if records.linked == Linked::Anywhere && *self.hows.how(records, self.kinds) == How::Alone {
            return self.alone(records, found);
        }
        let here = self.candidates(&records.kind, &records.linked, subject, Some((records, about)));
        if here.back == [Back::Everywhere] {
            found.scattered.push(records);
        } else {
            self.note(&here, found);
        }
        let place = Place { here, subject: subject.cloned(), about: about.cloned() };
        self.filter(&records.filter, &place, found);
        self.filter(&records.must, &place, found);
        self.quantifier(&records.quantifier, &place, subject, found);
    }

    /// A block that is the same for all: its own root are the records it looks at.
    fn alone(&mut self, records: &'r Records, found: &mut Footprint<'r>) {
        let id = id_of(records);
        found.scans.push(id);
        if !self.met.insert(id) {
            return;
        }
        let here = At { kinds: vec![records.kind.clone()], back: Vec::new(), table: None };
        let mut own = Footprint::default();
        self.note(&here, &mut own);
        let place = Place { here, subject: None, about: None };
        self.filter(&records.filter, &place, &mut own);
        self.filter(&records.must, &place, &mut own);
        self.quantifier(&records.quantifier, &place, None, &mut own);
        self.scans.push(ScanPlan { records, footprint: own });
    }

    fn quantifier(
        &mut self,
        quantifier: &'r Quantifier,
        place: &Place,
        subject: Option<&At>,
        found: &mut Footprint<'r>,
    ) {
        match quantifier {
            Quantifier::Latest(by) => self.path(by, &place.here, found),
            Quantifier::Covering { field, or, .. } => {
                self.path(field, &place.here, found);
                for other in or {
                    let here = self.candidates(&other.kind, &other.linked, subject, None);
                    self.note(&here, found);
                    let there = Place { here, ..place.clone() };
                    self.filter(&other.filter, &there, found);
                    self.path(&other.field, &there.here, found);
                }
            }
            _ => {}
        }
    }

    /// The records that a block looks at, seen from its subject.
    fn candidates(
        &mut self,
        kind: &str,
        linked: &Linked,
        subject: Option<&At>,
        joined: Option<(&Records, Option<&At>)>,
    ) -> At {
        let everywhere = At { kinds: vec![kind.to_owned()], back: vec![Back::Everywhere], table: None };
        match (linked, subject) {
            (Linked::Their(field), Some(subject)) => subject.behind(kind, field),
            (Linked::Ours(path), Some(subject)) => {
                let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
                let mut passed = Footprint::default();
                let end = self.walk(&steps, subject, &mut passed);
                end.filter(|e| e.kinds.iter().any(|k| k == kind)).unwrap_or(everywhere)
            }
            _ => joined.and_then(|(records, about)| self.joined(records, subject, about)).unwrap_or(everywhere),
        }
    }

    fn joined(&self, records: &Records, subject: Option<&At>, about: Option<&At>) -> Option<At> {
        let how = self.hows.how(records, self.kinds);
        let How::Joined { field, to } = &*how else { return None };
        use aims_framework::standard::Named;
        let known = match to {
            Join::Named(Named::Subject) => subject?.clone(),
            Join::Named(Named::About) => about?.clone(),
            Join::Reference(reference) => {
                let from = if reference.holder == Holder::About { about? } else { subject? };
                self.walk(&reference.path.steps, from, &mut Footprint::default())?
            }
        };
        Some(known.behind(&records.kind, field))
    }

    fn filter(&mut self, filter: &'r Filter, place: &Place, found: &mut Footprint<'r>) {
        for test in &filter.tests {
            match test {
                Test::State(_) | Test::NotState(_) => {}
                Test::Field(path, test) => self.field(path, test, place, found),
                Test::AnyOf(filters) => filters.iter().for_each(|f| self.filter(f, place, found)),
                Test::Not(filter) => self.filter(filter, place, found),
                Test::When(first, then) => {
                    self.filter(first, place, found);
                    self.filter(then, place, found);
                }
                Test::Term(term) => self.term(&term.filter, place, found),
                Test::Has(block) => {
                    let here = At { table: None, ..place.here.clone() };
                    self.block(block, Some(&here), place.about.as_ref(), found);
                }
            }
        }
    }

    fn term(&mut self, filter: &'r Filter, place: &Place, found: &mut Footprint<'r>) {
        self.filter(filter, &Place { subject: None, ..place.clone() }, found);
    }

    fn field(&mut self, path: &'r Path, test: &'r FieldTest, place: &Place, found: &mut Footprint<'r>) {
        self.path(path, &place.here, found);
        let end = self.walk(&path.steps, &place.here, &mut Footprint::default());
        for reference in references(test) {
            self.reference(reference, place, found);
        }
        match test {
            FieldTest::EachLinked(filter) | FieldTest::SomeLinked(filter) => {
                if let Some(here) = end {
                    self.filter(filter, &Place { here, ..place.clone() }, found);
                }
            }
            FieldTest::EachRow(filter) | FieldTest::SomeRow(filter) => {
                let here = At { table: Some(path.written()), ..place.here.clone() };
                self.filter(filter, &Place { here, ..place.clone() }, found);
            }
            FieldTest::Held { .. } => {
                if let Some(person) = end {
                    self.note(&person.behind("role-assignment", "person"), found);
                }
            }
            _ => {}
        }
        for interval in intervals(test) {
            if let (Interval::Parameter { high_tier: Some(filter), .. }, Some(subject)) = (interval, &place.subject) {
                self.filter(filter, &Place { here: subject.clone(), subject: None, about: place.about.clone() }, found);
            }
        }
        found.parameters.extend(parameters(test));
    }

    fn reference(&self, reference: &Reference, place: &Place, found: &mut Footprint<'r>) {
        let from = match reference.holder {
            Holder::Row => Some(place.here.clone()),
            Holder::Record => Some(At { table: None, ..place.here.clone() }),
            Holder::Subject => place.subject.clone(),
            Holder::About => place.about.clone(),
        };
        if let Some(from) = from {
            self.path(&reference.path, &from, found);
        }
    }

    /// Notes every record that a path comes through.
    fn path(&self, path: &Path, from: &At, found: &mut Footprint<'r>) {
        self.walk(&path.steps, from, found);
    }

    /// Where a path ends, if it ends at records.
    fn walk(&self, steps: &[String], from: &At, found: &mut Footprint<'r>) -> Option<At> {
        let mut at = from.clone();
        let mut ends_at_records = false;
        for step in steps {
            let field = match &at.table {
                Some(table) => format!("{table}.{step}"),
                None => step.clone(),
            };
            let to = self.targets(&at.kinds, &field);
            ends_at_records = !to.is_empty();
            if to.is_empty() {
                at.table = Some(field);
                continue;
            }
            at = at.beyond(&field, to);
            self.note(&at, found);
        }
        ends_at_records.then_some(at)
    }

    /// The kinds that a link field of any of these kinds may name.
    fn targets(&self, kinds: &[String], field: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for kind in kinds.iter().filter_map(|k| self.kinds.get(k)) {
            let known = match field.split_once('.') {
                None => kind.field(field),
                Some((table, column)) => column_of(kind.field(table), column),
            };
            match known.map(|f| &f.shape) {
                Some(Shape::Link { to }) if to.is_empty() => found.extend(self.kinds.by_id.keys().cloned()),
                Some(Shape::Link { to }) => found.extend(to.iter().cloned()),
                Some(Shape::Person) => found.push("person".to_owned()),
                _ => {}
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn note(&self, at: &At, found: &mut Footprint<'r>) {
        for kind in &at.kinds {
            if at.back == [Back::Everywhere] {
                found.everywhere.push(kind.clone());
                continue;
            }
            let way = Way { kind: kind.clone(), back: at.back.clone() };
            if !found.ways.contains(&way) {
                found.ways.push(way);
            }
        }
    }
}

impl At {
    /// The records of a kind whose field names one of these.
    fn behind(&self, kind: &str, field: &str) -> At {
        let back = std::iter::once(Back::Follow(field.to_owned())).chain(self.back.iter().cloned()).collect();
        At { kinds: vec![kind.to_owned()], back, table: None }
    }

    /// The records that a field of these names.
    fn beyond(&self, field: &str, to: Vec<String>) -> At {
        let named = Back::Named { kinds: self.kinds.clone(), field: field.to_owned() };
        At { kinds: to, back: std::iter::once(named).chain(self.back.iter().cloned()).collect(), table: None }
    }
}

fn column_of<'k>(table: Option<&'k Field>, column: &str) -> Option<&'k Field> {
    match table.map(|t| &t.shape) {
        Some(Shape::Table { columns }) => columns.iter().find(|c| c.name == column),
        _ => None,
    }
}

/// The way back that a named check declares: `kind.field.field`, where each field leads on towards the subject, and `<kind.field` goes to
/// the records that name it; `kind` alone: any of them may matter to every subject.
fn steps_of(reads: &str) -> (String, Vec<Back>) {
    let mut back = Vec::new();
    let mut parts = reads.split('<');
    let mut first = parts.next().unwrap_or_default().split(' ');
    let kind = first.next().unwrap_or_default().to_owned();
    back.extend(first.map(|field| Back::Follow(field.to_owned())));
    for part in parts {
        let mut words = part.split(' ');
        let (kind, field) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        back.push(Back::Named { kinds: vec![kind.to_owned()], field: field.to_owned() });
        back.extend(words.map(|field| Back::Follow(field.to_owned())));
    }
    (kind, back)
}

fn references(test: &FieldTest) -> Vec<&Reference> {
    let mut found = Vec::new();
    match test {
        FieldTest::Includes(r) | FieldTest::Equals(r) | FieldTest::Differs(r) | FieldTest::ApartFrom(r) => {
            found.push(r)
        }
        FieldTest::AtLeast(Limit::Field(r)) | FieldTest::AtMost(Limit::Field(r)) => found.push(r),
        FieldTest::InTime { from, .. } => found.push(from),
        FieldTest::NotAfter(Bound { reference, .. }) | FieldTest::NotBefore(Bound { reference, .. }) => {
            found.push(reference);
        }
        FieldTest::Held { at: Some(at), .. } => found.push(at),
        _ => {}
    }
    found.extend(intervals(test).into_iter().filter_map(|i| match i {
        Interval::Field(reference) => Some(reference),
        _ => None,
    }));
    found
}

fn intervals(test: &FieldTest) -> Vec<&Interval> {
    match test {
        FieldTest::Within(interval) | FieldTest::InTime { interval, .. } => vec![interval],
        FieldTest::NotAfter(bound) | FieldTest::NotBefore(bound) => bound.plus.iter().collect(),
        _ => Vec::new(),
    }
}

/// The parameters whose values a test asks for.
fn parameters(test: &FieldTest) -> Vec<&str> {
    let limit = match test {
        FieldTest::AtLeast(Limit::Parameter { parameter, .. })
        | FieldTest::AtMost(Limit::Parameter { parameter, .. }) => Some(parameter.as_str()),
        _ => None,
    };
    let named = intervals(test).into_iter().filter_map(|interval| match interval {
        Interval::Parameter { parameter, .. } => Some(parameter.as_str()),
        _ => None,
    });
    limit.into_iter().chain(named).collect()
}
