//! A register with every kind in every state, and everybody who could stand to a record in some way.

use std::{collections::BTreeMap, sync::Arc};

use aims_app::access::Access;
use aims_framework::{Content, access};
use aims_record::{Kept, Kinds, Record, Shape, Stamp};
use aims_register::Register;
use serde_json::{Value, json};

/// The moment of every question.
pub const NOW: &str = "2026-06-01T12:00:00Z";

/// A role held: which, and the ids of the AI systems to which it is limited.
pub type Held = (String, Vec<String>);

pub struct World {
    pub access: Arc<Access>,
    pub kinds: Arc<Kinds>,
    pub register: Register,
    pub records: Vec<Record>,
    /// What each person truly holds, as whoever built the world knows.
    pub people: BTreeMap<String, Person>,
    pub systems: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub roles: Vec<Held>,
    pub works_here: bool,
    pub outside: bool,
}

pub fn id(n: usize) -> String {
    uuid::Uuid::from_u64_pair(0x0194_0c9e_0000_7000, 0x8000_0000_0000_0000 | n as u64).to_string()
}

pub fn record(n: usize, kind: &str, state: &str, fields: Value) -> Record {
    let stamp = Stamp { by: id(1), seq: n as u64, ts: "2026-01-01T00:00:00.000Z".into() };
    Record {
        editors: Vec::new(),
        erased: None,
        fields: fields.as_object().cloned().unwrap_or_default(),
        files: Vec::new(),
        id: id(n),
        key: None,
        kind: kind.into(),
        last: stamp.clone(),
        number: format!("X-{n:05}"),
        recorded: stamp,
        signatures: Vec::new(),
        state: state.into(),
        version: 1,
        withdrawn: None,
    }
}

#[derive(Default)]
struct Building {
    records: Vec<Record>,
    people: BTreeMap<String, Person>,
}

impl Building {
    fn add(&mut self, kind: &str, state: &str, fields: Value) -> String {
        self.records.push(record(self.records.len() + 1, kind, state, fields));
        self.records.last().unwrap().id.clone()
    }

    /// A person with roles that are in force, each perhaps limited to systems.
    fn person(&mut self, roles: &[Held]) -> String {
        let id = self.add("person", "active", json!({ "employment": "employee" }));
        for (role, systems) in roles {
            self.assign(&id, role, "active", json!({ "systems": systems, "from": "2026-01-01" }));
        }
        self.people.insert(id.clone(), Person { roles: roles.to_vec(), works_here: true, outside: false });
        id
    }

    fn assign(&mut self, person: &str, role: &str, state: &str, mut fields: Value) {
        fields["role"] = role.into();
        fields["person"] = person.into();
        self.add("role-assignment", state, fields);
    }
}

pub fn build() -> World {
    let content = Content::embedded();
    let kinds = Arc::new(content.kinds().unwrap());
    let access = Arc::new(Access::new(access::load(&content.files, &kinds).unwrap(), kinds.clone()));
    let mut b = Building::default();
    let systems: Vec<String> = (0..3).map(|_| b.add("ai-system", "design-development", json!({}))).collect();
    let roles: Vec<String> = kinds.roles.keys().cloned().collect();
    let everybody = people(&mut b, &roles, &systems);
    every_state(&mut b, &kinds);
    for person in &everybody {
        own(&mut b, &kinds, person);
    }
    cases(&mut b, &everybody);
    let register = Register::of(kinds.clone(), b.records.iter().cloned().map(Kept::Live)).unwrap();
    World { access, kinds, register, records: b.records, people: b.people, systems }
}

