//! Real documents, read from the folder `shared` beside the project where it is there: every file gives exactly this.

mod common;

use std::collections::BTreeSet;

use aims_exchange::{Format, Reading};
use common::{check_against_kinds, read, shared};
use serde_json::Value;

/// File, and what reading it gives: version, drafts by kind, values in fields, values kept, notes; or the code of the error.
type Expected = (&'static str, &'static str);

fn said(outcome: &Result<Reading, aims_exchange::Unreadable>) -> String {
    let reading = match outcome {
        Ok(reading) => reading,
        Err(error) => return error.code.to_owned(),
    };
    let mut kinds: Vec<String> = Vec::new();
    for kind in ["ai-system", "model", "dataset", "component", "supplier", "resource-item"] {
        let count = reading.drafts.iter().filter(|d| d.kind == kind).count();
        if count > 0 {
            kinds.push(format!("{count} {kind}"));
        }
    }
    let mapped: BTreeSet<&str> = reading.drafts.iter().flat_map(|d| &d.provenance).map(|p| p.source.as_str()).collect();
    let mut notes: Vec<&str> = reading.notes.iter().map(|n| n.code).collect();
    notes.dedup();
    format!(
        "{} | {} | {} in fields | {} kept | {}",
        reading.version,
        kinds.join(", "),
        mapped.len(),
        reading.kept.len(),
        notes.join(" ")
    )
}

fn check(format: Format, folder: &str, expected: &[Expected]) {
    let Some(root) = shared() else {
        eprintln!("skipped: there is no folder of real documents beside the project");
        return;
    };
    let mut wrong = Vec::new();
    for (file, expected) in expected {
        let bytes = std::fs::read(root.join(folder).join(file)).unwrap();
        let outcome = read(format, file, &bytes);
        if said(&outcome) != *expected {
            wrong.push(format!("    (\"{file}\", \"{}\"),", said(&outcome)));
        }
        if let Ok(reading) = outcome {
            assert_eq!(reading, read(format, file, &bytes).unwrap(), "{file} reads differently a second time");
            check_against_kinds(file, &reading);
            if file.ends_with(".json") {
                every_leaf_is_accounted_for(file, &bytes, &reading);
            } else {
                every_line_is_accounted_for(file, &bytes, &reading);
            }
            values_stand_where_they_are_said_to(file, &reading);
        }
    }
    assert!(wrong.is_empty(), "{} files read differently:\n{}", wrong.len(), wrong.join("\n"));
}

/// Counts leaves with another reader of JSON.
fn every_leaf_is_accounted_for(file: &str, bytes: &[u8], reading: &Reading) {
    let document: Value = serde_json::from_slice(bytes).unwrap();
    let mut leaves = BTreeSet::new();
    gather(&document, String::new(), &mut leaves);
    let mapped: BTreeSet<String> =
        reading.drafts.iter().flat_map(|d| &d.provenance).map(|p| p.source.clone()).collect();
    let kept: BTreeSet<String> = reading.kept.iter().map(|l| l.path.clone()).collect();
    assert_eq!(kept.len(), reading.kept.len(), "{file}: a value was kept twice");
    let found: BTreeSet<String> = mapped.union(&kept).cloned().collect();
    assert_eq!(leaves, found, "{file}");
    let both = mapped.intersection(&kept).count();
    let cut = reading.notes.iter().any(|n| n.code == "text_cut");
    assert!(both == 0 || cut, "{file}: {both} values are in a field and kept, but nothing was cut");
}

fn gather(value: &Value, at: String, leaves: &mut BTreeSet<String>) {
    let step = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(n, v)| gather(v, step(&n.to_string()), leaves));
        }
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(k, v)| gather(v, step(k), leaves));
        }
        _ => drop(leaves.insert(at)),
    }
}

