//! A whole bundle with one file spoilt: the verifier never panics, and never calls sound what differs from what was signed.
#![no_main]

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use aims_verify::{Key, Request, Verdict, verify};
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/verify/tests/maker/mod.rs"]
#[allow(missing_docs, reason = "a test's module")]
mod maker;

struct Bundle {
    dir: tempfile::TempDir,
    key: Key,
    files: BTreeMap<String, Vec<u8>>,
}

// One bundle for the whole run: a target has one thread, and every run puts the spoilt file back.
static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    let model = maker::Model::random(7, 40, false);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let key = Key::parse(&model.vkey()).expect("the maker's key");
    let files: BTreeMap<String, Vec<u8>> = model.files().into_iter().collect();
    files.iter().for_each(|(name, bytes)| put(dir.path().join(name), bytes));
    Bundle { dir, key, files }
});

fn put(path: PathBuf, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

// First byte: which file. Next two: where. Fourth: how many bytes go there. The rest comes in their place.
fuzz_target!(|bytes: &[u8]| {
    let [which, at_high, at_low, gone, insert @ ..] = bytes else { return };
    let bundle = &*BUNDLE;
    let (name, original) = bundle.files.iter().nth(usize::from(*which) % bundle.files.len()).expect("a file");
    let at = usize::from(u16::from_be_bytes([*at_high, *at_low])) % (original.len() + 1);
    let end = (at + usize::from(*gone)).min(original.len());
    let spoilt = [&original[..at], insert, &original[end..]].concat();
    let path = bundle.dir.path().join(name);
    put(path.clone(), &spoilt);
    let request =
        Request { bundle: bundle.dir.path().to_owned(), keys: vec![bundle.key.clone()], ..Request::default() };
    let report = verify(&request);
    put(path, original);
    if spoilt != *original && !says_the_same(name, &spoilt, original) {
        assert_ne!(report.verdict, Verdict::Sound, "{name} was changed from byte {at}, unseen");
    }
    if spoilt == *original {
        assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
    }
});

/// What nothing protects: the words for people, the keys that a reader brought better ones for, when the bundle was made, signatures
/// of keys that nobody knows.
fn says_the_same(name: &str, spoilt: &[u8], original: &[u8]) -> bool {
    let without_moment = |bytes: &[u8]| {
        let mut label = serde_json::from_slice::<serde_json::Value>(bytes).ok()?;
        label.as_object_mut()?.remove("made_at");
        Some(label)
    };
    match name {
        "README.txt" | "keys" => true,
        "bundle.json" => without_moment(spoilt).is_some_and(|label| Some(label) == without_moment(original)),
        "checkpoint" => {
            let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
            lines(original).iter().all(|line| lines(spoilt).contains(line))
        }
        _ => false,
    }
}
