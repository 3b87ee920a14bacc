//! What has to be decided again, and how it is found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aims_framework::standard::Records;
use aims_register::{Entry, Pointing, Slot};

use super::{item::Item, live::Live};
use crate::{
    blocks::Engine,
    footprint::{Back, Footprint},
};

/// Which of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marked {
    All,
    Some(BTreeSet<usize>),
}

/// What of an item has to be decided again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MarkedItem {
    pub(super) spots: Marked,
    /// Whether what judges it may be another one.
    pub(super) judged: bool,
    /// Whether it may be left out now, or no longer.
    pub(super) excluded: bool,
}

/// Everything that is marked.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    looks: BTreeMap<usize, Marked>,
    items: BTreeMap<usize, MarkedItem>,
    /// Whether everything is marked, as in the beginning.
    pub(super) everything: bool,
    /// Records that were changed.
    pub(super) changed: Vec<Slot>,
}

/// Who uses what a block finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum User {
    Item(usize),
    Live(usize),
}

impl Marked {
    fn add(&mut self, places: impl IntoIterator<Item = usize>) {
        if let Marked::Some(known) = self {
            known.extend(places);
        }
    }
}

impl Dirty {
    pub(super) fn everything(items: usize, live: usize) -> Self {
        let all = MarkedItem { spots: Marked::All, judged: true, excluded: true };
        Self {
            looks: (0..live).map(|n| (n, Marked::All)).collect(),
            items: (0..items).map(|n| (n, all.clone())).collect(),
            everything: true,
            changed: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.looks.is_empty() && self.items.is_empty()
    }

    pub(super) fn looks(&mut self, live: usize, places: Vec<usize>) {
        self.looks.entry(live).or_insert_with(|| Marked::Some(BTreeSet::new())).add(places);
    }

    fn item(&mut self, item: usize) -> &mut MarkedItem {
        let nothing = || MarkedItem { spots: Marked::Some(BTreeSet::new()), judged: false, excluded: false };
        self.items.entry(item).or_insert_with(nothing)
    }

    pub(super) fn spots(&mut self, item: usize, places: Vec<usize>) {
        if !places.is_empty() {
            self.item(item).spots.add(places);
        }
    }

    /// Only what the parts make together.
    pub(super) fn whole(&mut self, item: usize) {
        self.item(item);
    }

    pub(super) fn user(&mut self, user: User) {
        match user {
            User::Item(n) => self.item(n).spots = Marked::All,
            User::Live(n) => {
                self.looks.insert(n, Marked::All);
            }
        }
    }

    /// Whether what judges an item may be another one.
    pub(super) fn may_be_judged(&self, item: usize) -> bool {
        self.items.get(&item).is_some_and(|marked| marked.judged)
    }

    pub(super) fn take_looks(&mut self, live: usize) -> Option<Marked> {
        self.looks.remove(&live)
    }

    pub(super) fn take_item(&mut self, item: usize) -> Option<MarkedItem> {
        self.items.remove(&item)
    }
}

/// Which footprints a kind of record stands in.
#[derive(Debug, Default)]
pub(super) struct Index<'f> {
    ways: HashMap<String, Vec<(User, usize)>>,
    everywhere: HashMap<String, Vec<User>>,
    parameters: HashMap<&'f str, Vec<User>>,
    scattered: HashMap<String, Vec<(User, &'f Records)>>,
    users: HashMap<usize, Vec<User>>,
}

impl<'f> Index<'f> {
    pub(super) fn of(items: &[Item<'f>], live: &[Live<'f>]) -> Self {
        let mut index = Self::default();
        let place: HashMap<usize, usize> = live.iter().zip(0..).map(|(l, n)| (l.id(), n)).collect();
        let of_items = items.iter().zip(0..).map(|(item, n)| (User::Item(n), &item.footprint));
        let of_live = live.iter().zip(0..).map(|(live, n)| (User::Live(n), &live.footprint));
        for (user, footprint) in of_items.chain(of_live) {
            index.note(user, footprint, &place);
        }
        index
    }

