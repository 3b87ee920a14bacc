//! Components, nested ones too, services, and what stands in their ordinary fields.

use std::collections::{BTreeMap, BTreeSet};

use super::{Part, model_card};
use crate::{
    Note,
    key::without_version,
    sheet::{At, Sheet},
    text::one_line,
    tree::Spot,
};

/// Types of CycloneDX that the choice `type` of a component has under the same or another name.
const TYPES: &[(&str, &str)] = &[
    ("application", "application"),
    ("framework", "framework"),
    ("library", "library"),
    ("container", "container"),
    ("platform", "platform"),
    ("operating-system", "operating-system"),
    ("device", "device"),
    ("device-driver", "device-driver"),
    ("firmware", "firmware"),
    ("file", "file"),
    ("cryptographic-asset", "other"),
];
/// A whole that is one of these is an AI system to be looked at; a library is not.
const SYSTEM_TYPES: &[&str] = &["application", "container", "platform", "firmware", "device", "operating-system"];
/// Where something was taken from, the best answer first.
const SOURCES: &[&str] = &["distribution", "vcs", "source-distribution", "website"];

/// What a component or service is before it has a draft.
struct Found<'a> {
    spot: Spot<'a>,
    kind: &'static str,
    /// What stays the same from version to version.
    identity: String,
    /// What tells two apart that share an identity.
    exact: String,
    around: Option<usize>,
}

/// All parts of the document, the whole first, each with its draft.
pub(super) fn gather<'a>(sheet: &mut Sheet, bom: &Spot<'a>) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    if let Some(whole) = bom.path(&["metadata", "component"]) {
        let system = SYSTEM_TYPES.contains(&whole.text_of("type").unwrap_or("application"));
        let kind = if system { "ai-system" } else { kind_of(&whole) };
        push(&mut found, whole, kind, None);
    }
    for component in bom.all("components") {
        let kind = kind_of(&component);
        push(&mut found, component, kind, None);
    }
    for service in bom.all("services") {
        push(&mut found, service, "resource-item", None);
    }
    let mut exacts: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for part in &found {
        exacts.entry((part.kind, &part.identity)).or_default().insert(&part.exact);
    }
    let several: BTreeSet<(&str, String)> =
        exacts.iter().filter(|(_, e)| e.len() > 1).map(|((kind, id), _)| (*kind, (*id).to_owned())).collect();
    drop(exacts);
    drafts(sheet, found, &several)
}

fn drafts<'a>(sheet: &mut Sheet, found: Vec<Found<'a>>, several: &BTreeSet<(&str, String)>) -> Vec<Part<'a>> {
    for (kind, identity) in several {
        let message =
            format!("`{identity}` stands here more than once as {kind}; the versions are told apart by their keys");
        sheet.note(Note::new("same_name", message));
    }
    let mut parts: Vec<Part<'a>> = Vec::new();
    for part in found {
        let identity = if several.contains(&(part.kind, part.identity.clone())) { part.exact } else { part.identity };
        let at = sheet.draft(part.kind, &identity);
        sheet.own(at, &part.spot);
        let around = part.around.and_then(|n| parts.get(n)).map(|p| p.at);
        parts.push(Part { spot: part.spot, at, around });
    }
    parts
}

fn push<'a>(found: &mut Vec<Found<'a>>, spot: Spot<'a>, kind: &'static str, around: Option<usize>) {
    let here = found.len();
    let nested: Vec<Spot<'a>> = spot.all("components");
    let services = spot.all("services");
    let identity = identity(&spot);
    let exact = exact(&spot, &identity);
    found.push(Found { spot, kind, identity, exact, around });
    for component in nested {
        let kind = kind_of(&component);
        push(found, component, kind, Some(here));
    }
    for service in services {
        push(found, service, "resource-item", Some(here));
    }
}

