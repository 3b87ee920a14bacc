//! What real documents do wrong or differently, one small document each.

mod common;

use std::fs;
use std::path::Path;

use aims_exchange::{Format, Reading, Unreadable};
use common::{check_against_kinds, read};
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn good(format: Format, name: &str) -> Reading {
    let reading = read(format, name, &fixture(name)).unwrap();
    check_against_kinds(name, &reading);
    reading
}

fn refused(format: Format, text: impl AsRef<[u8]>) -> Unreadable {
    read(format, "file", text.as_ref()).unwrap_err()
}

fn has(reading: &Reading, code: &str) -> bool {
    reading.notes.iter().any(|n| n.code == code)
}

/// The only draft of this kind.
fn field<'a>(reading: &'a Reading, kind: &str, field: &str) -> &'a Value {
    let draft = reading.drafts.iter().find(|d| d.kind == kind).unwrap();
    draft.fields.get(field).unwrap_or(&Value::Null)
}

fn links(reading: &Reading, kind: &str) -> Vec<(String, String)> {
    reading.drafts.iter().find(|d| d.kind == kind).unwrap().links.clone()
}

fn link(field: &str, key: &str) -> (String, String) {
    (field.to_owned(), key.to_owned())
}

#[test]
fn windows_line_breaks_make_no_difference() {
    let reading = good(Format::ModelCard, "windows.md");
    assert!(has(&reading, "line_breaks"));
    assert_eq!(field(&reading, "model", "name"), "Claims reader");
    assert_eq!(field(&reading, "model", "licence"), "apache-2.0");
    assert_eq!(field(&reading, "model", "description"), "Reads letters about damage.");
}

#[test]
fn instructions_in_a_card_are_text() {
    let reading = good(Format::ModelCard, "injection.md");
    assert_eq!(reading.drafts.len(), 1, "nothing but the draft of the model");
    let text = field(&reading, "model", "description").as_str().unwrap();
    assert!(text.contains("mark all controls implemented"));
    assert!(!reading.drafts[0].fields.contains_key("approved_by"));
    let kept = |path: &str| reading.kept.iter().any(|l| l.path == path);
    assert!(kept("/front matter/state") && kept("/front matter/approved_by") && kept("/body/Intended use/comment"));
    assert_eq!(
        field(&reading, "model", "intended_use"),
        "Reads text.",
        "what a reader does not see stays out of the field"
    );
}

#[test]
fn old_names_of_the_front_matter_are_known() {
    let reading = good(Format::DatasetCard, "old-names.md");
    assert_eq!(*field(&reading, "dataset", "languages"), json!(["de", "nl"]));
    assert_eq!(field(&reading, "dataset", "licence"), "cc-by-4.0");
    assert_eq!(field(&reading, "dataset", "source_url"), "https://example.org/harbour");
    assert_eq!(field(&reading, "dataset", "bias_notes"), "Mostly letters from men.");
    assert_eq!(field(&reading, "dataset", "provenance"), &Value::Null, "a blank of the template is no text");
    assert!(reading.kept.iter().any(|l| l.value == "[More Information Needed]"));
}

#[test]
fn a_broken_head_does_not_lose_the_body() {
    let reading = good(Format::ModelCard, "broken-front-matter.md");
    assert!(has(&reading, "front_matter_broken"));
    assert_eq!(field(&reading, "model", "description"), "Still a body.");
    assert!(reading.kept.iter().any(|l| l.path == "/front matter" && l.value.contains("license: [mit")));
}

#[test]
fn aliases_are_refused() {
    assert_eq!(refused(Format::ModelCard, fixture("aliases.md")).code, "alias");
}

#[test]
fn a_key_said_twice_counts_once_and_is_kept() {
    let reading = good(Format::ModelCard, "twice.md");
    assert!(has(&reading, "duplicate_key"));
    assert_eq!(field(&reading, "model", "licence"), "mit");
    assert!(reading.kept.iter().any(|l| l.path == "/front matter/license (2)" && l.value == "apache-2.0"));
    assert_eq!(reading.drafts.iter().filter(|d| d.kind == "model").count(), 3, "the model and its two bases");
    assert_eq!(links(&reading, "model").iter().filter(|(f, _)| f == "base_models").count(), 2);
}

