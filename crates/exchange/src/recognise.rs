//! What a file looks like, so that someone who named the wrong format is told the right one.

use crate::{Format, Note, Unreadable, json, table::is_workbook, tree::Tree};

/// The format that this text looks like, if it looks like one of ours.
pub fn looks_like(text: &str) -> Option<Format> {
    let start = text.trim_start();
    if !start.starts_with(['{', '[']) {
        let card = start.starts_with("---") || start.starts_with('#');
        let dataset =
            text.contains("task_categories") || text.contains("# Dataset Card") || text.contains("dataset_info:");
        return card.then_some(if dataset { Format::DatasetCard } else { Format::ModelCard });
    }
    let marks = [
        ("\"bomFormat\"", Format::CycloneDx),
        ("\"spdxVersion\"", Format::Spdx),
        ("spdx.org/rdf/", Format::Spdx),
        ("\"spdxId\"", Format::Spdx),
        ("mlcommons.org/croissant", Format::Croissant),
        ("//schema.org", Format::Croissant),
        ("\"model_details\"", Format::ModelCard),
    ];
    marks.iter().find(|(mark, _)| text.contains(mark)).map(|(_, format)| *format)
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An artefact of this format.
    Artefact(Format),
    /// Rows: CSV or XLSX.
    Table,
}

/// What a file is, by its content and then by its name; nothing where neither says so.
pub fn found(name: &str, bytes: &[u8]) -> Option<Found> {
    let name = name.to_ascii_lowercase();
    let ends = |with: &[&str]| with.iter().any(|end| name.ends_with(end));
    if is_workbook(bytes) || ends(&[".csv", ".tsv"]) {
        return Some(Found::Table);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    looks_like(text).map(Found::Artefact).or_else(|| ends(&[".txt"]).then_some(Found::Table))
}

/// The refusal of a file that is not of the format it was given as.
pub(crate) fn not_this(format: Format, text: &str, otherwise: &str) -> Unreadable {
    let message = match looks_like(text).filter(|f| *f != format) {
        Some(found) => format!("this looks like {}; import it with `aims import {}`", title(found), found.word()),
        None => otherwise.to_owned(),
    };
    Unreadable::new("not_this_format", message)
}

fn title(format: Format) -> &'static str {
    match format {
        Format::ModelCard => "a model card",
        Format::DatasetCard => "a dataset card",
        Format::CycloneDx => "CycloneDX",
        Format::Spdx => "SPDX",
        Format::Croissant => "Croissant",
    }
}

/// JSON of this format, or a refusal that says what the text is instead.
pub(crate) fn json_of(format: Format, text: &str, notes: &mut Vec<Note>) -> Result<Tree, Unreadable> {
    let start = text.trim_start();
    if start.starts_with('<') {
        let message = format!("this is XML; write {} as JSON and import that", title(format));
        return Err(Unreadable::new("not_this_format", message));
    }
    if start.starts_with("SPDXVersion:") {
        let message = "this is SPDX 2 as tags and values; convert the file to SPDX 3.0 as JSON-LD first";
        return Err(Unreadable::new("unsupported_version", message));
    }
    if start.starts_with("---") || start.starts_with('#') {
        return Err(not_this(format, text, "this is not JSON"));
    }
    json::parse(text, notes)
}

/// Whether this is a map at all; every JSON format here is one.
pub(crate) fn must_be_map(format: Format, tree: &Tree, text: &str) -> Result<(), Unreadable> {
    match tree {
        Tree::Map(_) => Ok(()),
        _ => Err(not_this(format, text, "the document is not a JSON object")),
    }
}