fn people(b: &mut Building, roles: &[String], systems: &[String]) -> Vec<String> {
    let mut all: Vec<String> = roles.iter().map(|role| b.person(&[(role.clone(), Vec::new())])).collect();
    all.push(b.person(&[]));
    // Two roles each, one of them limited to a system.
    for (n, role) in roles.iter().enumerate() {
        let other = roles[(n * 7 + 3) % roles.len()].clone();
        all.push(b.person(&[(role.clone(), vec![systems[n % 2].clone()]), (other, Vec::new())]));
    }
    // Roles that are not held: ended, proposed, not begun, over; and one whose holder left.
    let none = b.person(&[]);
    for (state, dates) in [
        ("ended", json!({ "from": "2026-01-01" })),
        ("proposed", json!({ "from": "2026-01-01" })),
        ("active", json!({ "from": "2026-06-02" })),
        ("active", json!({ "from": "2026-01-01", "to": "2026-05-31" })),
    ] {
        b.assign(&none, "aims-manager", state, dates);
    }
    let left = b.add("person", "ended", json!({ "employment": "employee" }));
    b.assign(&left, "aims-manager", "active", json!({ "from": "2026-01-01" }));
    b.people.insert(left.clone(), Person::default());
    let outside = b.add("person", "active", json!({ "employment": "external" }));
    b.assign(&outside, "internal-auditor", "active", json!({ "from": "2026-05-01", "to": "2026-06-01" }));
    let held = vec![("internal-auditor".to_owned(), Vec::new())];
    b.people.insert(outside.clone(), Person { roles: held, works_here: true, outside: true });
    all.extend([none, left, outside]);
    all
}

/// Every kind in every state, naming nobody.
fn every_state(b: &mut Building, kinds: &Kinds) {
    for kind in kinds.by_id.values() {
        for state in &kind.lifecycle.states {
            b.add(&kind.id, &state.id, json!({}));
        }
    }
    for classification in ["public", "confidential", "restricted"] {
        b.add("document", "in-force", json!({ "classification": classification, "access": ["developer", "tester"] }));
    }
    let mut withdrawn = record(b.records.len() + 1, "policy", "in-force", json!({}));
    withdrawn.withdrawn = Some(aims_record::SeqRef { seq: 1 });
    b.records.push(withdrawn);
}

/// For one person: of every kind a record in which each person field names them, and one for each link to something of theirs.
fn own(b: &mut Building, kinds: &Kinds, person: &str) {
    let mine: BTreeMap<&str, String> = ["ai-system", "risk", "dataset", "supplier", "customer", "aims-process"]
        .into_iter()
        .map(|kind| (kind, b.add(kind, &kinds.get(kind).unwrap().lifecycle.start.clone(), json!({ "owner": person }))))
        .collect();
    for kind in kinds.by_id.values().filter(|k| k.id != "role-assignment") {
        let start = kind.lifecycle.start.clone();
        for field in &kind.fields {
            let target = match &field.shape {
                Shape::Person => Some(person.to_owned()),
                Shape::Link { to } => to.iter().find_map(|to| mine.get(to.as_str()).cloned()),
                _ => None,
            };
            if let Some(target) = target {
                let value = if field.many { json!([target]) } else { json!(target) };
                let fields = Value::Object([(field.name.clone(), value)].into_iter().collect());
                b.add(&kind.id, &start, fields);
            }
        }
    }
}

/// Concerns that others look into, that are about those who keep them, and what they led to.
fn cases(b: &mut Building, everybody: &[String]) {
    let keepers: Vec<&String> = b
        .people
        .iter()
        .filter(|(_, p)| p.roles.iter().any(|(r, _)| r == "concern-handler"))
        .map(|(id, _)| id)
        .collect();
    let keepers = json!(keepers);
    for person in everybody {
        let incident = b.add("incident", "open", json!({}));
        let nonconformity = b.add("nonconformity", "open", json!({}));
        b.add("concern", "open", json!({
            "investigated_by": [person], "incident": incident, "nonconformity": [nonconformity], "about_persons": [everybody[0]],
        }));
        b.add("concern", "open", json!({ "investigated_by": [person], "about_persons": [person] }));
    }
    let nonconformity = b.add("nonconformity", "open", json!({}));
    b.add("concern", "recorded", json!({ "about_persons": keepers, "nonconformity": [nonconformity] }));
}
