//! Makes bundles from `docs/formats` alone, sound ones and altered ones. It shares no code with the verifier either:
//! states are kept as decoded values, and canonical JSON is written from them.
#![allow(dead_code, reason = "each test and example uses a part")]

pub mod acts;
pub mod files;
pub mod passkeys;
pub mod seals;

use ed25519_dalek::SigningKey;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub const ORIGIN: &str = "aims.example/org/01940c9e-0000-7cc3-9d54-2d8cf1a0b000";
pub const ORG: &str = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000";

/// Chance that is the same for the same seed (splitmix64).
#[derive(Clone)]
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn bytes32(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_le_bytes()));
        bytes
    }

    pub fn uuid(&mut self) -> String {
        let hex = hex::encode(&self.bytes32()[..16]);
        format!("{}-{}-7{}-9{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }

    pub fn text(&mut self, words: usize) -> String {
        const WORDS: [&str; 12] = [
            "claims",
            "urgency",
            "ranks",
            "the system",
            "Prüfung",
            "by hand",
            "risk",
            "\"quoted\"",
            "owner",
            "naïve\nline",
            "model",
            "review",
        ];
        (0..words).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }

    pub fn plain_text(&mut self, words: usize) -> String {
        const WORDS: [&str; 8] =
            ["incoming", "claims", "ranked", "urgency", "assessment", "purpose", "narrowed", "reviewer"];
        (0..words).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}

/// One payload and its header's facts.
#[derive(Clone)]
pub struct Payload {
    pub obj: String,
    pub seq: u64,
    pub n: usize,
    pub c: String,
    pub salt: [u8; 32],
    pub file: Option<String>,
    pub withheld: bool,
    pub bytes: Vec<u8>,
}

/// A record as the maker keeps it.
#[derive(Clone, Default)]
pub struct Known {
    pub kind: String,
    pub ver: u64,
    pub prev: u64,
    pub disposed: Option<Value>,
    pub withdrawn: bool,
    pub state: Map<String, Value>,
}

/// A log with everything that belongs to it.
#[derive(Clone)]
pub struct Model {
    pub chance: Chance,
    pub org: String,
    pub origin: String,
    pub key: SigningKey,
    pub entries: Vec<Vec<u8>>,
    pub payloads: Vec<Payload>,
    pub records: BTreeMap<String, Known>,
    pub evidence: BTreeMap<String, Vec<u8>>,
    pub people: Vec<String>,
    pub withheld: bool,
    /// Only plain texts, bodies of about 400 bytes, no evidence: for measuring.
    pub bulk: bool,
    pub ids: Vec<String>,
}

/// A payload that an entry is to commit to.
pub enum Content {
    Record(Value),
    Personal(Value, String, [u8; 32]),
    Evidence(Vec<u8>),
}

pub fn commitment(salt: &[u8; 32], bytes: &[u8]) -> String {
    hex::encode(Sha256::new().chain_update([2]).chain_update(salt).chain_update(bytes).finalize())
}

/// Canonical JSON, whatever order the map keeps.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let parts: Vec<String> = sorted.iter().map(|(k, v)| format!("\"{k}\":{}", canonical(v))).collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(elements) => format!("[{}]", elements.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

impl Model {
    /// A log of `entries` entries.
    pub fn random(seed: u64, entries: usize, bulk: bool) -> Model {
        let mut chance = Chance(seed);
        let people = (0..5).map(|_| chance.uuid()).collect();
        let key = SigningKey::from_bytes(&chance.bytes32());
        let mut model = Model {
            chance,
            org: ORG.into(),
            origin: ORIGIN.into(),
            key,
            entries: Vec::new(),
            payloads: Vec::new(),
            records: BTreeMap::new(),
            evidence: BTreeMap::new(),
            people,
            withheld: false,
            bulk,
            ids: Vec::new(),
        };
        let founding = json!({"name": "Example", "org": model.org, "origin": model.origin});
        model.append("founded", None, vec![Content::Record(founding)], "done");
        while model.entries.len() < entries {
            model.random_act();
        }
        model.drop_what_is_erased_or_disposed();
        model
    }

    pub fn ts(&self, seq: u64) -> String {
        let minutes = seq / 60 % 60;
        let hours = seq / 3600 % 24;
        let days = seq / 86_400;
        format!(
            "{:04}-{:02}-{:02}T{hours:02}:{minutes:02}:{:02}.{:03}Z",
            2026 + days / 336,
            days / 28 % 12 + 1,
            days % 28 + 1,
            seq % 60,
            123
        )
    }

    pub fn actor(&self, seq: u64) -> String {
        self.people[(seq.wrapping_mul(0x9e37_79b9) >> 7) as usize % self.people.len()].clone()
    }

    /// Appends an entry, keeps its payloads, and answers its number.
    pub fn append(&mut self, act: &str, obj: Option<&str>, contents: Vec<Content>, outcome: &str) -> u64 {
        let seq = self.entries.len() as u64;
        let mut committed = Vec::new();
        for (n, content) in contents.into_iter().enumerate() {
            committed.push(self.commit(seq, n, obj.unwrap_or(""), content));
        }
        let mut entry = json!({
            "act": act, "actor": {"amr": ["local"], "kind": "person", "on_behalf": [], "pid": self.actor(seq)},
            "id": self.chance.uuid(), "org": self.org, "outcome": outcome, "payload": committed,
            "policy": {"digest": "9a".repeat(32)}, "refs": [], "seq": seq,
            "sw": {"build_sha256": "c0".repeat(32), "version": "0.1.0"}, "ts": self.ts(seq),
            "ts_state": {"clamped": false, "maxerr_ms": 0, "sync": "unknown"}, "v": 1
        });
        if let Some(id) = obj {
            let known = self.records.entry(id.to_owned()).or_default();
            known.ver += 1;
            let prev = if known.ver == 1 { Value::Null } else { known.prev.into() };
            known.prev = seq;
            entry["obj"] = json!({"id": id, "prev": prev, "type": known.kind, "ver": known.ver});
        }
        if outcome != "done" {
            entry["reason"] = "not_allowed".into();
        }
        if self.chance.one_in(3) {
            entry["refs"] = json!([self.chance.uuid()]);
            entry["idem"] = "key-ü-1".into();
            entry["req"] = "r-1".into();
        }
        self.entries.push(canonical(&entry).into_bytes());
        seq
    }

    fn commit(&mut self, seq: u64, n: usize, obj: &str, content: Content) -> Value {
        let mut salt = self.chance.bytes32();
        let mut file = None;
        let (bytes, class) = match &content {
            Content::Record(body) => (canonical(body).into_bytes(), "record"),
            Content::Personal(body, _, chosen) => {
                salt = *chosen;
                (canonical(body).into_bytes(), "personal")
            }
            Content::Evidence(bytes) => {
                let digest = hex::encode(Sha256::digest(bytes));
                self.evidence.insert(digest.clone(), bytes.clone());
                file = Some(digest);
                (bytes.clone(), "evidence")
            }
        };
        let c = commitment(&salt, &bytes);
        let mut committed = json!({"c": c, "class": class, "len": bytes.len(), "mime": "application/json"});
        if let Content::Personal(_, subject, _) = &content {
            committed["subject"] = subject.as_str().into();
        }
        if let Some(file) = &file {
            committed["file"] = file.as_str().into();
        }
        let bytes = if file.is_some() { Vec::new() } else { bytes };
        self.payloads.push(Payload { obj: obj.to_owned(), seq, n, c, salt, file, withheld: false, bytes });
        committed
    }
}
