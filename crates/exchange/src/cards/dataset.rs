//! Dataset cards.

use super::{
    Card,
    body::{self, Fact, Row, listed},
    model::licence,
    title, written,
};
use crate::{
    Note,
    sheet::{At, Sheet},
    text::stem,
};

const SECTIONS: &[Row] = &[
    ("dataset summary", "description", false),
    ("dataset description", "description", false),
    ("dataset details", "description", false),
    ("description", "description", false),
    ("summary", "description", false),
    ("data splits", "description", false),
    ("uses", "intended_use", true),
    ("direct use", "intended_use", true),
    ("out-of-scope use", "intended_use", true),
    ("supported tasks and leaderboards", "intended_use", true),
    ("supported tasks", "intended_use", true),
    ("curation rationale", "provenance", true),
    ("source data", "provenance", true),
    ("data collection and processing", "provenance", true),
    ("dataset curators", "provenance", false),
    ("personal and sensitive information", "provenance", false),
    ("annotations", "labelling", true),
    ("annotation process", "labelling", true),
    ("who are the annotators?", "labelling", true),
    ("social impact of dataset", "bias_notes", false),
    ("discussion of biases", "bias_notes", false),
    ("other known limitations", "bias_notes", false),
    ("bias, risks, and limitations", "bias_notes", true),
    ("recommendations", "bias_notes", false),
];
const FACTS: &[Fact] = &[("homepage", "source_url"), ("repository", "source_url"), ("license", "licence")];
/// Lists of the front matter that become paragraphs: name, field, label.
const PARAGRAPHS: &[(&str, &str, &str)] = &[
    ("annotations_creators", "labelling", "Labels made by"),
    ("language_creators", "provenance", "Texts made by"),
    ("source_datasets", "provenance", "Source datasets"),
    ("task_categories", "intended_use", "Tasks"),
];

pub(super) fn fill(sheet: &mut Sheet, card: &Card<'_>) {
    let at = name(sheet, card);
    sheet.texts(at, "languages", &listed(card, &["language", "languages"]));
    licence(sheet, card, at);
    if let Some(size) = card.head.path(&["dataset_info", "dataset_size"]) {
        sheet.amount(at, "size", "bytes", &size, &[]);
    }
    body::summary(sheet, card, at);
    for (list, field, label) in PARAGRAPHS {
        sheet.prose(at, field, label, &listed(card, &[list]));
    }
    body::fill(sheet, card, at, SECTIONS);
    for (field, spot) in body::facts(card, FACTS) {
        sheet.text(at, field, &spot);
    }
    let curators = body::facts(card, &[("curated by", "provenance")]);
    curators.iter().for_each(|(field, spot)| sheet.prose(at, field, "Curated by", std::slice::from_ref(spot)));
}

fn name(sheet: &mut Sheet, card: &Card<'_>) -> At {
    let named = card.head.get("pretty_name").and_then(|n| written(&n));
    if let Some(name) = named {
        let at = sheet.draft("dataset", name.text().unwrap_or_default());
        sheet.text(at, "name", &name);
        return at;
    }
    if let Some((name, heading)) = title(card) {
        let at = sheet.draft("dataset", &name);
        sheet.line(at, "name", &name, &[heading]);
        return at;
    }
    sheet.note(Note::new("name_missing", "the card names no dataset; the name of the file stands in"));
    let at = sheet.draft("dataset", stem(card.file));
    sheet.stand_in(at, stem(card.file));
    at
}
