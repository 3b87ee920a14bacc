//! Writing, reading back, opening again; and what is refused when opening.

mod shared;

use std::{fs, path::Path, sync::Arc};

use aims_ledger::{checkpoint::Checkpoint, leaf_hash};
use aims_record::Kept;
use aims_store::{AppendError, Body, Filter, Idem, OpenOptions, Organization, StoreError, Then, WriteError};
use serde_json::json;
use shared::*;

#[test]
fn what_is_written_is_read_back_signed_and_proved() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let written = record(&organization, 1);
    append(&organization, amended(&id(1), 2, json!({ "title": "Claims ranking", "owner": BEN }))).unwrap();
    let note = organization.checkpoint_now().unwrap();
    let key = organization.verifier_key();
    let checkpoint = Checkpoint::open(note.to_string().as_bytes(), std::slice::from_ref(&key), key.name()).unwrap();
    assert_eq!(checkpoint.size(), 3);

    let snapshot = organization.snapshot().unwrap();
    let kept = snapshot.by_number("SYS-0001").unwrap().unwrap();
    assert_eq!(kept.live().unwrap().text("title"), Some("Claims ranking"));
    assert_eq!(snapshot.naming(BEN).unwrap(), vec![(id(1), "owner".to_owned())]);
    assert_eq!(snapshot.pointing("ai-system", "owner", BEN).unwrap().len(), 1);
    assert_eq!(snapshot.next_number("SYS").unwrap(), 2);
    let entry = snapshot.entry(written.seq).unwrap().unwrap();
    assert_eq!(leaf_hash(&entry), written.leaf_hash);
    let receipt = snapshot.receipt(written.seq).unwrap();
    receipt.verify(&entry, std::slice::from_ref(&key), key.name()).unwrap();

    let Some(Then::Kept(Kept::Live(then))) = snapshot.kept_as_of(&id(1), 1).unwrap() else { panic!() };
    assert_eq!(then.text("title"), Some("System 1"));
    assert_eq!(snapshot.kept_as_of(&id(1), 0).unwrap(), None);
    let acts = snapshot.acts_of(&id(1), None).unwrap();
    assert_eq!(acts.iter().map(|a| a.entry.act.as_str()).collect::<Vec<_>>(), ["recorded", "amended"]);
    assert!(matches!(acts[0].body, Body::Bytes(_)));
    assert_eq!(snapshot.seq_at(written.ts.parse().unwrap()).unwrap(), Some(1));
    assert_eq!(snapshot.seq_at("2000-01-01T00:00:00Z".parse().unwrap()).unwrap(), None);
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record(&organization, 1);
    let snapshot = organization.snapshot().unwrap();
    record(&organization, 2);
    assert_eq!(snapshot.count(&Filter::default()).unwrap(), 1);
    assert_eq!(organization.snapshot().unwrap().count(&Filter::default()).unwrap(), 2);
}

#[test]
fn lists_are_by_number_and_filtered() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    for number in [10_000, 2, 9_999] {
        record(&organization, number);
    }
    let snapshot = organization.snapshot().unwrap();
    let numbers = |filter: &Filter| -> Vec<String> {
        snapshot.list(filter, 10, 0).unwrap().iter().map(|k| k.number().to_owned()).collect()
    };
    assert_eq!(numbers(&Filter::default()), ["SYS-0002", "SYS-9999", "SYS-10000"]);
    assert_eq!(numbers(&Filter { text: Some("system 99".into()), ..Filter::default() }), ["SYS-9999"]);
    assert_eq!(numbers(&Filter { state: Some("retired".into()), ..Filter::default() }), [""; 0]);
    assert_eq!(snapshot.list(&Filter::default(), 1, 1).unwrap()[0].number(), "SYS-9999");
}

/// Batches follow each other without a pause while clients come back for more.
#[test]
fn many_who_write_at_once_are_all_answered_and_what_is_answered_is_on_disk() {
    const CLIENTS: u64 = 48;
    const ACTS: u64 = 40;
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    (1..=CLIENTS).for_each(|number| drop(record(&organization, number)));
    let client = |number: u64| {
        for version in 2..=ACTS {
            let text = format!("{number} as of {version}");
            append(&organization, amended(&id(number), version, json!({ "title": text }))).unwrap();
            let shown = organization.snapshot().unwrap().kept(&id(number)).unwrap().unwrap();
            assert_eq!(shown.live().unwrap().text("title"), Some(text.as_str()));
        }
    };
    std::thread::scope(|scope| (1..=CLIENTS).for_each(|number| drop(scope.spawn(move || client(number)))));
    assert_eq!(organization.snapshot().unwrap().head().unwrap().0, 1 + CLIENTS * ACTS);
    assert_eq!(organization.verify(&mut |_, _| {}).unwrap().findings, []);
}

