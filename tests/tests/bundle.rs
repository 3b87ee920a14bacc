//! From a played year to an auditor's desk: the bundle of the sample organization, held by two verifiers that share no code with it.

use std::{fs, path::Path, process::Command, sync::Arc};

use aims_app::{Aims, chance::SystemChance, daybook::Daybook};
use aims_tests::root;

fn bundle(dir: &Path) -> (Aims, std::path::PathBuf, String) {
    let daybook = Daybook::read(&root().join("content/samples/small/daybook.yaml")).unwrap();
    let aims = daybook.play(&dir.join("org"), Arc::new(SystemChance), &mut |_| {}).unwrap_or_else(|f| panic!("{f}"));
    let out = dir.join("bundle");
    let actor = aims.actor(None).unwrap();
    let exported = aims.export_bundle(&actor, &out, false, &mut |_, _| {}).unwrap();
    (aims, out, exported.key)
}

/// The exit code and what was said.
fn rust_verifier(bundle: &Path, key: &str) -> (i32, String) {
    let keys = vec![aims_verify::Key::parse(key).unwrap()];
    let report = aims_verify::verify(&aims_verify::Request { bundle: bundle.to_owned(), keys, ..Default::default() });
    (report.exit.into(), report.to_text())
}

fn python_verifier(bundle: &Path, key: &str) -> Option<(i32, String)> {
    let python = std::env::var_os("AIMS_PYTHON").unwrap_or_else(|| "python3".into());
    let there = Command::new(&python).args(["-c", "import cryptography"]).output().is_ok_and(|o| o.status.success());
    if !there {
        eprintln!("skipped: Python with `cryptography` is absent (AIMS_PYTHON names it)");
        return None;
    }
    let output = Command::new(python)
        .arg(root().join("tests/python/verify_bundle.py"))
        .arg(bundle)
        .args(["--key", key])
        .output()
        .unwrap();
    Some((output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn both_verifiers_find_the_sample_sound_and_name_a_flipped_byte() {
    let dir = tempfile::tempdir().unwrap();
    let (_aims, bundle, key) = bundle(dir.path());
    let (code, said) = rust_verifier(&bundle, &key);
    assert_eq!(code, 0, "{said}");
    if let Some((code, said)) = python_verifier(&bundle, &key) {
        assert_eq!(code, 0, "{said}");
    }
    let payloads = bundle.join("payloads");
    let mut bytes = fs::read(&payloads).unwrap();
    let place = bytes.windows(10).position(|w| w == b"Lindenfeld").unwrap();
    bytes[place] ^= 0x20;
    fs::write(&payloads, bytes).unwrap();
    let (code, said) = rust_verifier(&bundle, &key);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("entry"), "names the place: {said}");
    if let Some((code, said)) = python_verifier(&bundle, &key) {
        assert_eq!(code, 1, "{said}");
    }
}
