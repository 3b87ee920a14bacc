//! Links between the parts of a document: what stands inside what, who depends on whom, what belongs to the system.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Part;
use crate::{
    Note,
    graph::{cycle, path_in_words},
    sheet::{At, Sheet},
    tree::Spot,
};

/// Which field says that a record of the first kind needs one of the second.
const NEEDS: &[(&str, &str, &str)] =
    &[("component", "component", "dependencies"), ("component", "model", "models"), ("model", "dataset", "datasets")];
/// Which field of a part says that it belongs to an AI system.
const BELONGS: &[(&str, &str)] =
    &[("model", "systems"), ("dataset", "system"), ("component", "systems"), ("resource-item", "system")];

pub(super) fn link<'a>(sheet: &mut Sheet, bom: &Spot<'a>, parts: &[Part<'a>]) {
    let by_ref: HashMap<&str, At> = parts.iter().filter_map(|p| Some((p.spot.text_of("bom-ref")?, p.at))).collect();
    for part in parts {
        if let Some(around) = part.around {
            needs(sheet, around, part.at, None);
        }
        for reference in
            part.spot.path(&["modelCard", "modelParameters", "datasets"]).map(|s| s.items()).unwrap_or_default()
        {
            let target = reference.get("ref").and_then(|r| Some((by_ref.get(r.text()?).copied()?, r)));
            if let Some((at, leaf)) = target {
                needs(sheet, part.at, at, Some(&leaf));
            }
        }
    }
    if let Some(system) = parts.first().filter(|p| sheet.kind(p.at) == "ai-system").map(|p| p.at) {
        parts.iter().for_each(|p| belongs(sheet, p.at, system));
    }
    dependencies(sheet, bom, &by_ref);
}

fn needs(sheet: &mut Sheet, from: At, to: At, leaf: Option<&Spot<'_>>) -> bool {
    let kinds = (sheet.kind(from), sheet.kind(to));
    if kinds.0 == "ai-system" {
        return belongs_by(sheet, to, from, leaf);
    }
    let field = NEEDS.iter().find(|(a, b, _)| (*a, *b) == kinds).map(|(_, _, field)| *field);
    field.is_some_and(|field| sheet.link(from, field, to, leaf))
}

fn belongs(sheet: &mut Sheet, part: At, system: At) {
    belongs_by(sheet, part, system, None);
}

fn belongs_by(sheet: &mut Sheet, part: At, system: At, leaf: Option<&Spot<'_>>) -> bool {
    let field = BELONGS.iter().find(|(kind, _)| *kind == sheet.kind(part)).map(|(_, field)| *field);
    field.is_some_and(|field| sheet.link(part, field, system, leaf))
}

fn dependencies<'a>(sheet: &mut Sheet, bom: &Spot<'a>, by_ref: &HashMap<&'a str, At>) {
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut dangling = BTreeSet::new();
    for entry in bom.all("dependencies") {
        let Some((from, leaf)) = entry.get("ref").and_then(|r| Some((r.text()?, r))) else {
            let message = "the dependency names no part that needs something";
            sheet.note(Note::new("invalid_in_source", message).at(entry.at));
            continue;
        };
        for target in entry.all("dependsOn") {
            let Some(to) = target.text() else { continue };
            edges.entry(from).or_default().push(to);
            match (by_ref.get(from), by_ref.get(to)) {
                (Some(a), Some(b)) if needs(sheet, *a, *b, Some(&target)) => sheet.take(*a, "dependencies", &leaf),
                (Some(_), Some(_)) => {}
                (a, _) => dangling.extend([if a.is_none() { from } else { to }]),
            }
        }
    }
    if !dangling.is_empty() {
        let ids = dangling.iter().take(20).copied().collect::<Vec<_>>().join(", ");
        let message = format!("{} names in the dependencies belong to no part: {ids}", dangling.len());
        sheet.note(Note::new("dangling_reference", message).at("/dependencies"));
    }
    if let Some(path) = cycle(&edges) {
        let message = format!("the dependencies go round: {}", path_in_words(&path));
        sheet.note(Note::new("dependency_cycle", message).at("/dependencies"));
    }
}
