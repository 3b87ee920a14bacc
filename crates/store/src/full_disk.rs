//! A full disk, played by a limit on the database's pages.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use aims_record::{Actor, ActorKind};
use jiff::Timestamp;

use crate::{
    Chance, Clock, Deed, Envelope, Founding, OpenOptions, Organization, Outcome, Software, StoreError, WriteError,
};

pub(crate) struct Counter(pub AtomicI64, pub AtomicU64);

impl Clock for Counter {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.fetch_add(1, Ordering::Relaxed)).unwrap()
    }
}

impl Chance for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| (self.1.fetch_add(1, Ordering::Relaxed) % 251) as u8);
    }
    fn id(&self) -> String {
        format!("01940c9e-2222-7cc3-9d54-{:012x}", self.1.fetch_add(1, Ordering::Relaxed))
    }
}

fn envelope() -> Envelope {
    let org = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000".to_owned();
    Envelope {
        actor: Actor { amr: vec![], kind: ActorKind::System, on_behalf: vec![], pid: org },
        deed: Deed::Plain {
            act: "noted".into(),
            outcome: Outcome::Done,
            reason: None,
            refs: vec![],
            body: Some(serde_json::json!({ "text": "x".repeat(20_000) })),
        },
        idem: None,
        policy_digest: "9a1b".repeat(16),
        sw: Software { build_sha256: "c0de".repeat(16), version: "0.1.0".into() },
        req: None,
        evidence: vec![],
        sig: None,
    }
}

/// The beginning of an organization.
pub(crate) fn founding() -> Founding {
    let first = envelope();
    Founding {
        name: "Example".into(),
        origin: "example.org/org/1".into(),
        org: first.actor.pid.clone(),
        actor: first.actor,
        policy_digest: first.policy_digest,
        sw: first.sw,
    }
}

fn limit(organization: &Organization, pages: u64) {
    let sql = format!("PRAGMA max_page_count = {pages}");
    let set = move |desk: &mut crate::desk::Desk| {
        desk.books.reading.conn()?.query_row(&sql, [], |_| Ok(())).map_err(StoreError::from)
    };
    organization.ask_desk(set).unwrap();
}

#[test]
fn o01_on_a_full_disk_nothing_is_saved_reading_works_and_writing_goes_on_with_space() {
    let dir = tempfile::tempdir().unwrap();
    let given = Arc::new(Counter(AtomicI64::new(1_790_000_000_000), AtomicU64::new(1)));
    let organization = Organization::found(dir.path(), founding(), given.clone(), given.clone()).unwrap();
    limit(&organization, 100);
    let mut saved = 1;
    let full = loop {
        match organization.write(|draft| draft.append(envelope())) {
            Ok(written) => saved = written.seq + 1,
            Err(error) => break error,
        }
        assert!(saved < 100);
    };
    assert!(matches!(full, WriteError::StorageFull), "{full}");
    assert_eq!(organization.snapshot().unwrap().size().unwrap(), saved);
    limit(&organization, 10_000);
    assert_eq!(organization.write(|draft| draft.append(envelope())).unwrap().seq, saved);
    organization.close().unwrap();
    let organization = Organization::open(dir.path(), OpenOptions::write(), given.clone(), given).unwrap();
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
}

/// Many at once: batches land while others are decided on top of them, and a batch that does not fit takes those along.
#[test]
fn o01_on_a_full_disk_what_was_built_on_an_unsaved_batch_is_not_saved_either() {
    let dir = tempfile::tempdir().unwrap();
    let given = Arc::new(Counter(AtomicI64::new(1_790_000_000_000), AtomicU64::new(1)));
    let organization = Organization::found(dir.path(), founding(), given.clone(), given.clone()).unwrap();
    for pages in [400, 900, 1_400] {
        limit(&organization, pages);
        let mut acknowledged: Vec<u64> = std::thread::scope(|scope| {
            let client = || {
                let answers = (0..40).map(|_| organization.write(|draft| draft.append(envelope())));
                answers.filter_map(|answer| match answer {
                    Ok(written) => Some(written.seq),
                    Err(error) => {
                        assert!(matches!(error, WriteError::StorageFull), "{error}");
                        None
                    }
                })
            };
            let clients: Vec<_> = (0..16).map(|_| scope.spawn(move || client().collect::<Vec<u64>>())).collect();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        acknowledged.sort_unstable();
        assert!(acknowledged.len() < 640, "the disk was to be full");
        let size = organization.snapshot().unwrap().size().unwrap();
        assert_eq!(acknowledged.last().map(|last| last + 1), Some(size));
        assert_eq!(acknowledged.len() as u64, size - acknowledged[0], "acknowledged once each, without a gap");
    }
    limit(&organization, 100_000);
    organization.write(|draft| draft.append(envelope())).unwrap();
    organization.close().unwrap();
    let organization = Organization::open(dir.path(), OpenOptions::write(), given.clone(), given).unwrap();
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
}