fn kind_of(component: &Spot<'_>) -> &'static str {
    match component.text_of("type") {
        Some("machine-learning-model") => "model",
        Some("data") => "dataset",
        _ => "component",
    }
}

/// The package URL without its version, or group and name, or the reference.
fn identity(spot: &Spot<'_>) -> String {
    if let Some(purl) = spot.text_of("purl") {
        return without_version(purl).to_owned();
    }
    match (spot.text_of("group"), spot.text_of("name")) {
        (Some(group), Some(name)) => format!("{group}/{name}"),
        (None, Some(name)) => name.to_owned(),
        _ => spot.text_of("bom-ref").unwrap_or(&spot.at).to_owned(),
    }
}

fn exact(spot: &Spot<'_>, identity: &str) -> String {
    let purl = spot.text_of("purl").unwrap_or(identity);
    match spot.text_of("version") {
        Some(version) if !purl.contains(&format!("@{version}")) => format!("{purl}@{version}"),
        _ => purl.to_owned(),
    }
}

/// Fills the draft of one part.
pub(super) fn fill(sheet: &mut Sheet, part: &Part<'_>) {
    let Part { spot, at, .. } = part;
    name(sheet, spot, *at);
    let (kind, licence) = (sheet.kind(*at).to_owned(), licences(spot));
    match kind.as_str() {
        "model" => {
            text(sheet, *at, "version", spot.get("version"));
            sheet.prose(*at, "description", "", &spot.all("description"));
            hashes(sheet, spot, *at, "digest");
            model_card::fill(sheet, spot, *at);
        }
        "dataset" => {
            text(sheet, *at, "version", spot.get("version"));
            sheet.prose(*at, "description", "", &spot.all("description"));
            hashes(sheet, spot, *at, "content_hash");
            spot.all("data").iter().for_each(|d| data(sheet, d, *at));
        }
        "component" => component(sheet, spot, *at),
        "resource-item" => service(sheet, spot, *at),
        _ => sheet.prose(*at, "description", "", &spot.all("description")),
    }
    if !licence.is_empty() && kind != "ai-system" {
        let joined = licence.iter().filter_map(Spot::text).collect::<Vec<_>>().join(", ");
        sheet.line(*at, "licence", &joined, &licence);
    }
    if matches!(kind.as_str(), "model" | "dataset" | "component") {
        source(sheet, spot, *at);
    }
    supplier(sheet, spot, *at);
}

fn text(sheet: &mut Sheet, at: At, field: &str, spot: Option<Spot<'_>>) {
    if let Some(spot) = spot {
        sheet.text(at, field, &spot);
    }
}

fn name(sheet: &mut Sheet, spot: &Spot<'_>, at: At) {
    let named = match (spot.get("group"), spot.get("name")) {
        (Some(group), Some(name)) if sheet.kind(at) != "ai-system" && group.text().is_some() => {
            let joined = format!("{}/{}", group.text().unwrap_or_default(), name.text().unwrap_or_default());
            sheet.line(at, "name", &joined, &[group, name])
        }
        (_, Some(name)) => sheet.text(at, "name", &name),
        _ => false,
    };
    if !named && !sheet.is_set(at, "name") {
        sheet.note(Note::new("name_missing", "the part has no name; its reference stands in").at(spot.at.clone()));
        sheet.stand_in(at, spot.text_of("purl").or(spot.text_of("bom-ref")).unwrap_or("unnamed part"));
    }
}

fn component(sheet: &mut Sheet, spot: &Spot<'_>, at: At) {
    text(sheet, at, "version", spot.get("version"));
    text(sheet, at, "purl", spot.get("purl"));
    sheet.prose(at, "description", "", &spot.all("description"));
    match spot.get("type") {
        Some(written) => {
            if let Some((_, option)) = TYPES.iter().find(|(t, _)| Some(*t) == written.text()) {
                sheet.choice(at, "type", option, &written);
            } else {
                let message = "the type of the part is not one of CycloneDX's; it was kept aside";
                sheet.note(Note::new("invalid_in_source", message).at(written.at));
            }
        }
        None => sheet.note(Note::new("invalid_in_source", "the part says no type").at(spot.at.clone())),
    }
    for hash in spot.all("hashes") {
        if let (Some(alg), Some(content)) = (hash.get("alg"), hash.get("content")) {
            let words = |s: &Spot<'_>| s.text().unwrap_or_default().to_owned();
            sheet.row(at, "hashes", &[("algorithm", words(&alg)), ("value", words(&content))], &[alg, content]);
        }
    }
}

fn hashes(sheet: &mut Sheet, spot: &Spot<'_>, at: At, field: &str) {
    let hash = spot.all("hashes").into_iter().find(|h| h.text_of("alg") == Some("SHA-256"));
    if let Some((alg, content)) = hash.and_then(|h| Some((h.get("alg")?, h.get("content")?)))
        && sheet.text(at, field, &content)
    {
        sheet.take(at, field, &alg);
    }
}

/// A service that the system calls is one of its resources.
fn service(sheet: &mut Sheet, spot: &Spot<'_>, at: At) {
    sheet.stand_in_choice(at, "kind", "component");
    text(sheet, at, "version", spot.get("version"));
    sheet.prose(at, "description", "", &spot.all("description"));
    for endpoint in spot.all("endpoints") {
        sheet.row(at, "attributes", &[("name", "endpoint".into()), ("value", words(&endpoint))], &[endpoint]);
    }
    for fact in ["trustZone", "authenticated", "x-trust-boundary"] {
        if let Some(value) = spot.get(fact) {
            sheet.row(at, "attributes", &[("name", fact.into()), ("value", words(&value))], &[value]);
        }
    }
    for flow in spot.all("data") {
        let facts: Vec<Spot<'_>> = ["name", "classification", "flow"]
            .iter()
            .filter_map(|f| flow.get(f))
            .filter(|s| s.text().is_some())
            .collect();
        let said = facts.iter().map(words).collect::<Vec<_>>().join(", ");
        sheet.row(at, "attributes", &[("name", "data flow".into()), ("value", said)], &facts);
    }
}

fn words(spot: &Spot<'_>) -> String {
    one_line(spot.text().unwrap_or_default())
}

/// What a data component or an entry of `modelParameters.datasets` says about the data.
pub(super) fn data(sheet: &mut Sheet, spot: &Spot<'_>, at: At) {
    text(sheet, at, "name", spot.get("name"));
    sheet.prose(at, "description", "", &spot.all("description"));
    text(sheet, at, "source_url", spot.path(&["contents", "url"]));
    let classified = spot.get("classification");
    if let Some(class) = classified.filter(|c| c.text().is_some_and(|t| t.eq_ignore_ascii_case("pii"))) {
        sheet.choice(at, "personal_data", "yes", &class);
    } else if let Some(class) = spot.get("classification") {
        sheet.prose(at, "description", "Classification", &[class]);
    }
    sheet.prose(at, "description", "Sensitive data", &spot.all("sensitiveData"));
}

/// Identifiers, names and expressions of all licences.
fn licences<'a>(spot: &Spot<'a>) -> Vec<Spot<'a>> {
    let one = |l: Spot<'a>| {
        let paths: [&[&str]; 3] = [&["expression"], &["license", "id"], &["license", "name"]];
        paths.iter().find_map(|p| l.path(p)).filter(|s| s.text().is_some())
    };
    spot.all("licenses").into_iter().filter_map(one).collect()
}

