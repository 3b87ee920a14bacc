//! Records as YAML files, as an organization keeps them in git: what cannot be read says where.
#![no_main]

use std::sync::LazyLock;

use aims_exchange::files::parse;
use aims_framework::Content;
use aims_record::Kinds;
use libfuzzer_sys::fuzz_target;

static KINDS: LazyLock<Kinds> = LazyLock::new(|| Content::embedded().kinds().expect("the built-in kinds load"));

fuzz_target!(|text: &str| {
    let files = [("records.yaml".to_owned(), text.to_owned())];
    match parse(&files, &KINDS) {
        Ok(_) => {}
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a word");
            assert!(errors.iter().all(|e| e.line >= 1 && e.column >= 1 && !e.message.is_empty()));
        }
    }
});
