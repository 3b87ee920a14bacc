//! The kinds of `content/`, what an organization adds to them, and what a damaged file does.

mod kinds_base;

use aims_framework::{Content, kinds};
use kinds_base::{base, changed, own, said};
use proptest::prelude::*;

#[test]
fn the_base_loads() {
    assert_eq!(said(&base(), &Vec::new()), "no error");
}

#[test]
fn an_organization_adds_fields_and_kinds() {
    let field = "extends: policy\nfields:\n  own_site: { type: text, label: Site, help: Where it holds. }\n";
    let with = kinds::load(&base(), &own("policy.yaml", field)).unwrap();
    assert!(with.get("policy").unwrap().field("own_site").is_some());
    let kind = kinds_base::PERSON.replace("kind: person", "kind: visitor").replace("PER", "VIS");
    let kind = kind.replace(", personal: true", "");
    let with = kinds::load(&base(), &own("visitor.yaml", &kind)).unwrap();
    assert!(with.get("visitor").unwrap().own);
    assert!(!with.get("policy").unwrap().own);
}

#[test]
fn what_an_organization_adds_stays_apart_from_what_the_product_has() {
    let field = "own_x: { type: text, label: X, help: X. }";
    let cases = [
        ("extends: polcy\nfields:\n  FIELD\n", "a.yaml:1:10: there is no kind `polcy`; did you mean `policy`?"),
        (
            "extends: policy\nfields:\n  own_x: { type: text, label: X, help: X. }\nlifecycle: {}\n",
            "a.yaml:4:1: an extension of a kind has no key `lifecycle`",
        ),
        (
            "extends: policy\nfields:\n  site: { type: text, label: X, help: X. }\n",
            "a.yaml:3:3: a field added to `policy` begins with `own_`, such as `own_site`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(said(&base(), &own("a.yaml", &text.replace("FIELD", field))), expected);
    }
    let twice = vec![
        ("a.yaml".to_owned(), format!("extends: policy\nfields:\n  {field}\n")),
        ("b.yaml".to_owned(), format!("extends: policy\nfields:\n  {field}\n")),
    ];
    assert_eq!(said(&base(), &twice), "b.yaml:3:3: `policy` already has a field `own_x`");
    assert_eq!(
        said(&base(), &own("policy.yaml", kinds_base::POLICY)),
        "policy.yaml:1:7: kind `policy` belongs to the product; to add fields to it, write `extends: policy` instead of `kind`"
    );
}

#[test]
fn the_digest_depends_on_names_and_bytes_and_not_on_the_order() {
    let digest = |files: &kinds_base::Files, own: &kinds_base::Files| kinds::load(files, own).unwrap().digest;
    let mut turned = base();
    turned.reverse();
    let first = digest(&base(), &Vec::new());
    assert_eq!((first.len(), &first), (64, &digest(&turned, &Vec::new())));
    assert_ne!(first, digest(&changed("A rule.", "A rule!"), &Vec::new()));
    let field = own("a.yaml", "extends: policy\nfields: { own_x: { type: text, label: X, help: X. } }\n");
    assert_ne!(first, digest(&base(), &field));
}

#[test]
fn all_kinds_of_the_product_load() {
    if let Err(errors) = Content::embedded().kinds() {
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{} errors\n{}", text.len(), text.join("\n"));
    }
}

#[test]
fn every_type_of_record_that_the_standard_needs_is_a_kind() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = root.ancestors().map(|a| a.join("shared/reference/iso42001-requirements.json")).find(|p| p.exists());
    let Some(path) = found else {
        println!("skipped: the reference folder is not here");
        return;
    };
    let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let content = Content::embedded();
    let types = reference["recordTypes"].as_array().unwrap();
    let missing: Vec<String> = types
        .iter()
        .map(|t| t["id"].as_str().unwrap().replace('_', "-"))
        .filter(|id| content.file(&format!("kinds/{id}.yaml")).is_none())
        .collect();
    assert!(types.len() >= 80 && missing.is_empty(), "no kind for {missing:?}");
}

#[test]
fn all_of_content_is_text() {
    let content = Content::embedded();
    assert!(content.file("roles.yaml").is_some() && content.under("kinds/").count() >= 80);
    assert_eq!(Content::embedded().with_folder(own("a.yaml", "x")).own.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever happens to a file, loading answers with kinds or with errors that have a place.
    #[test]
    fn a_damaged_file_gives_an_error_with_a_place(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[\\[\\]{}:,&*!|>'\"#a-z0-9 \n-]{0,6}"), 1..4),
    ) {
        let mut files = base();
        let kinds: Vec<(String, String)> =
            Content::embedded().files.into_iter().filter(|(n, _)| n.starts_with("kinds/")).collect();
        let (name, mut text) = which.get(&kinds).clone();
        for (at, len, put) in cuts {
            let mut chars: Vec<char> = text.chars().collect();
            let from = at.index(chars.len() + 1);
            let to = (from + len).min(chars.len());
            chars.splice(from..to, put.chars());
            text = chars.into_iter().collect();
        }
        files.retain(|(n, _)| *n != name);
        files.push((name, text));
        if let Err(errors) = kinds::load(&files, &Vec::new()) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(error.line > 0 && error.column > 0 && !error.message.is_empty(), "{error}");
            }
        }
    }
}