fn source(sheet: &mut Sheet, spot: &Spot<'_>, at: At) {
    let references = spot.all("externalReferences");
    let best = SOURCES.iter().find_map(|wanted| references.iter().find(|r| r.text_of("type") == Some(wanted)));
    if let Some((url, kind)) = best.and_then(|r| Some((r.get("url")?, r.get("type")?)))
        && sheet.text(at, "source_url", &url)
    {
        sheet.take(at, "source_url", &kind);
    }
}

/// The supplier, or whoever made, provides or published the part.
fn supplier(sheet: &mut Sheet, spot: &Spot<'_>, at: At) {
    let organization = ["supplier", "provider", "manufacturer", "manufacture"].iter().find_map(|f| spot.get(f));
    let (party, name) = match organization {
        Some(party) => (party.clone(), party.get("name")),
        None => match spot.get("publisher") {
            Some(publisher) => (publisher.clone(), Some(publisher)),
            None => return,
        },
    };
    let Some(name) = name.filter(|n| n.text().is_some()) else { return };
    let supplier = sheet.draft("supplier", name.text().unwrap_or_default());
    sheet.own(supplier, &party);
    sheet.text(supplier, "name", &name);
    if let Some(url) = party.all("url").first() {
        sheet.text(supplier, "website", url);
    }
    text(sheet, supplier, "country", party.path(&["address", "country"]));
    let field = if sheet.kind(at) == "ai-system" { "suppliers" } else { "supplier" };
    sheet.link(at, field, supplier, None);
}
