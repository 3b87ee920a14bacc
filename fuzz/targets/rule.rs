//! Files of a framework: requirements, controls and rules. What loads can be said in a sentence, what does not says where.
#![no_main]

use std::sync::LazyLock;

use aims_framework::{Content, standard};
use aims_record::Kinds;
use libfuzzer_sys::fuzz_target;

static KINDS: LazyLock<Kinds> = LazyLock::new(|| Content::embedded().kinds().expect("the built-in kinds load"));

/// A fuzzed text is several files: each begins at a line `%% NAME`.
fn files(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split("%% ").skip(1);
    parts.filter_map(|part| part.split_once('\n')).map(|(name, text)| (name.trim_end(), text)).collect()
}

fuzz_target!(|text: &str| {
    match standard::load(&files(text), &KINDS, &["clock_is_trusted"]) {
        Ok(framework) => {
            for item in framework.items() {
                assert!(framework.item(item.id()).is_some());
            }
            for rule in framework.rules.values() {
                assert!(!standard::sentence(rule, &KINDS).is_empty());
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|e| e.line >= 1 && e.column >= 1 && !e.message.is_empty()));
        }
    }
});
