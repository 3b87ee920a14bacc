//! Elements that become drafts, and their fields.

use std::collections::{HashMap, HashSet};

use super::{Graph, id, kind_of};
use crate::{
    Note,
    key::without_version,
    sheet::{At, Sheet},
    tree::Spot,
};

/// Properties that go into a field as they are: kind, property, field, label. A label makes a paragraph, none makes a line of text.
const LINES: &[(&str, &str, &str)] = &[
    ("model", "software_packageVersion", "version"),
    ("model", "software_downloadLocation", "source_url"),
    ("dataset", "software_packageVersion", "version"),
    ("dataset", "software_downloadLocation", "source_url"),
    ("component", "software_packageVersion", "version"),
    ("component", "software_packageUrl", "purl"),
    ("component", "software_downloadLocation", "source_url"),
    ("component", "software_homePage", "source_url"),
];
const PARAGRAPHS: &[(&str, &str, &str, &str)] = &[
    ("*", "summary", "description", ""),
    ("*", "description", "description", ""),
    ("*", "comment", "description", ""),
    ("model", "ai_informationAboutTraining", "description", "Training"),
    ("model", "ai_modelDataPreprocessing", "description", "Preprocessing of data"),
    ("model", "ai_modelExplainability", "description", "Explainability"),
    ("model", "ai_autonomyType", "description", "Acts without a person"),
    ("model", "ai_standardCompliance", "description", "Standards followed"),
    ("model", "ai_informationAboutApplication", "intended_use", ""),
    ("model", "ai_limitation", "limitations", ""),
    ("model", "ai_safetyRiskAssessment", "limitations", "Safety risk as assessed by the builder"),
    ("model", "ai_useSensitivePersonalInformation", "bias_notes", "Uses sensitive personal information"),
    ("dataset", "dataset_dataCollectionProcess", "provenance", ""),
    ("dataset", "dataset_dataPreprocessing", "provenance", "Preprocessing"),
    ("dataset", "dataset_anonymizationMethodUsed", "provenance", "Anonymization"),
    ("dataset", "dataset_intendedUse", "intended_use", ""),
    ("dataset", "dataset_knownBias", "bias_notes", ""),
    ("dataset", "dataset_datasetNoise", "bias_notes", "Noise"),
    ("dataset", "dataset_datasetType", "description", "Type of data"),
    ("dataset", "dataset_confidentialityLevel", "description", "Confidentiality"),
    ("dataset", "dataset_datasetAvailability", "description", "Availability"),
    ("dataset", "dataset_datasetUpdateMechanism", "description", "Updates"),
];
/// `software_primaryPurpose` and the type of a component.
const PURPOSES: &[(&str, &str)] = &[
    ("application", "application"),
    ("container", "container"),
    ("data", "data"),
    ("device", "device"),
    ("deviceDriver", "device-driver"),
    ("file", "file"),
    ("firmware", "firmware"),
    ("framework", "framework"),
    ("library", "library"),
    ("model", "machine-learning-model"),
    ("module", "library"),
    ("operatingSystem", "operating-system"),
    ("platform", "platform"),
];
/// Values that say nothing.
const NOTHING: &[&str] = &["NOASSERTION", "NONE", "UNSPECIFIED", "noAssertion"];

/// Begins a draft for every package, the whole first.
pub(super) fn drafts<'a>(sheet: &mut Sheet, graph: &mut Graph<'a>) {
    let roots = roots(graph);
    let packages: Vec<(Spot<'a>, &'a str, &'static str)> =
        graph.elements.iter().filter_map(|e| Some((e.clone(), id(e)?, kind(e, &roots)?))).collect();
    let (first, rest): (Vec<_>, Vec<_>) = packages.into_iter().partition(|(_, id, _)| roots.contains(id));
    let mut purls = HashMap::<&str, usize>::new();
    for (element, _, _) in first.iter().chain(&rest) {
        *purls.entry(bare_purl(element).unwrap_or_default()).or_default() += 1;
    }
    for (element, id, kind) in first.into_iter().chain(rest) {
        let purl = bare_purl(&element).filter(|p| purls.get(p) == Some(&1));
        let at = sheet.draft(kind, purl.unwrap_or(id));
        sheet.own(at, &element);
        graph.drafts.insert(id, at);
    }
}

/// A package URL without its version: it stays when the ids of the elements are made anew for every document.
fn bare_purl<'a>(element: &Spot<'a>) -> Option<&'a str> {
    element.text_of("software_packageUrl").map(without_version)
}

