//! Model cards and dataset cards: a README with YAML in front, or the JSON of the Model Card Toolkit.

mod body;
mod dataset;
mod model;
mod toolkit;

use crate::{
    Artefact, Format, Note, Reading, Unreadable,
    decode::Decoded,
    front_matter::{self, Broken},
    markdown::{self, Section},
    recognise::{looks_like, not_this},
    sheet::Sheet,
    text::clean,
    tree::{Spot, Tree},
};

/// What the front matter and the body of a card say.
struct Card<'a> {
    head: Spot<'a>,
    body: Spot<'a>,
    sections: &'a [Section],
    /// The name of the file, for a card that names nothing.
    file: &'a str,
}

pub(crate) fn read(format: Format, artefact: Artefact<'_>, decoded: Decoded) -> Result<Reading, Unreadable> {
    let start = decoded.text.trim_start();
    if start.is_empty() {
        return Err(Unreadable::new("not_this_format", "the file is empty"));
    }
    if start.starts_with('{') && format == Format::ModelCard && looks_like(&decoded.text) == Some(Format::ModelCard) {
        return toolkit::read(artefact, decoded);
    }
    if start.starts_with('{') || (start.starts_with('[') && looks_like(&decoded.text).is_some()) {
        return Err(not_this(format, &decoded.text, "a card is a Markdown file with YAML in front; this is JSON"));
    }
    let text = decoded.text.replace("\r\n", "\n");
    let mut notes = decoded.notes;
    if text.len() != decoded.text.len() {
        notes
            .push(Note::new("line_breaks", "the file has the line breaks of Windows; they were read as ordinary ones"));
    }
    let (front, rest) = front_matter::split(&text);
    let head = head(front, &mut notes)?;
    let sections = markdown::sections(rest);
    let head = Some(("front matter".to_owned(), head)).filter(|(_, tree)| *tree != Tree::Null);
    let body = ("body".to_owned(), markdown::to_tree(&sections));
    let document = Tree::Map(head.into_iter().chain([body]).collect());
    check_format(format, &document, &mut notes);
    let mut sheet = Sheet::new(format, "", artefact, notes);
    let root = Spot::root(&document);
    let null = Tree::Null;
    let part = |name: &str| root.get(name).unwrap_or(Spot { at: format!("/{name}"), tree: &null });
    let card = Card { head: part("front matter"), body: part("body"), sections: &sections, file: artefact.name };
    if format == Format::ModelCard {
        model::fill(&mut sheet, &card)
    } else {
        dataset::fill(&mut sheet, &card)
    }
    Ok(sheet.finish(&document))
}

fn head(front: Option<&str>, notes: &mut Vec<Note>) -> Result<Tree, Unreadable> {
    let Some(front) = front else {
        notes.push(Note::new("front_matter_missing", "the card has no front matter; only its body was read"));
        return Ok(Tree::Null);
    };
    match front_matter::parse(front, notes) {
        Ok(tree @ Tree::Map(_)) => Ok(tree),
        Ok(Tree::Null) => {
            notes.push(Note::new("front_matter_missing", "the front matter is empty; only the body was read"));
            Ok(Tree::Null)
        }
        Ok(other) => {
            let message = "the front matter is not a list of names and values; it was kept aside";
            notes.push(Note::new("front_matter_broken", message).at("line 1"));
            Ok(other)
        }
        Err(Broken::Syntax(why)) => {
            let message = format!("the front matter is not YAML and was kept aside as text: {why}");
            notes.push(Note::new("front_matter_broken", message));
            Ok(Tree::Text(front.trim().to_owned()))
        }
        Err(Broken::Refused(error)) => Err(error),
    }
}

/// Says so where a card of a dataset was given as one of a model, or the other way round.
fn check_format(format: Format, document: &Tree, notes: &mut Vec<Note>) {
    let Some(head) = document.get("front matter") else { return };
    let has = |keys: &[&str]| keys.iter().any(|k| head.get(k).is_some());
    let dataset = has(&["task_categories", "size_categories", "dataset_info", "annotations_creators"]);
    let model = has(&["pipeline_tag", "library_name", "base_model", "model-index"]);
    let other = match format {
        Format::ModelCard if dataset && !model => "dataset-card",
        Format::DatasetCard if model && !dataset => "model-card",
        _ => return,
    };
    let message = format!("the front matter is that of a {other}; if so, import it with `aims import {other}`");
    notes.push(Note::new("other_card", message));
}

/// Whether someone still has to fill this in.
fn template(text: &str) -> bool {
    let plain = text.trim().trim_matches(['*', '_', '.', '-', ' ']);
    let lower = plain.to_lowercase();
    let blanks = [
        "[more information needed]",
        "[needs more information]",
        "more information needed",
        "needs more information",
        "n/a",
        "tbd",
        "todo",
    ];
    blanks.contains(&lower.as_str())
        || (plain.starts_with("{{") && plain.ends_with("}}"))
        || (plain.starts_with('[') && (plain.ends_with("]()") || plain.ends_with("here]")))
}

/// A text that someone wrote; what a template left there is not.
fn written<'a>(spot: &Spot<'a>) -> Option<Spot<'a>> {
    spot.text().filter(|t| !template(t)).map(|_| spot.clone())
}

/// The first heading as a name, without the words every card has there.
fn title<'a>(card: &Card<'a>) -> Option<(String, Spot<'a>)> {
    const USUAL: &[&str] = &[
        "model card for",
        "model card:",
        "model card -",
        "model card",
        "dataset card for",
        "dataset card:",
        "dataset card",
    ];
    let section = card.sections.iter().find(|s| s.level == 1)?;
    let spot = card.body.get(&section.name)?.get("heading")?;
    let heading = clean(&section.heading).0;
    let lower = heading.to_lowercase();
    let usual = USUAL.iter().find(|u| lower.starts_with(*u) && lower.len() == heading.len());
    let name = usual.and_then(|u| heading.get(u.len()..)).unwrap_or(&heading).trim().trim_matches('`');
    let blank = name.is_empty()
        || template(name)
        || name.contains("{{")
        || name.starts_with('[')
        || lower.contains("creation guide");
    (!blank).then(|| (name.to_owned(), spot))
}
