//! The reference page of a kind, in Markdown.

use std::fmt::Write as _;

use aims_record::{Apart, Condition, Field, Holder, Kind, Kinds, Need, Shape, Signing, State, Verb};

use super::wording::{takes, when_required};

/// Everything the description says about a kind, for people. Pages lie beside each other in one folder; other kinds are linked by file.
pub fn reference_page(kind: &Kind, kinds: &Kinds) -> String {
    let mut out = String::new();
    let _ = write!(out, "# {}\n\n<!-- {GENERATED} -->\n\n{}\n\n", kind.title, kind.about);
    let _ = writeln!(out, "Kind `{}`, register *{}*, numbered `{}-0001`.", kind.id, kind.plural, kind.number);
    if !kind.clauses.is_empty() {
        let _ = writeln!(out, "Serves {}.", listed(kind.clauses.iter().map(|c| format!("`{c}`")), ", "));
    }
    fields(&mut out, kind);
    tables(&mut out, kind);
    links(&mut out, kind, kinds);
    life(&mut out, kind, kinds);
    retention(&mut out, kind);
    out
}

/// The list of all kinds, by title.
pub fn index_page(kinds: &Kinds) -> String {
    let mut all: Vec<&Kind> = kinds.by_id.values().collect();
    all.sort_by_key(|k| k.title.to_lowercase());
    let mut out =
        format!("# Kinds of record\n\n<!-- {GENERATED} -->\n\n| kind | number | what it is |\n| --- | --- | --- |\n");
    for kind in all {
        let _ = writeln!(out, "| [{}]({}.md) | `{}` | {} |", kind.title, kind.id, kind.number, cell(&kind.about));
    }
    out
}

const GENERATED: &str = "Written from content/kinds by `AIMS_WRITE=1 cargo test -p aims-framework --test kinds_docs`; change the kind, not this page.";

fn fields(out: &mut String, kind: &Kind) {
    out.push_str("\n## Fields\n\n| field | takes | what to write |\n| --- | --- | --- |\n");
    for field in &kind.fields {
        row(out, field);
    }
    out.push_str("\nA change of a *material* field makes the signatures on the record lapse.\n");
}

fn row(out: &mut String, field: &Field) {
    let mut marks: Vec<String> = when_required(field).into_iter().collect();
    marks.extend(field.material.then(|| "material".to_owned()));
    marks.extend(field.stamped.then(|| "set by a verb".to_owned()));
    marks.extend(field.personal.as_ref().map(|_| "personal, sealed".to_owned()));
    let marks = if marks.is_empty() { String::new() } else { format!("; *{}*", marks.join(", ")) };
    let (label, help) = (cell(&field.label), cell(&field.help));
    let _ = writeln!(out, "| **{label}**<br>`{}` | {}{marks} | {help} |", field.name, cell(&takes(field)));
}

fn tables(out: &mut String, kind: &Kind) {
    for field in &kind.fields {
        if let Shape::Table { columns } = &field.shape {
            let _ = write!(
                out,
                "\n### Columns of {}\n\n| column | takes | what to write |\n| --- | --- | --- |\n",
                field.label
            );
            columns.iter().for_each(|column| row(out, column));
        }
    }
}

/// A field and where it points.
fn targets(field: &Field) -> Option<Vec<&str>> {
    match &field.shape {
        Shape::Link { to } => Some(to.iter().map(String::as_str).collect()),
        Shape::Person => Some(vec!["person"]),
        _ => None,
    }
}

fn links(out: &mut String, kind: &Kind, kinds: &Kinds) {
    let mut from = String::new();
    for field in &kind.fields {
        if let Some(to) = targets(field) {
            let to = if to.is_empty() {
                "any record".to_owned()
            } else {
                listed(to.iter().map(|id| page_of(id, kinds)), ", ")
            };
            let inverse = field.inverse.as_deref().map(|i| format!("; from there: *{i}*")).unwrap_or_default();
            let _ = writeln!(from, "- {} (`{}`): {to}{inverse}", field.label, field.name);
        }
    }
    let mut here = String::new();
    for other in kinds.by_id.values() {
        for field in other.fields.iter().filter(|f| !f.stamped) {
            if targets(field).is_some_and(|to| to.contains(&kind.id.as_str())) {
                let inverse = field.inverse.as_deref().map(|i| format!("; from here: *{i}*")).unwrap_or_default();
                let _ = writeln!(here, "- {}, {} (`{}`){inverse}", page_of(&other.id, kinds), field.label, field.name);
            }
        }
    }
    for (title, list) in [("Links", from), ("What links here", here)] {
        if !list.is_empty() {
            let _ = write!(out, "\n## {title}\n\n{list}");
        }
    }
}

fn page_of(id: &str, kinds: &Kinds) -> String {
    kinds.get(id).map_or_else(|| format!("`{id}`"), |kind| format!("[{}]({id}.md)", kind.title))
}