/// What the document and its bills of materials name as their root.
fn roots<'a>(graph: &Graph<'a>) -> HashSet<&'a str> {
    let named = graph.elements.iter().flat_map(|e| e.all("rootElement"));
    named.filter_map(|s| s.text()).collect()
}

/// The kind of record an element becomes. The root is an AI system to be looked at, unless it is a library or the like.
fn kind(element: &Spot<'_>, roots: &HashSet<&str>) -> Option<&'static str> {
    match kind_of(element)? {
        "ai_AIPackage" | "AIPackage" => Some("model"),
        "dataset_DatasetPackage" | "DatasetPackage" => Some("dataset"),
        "software_Package" | "Package" => {
            let root = id(element).is_some_and(|id| roots.contains(id));
            let whole = matches!(
                element.text_of("software_primaryPurpose"),
                None | Some("application" | "container" | "platform" | "device")
            );
            Some(if root && whole { "ai-system" } else { "component" })
        }
        _ => None,
    }
}

/// Fills all drafts.
pub(super) fn fill(sheet: &mut Sheet, graph: &Graph<'_>) {
    for element in &graph.elements {
        let Some(at) = id(element).and_then(|id| graph.drafts.get(id)).copied() else { continue };
        let kind = sheet.kind(at).to_owned();
        plain(sheet, element, at, &kind);
        match kind.as_str() {
            "model" => model(sheet, element, at),
            "dataset" => dataset(sheet, element, at),
            "component" => component(sheet, element, at),
            _ => {}
        }
        supplier(sheet, graph, element, at);
    }
}

/// A value, unless it says that nothing is said.
fn said<'a>(element: &Spot<'a>, property: &str) -> Option<Spot<'a>> {
    element.get(property).filter(|s| !s.text().is_some_and(|t| NOTHING.contains(&t)))
}

fn plain(sheet: &mut Sheet, element: &Spot<'_>, at: At, kind: &str) {
    if !element.get("name").is_some_and(|name| sheet.text(at, "name", &name)) {
        sheet.note(Note::new("name_missing", "the element has no name; its id stands in").at(element.at.clone()));
        sheet.stand_in(at, id(element).unwrap_or("unnamed"));
    }
    for (_, property, field) in LINES.iter().filter(|(k, _, _)| *k == kind) {
        if let Some(value) = said(element, property) {
            sheet.text(at, field, &value);
        }
    }
    for (_, property, field, label) in PARAGRAPHS.iter().filter(|(k, _, _, _)| *k == kind || *k == "*") {
        if let Some(value) = said(element, property) {
            sheet.prose(at, field, label, &value.items());
        }
    }
}

fn words(spot: &Spot<'_>) -> String {
    spot.text().unwrap_or_default().to_owned()
}

fn model(sheet: &mut Sheet, element: &Spot<'_>, at: At) {
    sheet.texts(at, "tasks", &element.all("ai_domain"));
    let types: Vec<Spot<'_>> = element.all("ai_typeOfModel").into_iter().filter(|s| s.text().is_some()).collect();
    let joined = types.iter().map(words).collect::<Vec<_>>().join("; ");
    sheet.line(at, "architecture", &joined, &types);
    for (property, said) in [("ai_metric", ""), ("ai_metricDecisionThreshold", "decision threshold of ")] {
        for entry in element.all(property) {
            if let (Some(key), Some(value)) = (entry.get("key"), entry.get("value")) {
                let cells = [("metric", format!("{said}{}", words(&key))), ("value", words(&value))];
                sheet.row(at, "metrics", &cells, &[key, value]);
            }
        }
    }
    digest(sheet, element, at, "digest");
    let training = element.path(&["ai_energyConsumption", "ai_trainingEnergyConsumption"]);
    if let [only] = training.map(|s| s.items()).unwrap_or_default().as_slice()
        && let (Some(amount), Some(unit)) = (only.get("ai_energyQuantity"), only.get("ai_energyUnit"))
        && unit.text() == Some("kilowattHour")
    {
        sheet.amount(at, "energy", "kWh", &amount, &[unit]);
    }
}

