//! Random valid histories beside a simple model: after each act, what is kept, what was, what is rebuilt and what is
//! checked must all agree with it.

mod shared;

use std::collections::BTreeMap;

use aims_record::{ActBody, Kept, LinkBody};
use aims_store::{Deed, Gone, Organization, Then};
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::*;

/// What someone may try on one of a few records; what is not possible at the moment is passed over.
#[derive(Clone, Debug)]
enum Step {
    Set(usize, &'static str, u8),
    Unset(usize, &'static str),
    Link(usize, u64),
    Unlink(usize, u64),
    Move(usize, u8),
    Sign(usize),
    Withdraw(usize),
    Dispose(usize),
}

/// What the model knows of a record: no more than a reader would note on paper.
#[derive(Clone, Debug, Default, PartialEq)]
struct Note {
    fields: BTreeMap<String, Value>,
    state: String,
    version: u64,
    signatures: usize,
    withdrawn: bool,
    disposed: bool,
}

const RECORDS: usize = 3;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let record = 0..RECORDS;
    let name = prop_oneof![Just("title"), Just("purpose"), Just("owner")];
    let step = prop_oneof![
        4 => (record.clone(), name.clone(), any::<u8>()).prop_map(|(r, n, v)| Step::Set(r, n, v)),
        1 => (record.clone(), name).prop_map(|(r, n)| Step::Unset(r, n)),
        2 => (record.clone(), 0..4_u64).prop_map(|(r, to)| Step::Link(r, to)),
        1 => (record.clone(), 0..4_u64).prop_map(|(r, to)| Step::Unlink(r, to)),
        2 => (record.clone(), any::<u8>()).prop_map(|(r, v)| Step::Move(r, v)),
        1 => record.clone().prop_map(Step::Sign),
        1 => record.clone().prop_map(Step::Withdraw),
        1 => record.prop_map(Step::Dispose),
    ];
    prop::collection::vec(step, 1..14)
}

impl Step {
    fn record(&self) -> usize {
        match self {
            Step::Set(r, ..) | Step::Unset(r, _) | Step::Link(r, _) | Step::Unlink(r, _) => *r,
            Step::Move(r, _) | Step::Sign(r) | Step::Withdraw(r) | Step::Dispose(r) => *r,
        }
    }

    /// The act, and what the model makes of it; none where it is not possible.
    fn take(&self, note: &Note) -> Option<(ActBody, Note)> {
        let mut after = Note { version: note.version + 1, ..note.clone() };
        let link = |to: &u64| LinkBody {
            field: "uses".into(),
            lapse: None,
            many: true,
            material: false,
            state: None,
            to: id(900 + to),
        };
        let body = match self {
            _ if note.disposed => return None,
            Step::Dispose(r) => {
                after.disposed = true;
                let number = format!("SYS-{r:04}");
                ActBody::Disposed { basis: "term".into(), number, rule: "P6Y".into() }
            }
            _ if note.withdrawn => return None,
            Step::Set(_, name, value) => {
                let value = if *name == "owner" { json!(id(800 + u64::from(*value % 3))) } else { json!(value) };
                after.fields.insert((*name).to_owned(), value.clone());
                let set = fields(json!({ *name: value }));
                ActBody::Amended { lapse: None, material: vec![], set, state: None, unset: vec![] }
            }
            Step::Unset(_, name) => {
                after.fields.remove(*name);
                let unset = vec![(*name).to_owned()];
                ActBody::Amended { lapse: None, material: vec![], set: fields(json!({})), state: None, unset }
            }
            Step::Link(_, to) => {
                let mut ids = after.uses();
                ids.push(id(900 + to));
                ids.sort();
                ids.dedup();
                after.fields.insert("uses".into(), json!(ids));
                ActBody::Linked(link(to))
            }
            Step::Unlink(_, to) => {
                let ids: Vec<String> = after.uses().into_iter().filter(|other| *other != id(900 + to)).collect();
                after.fields.remove("uses");
                if !ids.is_empty() {
                    after.fields.insert("uses".into(), json!(ids));
                }
                ActBody::Unlinked(link(to))
            }
            Step::Move(_, value) => {
                after.state = format!("state-{}", value % 4);
                let (from, to) = (note.state.clone(), after.state.clone());
                ActBody::Moved { from, lapse: None, set: fields(json!({})), settled: false, to, verb: "go".into() }
            }
            Step::Sign(_) => {
                after.signatures += 1;
                ActBody::Signed { digest: "ab".repeat(32), meaning: "seen".into(), role: "owner".into() }
            }
            Step::Withdraw(_) => {
                after.withdrawn = true;
                ActBody::Withdrawn {}
            }
        };
        Some((body, after))
    }
}

impl Note {
    fn uses(&self) -> Vec<String> {
        self.fields.get("uses").map(|ids| serde_json::from_value(ids.clone()).unwrap()).unwrap_or_default()
    }

