//! CycloneDX bills of materials, JSON, 1.4 to 1.7: what an AI system is made of.

mod dependencies;
mod model_card;
mod parts;

use crate::{
    Artefact, Format, Note, Reading, Unreadable,
    decode::Decoded,
    recognise::{json_of, must_be_map, not_this},
    sheet::{At, Sheet},
    tree::{Spot, Tree},
};

const READ: &[&str] = &["1.5", "1.6", "1.7"];
const READ_WITH_NOTE: &[&str] = &["1.4"];

/// A component, service or dataset of the document and the draft it became.
struct Part<'a> {
    spot: Spot<'a>,
    at: At,
    /// Where nested: the part around it.
    around: Option<At>,
}

pub(crate) fn read(artefact: Artefact<'_>, decoded: Decoded) -> Result<Reading, Unreadable> {
    let mut notes = decoded.notes;
    let document = json_of(Format::CycloneDx, &decoded.text, &mut notes)?;
    must_be_map(Format::CycloneDx, &document, &decoded.text)?;
    let bom = Spot::root(&document);
    if bom.text_of("bomFormat") != Some("CycloneDX") {
        let otherwise = "`bomFormat` is not `CycloneDX`";
        return Err(not_this(Format::CycloneDx, &decoded.text, otherwise).at("/bomFormat"));
    }
    let version = version(&document, &mut notes)?;
    check_serial(&bom, &mut notes);
    let mut sheet = Sheet::new(Format::CycloneDx, version, artefact, notes);
    let parts = parts::gather(&mut sheet, &bom);
    for part in &parts {
        parts::fill(&mut sheet, part);
    }
    dependencies::link(&mut sheet, &bom, &parts);
    if parts.is_empty() {
        sheet.note(Note::new("nothing_to_import", "the document names no component and no service"));
    }
    Ok(sheet.finish(&document))
}

fn version<'a>(document: &'a Tree, notes: &mut Vec<Note>) -> Result<&'a str, Unreadable> {
    let version = document.get("specVersion").and_then(Tree::text).unwrap_or_default();
    if READ_WITH_NOTE.contains(&version) {
        let message = format!("version {version} is older than model cards; only components and services can be read");
        notes.push(Note::new("old_version", message).at("/specVersion"));
    } else if !READ.contains(&version) {
        let message = format!(
            "CycloneDX `{version}` is not read; {}, {} are: convert the file with `cyclonedx convert`",
            READ_WITH_NOTE.join(", "),
            READ.join(", ")
        );
        return Err(Unreadable::new("unsupported_version", message).at("/specVersion"));
    }
    Ok(version)
}

fn check_serial(bom: &Spot<'_>, notes: &mut Vec<Note>) {
    let Some(serial) = bom.text_of("serialNumber") else { return };
    let groups: Vec<usize> = serial.strip_prefix("urn:uuid:").unwrap_or_default().split('-').map(str::len).collect();
    if groups != [8, 4, 4, 4, 12] {
        notes.push(Note::new("invalid_in_source", "the serial number is not a UUID").at("/serialNumber"));
    }
}