fn life(out: &mut String, kind: &Kind, kinds: &Kinds) {
    out.push_str("\n## Life cycle\n\n```mermaid\nstateDiagram-v2\n");
    let node = |id: &str| id.replace('-', "_");
    for state in &kind.lifecycle.states {
        let _ = writeln!(out, "    state \"{}\" as {}", state.label.replace('"', "'"), node(&state.id));
    }
    let _ = writeln!(out, "    [*] --> {}", node(&kind.lifecycle.start));
    for verb in &kind.lifecycle.verbs {
        for from in &verb.from {
            let _ = writeln!(out, "    {} --> {}: {}", node(from), node(&verb.to), verb.label.replace(':', ""));
        }
    }
    for state in &kind.lifecycle.states {
        if let Some(to) = &state.lapses_to {
            let _ = writeln!(out, "    {} --> {}: (material change)", node(&state.id), node(to));
        }
        if state.ends {
            let _ = writeln!(out, "    {} --> [*]", node(&state.id));
        }
    }
    out.push_str("```\n\n| state | what it means |\n| --- | --- |\n");
    kind.lifecycle.states.iter().for_each(|state| state_row(out, state));
    if kind.lifecycle.verbs.is_empty() {
        return;
    }
    out.push_str("\n| verb | from | to | who may | first | signed |\n| --- | --- | --- | --- | --- | --- |\n");
    kind.lifecycle.verbs.iter().for_each(|verb| verb_row(out, verb, kind, kinds));
}

fn state_row(out: &mut String, state: &State) {
    let lapses = state.lapses_to.as_ref().map(|to| format!(" A material change leads back to `{to}`."));
    let _ = writeln!(
        out,
        "| **{}**<br>`{}` | {}{} |",
        cell(&state.label),
        state.id,
        cell(&state.about),
        lapses.unwrap_or_default()
    );
}

fn verb_row(out: &mut String, verb: &Verb, kind: &Kind, kinds: &Kinds) {
    let from = listed(verb.from.iter().map(|s| format!("`{s}`")), ", ");
    let needs = listed(verb.needs.iter().map(|n| need(n, kinds)), "; ");
    let stamps: Vec<String> = verb.stamps.iter().map(|(name, _)| format!("`{name}`")).collect();
    let stamps = if stamps.is_empty() { String::new() } else { format!("<br>sets {}", stamps.join(", ")) };
    let about = verb.about.as_deref().map(|a| format!("<br>{}", cell(a))).unwrap_or_default();
    let sign = verb.sign.as_ref().map(|s| signing(s, kind, kinds)).unwrap_or_default();
    let (label, by) = (cell(&verb.label), holders(&verb.by, kind, kinds));
    let _ = writeln!(
        out,
        "| **{label}**<br>`{}`{about}{stamps} | {from} | `{}` | {by} | {needs} | {sign} |",
        verb.id, verb.to
    );
}

fn holders(by: &[Holder], kind: &Kind, kinds: &Kinds) -> String {
    let each = by.iter().map(|holder| match holder {
        Holder::Role(id) => kinds.roles.get(id).map_or_else(|| id.clone(), |title| inside(title)),
        Holder::Field(name) => named(name, kind),
    });
    listed(each, ", ")
}

/// A role's title inside a sentence: its first letter small, unless it begins with an abbreviation.
fn inside(title: &str) -> String {
    let mut chars = title.chars();
    match (chars.next(), title.chars().nth(1)) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => title.to_owned(),
    }
}

fn named(name: &str, kind: &Kind) -> String {
    let label = kind.field(name).map_or(name, |f| f.label.as_str());
    format!("the person in *{label}*")
}

fn need(need: &Need, kinds: &Kinds) -> String {
    let quoted = |words: &[String]| listed(words.iter().map(|w| format!("`{w}`")), " or ");
    let standing =
        |states: &[String]| if states.is_empty() { String::new() } else { format!(" in {}", quoted(states)) };
    match &need.what {
        Condition::Set(fields) => format!("{} set", listed(fields.iter().map(|f| format!("`{f}`")), ", ")),
        Condition::Some { kind, via, states } => {
            format!("some {} by its `{via}`{}", page_of(kind, kinds), standing(states))
        }
        Condition::None { kind, via, states } => {
            format!("no {} by its `{via}`{}", page_of(kind, kinds), standing(states))
        }
        Condition::Linked { field, states } => format!("all in `{field}`{}", standing(states)),
    }
}

fn signing(sign: &Signing, kind: &Kind, kinds: &Kinds) -> String {
    let apart: Vec<String> = sign
        .apart_from
        .iter()
        .map(|a| match a {
            Apart::Editors => "whoever wrote it".to_owned(),
            Apart::Field(name) => named(name, kind),
        })
        .collect();
    let apart = if apart.is_empty() { String::new() } else { format!(", but not {}", apart.join(" or ")) };
    let count = if sign.count == 1 { "one".to_owned() } else { format!("{} different persons", sign.count) };
    format!("\"{}\" by {count} of {}{apart}", cell(&sign.meaning), holders(&sign.by, kind, kinds))
}

fn retention(out: &mut String, kind: &Kind) {
    let keep = &kind.retention;
    let ceiling = keep.ceiling.as_ref().map(|c| format!(" and at most {c}")).unwrap_or_default();
    let from = match &keep.from {
        Some(state) => format!("it enters `{state}`"),
        None => "the last act on it".to_owned(),
    };
    let _ = write!(
        out,
        "\n## Retention\n\nClass `{}`: a record is kept at least {}{ceiling}, counted from the moment {from}.\n",
        keep.class, keep.floor
    );
}

fn listed(words: impl Iterator<Item = String>, between: &str) -> String {
    words.collect::<Vec<_>>().join(between)
}

/// Text inside a table: no line breaks, no column marks, no HTML.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}