#[test]
fn cycles_and_loose_ends_are_notes() {
    let reading = good(Format::CycloneDx, "cycle.cdx.json");
    let cycle = reading.notes.iter().find(|n| n.code == "dependency_cycle").unwrap();
    assert!(cycle.message.contains("a -> b -> a"), "{}", cycle.message);
    assert!(reading.notes.iter().any(|n| n.code == "dangling_reference" && n.message.contains("nowhere")));
    assert_eq!(links(&reading, "model"), [link("systems", "system-letter-desk-b60f1403")]);
    assert!(
        links(&reading, "ai-system").iter().any(|(f, k)| f == "suppliers" && k.starts_with("supplier-example-ltd"))
    );
    let a = reading.drafts.iter().find(|d| d.fields["name"] == "a").unwrap();
    assert!(a.links.contains(&link("models", "model-reader")), "what stands inside is needed: {:?}", a.links);
    assert_eq!(a.links.iter().filter(|(f, _)| f == "dependencies").count(), 1);
}

#[test]
fn a_model_card_follows_references() {
    let reading = good(Format::CycloneDx, "reference.cdx.json");
    assert_eq!(*field(&reading, "model", "energy"), json!({"amount": "12.5", "unit": "kWh"}));
    assert_eq!(field(&reading, "dataset", "personal_data"), "yes");
    assert!(links(&reading, "model").contains(&link("datasets", "dataset-letters")));
    assert!(links(&reading, "model").iter().any(|(f, _)| f == "base_models"));
    assert!(field(&reading, "model", "digest").as_str().unwrap().starts_with("aa00"));
}

#[test]
fn a_newer_version_has_the_same_keys() {
    let old = String::from_utf8(fixture("cycle.cdx.json")).unwrap();
    let new =
        old.replace("@1.0", "@1.1").replace("\"1.0\"", "\"1.1\"").replace("\"version\": \"2\"", "\"version\": \"3\"");
    let keys = |text: &str| {
        let reading = read(Format::CycloneDx, "bom.json", text.as_bytes()).unwrap();
        reading.drafts.iter().map(|d| d.key.clone()).collect::<Vec<_>>()
    };
    assert_ne!(old, new);
    assert_eq!(keys(&old), keys(&new));
}

#[test]
fn two_versions_in_one_document_are_two_records() {
    let text = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"},
        {"type":"library","name":"a","version":"2","purl":"pkg:npm/a@2"},
        {"type":"library","name":"a","version":"2","purl":"pkg:npm/a@2","description":"again"}]}"#;
    let reading = read(Format::CycloneDx, "bom.json", text.as_bytes()).unwrap();
    check_against_kinds("two versions", &reading);
    assert_eq!(reading.drafts.len(), 2);
    assert!(has(&reading, "same_name"));
}

#[test]
fn the_ai_and_dataset_profiles_are_mapped() {
    let reading = good(Format::Spdx, "small.spdx.json");
    assert_eq!(*field(&reading, "model", "energy"), json!({"amount": "3.5", "unit": "kWh"}));
    assert!(field(&reading, "model", "limitations").as_str().unwrap().contains("medium"));
    assert!(field(&reading, "model", "description").as_str().unwrap().contains("yes"));
    assert_eq!(field(&reading, "dataset", "personal_data"), "yes");
    assert_eq!(*field(&reading, "dataset", "use"), json!(["training"]));
    assert_eq!(*field(&reading, "dataset", "size"), json!({"amount": "1200", "unit": "bytes"}));
    assert!(field(&reading, "dataset", "description").as_str().unwrap().contains("amber"));
    assert!(links(&reading, "component").iter().any(|(f, _)| f == "systems"));
    assert!(has(&reading, "dependency_cycle") && has(&reading, "dangling_reference"));
}

#[test]
fn utf_16_gives_the_same_drafts() {
    let text = String::from_utf8(fixture("small.spdx.json")).unwrap();
    let plain = good(Format::Spdx, "small.spdx.json");
    for (mark, unit) in [
        (Some([0xFF, 0xFE]), u16::to_le_bytes as fn(u16) -> [u8; 2]),
        (Some([0xFE, 0xFF]), u16::to_be_bytes),
        (None, u16::to_le_bytes),
    ] {
        let bytes: Vec<u8> = mark.into_iter().flatten().chain(text.encode_utf16().flat_map(unit)).collect();
        let wide = read(Format::Spdx, "wide.json", &bytes).unwrap();
        assert_eq!(wide.drafts, plain.drafts);
        assert!(has(&wide, "utf_16"));
    }
}

#[test]
fn croissants_come_in_odd_shapes() {
    let reading = good(Format::Croissant, "odd.croissant.json");
    assert!(has(&reading, "top_level_list") && has(&reading, "not_a_number"));
    assert_eq!(reading.version, "1.1");
    assert_eq!(field(&reading, "dataset", "name"), "Harbour letters");
    assert_eq!(field(&reading, "dataset", "version"), "2");
    assert_eq!(field(&reading, "dataset", "licence"), "CC-BY-4.0");
    assert_eq!(field(&reading, "dataset", "last_updated"), "2026-02-03", "a day that does not exist is kept aside");
    assert!(field(&reading, "dataset", "bias_notes").as_str().unwrap().contains("few women"));
    assert_eq!(field(&reading, "supplier", "website"), "https://example.org");
    assert!(reading.kept.iter().any(|l| l.value == "NaN") && reading.kept.iter().any(|l| l.value == "Hafenbriefe"));
}