/// Every word of a card stands in a field, among what was kept, or in the place of one of them (keys and headings).
fn every_line_is_accounted_for(file: &str, bytes: &[u8], reading: &Reading) {
    let text = String::from_utf8_lossy(bytes);
    let mut found = String::new();
    for draft in &reading.drafts {
        found.push_str(&strings(&Value::Object(draft.fields.clone())));
        draft.provenance.iter().for_each(|p| found.push_str(&format!(" {} {}", p.source, p.value)));
    }
    reading.kept.iter().for_each(|l| found.push_str(&format!(" {} {}", l.path, l.value)));
    let found: BTreeSet<&str> = found.split(|c: char| !c.is_alphanumeric()).collect();
    let digested = reading.kept.iter().any(|l| l.value.starts_with("sha256:"));
    // Headings without text under them say nothing; a `#` in the front matter begins a comment.
    let mut rules = 0;
    for line in text.lines() {
        rules += usize::from(line == "---");
        if line.starts_with("##") || (rules == 1 && line.starts_with('#')) {
            continue;
        }
        let line = line.split(" #").next().unwrap_or_default();
        for word in line.split(|c: char| !c.is_alphanumeric()).filter(|w| w.is_ascii() && w.len() > 1) {
            assert!(found.contains(word) || digested || word == "null", "{file}: `{word}` of `{line}` is lost");
        }
    }
}

fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => format!(" {text}"),
        Value::Array(items) => items.iter().map(strings).collect(),
        Value::Object(entries) => entries.values().map(strings).collect(),
        other => format!(" {other}"),
    }
}

/// A value that is said to have gone into a field of text really stands there.
fn values_stand_where_they_are_said_to(file: &str, reading: &Reading) {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for draft in &reading.drafts {
        for p in &draft.provenance {
            let coded = [
                "type",
                "use",
                "personal_data",
                "energy",
                "dependencies",
                "last_updated",
                "digest",
                "content_hash",
                "source_url",
                "hashes",
            ];
            let Some(value) = draft.fields.get(&p.field).filter(|_| !coded.contains(&p.field.as_str())) else {
                continue;
            };
            let start: String = line(&p.value).chars().take(60).collect();
            let licence_of = p.field == "licence"
                && (p.source.contains("/to/") || p.source.ends_with("relationshipType") || p.source.ends_with("/from"));
            if !p.value.starts_with("sha256:") && !licence_of && !p.source.ends_with("/heading") {
                let text = line(&strings(value).replace("  ", " "));
                let plain = |t: &str| t.replace("- ", "").replace(' ', "");
                assert!(
                    plain(&text).contains(&plain(&start)),
                    "{file}: `{start}` is not in {}.{}: {text}",
                    draft.key,
                    p.field
                );
            }
        }
    }
}

#[test]
#[rustfmt::skip]
fn bills_of_materials() {
    check(Format::CycloneDx, "cyclonedx", &[
    ("invalid-bomformat-1.7.json", "not_this_format"),
    ("invalid-dependency-1.7.json", "1.7 | 3 component | 11 in fields | 11 kept | invalid_in_source"),
    ("invalid-missing-component-type-1.7.json", "1.7 | 1 component | 2 in fields | 5 kept | invalid_in_source"),
    ("invalid-serialnumber-1.7.json", "1.7 |  | 0 in fields | 6 kept | invalid_in_source nothing_to_import"),
    ("k8s-aibom-vllm-deployment-output.json", "1.6 | 1 ai-system, 1 model, 1 dataset, 2 component | 12 in fields | 111 kept | "),
    ("laravel-7.12.0.bom.1.4.json", "1.4 | 1 ai-system, 62 component | 707 in fields | 1092 kept | old_version"),
    ("saasbom-apigateway.json", "1.4 | 1 ai-system, 1 supplier, 6 resource-item | 69 in fields | 32 kept | old_version"),
    ("schema/bom-1.6.schema.json", "not_this_format"),
    ("schema/bom-1.7.schema.json", "not_this_format"),
    ("schema/cryptography-defs.json", "not_this_format"),
    ("schema/cryptography-defs.schema.json", "not_this_format"),
    ("schema/jsf-0.82.schema.json", "not_this_format"),
    ("schema/spdx.schema.json", "not_this_format"),
    ("valid-bom-1.7.json", "1.7 | 1 ai-system, 3 component, 2 supplier | 52 in fields | 88 kept | "),
    ("valid-component-types-1.7.json", "1.7 | 1 dataset, 8 component | 26 in fields | 6 kept | "),
    ("valid-compositions-1.7.json", "1.7 | 1 ai-system, 3 component | 16 in fields | 22 kept | "),
    ("valid-machine-learning-1.6.json", "1.6 | 1 model, 1 dataset, 1 supplier | 30 in fields | 20 kept | "),
    ("valid-machine-learning-considerations-env-1.7.json", "1.7 | 1 model, 1 supplier | 8 in fields | 20 kept | "),
    ("valid-saasbom-1.7.json", "1.7 | 1 ai-system, 1 supplier, 6 resource-item | 85 in fields | 65 kept | "),
    ]);
}

