//! The verifier in Python and this one give the same answer on the same bundles, sound and altered.
//! Skips, and says so, where `python3` with the package `cryptography` is not there. `DIFFERENTIAL` sets how many bundles.
mod maker;

use maker::{Chance, Model, files, passkeys, seals};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output},
};

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/python/verify_bundle.py");

fn run(mut command: Command, folder: &Path, key: &str, kept: &[&str]) -> Value {
    command.arg(folder.join("bundle")).args(["--format", "json", "--key", key]);
    for name in kept {
        command.arg(format!("--{name}")).arg(folder.join(name));
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    let answer: Value =
        serde_json::from_slice(&stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&stderr)));
    assert_eq!(status.code().map(i64::from), answer["exit"].as_i64());
    answer
}

fn both(folder: &Path, key: &str, kept: &[&str]) -> (Value, Value) {
    let ours = Command::new(env!("CARGO_BIN_EXE_aims-verify"));
    let mut theirs = Command::new("python3");
    theirs.arg(PYTHON);
    (run(ours, folder, key, kept), run(theirs, folder, key, kept))
}

fn python_is_there() -> bool {
    let python = Command::new("python3").args(["-c", "import cryptography"]).output();
    let there = python.is_ok_and(|output| output.status.success());
    if !there {
        println!("SKIPPED: python3 with the package cryptography is not there");
    }
    there
}

#[test]
fn both_verifiers_agree_on_passkeys() {
    agree(passkeys::wrong(), passkeys::sound(), passkeys::not_understood());
}

#[test]
fn both_verifiers_agree_on_seals() {
    agree(seals::wrong(), seals::sound(), seals::not_understood());
}

fn agree(wrong: Vec<(&'static str, Model)>, sound: Vec<Model>, not_understood: Model) {
    if !python_is_there() {
        return;
    }
    let wrong = wrong.into_iter().map(|(what, model)| (what, "altered", model));
    let sound = sound.into_iter().map(|model| ("", "sound", model));
    let unknown = [("which is not known", "cannot tell", not_understood)];
    for (what, verdict, model) in wrong.chain(sound).chain(unknown) {
        let folder = tempfile::tempdir().unwrap();
        files::write(&model.files(), &folder.path().join("bundle"));
        let (ours, theirs) = both(folder.path(), &model.vkey(), &[]);
        for answer in [&ours, &theirs] {
            assert_eq!(answer["verdict"], verdict, "{what}: {ours}\n{theirs}");
            let said = answer["problems"][0]["what"].as_str().unwrap_or_default();
            assert!(said.contains(what), "{what}: {ours}\n{theirs}");
        }
    }
}

#[test]
fn both_verifiers_agree() {
    if !python_is_there() {
        return;
    }
    let bundles: u64 = std::env::var("DIFFERENTIAL").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    for seed in 500..500 + bundles {
        let mut chance = Chance(seed);
        let size = 2 + chance.below(if seed % 7 == 0 { 600 } else { 80 });
        let model = Model::random(seed, size, false);
        let folder = tempfile::tempdir().unwrap();
        let mut all = model.files();
        files::write(&all, &folder.path().join("bundle"));
        std::fs::write(folder.path().join("checkpoint"), model.checkpoint(size / 2)).unwrap();
        std::fs::write(folder.path().join("receipt"), model.receipt(size / 2, size)).unwrap();
        let (ours, theirs) = both(folder.path(), &model.vkey(), &["checkpoint", "receipt"]);
        assert_eq!(ours["verdict"], "sound", "seed {seed}: {ours}");
        for member in ["verdict", "exit", "origin", "org", "size", "root", "signed_by", "counts", "problems", "notes"] {
            assert_eq!(ours[member], theirs[member], "seed {seed}: {ours}\n{theirs}");
        }
        let names: Vec<String> =
            all.keys().filter(|n| !["README.txt", "keys"].contains(&n.as_str())).cloned().collect();
        let name = &names[chance.below(names.len())];
        let bytes = all.get_mut(name).unwrap();
        let at = chance.below(bytes.len());
        let bit = 1u8 << chance.below(7);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= bit;
        } else {
            bytes.push(b'\n');
        }
        files::write(&all, &folder.path().join("bundle"));
        let (ours, theirs) = both(folder.path(), &model.vkey(), &[]);
        assert_eq!(ours["exit"], theirs["exit"], "seed {seed}, {name}, byte {at} ^ {bit}:\n{ours}\n{theirs}");
    }
}
