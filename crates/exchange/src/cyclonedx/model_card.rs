//! The model card inside a component.

use super::parts;
use crate::{
    sheet::{At, Sheet},
    tree::Spot,
};

/// Lists of plain sentences: path inside `modelCard`, field, label.
const SENTENCES: &[(&[&str], &str, &str)] = &[
    (&["considerations", "users"], "intended_use", "Users"),
    (&["considerations", "useCases"], "intended_use", "Use cases"),
    (&["considerations", "technicalLimitations"], "limitations", "Technical limitations"),
    (&["considerations", "performanceTradeoffs"], "limitations", "Performance trade-offs"),
];

/// Lists of objects, each a paragraph: path, field, and the members with their labels.
type Objects = (&'static [&'static str], &'static str, &'static [(&'static str, &'static str)]);
const OBJECTS: &[Objects] = &[
    (
        &["considerations", "ethicalConsiderations"],
        "limitations",
        &[("name", "Risk"), ("mitigationStrategy", "Mitigation")],
    ),
    (
        &["considerations", "fairnessAssessments"],
        "bias_notes",
        &[
            ("groupAtRisk", "Group at risk"),
            ("benefits", "Benefits"),
            ("harms", "Harms"),
            ("mitigationStrategy", "Mitigation"),
        ],
    ),
];

pub(super) fn fill(sheet: &mut Sheet, component: &Spot<'_>, at: At) {
    ancestors(sheet, component, at);
    let Some(card) = component.get("modelCard") else { return };
    if let Some(parameters) = card.get("modelParameters") {
        sheet.texts(at, "tasks", &parameters.all("task"));
        let parts = ["architectureFamily", "modelArchitecture"].iter().filter_map(|f| parameters.get(f));
        let parts: Vec<Spot<'_>> = parts.filter(|s| s.text().is_some()).collect();
        let said = parts.iter().filter_map(Spot::text).collect::<Vec<_>>().join("; ");
        sheet.line(at, "architecture", &said, &parts);
        parameters.all("datasets").iter().for_each(|d| dataset(sheet, d, at));
    }
    for (path, field, label) in SENTENCES {
        sheet.prose(at, field, label, &card.path(path).map(|s| s.items()).unwrap_or_default());
    }
    for (path, field, members) in OBJECTS {
        for object in card.path(path).map(|s| s.items()).unwrap_or_default() {
            labelled(sheet, at, field, members, &object);
        }
    }
    for metric in card.path(&["quantitativeAnalysis", "performanceMetrics"]).map(|s| s.items()).unwrap_or_default() {
        result(sheet, &metric, at);
    }
    energy(sheet, &card, at);
}

/// One paragraph: each member on a line of its own.
fn labelled(sheet: &mut Sheet, at: At, field: &str, members: &[(&str, &str)], object: &Spot<'_>) {
    let mut lines = Vec::new();
    let mut spots = Vec::new();
    for (member, label) in members {
        if let Some((spot, text)) = object.get(member).and_then(|s| Some((s.clone(), s.text()?))) {
            lines.push(format!("- **{label}:** {}", crate::text::one_line(text)));
            spots.push(spot);
        }
    }
    if !lines.is_empty() {
        sheet.paragraph(at, field, &lines.join("\n"), &spots);
    }
}

fn result(sheet: &mut Sheet, metric: &Spot<'_>, at: At) {
    let of = |path: &[&str]| metric.path(path).filter(|s| s.text().is_some());
    let text = |spot: &Option<Spot<'_>>| spot.as_ref().and_then(Spot::text).unwrap_or_default().to_owned();
    let (name, value, slice) = (of(&["type"]), of(&["value"]), of(&["slice"]));
    let (low, high) = (of(&["confidenceInterval", "lowerBound"]), of(&["confidenceInterval", "upperBound"]));
    let said = match (&low, &high) {
        (Some(_), Some(_)) => format!("{} ({} to {})", text(&value), text(&low), text(&high)),
        _ => text(&value),
    };
    let cells = [("metric", text(&name)), ("value", said), ("dataset", text(&slice))];
    let both = low.is_some() && high.is_some();
    let bounds = [low, high].into_iter().flatten().filter(|_| both);
    let spots: Vec<Spot<'_>> = [name, value, slice].into_iter().flatten().chain(bounds).collect();
    sheet.row(at, "metrics", &cells, &spots);
}

/// A dataset written into the card, or a reference to a component, which [`super::dependencies`] follows.
fn dataset(sheet: &mut Sheet, spot: &Spot<'_>, model: At) {
    let Some(name) = spot.text_of("name").or(spot.path(&["contents", "url"]).and_then(|u| u.text())) else { return };
    let at = sheet.draft("dataset", name);
    sheet.own(at, spot);
    parts::data(sheet, spot, at);
    sheet.stand_in(at, name);
    sheet.link(model, "datasets", at, None);
}

/// Energy of the training, where exactly one amount is stated.
fn energy(sheet: &mut Sheet, card: &Spot<'_>, at: At) {
    let path = ["considerations", "environmentalConsiderations", "energyConsumptions"];
    let all = card.path(&path).map(|s| s.items()).unwrap_or_default();
    let training: Vec<&Spot<'_>> = all.iter().filter(|e| e.text_of("activity") == Some("training")).collect();
    let [only] = training.as_slice() else { return };
    let (Some(activity), Some(cost)) = (only.get("activity"), only.get("activityEnergyCost")) else { return };
    if let (Some(value), Some(unit)) = (cost.get("value"), cost.get("unit"))
        && unit.text() == Some("kWh")
    {
        sheet.amount(at, "energy", "kWh", &value, &[unit, activity]);
    }
}

/// What a model was made from.
fn ancestors(sheet: &mut Sheet, component: &Spot<'_>, model: At) {
    let ancestors = component.path(&["pedigree", "ancestors"]).map(|s| s.items()).unwrap_or_default();
    for ancestor in ancestors.iter().filter(|a| a.text_of("type") == Some("machine-learning-model")) {
        let Some(name) = ancestor.get("name").filter(|n| n.text().is_some()) else { continue };
        let identity = match ancestor.text_of("group") {
            Some(group) => format!("{group}/{}", name.text().unwrap_or_default()),
            None => name.text().unwrap_or_default().to_owned(),
        };
        let base = sheet.draft("model", &identity);
        sheet.own(base, ancestor);
        let group = ancestor.get("group").filter(|g| g.text().is_some());
        let spots: Vec<Spot<'_>> = group.into_iter().chain([name]).collect();
        sheet.line(base, "name", &identity, &spots);
        if let Some(version) = ancestor.get("version") {
            sheet.text(base, "version", &version);
        }
        sheet.link(model, "base_models", base, None);
    }
}
