//! SPDX 3.0 documents as JSON-LD: packages, AI packages, datasets, and how they hang together.

mod elements;
mod relationships;

use std::collections::HashMap;

use crate::{
    Artefact, Format, Note, Reading, Unreadable,
    decode::Decoded,
    recognise::{json_of, must_be_map, not_this},
    sheet::{At, Sheet},
    tree::Spot,
};

/// The elements of a document by their ids, and the drafts that some of them became.
struct Graph<'a> {
    elements: Vec<Spot<'a>>,
    by_id: HashMap<&'a str, Spot<'a>>,
    drafts: HashMap<&'a str, At>,
}

pub(crate) fn read(artefact: Artefact<'_>, decoded: Decoded) -> Result<Reading, Unreadable> {
    let mut notes = decoded.notes;
    let document = json_of(Format::Spdx, &decoded.text, &mut notes)?;
    must_be_map(Format::Spdx, &document, &decoded.text)?;
    let root = Spot::root(&document);
    if let Some(version) = root.text_of("spdxVersion") {
        let message = format!(
            "`{version}` is not read, SPDX 3.0 is: convert the file to 3.0 first, with the tools of the SPDX project or of whoever made it"
        );
        return Err(Unreadable::new("unsupported_version", message).at("/spdxVersion"));
    }
    let elements = if root.get("@graph").is_some() { root.all("@graph") } else { vec![root.clone()] };
    if !elements.iter().any(|e| id(e).is_some() && kind_of(e).is_some()) {
        return Err(not_this(Format::Spdx, &decoded.text, "the document has no `@graph` of SPDX elements"));
    }
    let version = version(&root, &elements, &mut notes)?;
    let by_id = index(&elements, &mut notes);
    let mut sheet = Sheet::new(Format::Spdx, &version, artefact, notes);
    let mut graph = Graph { elements, by_id, drafts: HashMap::new() };
    elements::drafts(&mut sheet, &mut graph);
    elements::fill(&mut sheet, &graph);
    relationships::link(&mut sheet, &graph);
    if graph.drafts.is_empty() {
        sheet.note(Note::new("nothing_to_import", "the document holds no package"));
    }
    Ok(sheet.finish(&document))
}

/// An element's id.
fn id<'a>(element: &Spot<'a>) -> Option<&'a str> {
    element.text_of("spdxId").or(element.text_of("@id"))
}

/// An element's type without the prefix of its profile: `ai_AIPackage`, or the IRI's last part.
fn kind_of<'a>(element: &Spot<'a>) -> Option<&'a str> {
    let kind = element.text_of("type").or(element.text_of("@type"))?;
    kind.rsplit(['/', '#']).next()
}

fn index<'a>(elements: &[Spot<'a>], notes: &mut Vec<Note>) -> HashMap<&'a str, Spot<'a>> {
    let mut by_id = HashMap::new();
    for element in elements {
        if let Some(id) = id(element)
            && by_id.insert(id, element.clone()).is_some()
        {
            notes.push(Note::new("same_name", format!("the id `{id}` stands here twice")).at(element.at.clone()));
        }
    }
    by_id
}

/// The version that the creation information declares, or else the context.
fn version(root: &Spot<'_>, elements: &[Spot<'_>], notes: &mut Vec<Note>) -> Result<String, Unreadable> {
    let declared = elements.iter().find_map(|e| {
        e.text_of("specVersion")
            .map(str::to_owned)
            .or(e.path(&["creationInfo", "specVersion"]).and_then(|s| s.text().map(str::to_owned)))
    });
    let context =
        root.all("@context").iter().find_map(|c| c.text()?.split("/rdf/").nth(1)?.split('/').next().map(str::to_owned));
    let version = declared.or(context).unwrap_or_default();
    match version.as_str() {
        "3.0.1" => Ok(version),
        "3.0.0" | "3.0" => {
            notes.push(Note::new("old_version", format!("version {version} was read as 3.0.1")));
            Ok(version)
        }
        "" => {
            notes.push(Note::new("version_missing", "the document declares no version; it was read as 3.0.1"));
            Ok("3.0.1".to_owned())
        }
        other => {
            let message = format!("SPDX `{other}` is not read; 3.0.0 and 3.0.1 are");
            Err(Unreadable::new("unsupported_version", message))
        }
    }
}
