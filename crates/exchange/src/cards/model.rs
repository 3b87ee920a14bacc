//! Model cards.

use super::{
    Card,
    body::{self, Fact, Row, listed},
    title, written,
};
use crate::{
    Note,
    sheet::{At, Sheet},
    text::stem,
    tree::Spot,
};

const SECTIONS: &[Row] = &[
    ("model description", "description", false),
    ("description", "description", false),
    ("model details", "description", false),
    ("model summary", "description", false),
    ("overview", "description", false),
    ("summary", "description", false),
    ("model type", "architecture", false),
    ("architecture", "architecture", false),
    ("model architecture", "architecture", false),
    ("model architecture and objective", "architecture", false),
    ("uses", "intended_use", true),
    ("model use", "intended_use", true),
    ("intended use", "intended_use", true),
    ("intended uses", "intended_use", true),
    ("intended uses & limitations", "intended_use", true),
    ("evaluated use", "intended_use", true),
    ("direct use", "intended_use", true),
    ("downstream use", "intended_use", true),
    ("out-of-scope use", "intended_use", true),
    ("out-of-scope use cases", "intended_use", true),
    ("limitations", "limitations", true),
    ("performance and limitations", "limitations", false),
    ("limitations and bias", "limitations", true),
    ("bias, risks, and limitations", "limitations", true),
    ("risks", "limitations", true),
    ("recommendations", "limitations", true),
    ("broader implications", "limitations", true),
    ("ethical considerations", "limitations", true),
    ("bias", "bias_notes", true),
    ("fairness", "bias_notes", true),
    ("bias and fairness", "bias_notes", true),
    ("bias/fairness", "bias_notes", true),
];
const FACTS: &[Fact] = &[
    ("license", "licence"),
    ("licence", "licence"),
    ("model type", "architecture"),
    ("repository", "source_url"),
    ("model version", "version"),
    ("version", "version"),
];

pub(super) fn fill(sheet: &mut Sheet, card: &Card<'_>) {
    let at = name(sheet, card);
    sheet.texts(at, "languages", &listed(card, &["language", "languages"]));
    sheet.texts(at, "tasks", &listed(card, &["pipeline_tag"]));
    licence(sheet, card, at);
    links(sheet, card, at, &["datasets", "dataset"], "dataset", "datasets");
    links(sheet, card, at, &["base_model", "base_models"], "model", "base_models");
    results(sheet, card, at);
    body::summary(sheet, card, at);
    body::fill(sheet, card, at, SECTIONS);
    for (field, spot) in body::facts(card, FACTS) {
        sheet.text(at, field, &spot);
    }
    supplier(sheet, card, at);
}

/// The name that the evaluation results go by, or the title.
fn name(sheet: &mut Sheet, card: &Card<'_>) -> At {
    let index = card.head.all("model-index").first().and_then(|m| m.get("name"));
    let all = [card.head.get("model_name"), card.head.get("model_id"), index];
    let named = all.into_iter().flatten().find_map(|n| written(&n));
    if let Some(name) = named {
        let at = sheet.draft("model", name.text().unwrap_or_default());
        sheet.text(at, "name", &name);
        return at;
    }
    if let Some((name, heading)) = title(card) {
        let at = sheet.draft("model", &name);
        sheet.line(at, "name", &name, &[heading]);
        return at;
    }
    sheet.note(Note::new("name_missing", "the card names no model; the name of the file stands in"));
    let at = sheet.draft("model", stem(card.file));
    sheet.stand_in(at, stem(card.file));
    at
}

/// One licence or several; `other` is said by its name.
pub(super) fn licence(sheet: &mut Sheet, card: &Card<'_>, at: At) {
    let mut all = listed(card, &["license", "licenses", "licence"]);
    let names = listed(card, &["license_name"]);
    if matches!(all.as_slice(), [one] if one.text() == Some("other")) && !names.is_empty() {
        let said = names.iter().filter_map(Spot::text).collect::<Vec<_>>().join(", ");
        all.extend(names);
        sheet.line(at, "licence", &said, &all);
        return;
    }
    let said = all.iter().filter_map(Spot::text).collect::<Vec<_>>().join(", ");
    sheet.line(at, "licence", &said, &all);
}

/// Models and datasets that the front matter names become drafts of their own.
fn links(sheet: &mut Sheet, card: &Card<'_>, at: At, names: &[&str], kind: &str, field: &str) {
    for spot in listed(card, names) {
        let other = sheet.draft(kind, spot.text().unwrap_or_default());
        sheet.text(other, "name", &spot);
        sheet.link(at, field, other, Some(&spot));
    }
}

fn results(sheet: &mut Sheet, card: &Card<'_>, at: At) {
    for result in card.head.all("model-index").iter().flat_map(|m| m.all("results")) {
        let task = ["name", "type"].iter().find_map(|m| result.path(&["task", m])).and_then(|s| written(&s));
        let set = ["name", "type"].iter().find_map(|m| result.path(&["dataset", m])).and_then(|s| written(&s));
        let parts = ["config", "split"].iter().filter_map(|m| result.path(&["dataset", m])).filter_map(|s| written(&s));
        let data: Vec<Spot<'_>> = set.into_iter().chain(parts).collect();
        let said = data.iter().filter_map(Spot::text).collect::<Vec<_>>().join(", ");
        for metric in result.all("metrics") {
            let name = ["name", "type"].iter().find_map(|m| metric.get(m)).and_then(|s| written(&s));
            let value = metric.get("value").and_then(|s| written(&s));
            let text = |s: &Option<Spot<'_>>| s.as_ref().and_then(Spot::text).unwrap_or_default().to_owned();
            if value.is_none() {
                continue;
            }
            let cells =
                [("task", text(&task)), ("dataset", said.clone()), ("metric", text(&name)), ("value", text(&value))];
            let spots: Vec<Spot<'_>> = [task.clone(), name, value].into_iter().flatten().chain(data.clone()).collect();
            sheet.row(at, "metrics", &cells, &spots);
        }
    }
}

fn supplier(sheet: &mut Sheet, card: &Card<'_>, at: At) {
    let facts = body::facts(card, &[("developed by", ""), ("model developer", ""), ("shared by", "")]);
    if let Some((_, spot)) = facts.first() {
        let supplier = sheet.draft("supplier", spot.text().unwrap_or_default());
        sheet.text(supplier, "name", spot);
        sheet.link(at, "supplier", supplier, Some(spot));
    }
}