    fn note(&mut self, user: User, footprint: &Footprint<'f>, place: &HashMap<usize, usize>) {
        for (way, n) in footprint.ways.iter().zip(0..) {
            self.ways.entry(way.kind.clone()).or_default().push((user, n));
        }
        for kind in footprint.everywhere.iter().collect::<BTreeSet<_>>() {
            self.everywhere.entry(kind.clone()).or_default().push(user);
        }
        for parameter in footprint.parameters.iter().collect::<BTreeSet<_>>() {
            self.parameters.entry(parameter).or_default().push(user);
        }
        for records in &footprint.scattered {
            self.scattered.entry(records.kind.clone()).or_default().push((user, records));
        }
        for block in footprint.scans.iter().collect::<BTreeSet<_>>() {
            if let Some(live) = place.get(block) {
                self.users.entry(*live).or_default().push(user);
            }
        }
    }

    /// Who uses what a block finds.
    pub(super) fn users(&self, live: usize) -> impl Iterator<Item = User> {
        self.users.get(&live).into_iter().flatten().copied()
    }

    /// Marks what a record, as it stands now, can change.
    pub(super) fn mark<'a>(
        &self,
        engine: &Engine<'a>,
        record: Entry<'a>,
        items: &[Item<'_>],
        live: &[Live<'_>],
        dirty: &mut Dirty,
    ) {
        if !dirty.changed.contains(&record.slot()) {
            dirty.changed.push(record.slot());
        }
        self.everywhere.get(record.kind()).into_iter().flatten().for_each(|user| dirty.user(*user));
        let parameter = record.text("parameter").filter(|_| record.kind() == "parameter");
        parameter.and_then(|name| self.parameters.get(name)).into_iter().flatten().for_each(|user| dirty.user(*user));
        for (user, records) in self.scattered.get(record.kind()).into_iter().flatten() {
            if engine.can_be_chosen(records, record) {
                dirty.user(*user);
            }
        }
        for (user, way) in self.ways.get(record.kind()).into_iter().flatten() {
            let (footprint, of) = match user {
                User::Item(n) => (items.get(*n).map(|i| &i.footprint), items.get(*n).and_then(Item::kind)),
                User::Live(n) => (live.get(*n).map(|l| &l.footprint), live.get(*n).map(Live::kind)),
            };
            let Some(way) = footprint.and_then(|f| f.ways.get(*way)) else { continue };
            let Some(back) = go_back(record, &way.back) else {
                dirty.user(*user);
                continue;
            };
            let reached = back.iter().filter(|r| of == Some(r.kind()));
            let places: Vec<_> = reached.filter_map(|r| usize::try_from(r.place()).ok()).collect();
            match user {
                User::Item(n) if of.is_none() => dirty.user(User::Item(*n)),
                User::Item(n) => dirty.spots(*n, places),
                User::Live(_) if places.is_empty() => {}
                User::Live(n) => dirty.looks(*n, places),
            }
        }
        for (item, n) in items.iter().zip(0..) {
            if item.is_judged_by(record) {
                dirty.item(n).judged = true;
            }
            if item.is_excluded_by(record) {
                dirty.item(n).excluded = true;
            }
        }
    }
}

/// The records to which steps lead back; nothing where that is every subject there is.
fn go_back<'a>(record: Entry<'a>, back: &[Back]) -> Option<Vec<Entry<'a>>> {
    let mut at = vec![record];
    for step in back {
        let mut next: Vec<Entry<'a>> = match step {
            Back::Follow(field) => at.iter().flat_map(|r| named_ever(*r, field)).collect(),
            Back::Named { kinds, field } => {
                let by = |kind| Pointing { kind: Some(kind), field: Some(field) };
                let of = |r: &Entry<'a>| kinds.iter().flat_map(|k| r.pointing_ever(by(k))).collect::<Vec<_>>();
                at.iter().flat_map(of).collect()
            }
            Back::Everywhere if at.is_empty() => Vec::new(),
            Back::Everywhere => return None,
        };
        next.sort_by_key(|r| r.slot());
        next.dedup_by_key(|r| r.slot());
        at = next;
    }
    Some(at)
}

/// The records that a field, or `table.column`, names, whether they stand or not.
fn named_ever<'a>(record: Entry<'a>, field: &str) -> Vec<Entry<'a>> {
    let (first, rest) = field.split_once('.').map_or((field, None), |(f, r)| (f, Some(r)));
    let values = record.field(first).into_iter().flat_map(aims_register::Value::each);
    match rest {
        None => values.filter_map(|v| v.record()).collect(),
        Some(column) => {
            let cells = values.filter_map(|row| row.column(column)).flat_map(aims_register::Value::each);
            cells.filter_map(|v| v.record()).collect()
        }
    }
}
