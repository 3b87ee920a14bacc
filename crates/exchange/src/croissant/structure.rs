//! What is wrong inside a description without touching the record: said in notes, since the dataset can still be registered.

use std::collections::BTreeSet;

use super::{is_a, property};
use crate::{Note, sheet::Sheet, tree::Spot};

fn list<'a>(spot: &Spot<'a>, name: &str) -> Vec<Spot<'a>> {
    property(spot, name).map(|s| s.items()).unwrap_or_default()
}

pub(super) fn check(sheet: &mut Sheet, dataset: &Spot<'_>) {
    let mut found: Vec<(String, &str)> = Vec::new();
    for file in list(dataset, "distribution") {
        if !is_a(&file, &["FileObject", "FileSet"]) {
            found.push((file.at, "the part of the distribution is neither a FileObject nor a FileSet"));
        }
    }
    for record_set in list(dataset, "recordSet") {
        let fields: Vec<Spot<'_>> = list(&record_set, "field");
        let data = property(&record_set, "data").is_some();
        for field in &fields {
            if let Some(what) = field_problem(field, data) {
                found.push((field.at.clone(), what));
            }
        }
        let sources: BTreeSet<&str> = fields.iter().filter_map(source_of).collect();
        let joined = fields.iter().any(|f| property(f, "references").is_some());
        if sources.len() > 1 && !joined {
            found.push((record_set.at, "the fields come from several sources and nothing joins them"));
        }
    }
    for (place, what) in found {
        sheet.note(Note::new("invalid_in_source", what).at(place));
    }
}

fn field_problem(field: &Spot<'_>, data: bool) -> Option<&'static str> {
    let has = |name: &str| property(field, name).is_some();
    let inside = ["source", "value", "references", "subField", "data"];
    if !data && !inside.iter().any(|name| has(name)) {
        return Some("the field says neither where its values come from nor what they are");
    }
    let shape = property(field, "arrayShape").and_then(|s| s.text());
    let whole = |shape: &str| {
        shape.trim_matches(['(', ')']).split(',').all(|n| n.trim().is_empty() || n.trim().parse::<i64>().is_ok())
    };
    shape.is_some_and(|s| !whole(s)).then_some("the shape of the array is not a list of whole numbers")
}

/// The file or record set that a field reads from.
fn source_of<'a>(field: &Spot<'a>) -> Option<&'a str> {
    let source = property(field, "source")?;
    let (name, origin) =
        ["fileObject", "fileSet", "recordSet"].iter().find_map(|n| Some((n, property(&source, n)?)))?;
    let id = origin.text_of("@id").or(origin.text());
    id.filter(|_| *name != "recordSet")
}
