//! The words on pages, by language: Fluent files under `content/words/`. English is complete; what another language lacks is said in English.

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// Languages: id and file.
const FILES: [(&str, &str); 2] = [
    ("en", include_str!("../../../content/words/en.ftl")),
    ("de", include_str!("../../../content/words/de.ftl")),
];

/// One language's words.
pub struct Tongue {
    /// Such as `de`.
    pub id: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static TONGUES: LazyLock<Vec<Tongue>> = LazyLock::new(|| FILES.iter().map(|(id, file)| Tongue::of(id, file)).collect());

impl Tongue {
    fn of(id: &'static str, file: &str) -> Tongue {
        let language: LanguageIdentifier = id.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Marks around inserted values would be copied along with numbers and hashes.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(resource, _)| resource);
        // A key that comes twice is found by a test.
        let _ = bundle.add_resource(resource);
        Tongue { id, bundle }
    }

    /// The language of this id, where there is one.
    pub fn named(id: &str) -> Option<&'static Tongue> {
        TONGUES.iter().find(|t| t.id == id)
    }

    /// The first language that the browser asks for and we have; English otherwise.
    pub fn wanted(accept: &str) -> &'static Tongue {
        let asked = accept.split(',').filter_map(|part| part.trim().get(..2));
        asked.filter_map(Tongue::named).next().unwrap_or_else(Tongue::english)
    }

    /// English.
    pub fn english() -> &'static Tongue {
        &TONGUES[0]
    }

    /// The words for a key.
    pub fn say(&self, key: &str) -> Cow<'_, str> {
        self.find(key, None)
    }

    /// The words for a key with one value in them.
    pub fn with<'v>(&self, key: &str, name: &str, value: impl Into<FluentValue<'v>>) -> String {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), value.into());
        self.find(key, Some(&args)).into_owned()
    }

    /// The words for a key with several values in them.
    pub fn tell(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::new();
        values.iter().for_each(|(name, value)| args.set((*name).to_owned(), value.clone()));
        self.find(key, Some(&args)).into_owned()
    }

    fn find(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        let pattern = self.bundle.get_message(key).and_then(|m| m.value());
        match pattern {
            Some(pattern) => self.bundle.format_pattern(pattern, args, &mut Vec::new()),
            None if self.id != "en" => Tongue::english().find(key, args),
            None => Cow::Owned(key.to_owned()),
        }
    }
}
