//! No language lacks a word, and no word is left over.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use include_dir::{Dir, include_dir};

use super::{LANGUAGES, files};

static SOURCES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src");
static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Keys of a language, each once; a line that is none fails.
fn keys(language: &str) -> BTreeSet<String> {
    let mut keys = BTreeMap::new();
    for file in files(language) {
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(_, e)| panic!("{language}: {e:?}"));
        for entry in resource.entries() {
            if let fluent_syntax::ast::Entry::Message(message) = entry {
                *keys.entry(message.id.name.to_owned()).or_insert(0) += 1;
            }
        }
    }
    let twice: Vec<_> = keys.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "{language} has these twice: {twice:?}");
    keys.into_keys().collect()
}

#[test]
fn every_language_has_every_key() {
    let english = keys("en");
    for language in LANGUAGES.into_iter().skip(1) {
        let theirs = keys(language);
        let lacks: Vec<_> = english.difference(&theirs).collect();
        let more: Vec<_> = theirs.difference(&english).collect();
        assert!(lacks.is_empty() && more.is_empty(), "{language} lacks {lacks:?}, and has too many: {more:?}");
    }
}

fn sources(dir: &Dir<'_>, text: &mut String) {
    dir.files().filter_map(|f| f.contents_utf8()).for_each(|content| text.push_str(content));
    dir.dirs().for_each(|inner| sources(inner, text));
}

/// Keys that are put together from a word of the program: `state-` and the class of a state.
const MADE: [&str; 10] =
    ["import-as-", "job-", "state-", "month-", "pdca-", "clause-", "refused-", "grant-", "step-", "ai-role-"];

#[test]
fn no_key_is_left_over() {
    let mut text = String::new();
    sources(&SOURCES, &mut text);
    sources(&TEMPLATES, &mut text);
    let unused: Vec<String> = keys("en")
        .into_iter()
        .filter(|key| !MADE.iter().any(|made| key.starts_with(made)) && !text.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
}
