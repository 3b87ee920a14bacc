//! What the relationships between elements say about the drafts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, id, kind_of};
use crate::{
    Note,
    graph::{cycle, path_in_words},
    sheet::{At, Sheet},
    tree::Spot,
};

/// Relationship, kinds at both ends, the field at the near end.
const LINKS: &[(&str, &str, &str, &str)] = &[
    ("dependsOn", "component", "component", "dependencies"),
    ("hasDynamicLink", "component", "component", "dependencies"),
    ("hasStaticLink", "component", "component", "dependencies"),
    ("hasOptionalDependency", "component", "component", "dependencies"),
    ("contains", "component", "component", "dependencies"),
    ("dependsOn", "component", "model", "models"),
    ("contains", "component", "model", "models"),
    ("trainedOn", "model", "dataset", "datasets"),
    ("testedOn", "model", "dataset", "datasets"),
    ("descendantOf", "model", "model", "base_models"),
];
/// Relationships that make the far end a part of the system at the near end, and the field there.
const PARTS: &[&str] = &["dependsOn", "contains", "hasDynamicLink", "hasStaticLink", "uses", "hasOptionalDependency"];
const BELONGS: &[(&str, &str)] = &[("model", "systems"), ("dataset", "system"), ("component", "systems")];
/// What being trained or tested on says about a dataset.
const USES: &[(&str, &str)] = &[("trainedOn", "training"), ("testedOn", "test")];

pub(super) fn link(sheet: &mut Sheet, graph: &Graph<'_>) {
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut dangling = BTreeSet::new();
    for relationship in &graph.elements {
        if !kind_of(relationship).is_some_and(|k| k.ends_with("Relationship")) {
            continue;
        }
        let Some(from) = relationship.text_of("from") else { continue };
        for to in relationship.all("to") {
            let Some(target) = to.text() else { continue };
            if relationship.text_of("relationshipType") == Some("dependsOn") {
                edges.entry(from).or_default().push(target);
            }
            dangling.extend([from, target].into_iter().filter(|id| !graph.by_id.contains_key(id) && !known(id)));
            one(sheet, graph, relationship, from, &to);
        }
    }
    notes(sheet, &edges, &dangling);
    system(sheet, graph);
}

/// Individuals that the specification itself names need not be in a document.
fn known(id: &str) -> bool {
    id.contains("spdx.org/rdf/") || id.starts_with("spdx:") || id.contains("NoAssertion") || id.contains("NoneElement")
}

fn notes(sheet: &mut Sheet, edges: &BTreeMap<&str, Vec<&str>>, dangling: &BTreeSet<&str>) {
    if !dangling.is_empty() {
        let ids = dangling.iter().take(20).copied().collect::<Vec<_>>().join(", ");
        let message = format!("{} ids in relationships name nothing in the document: {ids}", dangling.len());
        sheet.note(Note::new("dangling_reference", message));
    }
    if let Some(path) = cycle(edges) {
        sheet.note(Note::new("dependency_cycle", format!("the dependencies go round: {}", path_in_words(&path))));
    }
}

fn one(sheet: &mut Sheet, graph: &Graph<'_>, relationship: &Spot<'_>, from: &str, to: &Spot<'_>) {
    let (Some(verb), Some(target)) = (relationship.get("relationshipType"), to.text()) else { return };
    let Some(near) = graph.drafts.get(from).copied() else { return };
    let word = verb.text().unwrap_or_default();
    if matches!(word, "hasDeclaredLicense" | "hasConcludedLicense") {
        return licence(sheet, graph, near, &verb, relationship, to);
    }
    let Some(far) = graph.drafts.get(target).copied() else { return };
    let kinds = (sheet.kind(near).to_owned(), sheet.kind(far).to_owned());
    let field = LINKS.iter().find(|(w, a, b, _)| *w == word && *a == kinds.0 && *b == kinds.1).map(|(_, _, _, f)| *f);
    let done = match field {
        Some(field) => sheet.link(near, field, far, Some(to)),
        None if kinds.0 == "ai-system" && PARTS.contains(&word) => belongs(sheet, far, near, Some(to)),
        None => false,
    };
    if !done {
        return;
    }
    let (owner, field) = if field.is_some() { (near, field.unwrap_or_default()) } else { (far, belonging(&kinds.1)) };
    for member in ["relationshipType", "from"].iter().filter_map(|m| relationship.get(m)) {
        sheet.take(owner, field, &member);
    }
    if let Some((_, option)) = USES.iter().find(|(w, _)| *w == word) {
        sheet.option(far, "use", option);
        sheet.take(far, "use", &verb);
    }
}

fn belonging(kind: &str) -> &'static str {
    BELONGS.iter().find(|(k, _)| *k == kind).map_or("systems", |(_, field)| field)
}

fn belongs(sheet: &mut Sheet, part: At, system: At, leaf: Option<&Spot<'_>>) -> bool {
    let field = BELONGS.iter().find(|(k, _)| *k == sheet.kind(part)).map(|(_, field)| *field);
    field.is_some_and(|field| sheet.link(part, field, system, leaf))
}

/// Models and datasets of a document whose root is a system belong to that system, whether a relationship says so or not.
fn system(sheet: &mut Sheet, graph: &Graph<'_>) {
    let all: Vec<At> = graph.elements.iter().filter_map(|e| graph.drafts.get(id(e)?).copied()).collect();
    let systems: Vec<At> = all.iter().copied().filter(|at| sheet.kind(*at) == "ai-system").collect();
    if let [system] = systems.as_slice() {
        for part in all.iter().filter(|at| matches!(sheet.kind(**at), "model" | "dataset")).copied().collect::<Vec<_>>()
        {
            belongs(sheet, part, *system, None);
        }
    }
}

/// A declared licence first; the licence's text where it has no expression.
fn licence(sheet: &mut Sheet, graph: &Graph<'_>, at: At, verb: &Spot<'_>, relationship: &Spot<'_>, to: &Spot<'_>) {
    if sheet.kind(at) == "ai-system" {
        return;
    }
    let licence = to.text().and_then(|id| graph.by_id.get(id));
    let members = ["simplelicensing_licenseExpression", "name", "simplelicensing_licenseText"];
    let text = licence.and_then(|l| members.iter().find_map(|m| l.get(m))).filter(|t| t.text() != Some("NOASSERTION"));
    let written = match &text {
        Some(text) => sheet.text(at, "licence", text),
        None => false,
    };
    if written {
        let from = relationship.get("from");
        [Some(verb.clone()), Some(to.clone()), from].into_iter().flatten().for_each(|s| sheet.take(at, "licence", &s));
    }
}