#[test]
#[rustfmt::skip]
fn spdx_documents() {
    check(Format::Spdx, "spdx", &[
    ("SPDXJSONExample-v2.3.spdx.json", "unsupported_version"),
    ("ai-example01-simplehtr.spdx3.json", "3.0.1 | 1 ai-system, 2 model, 1 dataset, 9 component, 2 supplier | 193 in fields | 873 kept | same_name text_cut"),
    ("examplemaven-0.0.1.spdx.json", "unsupported_version"),
    ("examplemaven-0.0.1.spdx3.json", "3.0.1 | 6 component, 2 supplier | 56 in fields | 277 kept | "),
    ("schema/schema-v3.0.1.json", "not_this_format"),
    ("schema/spdx-context-v3.0.1.jsonld", "not_this_format"),
    ]);
}

#[test]
#[rustfmt::skip]
fn croissant_descriptions() {
    check(Format::Croissant, "croissant", &[
    ("1.0-coco2014.json", "1.0 | 1 dataset | 4 in fields | 263 kept | "),
    ("1.0-credit-g.json", "1.0 | 1 dataset | 7 in fields | 446 kept | "),
    ("1.0-flores-200.json", "1.0 | 1 dataset | 5 in fields | 246 kept | "),
    ("1.0-gpt-3.json", "1.0 | 1 dataset | 4 in fields | 78 kept | "),
    ("1.0-huggingface-squad.json", "1.0 | 1 dataset | 0 in fields | 129 kept | name_missing"),
    ("1.0-simple-join.json", "1.0 | 1 dataset | 5 in fields | 91 kept | "),
    ("1.0-titanic.json", "1.0 | 1 dataset | 5 in fields | 219 kept | "),
    ("1.1-huggingface-squad_v2.json", "1.1 | 1 dataset | 7 in fields | 148 kept | "),
    ("1.1-zenodo-head-mri.json", "1.1 | 1 dataset, 1 supplier | 6 in fields | 89 kept | "),
    ("invalid/1.0/distribution_bad_type/metadata.json", "1.0 | 1 dataset | 6 in fields | 48 kept | invalid_in_source"),
    ("invalid/1.0/metadata_bad_type/metadata.json", "not_this_format"),
    ("invalid/1.0/mlfield_missing_source/metadata.json", "1.0 | 1 dataset | 7 in fields | 57 kept | "),
    ("invalid/1.0/recordset_wrong_join/metadata.json", "1.0 | 1 dataset | 6 in fields | 72 kept | invalid_in_source"),
    ("invalid/1.1/mlfield_bad_array_shape/metadata.json", "1.0 | 1 dataset | 7 in fields | 62 kept | invalid_in_source"),
    ("recipes/enum.json", "1.0 | 1 dataset | 6 in fields | 91 kept | "),
    ("recipes/live_dataset.json", "1.0 | 1 dataset | 3 in fields | 65 kept | "),
    ("recipes/minimal_recommended.json", "1.0 | 1 dataset | 5 in fields | 62 kept | "),
    ("recipes/multiple_conforms_to.json", "1.0 | 1 dataset | 5 in fields | 63 kept | "),
    ]);
}