#[test]
fn a_refused_command_writes_nothing_and_disturbs_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let organization = Arc::new(found(dir.path()));
    let threads: Vec<_> = (1..=40_u64)
        .map(|number| {
            let organization = Arc::clone(&organization);
            std::thread::spawn(move || {
                organization.write(move |draft| {
                    let deed = recorded(&id(number), &format!("SYS-{number:04}"), json!({}));
                    let written = draft.append(envelope(deed)).map_err(|e| e.to_string())?;
                    if number % 3 == 0 { Err("refused".to_owned()) } else { Ok(written.seq) }
                })
            })
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(results.iter().filter(|r| matches!(r, Err(WriteError::Refused(_)))).count(), 13);
    let mut seqs: Vec<u64> = results.into_iter().filter_map(Result::ok).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=27).collect::<Vec<_>>());
    let snapshot = organization.snapshot().unwrap();
    assert_eq!(snapshot.head().unwrap().0, 28);
    assert_eq!(snapshot.count(&Filter::default()).unwrap(), 27);
    assert_eq!(snapshot.kept(&id(3)).unwrap(), None);
}

#[test]
fn a_command_reads_what_it_wrote_and_nothing_of_one_that_was_undone() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record(&organization, 1);
    let amend_and_read = |refuse: bool| {
        organization.write(move |draft| {
            let version = |kept: Option<aims_record::Kept>| kept.unwrap().version();
            let before = version(draft.kept(&id(1)).unwrap());
            draft.append(envelope(amended(&id(1), before + 1, json!({ "title": "other" })))).unwrap();
            let versions = (before, version(draft.kept(&id(1)).unwrap()));
            if refuse { Err(versions) } else { Ok(versions) }
        })
    };
    let refused = amend_and_read(true);
    assert!(matches!(refused, Err(WriteError::Refused((1, 2)))), "{refused:?}");
    assert_eq!(amend_and_read(false).unwrap(), (1, 2));
    assert_eq!(amend_and_read(false).unwrap(), (2, 3));
}

#[test]
fn a_panic_undoes_its_command_alone() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let panicked = organization.write(|draft| -> Result<(), String> {
        draft.append(envelope(recorded(&id(1), "SYS-0001", json!({})))).unwrap();
        panic!("in a command")
    });
    assert!(matches!(panicked, Err(WriteError::Panicked)));
    record(&organization, 1);
    assert_eq!(organization.snapshot().unwrap().size().unwrap(), 2);
}

#[test]
fn b10_a_repeated_request_gets_its_first_answer() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let idem = |request: &str| Idem { key: "a-key".into(), request: aims_ledger::Hash::sha256(request.as_bytes()) };
    let ask = |request: &str| {
        let idem = idem(request);
        organization.write(move |draft| {
            if let Some(first) = draft.earlier(&idem)? {
                return Ok(first);
            }
            let mut envelope = envelope(recorded(&id(1), "SYS-0001", json!({})));
            envelope.idem = Some(idem);
            draft.append(envelope)
        })
    };
    let first = ask("one").unwrap();
    assert_eq!(ask("one").unwrap(), first);
    let other = ask("two");
    assert!(matches!(&other, Err(WriteError::Refused(AppendError::IdempotencyMismatch { seq: 1, .. }))), "{other:?}");
    assert_eq!(organization.snapshot().unwrap().size().unwrap(), 2);
}

#[test]
fn moments_never_go_back() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    let organization = found_with(dir.path(), clock.clone(), chance()).unwrap();
    let before = record(&organization, 1);
    clock.0.store(1_000_000_000_000, std::sync::atomic::Ordering::Relaxed);
    let after = record(&organization, 2);
    assert_eq!(after.ts, before.ts);
    let snapshot = organization.snapshot().unwrap();
    let entry = String::from_utf8(snapshot.entry(after.seq).unwrap().unwrap()).unwrap();
    assert!(entry.contains(r#""ts_state":{"clamped":true,"#), "{entry}");
}

#[test]
fn values_outside_the_profile_are_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    for values in [json!({ "size": 1.5 }), json!({ "title": "e\u{301}" }), json!({ "Bad Key": 1 })] {
        let refused = append(&organization, recorded(&id(1), "SYS-0001", values));
        assert!(matches!(refused, Err(WriteError::Refused(AppendError::Format { .. }))), "{refused:?}");
    }
    assert_eq!(organization.snapshot().unwrap().size().unwrap(), 1);
}