#[test]
fn a_croissant_without_version_is_the_oldest() {
    let reading = good(Format::Croissant, "old.croissant.json");
    assert_eq!((reading.version.as_str(), has(&reading, "version_missing")), ("0.8", true));
    assert_eq!(field(&reading, "dataset", "licence"), "CC0-1.0, MIT");
}

#[test]
fn versions_that_are_not_read_are_named() {
    let bom = refused(Format::CycloneDx, r#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#);
    assert_eq!((bom.code, bom.message.contains("1.7")), ("unsupported_version", true));
    let spdx = refused(Format::Spdx, r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}"#);
    assert_eq!((spdx.code, spdx.message.contains("convert")), ("unsupported_version", true));
    let croissant = r#"{"@type":"sc:Dataset","name":"x","conformsTo":"http://mlcommons.org/croissant/9.0"}"#;
    assert_eq!(refused(Format::Croissant, croissant).code, "unsupported_version");
}

#[test]
fn the_wrong_format_is_named() {
    let cases = [
        (Format::Spdx, fixture("cycle.cdx.json"), "aims import cyclonedx"),
        (Format::CycloneDx, fixture("small.spdx.json"), "aims import spdx"),
        (Format::CycloneDx, fixture("old.croissant.json"), "aims import croissant"),
        (Format::ModelCard, fixture("cycle.cdx.json"), "aims import cyclonedx"),
        (Format::CycloneDx, fixture("twice.md"), "aims import model-card"),
        (Format::Croissant, fixture("old-names.md"), "aims import dataset-card"),
        (Format::CycloneDx, b"<?xml version=\"1.0\"?><bom/>".to_vec(), "as JSON"),
    ];
    for (format, bytes, hint) in cases {
        let error = refused(format, bytes);
        assert_eq!(error.code, "not_this_format");
        assert!(error.message.contains(hint), "{}", error.message);
    }
}

#[test]
fn json_is_read_strictly_and_errors_have_a_place() {
    let cases = [
        ("{\"a\":1,\n \"a\":2}", "json_duplicate_key", "line 2, column 2"),
        ("{\"a\":\n [1,}", "json_invalid", "line 2, column 5"),
        ("{\"a\":\"\\u0000\"}", "json_invalid", "line 1, column 13"),
        ("{\"a\":\"\\ud800\"}", "json_invalid", "line 1, column 13"),
        ("{\"a\":01}", "json_invalid", "line 1, column 6"),
        ("{} {}", "json_invalid", "line 1, column 4"),
    ];
    for (text, code, place) in cases {
        let error = refused(Format::CycloneDx, text);
        assert_eq!((error.code, error.place.as_str()), (code, place), "{text}");
    }
    assert_eq!(refused(Format::CycloneDx, "[".repeat(100_000)).code, "json_too_deep");
    assert_eq!(refused(Format::CycloneDx, format!("[{}1]", "1,".repeat(1_000_001))).code, "too_large");
    assert_eq!(refused(Format::CycloneDx, b"{\"a\":\"\xff\"}").code, "json_invalid");
    let deep = format!("---\na: {}\n---\n# x\n", "[".repeat(100_000));
    assert_eq!(refused(Format::ModelCard, deep).code, "json_too_deep");
    let stairs: String = (0..100_000).map(|_| "- ").collect();
    assert!(read(Format::ModelCard, "x", format!("---\n{stairs}\n---\n# x\n").as_bytes()).is_err());
}

#[test]
fn hidden_characters_become_visible_and_long_texts_are_cut() {
    let long = "x".repeat(3_000);
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"type":"library","name":"e\u0301vil\u202Egnp.exe","version":"{long}"}}]}}"#
    );
    let reading = read(Format::CycloneDx, "bom.json", text.as_bytes()).unwrap();
    check_against_kinds("hidden", &reading);
    assert_eq!(field(&reading, "component", "name"), "évil\\u{202E}gnp.exe");
    assert_eq!(field(&reading, "component", "version").as_str().unwrap().chars().count(), 500);
    assert!(has(&reading, "invisible_characters") && has(&reading, "text_cut"));
    assert!(reading.kept.iter().any(|l| l.value == long), "the whole text is kept");
}

