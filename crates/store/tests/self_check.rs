//! The self-check: silent about what is sound, and every table that is tampered with is named.

mod shared;

use std::{fs, path::Path};

use aims_store::{Findings, Organization};
use rusqlite::Connection;
use serde_json::json;
use shared::*;

/// An organization with a bit of everything, closed.
fn filled(dir: &Path) {
    let organization = found(dir);
    (1..=300).for_each(|number| drop(record(&organization, number)));
    append(&organization, amended(&id(1), 2, json!({ "owner": BEN, "rows": [{ "who": ANNA }] }))).unwrap();
    organization
        .write(|draft| {
            let sealed = draft.seal(BEN, fields(json!({ "name": "Ben Amos" })))?;
            draft.append(envelope(recorded(BEN, "PER-0001", json!({ "name": { "sealed": sealed } }))))
        })
        .unwrap();
    let evidence = put(&organization, "report.txt", b"what was measured").unwrap();
    let body = aims_record::ActBody::Attached {
        field: None,
        file: evidence.file.clone(),
        lapse: None,
        many: true,
        material: false,
        state: None,
    };
    append(&organization, on(&id(2), "ai-system", 2, body)).unwrap();
    let mut with_key = envelope(amended(&id(3), 2, json!({ "title": "Third" })));
    with_key.idem = Some(aims_store::Idem { key: "k".into(), request: aims_ledger::Hash::sha256(b"r") });
    organization.write(move |draft| draft.append(with_key)).unwrap();
    let disposed =
        aims_record::ActBody::Disposed { basis: "term".into(), number: "SYS-0004".into(), rule: "P6Y".into() };
    append(&organization, on(&id(4), "ai-system", 2, disposed)).unwrap();
    // Links that were sorted in, and links that wait.
    organization.rebuild().unwrap();
    append(&organization, amended(&id(5), 2, json!({ "owner": ANNA }))).unwrap();
    organization.close().unwrap();
}

fn check(organization: &Organization) -> Findings {
    organization.verify(&mut |_, _| {}).unwrap()
}

fn read(dir: &Path) -> Result<Findings, String> {
    let options = aims_store::OpenOptions::read();
    Organization::open(dir, options, clock(), chance()).map(|o| check(&o)).map_err(|e| e.to_string())
}

#[test]
fn a_sound_organization_has_no_findings() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let found = read(dir.path()).unwrap();
    assert_eq!(found.findings, []);
    assert_eq!((found.records, found.files), (301, 1));
    let organization = open(dir.path()).unwrap();
    organization.rebuild().unwrap();
    record(&organization, 301);
    assert_eq!(check(&organization).findings, []);
}

#[test]
fn l01_every_table_that_is_tampered_with_is_noticed() {
    let sound = tempfile::tempdir().unwrap();
    filled(sound.path());
    let attacks = [
        ("UPDATE entries SET bytes = CAST(replace(bytes, 'local', 'lokal') AS BLOB) WHERE seq = 7", "tile_differs"),
        ("DELETE FROM entries WHERE seq = 300", "entry_missing"),
        ("UPDATE payloads SET body = CAST(replace(body, 'System 5', 'System 6') AS BLOB)", "payload_differs"),
        ("UPDATE payloads SET body = NULL, salt = NULL WHERE id = 9 << 10", "payload_missing"),
        ("DELETE FROM payloads WHERE id = 9 << 10", "payload_missing"),
        ("INSERT INTO payloads (id, c) VALUES (9 << 10 | 5, 'x')", "payload_extra"),
        ("INSERT INTO payloads (id, c) VALUES (9999 << 10, 'x')", "payload_extra"),
        ("UPDATE payloads SET body = zeroblob(60) WHERE subject IS NOT NULL", "payload_sealed"),
        ("UPDATE payloads SET subject = file WHERE file IS NOT NULL", "payload_differs"),
        ("DELETE FROM subjects", "payload_sealed"),
        ("INSERT INTO subjects VALUES ('nobody', x'00')", "row_extra"),
        (
            "UPDATE records SET bytes = CAST(replace(bytes, 'System 8', 'System 9') AS BLOB) WHERE number = 'SYS-0008'",
            "record_differs",
        ),
        ("UPDATE records SET state = 'retired' WHERE number = 'SYS-0008'", "record_differs"),
        ("UPDATE records SET key = 'other' WHERE number = 'SYS-0008'", "record_differs"),
        ("DELETE FROM records WHERE number = 'SYS-0008'", "record_missing"),
        (
            "INSERT INTO records SELECT 9999, 'x', kind, state, prefix, 999, 'SYS-0999', NULL, 0, bytes FROM records LIMIT 1",
            "row_extra",
        ),
        ("UPDATE records SET begun = 9999 WHERE number = 'SYS-0008'", "record_differs"),
        ("DELETE FROM links WHERE field = 'owner'", "links_differ"),
        ("UPDATE links SET target = zeroblob(16) WHERE field = 'owner'", "links_differ"),
        ("INSERT INTO links VALUES (zeroblob(16), 'owner', 9999)", "row_extra"),
        ("INSERT INTO links SELECT target, 'other', source FROM links LIMIT 1", "rows_differ"),
        ("DELETE FROM new_links", "links_differ"),
        ("INSERT INTO new_links SELECT * FROM new_links", "rows_differ"),
        ("INSERT INTO new_links VALUES (zeroblob(16), 'owner', 9999)", "row_extra"),
        ("DELETE FROM endings", "ending_differs"),
        ("INSERT INTO endings VALUES (9, 'x', 'disposed')", "rows_differ"),
        ("UPDATE tiles SET bytes = zeroblob(length(bytes)) WHERE id = 0", "tile_differs"),
        ("INSERT INTO tiles VALUES (99, x'00')", "rows_differ"),
        ("UPDATE head SET root = zeroblob(32)", "head_differs"),
        ("UPDATE checkpoint SET note = replace(note, '30', '31')", "checkpoint_signature"),
        ("DELETE FROM checkpoint", "checkpoint_missing"),
        ("UPDATE idem SET seq = 5", "idem_differs"),
        ("UPDATE meta SET value = 'Other Ltd' WHERE name = 'name'", "about_differs"),
        ("CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM records; END", "schema_differs"),
    ];
    for (sql, code) in attacks {
        let dir = tempfile::tempdir().unwrap();
        copy_all(sound.path(), dir.path());
        Connection::open(dir.path().join("organization.db")).unwrap().execute_batch(sql).unwrap();
        match read(dir.path()) {
            Ok(found) => {
                let codes: Vec<&str> = found.findings.iter().map(|f| f.code).collect();
                assert!(codes.contains(&code), "{sql}: {codes:?}");
            }
            Err(refused) => assert!(refused.contains("events"), "{sql}: {refused}"),
        }
    }
}