#[test]
fn o14_a_second_writer_is_refused_and_a_reader_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record(&organization, 1);
    assert!(matches!(open(dir.path()), Err(StoreError::InUse(_))));
    let reader = Organization::open(dir.path(), OpenOptions::read(), clock(), chance()).unwrap();
    assert_eq!(reader.snapshot().unwrap().count(&Filter::default()).unwrap(), 1);
    let refused = reader.write(|_| Ok::<(), String>(()));
    assert!(matches!(refused, Err(WriteError::Stopped(_))));
    record(&organization, 2);
    assert_eq!(reader.snapshot().unwrap().count(&Filter::default()).unwrap(), 2);
    organization.close().unwrap();
    assert_eq!(open(dir.path()).unwrap().snapshot().unwrap().size().unwrap(), 3);
}

fn copy(from: &Path, to: &Path) {
    for name in ["organization.db", "organization.db-wal"] {
        let _ = fs::remove_file(to.join(name));
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

#[test]
fn l04_an_older_copy_is_refused_with_the_number_of_missing_events() {
    let dir = tempfile::tempdir().unwrap();
    let backup = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    (1..=3).for_each(|number| drop(record(&organization, number)));
    organization.close().unwrap();
    copy(dir.path(), backup.path());
    let organization = open(dir.path()).unwrap();
    (4..=5).for_each(|number| drop(record(&organization, number)));
    organization.close().unwrap();
    copy(backup.path(), dir.path());
    for access in [OpenOptions::write(), OpenOptions::read()] {
        let refused = Organization::open(dir.path(), access, clock(), chance()).err().unwrap();
        assert_eq!(refused.to_string(), "this copy ends at event 3; event 5 was signed. 2 events are missing");
    }
}

#[test]
fn l05_a_rewritten_ledger_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record(&organization, 1);
    organization.close().unwrap();
    let forged = found_with(other.path(), clock(), Arc::new(TestChance(77.into()))).unwrap();
    (1..=9).for_each(|number| drop(record(&forged, number)));
    forged.close().unwrap();
    copy(other.path(), dir.path());
    let refused = open(dir.path()).err().unwrap();
    assert!(matches!(refused, StoreError::Inconsistent { size: 2, .. }), "{refused}");
}

#[cfg(unix)]
#[test]
fn b53_keys_that_others_can_read_and_weaker_settings_are_refused_in_one_line() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    found(dir.path()).close().unwrap();
    for key in ["signer/key", "signer/instance-key", "wrap/master"] {
        let path = dir.path().join(key);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = open(dir.path()).err().unwrap().to_string();
        assert!(refused.contains(key) && refused.contains("644") && refused.contains("chmod 600"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let settings = dir.path().join("settings");
    for (line, key) in [("synchronous = NORMAL", "synchronous"), ("journal_mode=off", "journal_mode"), ("x", "x")] {
        fs::write(&settings, format!("# ours\n{line}\n")).unwrap();
        let refused = open(dir.path()).err().unwrap().to_string();
        assert!(refused.contains("settings") && refused.contains(&format!("`{key}`")), "{refused}");
        assert_eq!(refused.lines().count(), 1);
    }
    fs::write(&settings, "synchronous = FULL\n").unwrap();
    open(dir.path()).unwrap();
}

#[test]
fn a_folder_is_founded_once() {
    let dir = tempfile::tempdir().unwrap();
    found(dir.path()).close().unwrap();
    assert!(matches!(found_with(dir.path(), clock(), chance()), Err(StoreError::Folder { .. })));
    assert!(matches!(open(&dir.path().join("nowhere")), Err(StoreError::Folder { .. })));
}

#[test]
fn rebuilding_gives_the_same_projection() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    record(&organization, 1);
    append(&organization, amended(&id(1), 2, json!({ "owner": BEN }))).unwrap();
    let before = organization.snapshot().unwrap().kept(&id(1)).unwrap();
    organization.rebuild().unwrap();
    let snapshot = organization.snapshot().unwrap();
    assert_eq!(snapshot.kept(&id(1)).unwrap(), before);
    assert_eq!(snapshot.naming(BEN).unwrap().len(), 1);
}