fn dataset(sheet: &mut Sheet, element: &Spot<'_>, at: At) {
    if let Some(size) = element.get("dataset_datasetSize") {
        sheet.amount(at, "size", "bytes", &size, &[]);
    }
    if let Some(answer) = element.get("dataset_hasSensitivePersonalInformation") {
        // No sensitive data does not mean no personal data: `no` is left aside.
        let option = [("yes", "yes"), ("noAssertion", "unknown")].into_iter().find(|(a, _)| Some(*a) == answer.text());
        if let Some((_, option)) = option {
            sheet.choice(at, "personal_data", option, &answer);
        }
    }
    for sensor in element.all("dataset_sensor") {
        if let (Some(key), Some(value)) = (sensor.get("key"), sensor.get("value")) {
            let text = format!("**Sensor:** {}, {}", words(&key), words(&value));
            sheet.paragraph(at, "provenance", &text, &[key, value]);
        }
    }
    if let Some(day) = element.get("builtTime").or(element.get("releaseTime")) {
        sheet.day(at, "last_updated", &day);
    }
    digest(sheet, element, at, "content_hash");
}

fn component(sheet: &mut Sheet, element: &Spot<'_>, at: At) {
    if let Some(purpose) = element.get("software_primaryPurpose") {
        let known = PURPOSES.iter().find(|(p, _)| Some(*p) == purpose.text()).map_or("other", |(_, option)| option);
        sheet.choice(at, "type", known, &purpose);
    }
    for hash in element.all("verifiedUsing") {
        if let (Some(algorithm), Some(value)) = (hash.get("algorithm"), hash.get("hashValue")) {
            let cells = [("algorithm", words(&algorithm)), ("value", words(&value))];
            sheet.row(at, "hashes", &cells, &[algorithm, value]);
        }
    }
}

fn digest(sheet: &mut Sheet, element: &Spot<'_>, at: At, field: &str) {
    let hash = element.all("verifiedUsing").into_iter().find(|h| h.text_of("algorithm") == Some("sha256"));
    if let Some((algorithm, value)) = hash.and_then(|h| Some((h.get("algorithm")?, h.get("hashValue")?)))
        && sheet.text(at, field, &value)
    {
        sheet.take(at, field, &algorithm);
    }
}

/// Who supplies a package; failing that, the organization it comes from. Persons count only as suppliers.
fn supplier(sheet: &mut Sheet, graph: &Graph<'_>, element: &Spot<'_>, at: At) {
    let organization = |s: &Spot<'_>| {
        let party = s.text().and_then(|id| graph.by_id.get(id));
        party.and_then(kind_of) == Some("Organization")
    };
    let by = element.all("suppliedBy").into_iter().next();
    let Some(leaf) = by.or(element.all("originatedBy").into_iter().find(organization)) else { return };
    let Some(reference) = leaf.text().filter(|t| !NOTHING.contains(t)) else { return };
    let Some(party) = graph.by_id.get(reference) else {
        sheet.note(
            Note::new("dangling_reference", format!("the supplier `{reference}` is not in the document")).at(leaf.at),
        );
        return;
    };
    let supplier = sheet.draft("supplier", party.text_of("name").unwrap_or(reference));
    sheet.own(supplier, party);
    if !party.get("name").is_some_and(|name| sheet.text(supplier, "name", &name)) {
        sheet.stand_in(supplier, reference);
    }
    let field = if sheet.kind(at) == "ai-system" { "suppliers" } else { "supplier" };
    sheet.link(at, field, supplier, Some(&leaf));
}
