//! L-15 and L-17: what was erased is found nowhere, the ledger still verifies, and a restored copy forgets again.

mod shared;

use std::{fs, path::Path};

use aims_record::{ActBody, Erasure};
use aims_store::{AppendError, Gone, Organization, Payload, Personal, WriteError};
use rusqlite::Connection;
use serde_json::json;
use shared::*;

fn person(number: u64) -> String {
    format!("01940c9e-7777-7cc3-9d54-{number:012x}")
}

/// Records a person whose name is sealed; answers the commitment.
fn record_person(organization: &Organization, number: u64) -> String {
    let (id, name) = (person(number), format!("Canary-{number}-Zaphod"));
    organization
        .write(move |draft| {
            let sealed = draft.seal(&id, fields(json!({ "name": name, "mail": format!("{name}@example.org") })))?;
            let values = json!({ "mail": { "sealed": sealed }, "name": { "sealed": sealed } });
            draft.append(envelope(recorded(&id, &format!("PER-{number:04}"), values)))?;
            Ok::<_, AppendError>(sealed)
        })
        .unwrap()
}

fn erase(organization: &Organization, number: u64, count: u64) -> Result<u64, WriteError<AppendError>> {
    let erasure = Erasure {
        approvers: vec![ANNA.into(), BEN.into()],
        basis: "they asked".into(),
        count,
        rule: "GDPR Article 17(1)(b)".into(),
    };
    append(organization, on(&person(number), "ai-system", 2, ActBody::Erased(erasure))).map(|written| written.seq)
}

/// Everything in the folder, each file as it lies on disk.
fn raw(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(raw(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

fn is_found(files: &[(String, Vec<u8>)], needle: &[u8]) -> Option<String> {
    let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    files.iter().find(|(_, bytes)| holds(bytes)).map(|(path, _)| path.clone())
}

type Secret = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);

/// Salt, ciphertext, wrapped key and the subject's wrapped key, of each personal payload.
fn secrets(dir: &Path) -> Vec<Secret> {
    let conn = Connection::open(dir.join("organization.db")).unwrap();
    let sql =
        "SELECT p.salt, p.body, p.wrapped, s.wrapped FROM payloads p JOIN subjects s ON s.id = p.subject ORDER BY p.id";
    let mut select = conn.prepare(sql).unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn l15_twenty_erased_persons_are_found_nowhere_and_the_ledger_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let commitments: Vec<String> = (1..=21).map(|number| record_person(&organization, number)).collect();
    (1..=50).for_each(|number| drop(record(&organization, number)));
    let known = organization.snapshot().unwrap().personal(&commitments[0]).unwrap();
    let Some(Personal::Known(values)) = known else { panic!("{known:?}") };
    assert_eq!(values["name"], "Canary-1-Zaphod");
    let secrets = secrets(dir.path());
    assert_eq!(secrets.len(), 21);
    // Even before erasure the plaintext lies nowhere in the clear.
    assert_eq!(is_found(&raw(dir.path()), b"-Zaphod"), None);
    assert!(is_found(&raw(dir.path()), &secrets[0].0).is_some());

    let refused = erase(&organization, 1, 2);
    assert!(matches!(refused, Err(WriteError::Refused(AppendError::Format { .. }))), "{refused:?}");
    let events: Vec<u64> = (1..=20).map(|number| erase(&organization, number, 1).unwrap()).collect();

    let files = raw(dir.path());
    for (number, (salt, body, wrapped, key)) in secrets.iter().enumerate().take(20) {
        for part in [salt, body, wrapped, key] {
            assert_eq!(is_found(&files, part), None, "person {number}");
        }
    }
    let (salt, _, _, key) = &secrets[20];
    assert!(is_found(&files, salt).is_some() && is_found(&files, key).is_some(), "the one who stays is still there");

    let snapshot = organization.snapshot().unwrap();
    let gone = Gone::Erased { seq: events[0] };
    assert_eq!(snapshot.personal(&commitments[0]).unwrap(), Some(Personal::Gone(gone)));
    assert_eq!(snapshot.payload(&commitments[0]).unwrap(), Some(Payload::Gone(gone)));
    assert!(matches!(snapshot.personal(&commitments[20]).unwrap(), Some(Personal::Known(_))));
    drop(snapshot);
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
    organization.rebuild().unwrap();
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
}

#[test]
fn l15_traces_go_as_soon_as_a_reader_that_stood_in_the_way_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record_person(&organization, 1);
    let secret = secrets(dir.path()).remove(0);
    let reader = organization.snapshot().unwrap();
    erase(&organization, 1, 1).unwrap();
    assert!(is_found(&raw(dir.path()), &secret.0).is_some(), "the reader still needs it");
    drop(reader);
    // Nobody writes any more; the writer comes back to it by itself, a second later.
    let is_left = || is_found(&raw(dir.path()), &secret.0).is_some();
    (0..60).take_while(|_| is_left()).for_each(|_| std::thread::sleep(std::time::Duration::from_millis(250)));
    assert_eq!(is_found(&raw(dir.path()), &secret.0), None);
    assert_eq!(is_found(&raw(dir.path()), &secret.3), None);
}

#[test]
fn l17_a_restored_copy_forgets_again_before_anything_else() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record_person(&organization, 1);
    organization.close().unwrap();
    let secret = secrets(dir.path()).remove(0);
    let backup = fs::read(dir.path().join("organization.db")).unwrap();
    let organization = open(dir.path()).unwrap();
    erase(&organization, 1, 1).unwrap();
    organization.close().unwrap();
    fs::write(dir.path().join("organization.db"), backup).unwrap();
    assert!(is_found(&raw(dir.path()), &secret.0).is_some());
    let refused = open(dir.path()).err().unwrap();
    assert!(refused.to_string().contains("events are missing") || refused.to_string().contains("missing"), "{refused}");
    assert_eq!(is_found(&raw(dir.path()), &secret.0), None);
    assert_eq!(is_found(&raw(dir.path()), &secret.3), None);
}

#[test]
fn a_disposed_record_leaves_its_tombstone_and_history_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let deed = recorded(&id(1), "SYS-0001", json!({ "title": "Canary of content" }));
    append(&organization, deed).unwrap();
    assert!(is_found(&raw(dir.path()), b"Canary of content").is_some());
    let disposed = ActBody::Disposed { basis: "term".into(), number: "SYS-0001".into(), rule: "P6Y".into() };
    let seq = append(&organization, on(&id(1), "ai-system", 2, disposed)).unwrap().seq;
    assert_eq!(is_found(&raw(dir.path()), b"Canary of content"), None);
    let snapshot = organization.snapshot().unwrap();
    assert!(snapshot.kept(&id(1)).unwrap().unwrap().live().is_none());
    let gone = aims_store::Then::Gone(Gone::Disposed { seq });
    assert_eq!(snapshot.kept_as_of(&id(1), 1).unwrap(), Some(gone));
    assert!(matches!(snapshot.kept_as_of(&id(1), seq).unwrap(), Some(aims_store::Then::Kept(_))));
    assert_eq!(snapshot.next_number("SYS").unwrap(), 2);
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
}

#[test]
fn a_seal_that_no_act_names_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    organization
        .write(|draft| {
            draft.seal(BEN, fields(json!({ "name": "in vain" })))?;
            draft.append(envelope(recorded(&id(1), "SYS-0001", json!({}))))
        })
        .unwrap();
    assert_eq!(organization.snapshot().unwrap().personal_count(BEN).unwrap(), 0);
}
