//! Kinds of record: loading their descriptions, and everything that is made from one description.
//!
//! Loading goes in three steps, so that one look shows all errors: every file is read by itself (`file`, `field`, `life`), then every kind
//! is held against itself (`within`), then the kinds against each other (`across`). What could not be read is left out of later checks
//! instead of causing errors of its own.

mod across;
mod draft;
mod field;
mod file;
mod life;
mod page;
mod schema;
mod template;
mod values;
mod within;
mod wording;
mod words;

use std::collections::BTreeMap;

use aims_record::{Kind, Kinds};
use sha2::{Digest, Sha256};

pub use page::{index_page, reference_page};
pub use schema::json_schema;
pub use template::yaml_template;
pub use values::{from_yaml, read_value};
pub use words::{Class, Words};

use crate::yaml::{ContentError, Limits, Reading, parse};
use draft::Draft;

/// Loads the kinds of the product and an organization's own.
///
/// `files` are (name, text) pairs relative to `content/`: `roles.yaml`, `retention.yaml`, `clauses.yaml` and `kinds/*.yaml`; others are
/// ignored. `own` are the files of the organization's folder `kinds/`.
///
/// # Errors
/// All errors of all files, in the order of files and lines. `docs/formats/kinds.md` gives the rules.
pub fn load(files: &[(String, String)], own: &[(String, String)]) -> Result<Kinds, Vec<ContentError>> {
    let mut errors = Vec::new();
    let words = Words::read(files, &mut errors);
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    let product = files.iter().filter(|(name, _)| is_kind_file(name)).map(|f| (f, false));
    let mut extensions = Vec::new();
    for ((name, text), own) in product.chain(own.iter().map(|f| (f, true))) {
        let root = match parse(name, text, Limits::CONTENT) {
            Ok(root) => root,
            Err(found) => {
                errors.extend(found);
                drafts.entry(draft::stem(name).to_owned()).or_insert_with(|| Draft::unreadable(name));
                continue;
            }
        };
        if own && root.get("extends").is_some() {
            extensions.push((name, root));
            continue;
        }
        let mut reading = Reading::new(name);
        if let Some(draft) = file::read_kind(&mut reading, root, &words, own) {
            file::add_draft(&mut reading, &mut drafts, draft);
        }
        errors.append(&mut reading.errors);
    }
    for (name, root) in extensions {
        let mut reading = Reading::new(name);
        file::extend(&mut reading, root, &words, &mut drafts);
        errors.append(&mut reading.errors);
    }
    drafts.values().for_each(|draft| within::check(draft, &mut errors));
    across::check(&drafts, &mut errors);
    if !errors.is_empty() {
        errors.sort();
        errors.dedup();
        return Err(errors);
    }
    let by_id: BTreeMap<String, Kind> = drafts.into_iter().map(|(id, draft)| (id, draft.kind)).collect();
    let roles = words.roles.into_iter().collect();
    Ok(Kinds { by_id, roles, digest: digest(files, own) })
}

/// SHA-256 in lower-case hex over what the kinds were loaded from: sorted by name, each name and text preceded by its length in bytes as
/// eight bytes, big-endian. An organization's own names are preceded by `own/`.
fn digest(files: &[(String, String)], own: &[(String, String)]) -> String {
    let read = |name: &str| is_kind_file(name) || words::FILES.contains(&name);
    let product = files.iter().filter(|(name, _)| read(name)).map(|(name, text)| (name.clone(), text));
    let own = own.iter().map(|(name, text)| (format!("own/{name}"), text));
    let mut all: Vec<(String, &String)> = product.chain(own).collect();
    all.sort();
    let mut hash = Sha256::new();
    for (name, text) in all {
        for part in [name.as_bytes(), text.as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex::encode(hash.finalize())
}

fn is_kind_file(name: &str) -> bool {
    name.strip_prefix("kinds/").is_some_and(|rest| rest.ends_with(".yaml") && !rest.contains('/'))
}
