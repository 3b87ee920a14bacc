//! Evidence: what is taken, what is refused, and that nothing is half stored (TRUST B-23 to B-28).

use std::{fs, path::PathBuf};

use aims_app::Wish;

use crate::stage::Stage;

fn stage() -> Stage {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    stage.record(
        "context-issue",
        "storms",
        &[("title", "Storms"), ("statement", "Storms grow"), ("side", "external"), ("topic", "climate-change")],
    );
    stage
}

fn file(stage: &Stage, name: &str, bytes: &[u8]) -> PathBuf {
    let path = stage.dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn stored(stage: &Stage) -> usize {
    let folder = stage.org().join("evidence");
    let walk =
        |dir: PathBuf| fs::read_dir(dir).map(|d| d.map(|e| e.unwrap().path()).collect::<Vec<_>>()).unwrap_or_default();
    walk(folder).into_iter().filter(|p| p.is_dir()).map(|p| walk(p).len()).sum()
}

#[test]
fn a_file_is_attached_once_and_its_digest_is_part_of_the_record() {
    let stage = stage();
    let path = file(&stage, "minutes.txt", b"we met\n");
    let taken = stage.aims.take_file(&path, None, None).unwrap();
    let attach = || Wish::Attach { record: "storms".into(), seen: None, field: None, file: taken.clone() };
    stage.aims.act(&stage.anna(), attach(), None).unwrap();
    assert_eq!(stage.aims.act(&stage.anna(), attach(), None).unwrap_err().code(), "nothing_changes");
    let shown = stage.aims.show("storms", None).unwrap();
    assert_eq!(shown.record["files"][0]["sha256"].as_str().unwrap(), taken.sha256);
    stage.assert_sound();
    stage.assert_bundle_sound("bundle");
}

#[test]
fn what_is_no_evidence_is_refused_and_nothing_is_stored() {
    let stage = stage();
    let take = |name: &str, bytes: &[u8], digest: Option<&str>| {
        stage.aims.take_file(&file(&stage, name, bytes), None, digest.map(Into::into)).map_err(|f| f.code())
    };
    assert_eq!(take("empty.txt", b"", None).unwrap_err(), "file_empty");
    assert_eq!(
        take("report.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", None).unwrap_err(),
        "type_mismatch"
    );
    assert_eq!(take("minutes.txt", b"we met\n", Some(&"0".repeat(64))).unwrap_err(), "digest_mismatch");
    let path = file(&stage, "long.txt", b"we met\n");
    assert_eq!(stage.aims.take_file(&path, Some("x".repeat(300)), None).unwrap_err().code(), "name_too_long");
    assert_eq!(stored(&stage), 0);
}

#[test]
fn a_hostile_name_is_only_ever_a_name() {
    let stage = stage();
    let path = file(&stage, "plain.txt", b"we met\n");
    for name in ["../../etc/passwd", "\"><img onerror>.txt", "CON.txt", "a\u{202E}b.txt"] {
        if let Ok(taken) = stage.aims.take_file(&path, Some(name.into()), None) {
            let wish = Wish::Attach { record: "storms".into(), seen: None, field: None, file: taken };
            let _ = stage.aims.act(&stage.anna(), wish, None);
        }
    }
    assert_eq!(stored(&stage), 1, "one content, whatever it is called");
    stage.assert_sound();
}

#[test]
fn evidence_that_changes_on_disk_is_named() {
    let stage = stage();
    let taken = stage.aims.take_file(&file(&stage, "minutes.txt", b"we met\n"), None, None).unwrap();
    let wish = Wish::Attach { record: "storms".into(), seen: None, field: None, file: taken.clone() };
    stage.aims.act(&stage.anna(), wish, None).unwrap();
    let blob = stage.org().join("evidence").join(&taken.sha256[..2]).join(&taken.sha256);
    let mut permissions = fs::metadata(&blob).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "the test plays somebody who may")]
    permissions.set_readonly(false);
    fs::set_permissions(&blob, permissions).unwrap();
    fs::write(&blob, b"we did not meet\n").unwrap();
    let findings = stage.aims.verify(&mut |_, _| {}).unwrap().findings;
    assert!(
        findings.iter().any(|f| f.place.contains(&taken.sha256) || f.sentence.contains(&taken.sha256)),
        "{findings:?}"
    );
}
