//! A clock and a chance that tests steer, and organizations to work on.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use aims_record::{Accepted, Act, ActBody, Actor, ActorKind, Fields};
use aims_store::{
    AppendError, Chance, Clock, Deed, Envelope, Evidence, EvidenceError, Founding, Offer, OpenOptions, Organization,
    Software, StoreError, WriteError, Written,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub const ORG: &str = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000";
pub const ANNA: &str = "01940c9e-0f4d-7cc3-9d54-2d8cf1a0b001";
pub const BEN: &str = "01940c9e-0f4d-7cc3-9d54-2d8cf1a0b002";

/// Moves on by 7 ms each time it is asked, unless told otherwise.
pub struct TestClock(pub AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.fetch_add(7, Ordering::Relaxed)).unwrap()
    }
}

/// Hashes of a counter: unguessable enough for tests, and the same every time.
pub struct TestChance(pub AtomicU64);

impl TestChance {
    fn next(&self) -> [u8; 32] {
        Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()).into()
    }
}

impl Chance for TestChance {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            piece.copy_from_slice(&self.next()[..piece.len()]);
        }
    }
    fn id(&self) -> String {
        let hex = hex::encode(self.next());
        format!("{}-{}-7{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }
}

pub fn clock() -> Arc<TestClock> {
    Arc::new(TestClock(AtomicI64::new(1_790_000_000_000)))
}

pub fn chance() -> Arc<TestChance> {
    Arc::new(TestChance(AtomicU64::new(1)))
}

pub fn anna() -> Actor {
    actor(ANNA)
}

pub fn actor(pid: &str) -> Actor {
    Actor { amr: vec!["local".into()], kind: ActorKind::Person, on_behalf: vec![], pid: pid.into() }
}

pub fn sw() -> Software {
    Software { build_sha256: "c0de".repeat(16), version: "0.1.0".into() }
}

pub fn found(dir: &Path) -> Organization {
    found_with(dir, clock(), chance()).unwrap()
}

pub fn found_with(dir: &Path, clock: Arc<TestClock>, chance: Arc<TestChance>) -> Result<Organization, StoreError> {
    let founding = Founding {
        name: "Example Ltd".into(),
        origin: format!("aims.example.org/org/{ORG}"),
        org: ORG.into(),
        actor: anna(),
        policy_digest: "9a1b".repeat(16),
        sw: sw(),
    };
    Organization::found(dir, founding, clock, chance)
}

pub fn open(dir: &Path) -> Result<Organization, StoreError> {
    Organization::open(dir, OpenOptions::write(), clock(), Arc::new(TestChance(AtomicU64::new(1 << 40))))
}

/// A record's id from a small number.
pub fn id(number: u64) -> String {
    format!("01940c9e-2222-7cc3-9d54-{number:012x}")
}

pub fn fields(value: Value) -> Fields {
    value.as_object().unwrap().clone()
}

pub fn envelope(deed: Deed) -> Envelope {
    Envelope {
        actor: anna(),
        deed,
        idem: None,
        policy_digest: "9a1b".repeat(16),
        sw: sw(),
        req: None,
        evidence: vec![],
        sig: None,
    }
}

/// An act on a record, in whatever version it is.
pub fn on(id: &str, kind: &str, version: u64, body: ActBody) -> Deed {
    let act = Act { body, why: None };
    Deed::On(Accepted { id: id.into(), kind: kind.into(), version, prev: None, act, refs: vec![] })
}

pub fn recorded(id: &str, number: &str, values: Value) -> Deed {
    let body = ActBody::Recorded {
        key: None,
        fields: fields(values),
        kind: "ai-system".into(),
        number: number.into(),
        state: "planned".into(),
    };
    on(id, "ai-system", 1, body)
}

pub fn amended(id: &str, version: u64, set: Value) -> Deed {
    let set = fields(set);
    let material = set.keys().cloned().collect();
    on(id, "ai-system", version, ActBody::Amended { lapse: None, material, set, state: None, unset: vec![] })
}

/// Appends one entry.
pub fn append(organization: &Organization, deed: Deed) -> Result<Written, WriteError<AppendError>> {
    organization.write(move |draft| draft.append(envelope(deed)))
}

/// Records an AI system with some title.
pub fn record(organization: &Organization, number: u64) -> Written {
    let deed = recorded(&id(number), &format!("SYS-{number:04}"), json!({ "title": format!("System {number}") }));
    append(organization, deed).unwrap()
}

/// Offers a file.
pub fn put(organization: &Organization, name: &str, content: &[u8]) -> Result<Evidence, EvidenceError> {
    organization.put_evidence(&Offer { name: name.into(), ..Offer::default() }, &mut &*content)
}

/// Copies a closed data folder.
pub fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_all(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