#[test]
fn much_that_is_kept_still_fits_into_an_act() {
    let many: Vec<String> = (0..5_000).map(|n| format!(r#"{{"name":"p{n}","value":"{}"}}"#, "v".repeat(300))).collect();
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"type":"library","name":"a","properties":[{}]}}]}}"#,
        many.join(",")
    );
    let reading = read(Format::CycloneDx, "bom.json", text.as_bytes()).unwrap();
    check_against_kinds("much", &reading);
    assert_eq!(reading.kept.len(), 10_002);
    let fields = reading.fields_to_record(&reading.drafts[0]);
    let last = fields["unmapped"].as_array().unwrap().last().unwrap().clone();
    assert!(last["value"].as_str().unwrap().contains("more values; see the file"));
}

#[test]
fn keys_tell_apart_what_looks_alike() {
    let key = |name: &str| {
        let card = format!("---\nlicense: mit\n---\n# {name}\n");
        read(Format::ModelCard, "README.md", card.as_bytes()).unwrap().drafts[0].key.clone()
    };
    assert_eq!(key("claims-reader"), "model-claims-reader");
    assert_eq!(key("Claims-Reader"), "model-claims-reader");
    assert_ne!(key("claims reader"), key("claims/reader"));
    assert!(key(&"a".repeat(300)).len() <= 63);
    assert_ne!(key("模型"), key("数据"));
}

#[test]
fn large_documents_take_a_moment_not_an_hour() {
    let parts: Vec<String> = (0..5_000)
        .map(|n| format!(r#"{{"bom-ref":"r{n}","type":"library","name":"part","group":"g{n}","version":"1"}}"#))
        .collect();
    let chain: Vec<String> = (0..4_999).map(|n| format!(r#"{{"ref":"r{n}","dependsOn":["r{}"]}}"#, n + 1)).collect();
    let bom = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}],"dependencies":[{}]}}"#,
        parts.join(","),
        chain.join(",")
    );
    assert_eq!(read(Format::CycloneDx, "bom.json", bom.as_bytes()).unwrap().drafts.len(), 5_000);
    let facts = "- **a:** b\n".repeat(20_000);
    let headings = "# a\n\ntext\n".repeat(20_000);
    let keys = "a: b\n".repeat(40_000);
    for card in [facts, headings, format!("---\n{keys}\n---\n# x\n"), "<!-- x -->".repeat(20_000)] {
        read(Format::ModelCard, "README.md", card.as_bytes()).unwrap();
    }
    let languages = vec!["\"de\""; 20_000].join(",");
    let croissant = format!(r#"{{"@type":"sc:Dataset","name":"x","inLanguage":[{languages}]}}"#);
    read(Format::Croissant, "x.json", croissant.as_bytes()).unwrap();
}

#[test]
fn every_field_that_an_import_fills_is_documented() {
    let guide =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/imports.md")).unwrap();
    let all = [
        (Format::ModelCard, "windows.md"),
        (Format::ModelCard, "injection.md"),
        (Format::ModelCard, "twice.md"),
        (Format::DatasetCard, "old-names.md"),
        (Format::CycloneDx, "cycle.cdx.json"),
        (Format::CycloneDx, "reference.cdx.json"),
        (Format::Spdx, "small.spdx.json"),
        (Format::Croissant, "odd.croissant.json"),
    ];
    for (format, name) in all {
        let reading = good(format, name);
        for draft in &reading.drafts {
            for field in draft.fields.keys().chain(draft.links.iter().map(|(f, _)| f)) {
                let name = format!("`{}.{field}`", draft.kind);
                assert!(guide.contains(&name), "imports.md does not say where {name} comes from");
            }
        }
        for note in &reading.notes {
            assert!(guide.contains(&format!("`{}`", note.code)), "imports.md does not know the note {}", note.code);
        }
    }
}

#[test]
fn a_draft_never_outgrows_an_act() {
    let quotes = "\\\"".repeat(60_000);
    let rai = ["dataBiases", "dataCollection", "dataUseCases", "dataAnnotationProtocol", "dataReleaseMaintenancePlan"];
    let texts: Vec<String> = rai.iter().map(|p| format!("\"rai:{p}\":\"{quotes}\"")).collect();
    let languages: Vec<String> = (0..3_000).map(|n| format!("\"{n}{}\"", "x".repeat(600))).collect();
    let keywords: Vec<String> = (0..3_000).map(|n| format!("\"{n}{}\"", "\\\"".repeat(600))).collect();
    let text = format!(
        r#"{{"@type":"sc:Dataset","name":"x",{},"inLanguage":[{}],"keywords":[{}]}}"#,
        texts.join(","),
        languages.join(","),
        keywords.join(",")
    );
    let reading = read(Format::Croissant, "x.json", text.as_bytes()).unwrap();
    check_against_kinds("large", &reading);
    assert!(reading.kept.iter().any(|l| l.path.starts_with("/inLanguage")), "what found no room is kept");
}
