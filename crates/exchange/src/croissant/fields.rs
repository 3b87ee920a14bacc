//! The fields of a dataset record.

use super::{is_a, property};
use crate::{
    Note,
    sheet::{At, Sheet},
    text::stem,
    tree::{Spot, Tree},
};

/// Properties that become paragraphs: property, field, label.
const PARAGRAPHS: &[(&str, &str, &str)] = &[
    ("description", "description", ""),
    ("dataReleaseMaintenancePlan", "description", "Maintenance"),
    ("dataReleaseMaintenance", "description", "Maintenance"),
    ("dataCollection", "provenance", ""),
    ("dataCollectionType", "provenance", "How it was collected"),
    ("dataCollectionRawData", "provenance", "Raw data"),
    ("dataCollectionRaw", "provenance", "Raw data"),
    ("dataCollectionTimeframe", "provenance", "Time of collection"),
    ("dataCollectionTimeFrame", "provenance", "Time of collection"),
    ("dataCollectionTimeFrameStart", "provenance", "Collection began"),
    ("dataCollectionTimeFrameEnd", "provenance", "Collection ended"),
    ("dataCollectionMissingData", "provenance", "Missing data"),
    ("dataImputationProtocol", "provenance", "Imputation"),
    ("dataPreprocessingProtocol", "provenance", "Preprocessing"),
    ("dataManipulationProtocol", "provenance", "Manipulation"),
    ("personalSensitiveInformation", "provenance", "Personal and sensitive information"),
    ("dataAnnotationProtocol", "labelling", ""),
    ("annotationProtocol", "labelling", ""),
    ("dataAnnotationPlatform", "labelling", "Platform"),
    ("annotationPlatform", "labelling", "Platform"),
    ("dataAnnotationAnalysis", "labelling", "Analysis of agreement"),
    ("annotationsPerItem", "labelling", "Annotations per item"),
    ("annotatorDemographics", "labelling", "Annotators"),
    ("annotatorsDemographics", "labelling", "Annotators"),
    ("machineAnnotationTools", "labelling", "Tools"),
    ("dataUseCases", "intended_use", "Use cases"),
    ("useCases", "intended_use", "Use cases"),
    ("usageInfo", "intended_use", "Usage"),
    ("dataLimitations", "bias_notes", "Limitations"),
    ("dataBiases", "bias_notes", "Biases"),
    ("dataSocialImpact", "bias_notes", "Social impact"),
];

/// Fills the draft of one dataset.
pub(super) fn fill(sheet: &mut Sheet, dataset: &Spot<'_>, file: &str) -> At {
    let name = property(dataset, "name").and_then(|n| chosen(&n));
    let identity = name.as_ref().and_then(|n| n.text()).or(dataset.text_of("@id"));
    let stem = stem(file);
    let at = sheet.draft("dataset", identity.unwrap_or(stem));
    if !name.is_some_and(|n| sheet.text(at, "name", &n)) {
        sheet.note(
            Note::new("name_missing", "the dataset has no name; the name of the file stands in").at(dataset.at.clone()),
        );
        sheet.stand_in(at, identity.unwrap_or(stem));
    }
    for (name, field) in [("version", "version"), ("url", "source_url")] {
        if let Some(value) = property(dataset, name).and_then(|v| chosen(&v)) {
            sheet.text(at, field, &value);
        }
    }
    for (name, field, label) in PARAGRAPHS {
        let values: Vec<Spot<'_>> = property(dataset, name).map(|v| v.items()).unwrap_or_default();
        let values: Vec<Spot<'_>> = values.iter().filter_map(chosen).collect();
        sheet.prose(at, field, label, &values);
    }
    languages(sheet, dataset, at);
    licence(sheet, dataset, at);
    for name in ["dateModified", "datePublished", "dateCreated"] {
        if let Some(day) = property(dataset, name).and_then(|d| chosen(&d)) {
            sheet.day(at, "last_updated", &day);
        }
    }
    parties(sheet, dataset, at);
    content(sheet, dataset, at);
    derived(sheet, dataset, at);
    at
}

