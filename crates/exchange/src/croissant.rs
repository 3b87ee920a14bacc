//! Croissant descriptions of datasets, 0.8 to 1.1, with the extension for responsible AI.

mod fields;
mod structure;

use crate::{
    Artefact, Format, Note, Reading, Unreadable,
    decode::Decoded,
    recognise::{json_of, not_this},
    sheet::Sheet,
    tree::{Spot, Tree},
};

const READ: &[&str] = &["0.8", "1.0", "1.1"];

pub(crate) fn read(artefact: Artefact<'_>, decoded: Decoded) -> Result<Reading, Unreadable> {
    let mut notes = decoded.notes;
    let document = json_of(Format::Croissant, &decoded.text, &mut notes)?;
    let root = Spot::root(&document);
    if matches!(document, Tree::List(_)) {
        notes.push(Note::new("top_level_list", "the document is a list; every dataset in it was read"));
    }
    let inside: Vec<Spot<'_>> = root
        .items()
        .iter()
        .flat_map(|s| if s.get("@graph").is_some() { s.all("@graph") } else { vec![s.clone()] })
        .collect();
    let datasets: Vec<Spot<'_>> = inside.into_iter().filter(is_dataset).collect();
    if datasets.is_empty() {
        let otherwise = "no part of the document has the `@type` of a dataset (`sc:Dataset`)";
        return Err(not_this(Format::Croissant, &decoded.text, otherwise).at("/@type"));
    }
    let mut versions = Vec::new();
    for dataset in &datasets {
        versions.push(version(dataset, &mut notes)?);
    }
    let mut sheet = Sheet::new(Format::Croissant, versions.first().map_or("0.8", String::as_str), artefact, notes);
    for dataset in &datasets {
        let at = fields::fill(&mut sheet, dataset, artefact.name);
        sheet.own(at, dataset);
        structure::check(&mut sheet, dataset);
    }
    Ok(sheet.finish(&document))
}

/// The last part of a name that may be written with a prefix or as an IRI: `sc:Dataset`, `https://schema.org/Dataset`, `Dataset`.
fn local(name: &str) -> &str {
    name.rsplit(['/', '#', ':']).next().unwrap_or(name)
}

fn is_dataset(spot: &Spot<'_>) -> bool {
    let types = spot.get("@type").or(spot.get("type"));
    types.is_some_and(|t| t.items().iter().any(|t| t.text().map(local) == Some("Dataset")))
}

/// Whether one of the types is this.
fn is_a(spot: &Spot<'_>, wanted: &[&str]) -> bool {
    let types = spot.get("@type").or(spot.get("type"));
    types.is_some_and(|t| t.items().iter().any(|t| t.text().is_some_and(|t| wanted.contains(&local(t)))))
}

/// The value of a property, whatever its prefix.
fn property<'a>(spot: &Spot<'a>, name: &str) -> Option<Spot<'a>> {
    let written = spot.entries().into_iter().find(|(key, _)| local(key) == name);
    written.map(|(_, value)| value).filter(|v| *v.tree != Tree::Null)
}

/// The version that `conformsTo` names; none at all means 0.8, which had no such property.
fn version(dataset: &Spot<'_>, notes: &mut Vec<Note>) -> Result<String, Unreadable> {
    let declared = property(dataset, "conformsTo").map(|s| s.items()).unwrap_or_default();
    let names = declared.iter().filter_map(|s| s.text().or(s.text_of("@id")));
    let versions: Vec<&str> =
        names.filter_map(|n| n.split("croissant/").nth(1)).filter(|v| !v.to_lowercase().contains("rai")).collect();
    match versions.as_slice() {
        [] => {
            let message = "the document does not say which version of Croissant it follows; it was read as 0.8";
            notes.push(Note::new("version_missing", message).at(dataset.at.clone()));
            Ok("0.8".to_owned())
        }
        some => match some.iter().map(|v| v.trim_end_matches('/')).find(|v| READ.contains(v)) {
            Some(version) => Ok(version.to_owned()),
            None => {
                let message = format!("Croissant `{}` is not read; {} are", some.join(", "), READ.join(", "));
                Err(Unreadable::new("unsupported_version", message).at(format!("{}/conformsTo", dataset.at)))
            }
        },
    }
}