    fn of(kept: &Kept) -> Note {
        let Kept::Live(r) = kept else {
            return Note { version: kept.version(), disposed: true, ..Note::default() };
        };
        Note {
            fields: r.fields.clone().into_iter().collect(),
            state: r.state.clone(),
            version: r.version,
            signatures: r.signatures.len(),
            withdrawn: r.withdrawn.is_some(),
            disposed: false,
        }
    }

    fn shown(&self) -> Note {
        if self.disposed { Note { version: self.version, disposed: true, ..Note::default() } } else { self.clone() }
    }
}

/// Everything seen so far: after which event, which record, and how it stood.
type Seen = Vec<(u64, usize, Note)>;

fn hold(organization: &Organization, notes: &[Note], seen: &Seen) {
    let snapshot = organization.snapshot().unwrap();
    let mut before = Vec::new();
    snapshot
        .each_record(&mut |kept| {
            before.push(kept);
            Ok(())
        })
        .unwrap();
    for (record, note) in notes.iter().enumerate() {
        let kept = snapshot.kept(&id(record as u64)).unwrap().unwrap();
        assert_eq!(Note::of(&kept), note.shown());
        for to in 0..4 {
            let points = !note.disposed && note.uses().contains(&id(900 + to));
            assert_eq!(
                snapshot.naming(&id(900 + to)).unwrap().iter().any(|(from, _)| *from == id(record as u64)),
                points
            );
        }
    }
    for (seq, record, then) in seen {
        let found = snapshot.kept_as_of(&id(*record as u64), *seq).unwrap().unwrap();
        match found {
            Then::Kept(kept) => assert_eq!(Note::of(&kept), then.shown()),
            Then::Gone(gone) => assert!(notes[*record].disposed && matches!(gone, Gone::Disposed { .. })),
        }
    }
    drop(snapshot);
    organization.rebuild().unwrap();
    let snapshot = organization.snapshot().unwrap();
    let mut after = Vec::new();
    snapshot
        .each_record(&mut |kept| {
            after.push(kept);
            Ok(())
        })
        .unwrap();
    let bytes = |all: &[Kept]| all.iter().map(Kept::to_canonical).collect::<Vec<_>>();
    assert_eq!(bytes(&after), bytes(&before));
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories_agree_with_a_simple_model(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let organization = found(dir.path());
        let mut seen = Seen::new();
        let mut notes = Vec::new();
        for record in 0..RECORDS {
            let title = json!({ "title": "first" });
            let deed = recorded(&id(record as u64), &format!("SYS-{record:04}"), title);
            let seq = append(&organization, deed).unwrap().seq;
            let fields = BTreeMap::from([("title".to_owned(), json!("first"))]);
            let note = Note { fields, state: "planned".into(), version: 1, ..Note::default() };
            seen.push((seq, record, note.clone()));
            notes.push(note);
        }
        for step in steps {
            let record = step.record();
            let Some((body, after)) = step.take(&notes[record]) else { continue };
            let deed: Deed = on(&id(record as u64), "ai-system", after.version, body);
            let seq = append(&organization, deed).unwrap().seq;
            notes[record] = after.clone();
            seen.push((seq, record, after));
            hold(&organization, &notes, &seen);
        }
    }
}