/// A single value: itself, `@value`, the first of a list, or from a map by language the English one or the first.
fn chosen<'a>(spot: &Spot<'a>) -> Option<Spot<'a>> {
    match spot.tree {
        Tree::List(_) => spot.items().first().and_then(chosen),
        Tree::Map(entries) => {
            if let Some(value) = spot.get("@value") {
                return Some(value);
            }
            let language = |key: &str| {
                key.len() <= 12
                    && !key.starts_with('@')
                    && key.split('-').next().is_some_and(|k| matches!(k.len(), 2 | 3))
            };
            let map = !entries.is_empty() && entries.iter().all(|(k, v)| language(k) && v.text().is_some());
            let english = || spot.get("en").or_else(|| spot.entries().into_iter().next().map(|(_, v)| v));
            map.then(english).flatten()
        }
        _ => spot.text().map(|_| spot.clone()),
    }
}

fn languages(sheet: &mut Sheet, dataset: &Spot<'_>, at: At) {
    let all = property(dataset, "inLanguage").map(|l| l.items()).unwrap_or_default();
    let of = |l: &Spot<'_>| l.get("alternateName").or(l.get("name")).is_none();
    let (plain, objects): (Vec<_>, Vec<_>) = all.into_iter().partition(of);
    sheet.texts(at, "languages", &plain);
    let named: Vec<Spot<'_>> = objects.iter().filter_map(|l| l.get("alternateName").or(l.get("name"))).collect();
    sheet.texts(at, "languages", &named);
}

/// A licence as text, list or object.
fn licence(sheet: &mut Sheet, dataset: &Spot<'_>, at: At) {
    let all = property(dataset, "license").map(|l| l.items()).unwrap_or_default();
    let said: Vec<Spot<'_>> = all
        .iter()
        .filter_map(|l| chosen(l).or_else(|| ["name", "url", "@id"].iter().find_map(|m| chosen(&l.get(m)?))))
        .collect();
    let joined = said.iter().filter_map(Spot::text).collect::<Vec<_>>().join(", ");
    sheet.line(at, "licence", &joined, &said);
}

/// The organization that publishes or made it becomes a supplier; persons are named in the provenance.
fn parties(sheet: &mut Sheet, dataset: &Spot<'_>, at: At) {
    for (role, label) in [("publisher", "Published by"), ("creator", "Created by"), ("author", "Created by")] {
        for party in property(dataset, role).map(|p| p.items()).unwrap_or_default() {
            let Some(name) = property(&party, "name").and_then(|n| chosen(&n)).or_else(|| chosen(&party)) else {
                continue;
            };
            if is_a(&party, &["Organization"]) {
                let supplier = sheet.draft("supplier", name.text().unwrap_or_default());
                sheet.own(supplier, &party);
                sheet.text(supplier, "name", &name);
                if let Some(url) = property(&party, "url").and_then(|u| chosen(&u)) {
                    sheet.text(supplier, "website", &url);
                }
                sheet.link(at, "supplier", supplier, None);
            } else {
                sheet.prose(at, "provenance", label, &[name]);
            }
        }
    }
}

/// The digest and size of the contents, where all of it is one file.
fn content(sheet: &mut Sheet, dataset: &Spot<'_>, at: At) {
    let all = property(dataset, "distribution").map(|d| d.items()).unwrap_or_default();
    let mut files = all.iter().filter(|f| is_a(f, &["FileObject"]));
    let (Some(only), None) = (files.next(), files.next()) else { return };
    let digest = property(only, "sha256")
        .filter(|d| d.text().is_some_and(|t| t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit())));
    if let Some(digest) = digest {
        sheet.text(at, "content_hash", &digest);
    }
}

/// What it was made from (1.1).
fn derived(sheet: &mut Sheet, dataset: &Spot<'_>, at: At) {
    for source in property(dataset, "wasDerivedFrom").map(|s| s.items()).unwrap_or_default() {
        let address = ["locatedAt", "atLocation", "url"].iter().find_map(|m| property(&source, m));
        let spot = address.or_else(|| source.get("@id")).or_else(|| chosen(&source));
        sheet.prose(at, "provenance", "Derived from", &spot.into_iter().collect::<Vec<_>>());
    }
    for activity in property(dataset, "wasGeneratedBy").map(|s| s.items()).unwrap_or_default() {
        let said = property(&activity, "description").or_else(|| property(&activity, "label")).and_then(|d| chosen(&d));
        sheet.prose(at, "provenance", "Made by", &said.into_iter().collect::<Vec<_>>());
    }
}
