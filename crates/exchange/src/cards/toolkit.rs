//! The JSON of the Model Card Toolkit.

use crate::{
    Artefact, Format, Note, Reading, Unreadable,
    decode::Decoded,
    json,
    sheet::{At, Sheet},
    text::stem,
    tree::Spot,
};

/// Single texts: path and field.
const TEXTS: &[(&[&str], &str)] = &[
    (&["model_details", "version", "name"], "version"),
    (&["model_details", "path"], "source_url"),
    (&["model_parameters", "model_architecture"], "architecture"),
];
/// Lists: path, member of each element, field, label.
type List = (&'static [&'static str], &'static str, &'static str, &'static str);
const LISTS: &[List] = &[
    (&["model_details", "overview"], "", "description", ""),
    (&["model_details", "documentation"], "", "description", ""),
    (&["considerations", "users"], "description", "intended_use", "Users"),
    (&["considerations", "use_cases"], "description", "intended_use", "Use cases"),
    (&["considerations", "limitations"], "description", "limitations", ""),
    (&["considerations", "tradeoffs"], "description", "limitations", "Trade-offs"),
];

pub(super) fn read(artefact: Artefact<'_>, decoded: Decoded) -> Result<Reading, Unreadable> {
    let mut notes = decoded.notes;
    let document = json::parse(&decoded.text, &mut notes)?;
    let root = Spot::root(&document);
    if root.get("model_details").is_none() {
        return Err(Unreadable::new("not_this_format", "the document has no `model_details`; it is no model card"));
    }
    let version = format!("toolkit {}", root.text_of("schema_version").unwrap_or("undeclared"));
    let mut sheet = Sheet::new(Format::ModelCard, &version, artefact, notes);
    let name = root.path(&["model_details", "name"]).filter(|n| n.text().is_some());
    let identity = name.as_ref().and_then(Spot::text).unwrap_or(stem(artefact.name)).to_owned();
    let at = sheet.draft("model", &identity);
    if !name.is_some_and(|n| sheet.text(at, "name", &n)) {
        sheet.note(Note::new("name_missing", "the card names no model; the name of the file stands in"));
        sheet.stand_in(at, &identity);
    }
    fill(&mut sheet, &root, at);
    Ok(sheet.finish(&document))
}

fn list<'a>(root: &Spot<'a>, path: &[&str]) -> Vec<Spot<'a>> {
    root.path(path).map(|s| s.items()).unwrap_or_default()
}

fn fill(sheet: &mut Sheet, root: &Spot<'_>, at: At) {
    for (path, field) in TEXTS {
        if let Some(spot) = root.path(path) {
            sheet.text(at, field, &spot);
        }
    }
    for (path, member, field, label) in LISTS {
        let spots: Vec<Spot<'_>> = list(root, path).into_iter().map(|s| s.get(member).unwrap_or(s)).collect();
        sheet.prose(at, field, label, &spots);
    }
    let licences: Vec<Spot<'_>> = list(root, &["model_details", "licenses"])
        .iter()
        .filter_map(|l| l.get("identifier").or(l.get("custom_text")))
        .filter(|l| l.text().is_some())
        .collect();
    let said = licences.iter().filter_map(Spot::text).collect::<Vec<_>>().join(", ");
    sheet.line(at, "licence", &said, &licences);
    for risk in list(root, &["considerations", "ethical_considerations"]) {
        let members: Vec<Spot<'_>> =
            ["name", "mitigation_strategy"].iter().filter_map(|m| risk.get(m)).filter(|s| s.text().is_some()).collect();
        let text = members.iter().filter_map(Spot::text).collect::<Vec<_>>().join("; mitigation: ");
        if !text.is_empty() {
            sheet.paragraph(at, "limitations", &format!("**Risk:** {text}"), &members);
        }
    }
    list(root, &["model_parameters", "data"]).iter().for_each(|d| data(sheet, d, at));
    list(root, &["quantitative_analysis", "performance_metrics"]).iter().for_each(|m| result(sheet, m, at));
}

fn data(sheet: &mut Sheet, data: &Spot<'_>, model: At) {
    let Some(name) = data.get("name").filter(|n| n.text().is_some()) else { return };
    let at = sheet.draft("dataset", name.text().unwrap_or_default());
    sheet.own(at, data);
    sheet.text(at, "name", &name);
    if let Some(link) = data.get("link") {
        sheet.text(at, "source_url", &link);
    }
    sheet.prose(at, "description", "", &data.all("description"));
    let sensitive = data.path(&["sensitive", "sensitive_data"]).map(|s| s.items()).unwrap_or_default();
    sheet.prose(at, "description", "Sensitive data", &sensitive);
    sheet.link(model, "datasets", at, None);
}

fn result(sheet: &mut Sheet, metric: &Spot<'_>, at: At) {
    let of = |path: &[&str]| metric.path(path).filter(|s| s.text().is_some());
    let text = |s: &Option<Spot<'_>>| s.as_ref().and_then(Spot::text).unwrap_or_default().to_owned();
    let (name, value, slice) = (of(&["type"]), of(&["value"]), of(&["slice"]));
    let bounds = of(&["confidence_interval", "lower_bound"]).zip(of(&["confidence_interval", "upper_bound"]));
    let said = match &bounds {
        Some((low, high)) => {
            format!("{} ({} to {})", text(&value), low.text().unwrap_or_default(), high.text().unwrap_or_default())
        }
        None => text(&value),
    };
    let cells = [("metric", text(&name)), ("value", said), ("dataset", text(&slice))];
    let bounds = bounds.map(|(low, high)| [low, high]).into_iter().flatten();
    let spots: Vec<Spot<'_>> = [name, value, slice].into_iter().flatten().chain(bounds).collect();
    sheet.row(at, "metrics", &cells, &spots);
}
