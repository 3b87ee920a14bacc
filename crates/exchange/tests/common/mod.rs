//! What the tests share.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use aims_exchange::{Artefact, Format, Reading, Unreadable};
use aims_framework::Content;
use aims_record::{Kinds, Required, Shape, check_fields};

/// Folder of real documents, beside the project or above it.
pub fn shared() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|dir| dir.join("shared/data")).find(|dir| dir.is_dir())
}

pub fn read(format: Format, name: &str, bytes: &[u8]) -> Result<Reading, Unreadable> {
    aims_exchange::read(format, Artefact { name, bytes })
}

pub fn kinds() -> Kinds {
    Content::embedded().kinds().unwrap()
}

/// Every draft could be recorded: its values fit its kind, its key is a key, its links end at drafts of a kind they may name.
pub fn check_against_kinds(file: &str, reading: &Reading) {
    static KINDS: std::sync::OnceLock<Kinds> = std::sync::OnceLock::new();
    let kinds = KINDS.get_or_init(kinds);
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut keys: Vec<&str> = reading.drafts.iter().map(|d| d.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), reading.drafts.len(), "{file}: two drafts with one key");
    for draft in &reading.drafts {
        let kind = kinds.get(&draft.kind).unwrap();
        let fields = reading.fields_to_record(draft);
        let problems = check_fields(kind, &fields, now);
        assert!(problems.is_empty(), "{file}, {}: {problems:?}", draft.key);
        for field in kind.fields.iter().filter(|f| f.required == Required::Always) {
            assert!(fields.contains_key(&field.name), "{file}, {}: `{}` is missing", draft.key, field.name);
        }
        let size = serde_json::to_string(&fields).unwrap().len();
        assert!(size < 1_000_000, "{file}, {}: {size} bytes do not fit into an act", draft.key);
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(draft.key.len() <= 63 && draft.key.bytes().all(fits), "{file}: {}", draft.key);
        for (name, target) in &draft.links {
            let target = reading.draft(target).unwrap_or_else(|| panic!("{file}: {} links to nothing", draft.key));
            let field = kind.field(name).unwrap_or_else(|| panic!("{} has no field {name}", kind.id));
            let Shape::Link { to } = &field.shape else { panic!("{}.{name} is no link", kind.id) };
            assert!(to.is_empty() || to.contains(&target.kind), "{file}: {}.{name} -> {}", kind.id, target.kind);
            assert!(field.many || draft.links.iter().filter(|(n, _)| n == name).count() == 1, "{file}: {name}");
        }
    }
}
