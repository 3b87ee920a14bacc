//! The sample organization grown: its AI systems and what hangs on each, again and again, beside one set of everything else.

use std::collections::{BTreeMap, BTreeSet};

use aims_record::{Kept, Kinds, Record};
use serde_json::Value;

/// Records of a system's own that come with each copy of it.
pub const EACH: usize = 20;

/// What an organization is grown from.
pub struct Seed {
    /// What is there once: people, policies, audits, parameters.
    shared: Vec<Record>,
    /// One for each AI system: the system first, then what hangs on it.
    clusters: Vec<Vec<Record>>,
}

impl Seed {
    /// Sorts the records of a real organization: what names exactly one system, itself or through another record of that system, hangs on
    /// it; the rest is shared.
    pub fn of(kept: Vec<Kept>, kinds: &Kinds) -> Seed {
        let records: Vec<Record> = kept
            .into_iter()
            .filter_map(|k| match k {
                Kept::Live(record) if record.withdrawn.is_none() => Some(record),
                _ => None,
            })
            .collect();
        let systems: Vec<Record> = records.iter().filter(|r| r.kind == "ai-system").cloned().collect();
        let owner = owners(&records, &systems);
        let mut clusters: Vec<Vec<Record>> = systems.into_iter().map(|s| vec![s]).collect();
        let mut shared = Vec::new();
        let mut hanging: BTreeMap<usize, BTreeMap<String, Vec<Record>>> = BTreeMap::new();
        for record in records.into_iter().filter(|r| r.kind != "ai-system") {
            match owner.get(&record.id) {
                Some(system) if kinds.get(&record.kind).is_some() => {
                    hanging.entry(*system).or_default().entry(record.kind.clone()).or_default().push(record);
                }
                _ => shared.push(record),
            }
        }
        for (system, by_kind) in hanging {
            clusters[system].extend(in_turn(by_kind, EACH));
        }
        clusters.retain(|c| c.len() == EACH + 1);
        Seed { shared, clusters }
    }

    /// An organization of this many systems.
    pub fn grow(&self, systems: usize) -> Vec<Record> {
        let mut grown = self.shared.clone();
        for n in 0..systems {
            if let Some(cluster) = self.clusters.get(n % self.clusters.len().max(1)) {
                grown.extend(copy(cluster, n));
            }
        }
        grown
    }

    /// The kinds that hang on systems, for what is reported.
    pub fn kinds(&self) -> BTreeSet<&str> {
        self.clusters.iter().flatten().map(|r| r.kind.as_str()).collect()
    }
}

/// Which system each record hangs on: found by walking from the systems to what names them, and on to what names that.
fn owners(records: &[Record], systems: &[Record]) -> BTreeMap<String, usize> {
    let mut owner: BTreeMap<String, usize> = systems.iter().zip(0..).map(|(s, n)| (s.id.clone(), n)).collect();
    for _ in 0..3 {
        let found: Vec<(String, usize)> = records
            .iter()
            .filter(|r| !owner.contains_key(&r.id))
            .filter_map(|r| {
                let mut named = BTreeSet::new();
                let fields = Value::Object(r.fields.clone());
                each_text(&fields, &mut |text| named.extend(owner.get(text).copied()));
                let mut named = named.into_iter();
                match (named.next(), named.next()) {
                    (Some(one), None) => Some((r.id.clone(), one)),
                    _ => None,
                }
            })
            .collect();
        owner.extend(found);
    }
    owner
}

fn each_text(value: &Value, tell: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => tell(text),
        Value::Array(list) => list.iter().for_each(|v| each_text(v, tell)),
        Value::Object(members) => members.values().for_each(|v| each_text(v, tell)),
        _ => {}
    }
}

/// One of each kind, then another of each, until there are enough.
fn in_turn(mut by_kind: BTreeMap<String, Vec<Record>>, enough: usize) -> Vec<Record> {
    let mut taken = Vec::new();
    while taken.len() < enough && by_kind.values().any(|l| !l.is_empty()) {
        for list in by_kind.values_mut().filter(|l| !l.is_empty()) {
            taken.push(list.remove(0));
        }
    }
    taken.truncate(enough);
    taken
}

/// The same records under other ids and numbers; links among them go to the copies, all others stay.
fn copy(cluster: &[Record], n: usize) -> Vec<Record> {
    let ids: BTreeMap<&str, String> = cluster.iter().map(|r| (r.id.as_str(), other_id(&r.id, n))).collect();
    let renamed = |record: &Record| {
        let mut copy = record.clone();
        copy.id = ids.get(record.id.as_str()).cloned().unwrap_or_default();
        copy.number = format!("{}-{n}", record.number);
        copy.key = None;
        copy.fields.values_mut().for_each(|v| rename(v, &ids));
        copy
    };
    cluster.iter().map(renamed).collect()
}

fn rename(value: &mut Value, ids: &BTreeMap<&str, String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = ids.get(text.as_str()) {
                text.clone_from(id);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| rename(v, ids)),
        Value::Object(members) => members.values_mut().for_each(|v| rename(v, ids)),
        _ => {}
    }
}

fn other_id(id: &str, n: usize) -> String {
    let id = uuid::Uuid::parse_str(id).map(|u| u.as_u128()).unwrap_or_default();
    uuid::Uuid::from_u128(id ^ (n as u128 + 1)).to_string()
}
