//! An organization's own kinds, and a framework whose rules are held against them: what loads hangs together, what does not says where.
#![no_main]

use std::sync::LazyLock;

use aims_framework::{Content, kinds, standard, yaml::ContentError};
use libfuzzer_sys::fuzz_target;

/// Roles, retention classes and clauses; the kinds are those of the fuzzed text, so that rules and kinds are spoilt together.
static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let wanted = ["roles.yaml", "retention.yaml", "clauses.yaml"];
    Content::embedded().files.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect()
});

/// A fuzzed text is several files: each begins at a line `%% NAME`.
fn files(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = text.split("%% ").skip(1);
    parts.filter_map(|part| part.split_once('\n')).map(|(name, text)| (name.trim_end(), text))
}

fn in_place(errors: &[ContentError]) {
    assert!(!errors.is_empty());
    assert!(errors.iter().all(|e| e.line >= 1 && e.column >= 1 && !e.message.is_empty()));
}

fuzz_target!(|text: &str| {
    let (own, framework): (Vec<_>, Vec<_>) = files(text).partition(|(name, _)| name.starts_with("kinds/"));
    let own: Vec<_> = own.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let kinds = match kinds::load(&FILES, &own) {
        Ok(kinds) => kinds,
        Err(errors) => return in_place(&errors),
    };
    match standard::load(&framework, &kinds, &["clock_is_trusted"]) {
        Ok(framework) => {
            for (item, rule) in &framework.rules {
                assert!(framework.item(item).is_some() && !standard::sentence(rule, &kinds).is_empty());
            }
        }
        Err(errors) => in_place(&errors),
    }
});