#[test]
fn l02_the_instance_log_and_the_files_are_checked_too() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let instance = Connection::open(dir.path().join("instance.db")).unwrap();
    instance
        .execute_batch("UPDATE entries SET bytes = CAST(replace(bytes, '0.1.0', '0.1.1') AS BLOB) WHERE seq = 1")
        .unwrap();
    let found = read(dir.path()).unwrap();
    assert!(found.findings.iter().all(|f| f.place.starts_with("instance: ")) && !found.is_sound(), "{found:?}");
    instance.execute_batch("UPDATE entries SET bytes = CAST(replace(bytes, '0.1.1', '0.1.0') AS BLOB)").unwrap();
    assert!(read(dir.path()).unwrap().is_sound());

    let file = fs::read_dir(dir.path().join("evidence"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().len() == 2)
        .and_then(|path| fs::read_dir(path).unwrap().next())
        .unwrap()
        .unwrap()
        .path();
    fs::write(&file, b"what was wished for").unwrap();
    let codes: Vec<&str> = read(dir.path()).unwrap().findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["evidence_differs", "evidence_commitment"]);
    fs::remove_file(&file).unwrap();
    let codes: Vec<&str> = read(dir.path()).unwrap().findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["evidence_missing"]);
}

/// What a reader can see, as one digest.
fn visible(dir: &Path) -> Option<Vec<u8>> {
    let conn = Connection::open(dir.join("organization.db")).ok()?;
    let mut all = Vec::new();
    for sql in
        ["SELECT bytes FROM entries ORDER BY seq", "SELECT id || kind || number || bytes FROM records ORDER BY id"]
    {
        let mut select = conn.prepare(sql).ok()?;
        let rows = select.query_map([], |row| Ok(format!("{:?}", row.get_ref(0)?))).ok()?;
        for row in rows {
            all.extend(row.ok()?.into_bytes());
        }
    }
    Some(all)
}

#[test]
fn o05_a_flipped_bit_that_changes_what_is_seen_is_noticed() {
    let sound = tempfile::tempdir().unwrap();
    let organization = found(sound.path());
    (1..=12).for_each(|number| drop(record(&organization, number)));
    organization.close().unwrap();
    let bytes = fs::read(sound.path().join("organization.db")).unwrap();
    let before = visible(sound.path()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    copy_all(sound.path(), dir.path());
    let (mut changed, mut noticed) = (0, 0);
    for flip in 0..400_usize {
        let mut flipped = bytes.clone();
        let position = (flip * 7_919_137) % flipped.len();
        flipped[position] ^= 1 << (flip % 8);
        fs::write(dir.path().join("organization.db"), &flipped).unwrap();
        if visible(dir.path()).as_ref() != Some(&before) {
            changed += 1;
            noticed += u32::from(read(dir.path()).map_or(true, |found| !found.is_sound()));
        }
    }
    assert!(changed > 10, "{changed}");
    assert_eq!(noticed, changed);
}
