//! The reference pages under `docs/guide/kinds/` say what the descriptions say.
//! After a change of a kind: `AIMS_WRITE=1 cargo test -p aims-framework --test kinds_docs`.

use std::{collections::BTreeMap, fs, path::Path};

use aims_framework::{
    Content,
    kinds::{index_page, reference_page},
};

fn pages() -> BTreeMap<String, String> {
    let kinds = Content::embedded().kinds().unwrap();
    let each = kinds.by_id.values().map(|kind| (format!("{}.md", kind.id), reference_page(kind, &kinds)));
    each.chain([("README.md".to_owned(), index_page(&kinds))]).collect()
}

#[test]
fn the_pages_are_as_the_kinds_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/kinds");
    let write = std::env::var_os("AIMS_WRITE").is_some();
    let pages = pages();
    let mut stale = Vec::new();
    if write {
        fs::create_dir_all(&folder).unwrap();
    }
    for (name, text) in &pages {
        let path = folder.join(name);
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            stale.push(name.clone());
            if write {
                fs::write(&path, text).unwrap();
            }
        }
    }
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !pages.contains_key(&name) {
            stale.push(name.clone());
            if write {
                fs::remove_file(folder.join(&name)).unwrap();
            }
        }
    }
    assert!(
        stale.is_empty() || write,
        "these pages are not as the kinds say; run `AIMS_WRITE=1 cargo test -p aims-framework --test kinds_docs`: {}",
        stale.join(", ")
    );
}

#[test]
fn a_page_leads_to_pages_that_exist() {
    let pages = pages();
    for (name, text) in &pages {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(pages.contains_key(target), "{name} leads to {target}");
        }
    }
}