#[test]
#[rustfmt::skip]
fn model_cards() {
    check(Format::ModelCard, "cards", &[
    ("model-card-toolkit/full.json", "toolkit 0.0.2 | 1 model, 1 dataset | 19 in fields | 20 kept | "),
    ("model-card-toolkit/model_card.schema.json", "not_this_format"),
    ("model-card-toolkit/train_data.json", "toolkit 0.0.2 | 1 model, 1 dataset | 6 in fields | 13 kept | "),
    ("model-cards/dinov2.md", " | 1 model, 1 supplier | 12 in fields | 15 kept | front_matter_missing"),
    ("model-cards/hf-fixtures/sample_datasetcard_simple.md", " | 1 model | 4 in fields | 8 kept | other_card"),
    ("model-cards/hf-fixtures/sample_invalid_card_data.md", " | 1 model | 2 in fields | 1 kept | front_matter_broken"),
    ("model-cards/hf-fixtures/sample_simple.md", " | 1 model, 1 dataset | 5 in fields | 4 kept | "),
    ("model-cards/hf-fixtures/sample_simple_model_index.md", " | 1 model, 1 dataset | 15 in fields | 9 kept | "),
    ("model-cards/openai-clip.md", " | 1 model | 9 in fields | 7 kept | front_matter_missing"),
    ("model-cards/openai-whisper.md", " | 1 model | 7 in fields | 3 kept | front_matter_missing"),
    ("spec/modelcard.md", " | 1 model | 1 in fields | 32 kept | name_missing"),
    ("spec/modelcard_template.md", " | 1 model | 0 in fields | 66 kept | name_missing"),
    ]);
}

#[test]
#[rustfmt::skip]
fn dataset_cards() {
    check(Format::DatasetCard, "cards", &[
    ("dataset-cards/ade_corpus_v2.md", " | 1 dataset | 12 in fields | 71 kept | "),
    ("dataset-cards/adv_glue.md", " | 1 dataset | 11 in fields | 35 kept | "),
    ("dataset-cards/allocine.md", " | 1 dataset | 23 in fields | 49 kept | "),
    ("dataset-cards/banking77.md", " | 1 dataset | 19 in fields | 54 kept | "),
    ("dataset-cards/bible_para.md", " | 1 dataset | 110 in fields | 30 kept | "),
    ("dataset-cards/civil_comments.md", " | 1 dataset | 16 in fields | 19 kept | "),
    ("dataset-cards/clue.md", " | 1 dataset | 15 in fields | 39 kept | "),
    ("dataset-cards/common_voice.md", " | 1 dataset | 71 in fields | 88 kept | invisible_characters"),
    ("dataset-cards/crows_pairs.md", " | 1 dataset | 7 in fields | 33 kept | "),
    ("dataset-cards/csv.md", " | 1 dataset | 0 in fields | 1 kept | front_matter_missing name_missing"),
    ("dataset-cards/dutch_social.md", " | 1 dataset | 19 in fields | 20 kept | "),
    ("dataset-cards/emotion.md", " | 1 dataset | 21 in fields | 64 kept | "),
    ("dataset-cards/ethos.md", " | 1 dataset | 23 in fields | 19 kept | "),
    ("dataset-cards/glue.md", " | 1 dataset | 32 in fields | 107 kept | "),
    ("dataset-cards/hate_speech_offensive.md", " | 1 dataset | 14 in fields | 59 kept | "),
    ("dataset-cards/hatexplain.md", " | 1 dataset | 20 in fields | 17 kept | "),
    ("dataset-cards/iapp_wiki_qa_squad.md", " | 1 dataset | 20 in fields | 17 kept | "),
    ("dataset-cards/jigsaw_toxicity_pred.md", " | 1 dataset | 15 in fields | 55 kept | "),
    ("dataset-cards/medical_dialog.md", " | 1 dataset | 15 in fields | 30 kept | "),
    ("dataset-cards/openslr.md", " | 1 dataset | 39 in fields | 90 kept | "),
    ("dataset-cards/opus100.md", " | 1 dataset | 110 in fields | 145 kept | "),
    ("model-cards/hf-fixtures/sample_datasetcard_simple.md", " | 1 dataset | 8 in fields | 4 kept | "),
    ("spec/DataCardsExtendedTemplate.md", " | 1 dataset | 2 in fields | 816 kept | front_matter_missing"),
    ("spec/datasetcard.md", " | 1 dataset | 1 in fields | 48 kept | name_missing"),
    ("spec/datasetcard_template.md", " | 1 dataset | 0 in fields | 47 kept | name_missing"),
    ]);
}
