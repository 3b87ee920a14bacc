//! What would be recorded, before it is.

use aims_app::imports::{Change, Does, ImportPlan, KeptAside, Planned};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::{BAD, DIM, GOOD, HEAD, WARN, count, paint, value::brief};
use crate::plain::{plain, plain_lines};

/// Tables that an import fills: where each value stood in the file, and what no field takes. The latter is listed below the records.
const PROVENANCE: [&str; 2] = ["source_artefact", "unmapped"];

/// The plan of an import: records, what is kept aside, what to know first.
pub fn import(plan: &ImportPlan) -> String {
    let version = if plan.version.is_empty() { String::new() } else { format!(" {}", plan.version) };
    let title = format!("{}: {}{version}, SHA-256 {}", plan.file, plan.format, plan.sha256);
    let mut text = paint(HEAD, &plain(&title)) + "\n" + &records(&plan.records);
    if !plan.kept.is_empty() {
        // Where nothing is recorded there is nothing to keep them with.
        let what = if plan.records.is_empty() { "not kept, since nothing is recorded" } else { "kept as they are" };
        text += &paint(HEAD, &format!("{} that no field takes, {what}", count(plan.kept.len(), "value")));
        text.push('\n');
        text += &plan.kept.iter().map(kept).collect::<String>();
    }
    for note in &plan.notes {
        let place = if note.place.is_empty() { String::new() } else { format!(" ({})", note.place) };
        text += &format!(
            "{} {}\n",
            paint(WARN, &format!("note[{}]:", plain(&note.code))),
            plain(&format!("{}{place}", note.message))
        );
    }
    for column in &plan.columns {
        text += &format!("    {} -> {}\n", plain(&column.heading), plain(&column.field));
    }
    for p in &plan.problems {
        let column = if p.column.is_empty() { String::new() } else { format!(", {}", p.column) };
        let line = plain(&format!("row {}{column}: {} [{}]", p.row, p.message, p.code));
        text += &(paint(BAD, &line) + "\n");
    }
    if plan.held_back {
        text += "nothing is recorded while a row cannot be; mend it, or record the others with --valid-only\n";
    }
    text + &in_short(&plan.records)
}

/// The plan of record files.
pub fn files(planned: &[Planned]) -> String {
    records(planned) + &in_short(planned)
}

fn records(planned: &[Planned]) -> String {
    planned.iter().map(record).collect()
}

fn record(planned: &Planned) -> String {
    let (sign, word, style) = match planned.does {
        Does::Record => ("+", "record", GOOD),
        Does::Amend => ("~", "amend", WARN),
        Does::Nothing => ("=", "same", DIM),
        Does::Withdraw => ("-", "withdraw", BAD),
    };
    let number = planned.number.as_ref().map(|n| format!("{n} ")).unwrap_or_default();
    let line = plain(&format!("{sign} {word} {} {number}{}", planned.kind, planned.key));
    let changes: String = planned.changes.iter().map(change).collect();
    paint(style, &line) + "\n" + &changes
}

fn change(change: &Change) -> String {
    let name = plain(&change.field);
    match (&change.from, &change.to) {
        (Some(Value::String(from)), Some(Value::String(to))) if from.contains('\n') || to.contains('\n') => {
            format!("    {name}:\n{}", lines_changed(from, to))
        }
        (_, Some(Value::Array(rows))) if PROVENANCE.contains(&change.field.as_str()) => {
            format!("    {name}: {}\n", count(rows.len(), "row"))
        }
        (Some(from), Some(to)) => format!("    {name}: {} -> {}\n", brief(from), brief(to)),
        (None, Some(to)) => format!("    {name}: {}\n", brief(to)),
        (Some(from), None) => format!("    {name}: {} -> nothing\n", brief(from)),
        (None, None) => String::new(),
    }
}

/// Long text line by line, what stays in between left out.
fn lines_changed(from: &str, to: &str) -> String {
    let diff = TextDiff::from_lines(from, to);
    let changed = diff.iter_all_changes().filter(|line| line.tag() != ChangeTag::Equal);
    let line = |line: similar::Change<&str>| {
        let (sign, style) = if line.tag() == ChangeTag::Insert { ("+", GOOD) } else { ("-", BAD) };
        let text = plain_lines(line.value().trim_end_matches('\n'));
        paint(style, &format!("      {sign} {text}")) + "\n"
    };
    changed.map(line).collect()
}

fn kept(kept: &KeptAside) -> String {
    format!("    {}\n", plain(&format!("{}: {} = {}", kept.record, kept.path, kept.value)))
}

fn in_short(planned: &[Planned]) -> String {
    let of = |does: Does| planned.iter().filter(|p| p.does == does).count();
    let withdrawn = match of(Does::Withdraw) {
        0 => String::new(),
        n => format!(", {n} to withdraw"),
    };
    format!("{} to record, {} to amend, {} the same{withdrawn}\n", of(Does::Record), of(Does::Amend), of(Does::Nothing))
}
