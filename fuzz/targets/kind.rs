//! One file of an organization's own kinds, held against the built-in words: what loads can be used, what does not says where.
#![no_main]

use std::sync::LazyLock;

use aims_framework::{Content, kinds};
use libfuzzer_sys::fuzz_target;

/// Roles, retention classes and clauses, and the two kinds that almost all others name; not all kinds, for speed.
static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let wanted = ["roles.yaml", "retention.yaml", "clauses.yaml"];
    Content::embedded().files.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect()
});

fuzz_target!(|text: &str| {
    let own = [("own.yaml".to_owned(), text.to_owned())];
    match kinds::load(&FILES, &own) {
        Ok(kinds) => {
            assert_eq!(kinds.digest.len(), 64);
            for kind in kinds.by_id.values() {
                assert!(kind.own && kind.lifecycle.state(&kind.lifecycle.start).is_some());
                assert!(kinds::json_schema(kind).is_object());
                assert!(!kinds::reference_page(kind, &kinds).is_empty() && !kinds::yaml_template(kind).is_empty());
            }
            let again = kinds::load(&FILES, &own).map(|kinds| kinds.digest);
            assert_eq!(again, Ok(kinds.digest.clone()));
        }
        Err(errors) => {
            assert!(!errors.is_empty() && errors.is_sorted());
            assert!(errors.iter().all(|e| e.line >= 1 && e.column >= 1 && !e.message.is_empty()));
        }
    }
});
