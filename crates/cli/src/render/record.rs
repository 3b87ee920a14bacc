//! A record, its history, a register.

use aims_app::{Due, HistoryLine, Listed, Shown};
use aims_record::{Kind, Kinds};
use serde_json::Value;

use super::{DIM, HEAD, count, day, facts, moment_text, paint, table, value};
use crate::plain::plain;

/// A record with everything that is known of it.
pub fn shown(shown: &Shown, kinds: &Kinds) -> String {
    let kind = kinds.get(&shown.kind);
    let mut text = paint(HEAD, &plain(&format!("{} {}", shown.title, shown.number))) + "\n";
    text += &facts(&standing(shown, kind));
    let fields = field_facts(shown, kind);
    if !fields.is_empty() {
        text += &format!("\n{}", facts(&fields));
    }
    text += &files(shown);
    text += &signatures(shown);
    for inverse in &shown.named_by {
        text += &section(&inverse.inverse, inverse.records.iter().map(|r| plain(r)));
    }
    text += &section(
        "can be said now",
        shown.verbs.iter().map(|verb| plain(&format!("aims move {} {verb}", shown.number))),
    );
    text
}

fn standing(shown: &Shown, kind: Option<&Kind>) -> Vec<(String, String)> {
    let record = &shown.record;
    let text = |pointer: &str| record.pointer(pointer).map(value::brief);
    let mut facts = Vec::new();
    let mut fact = |word: &str, says: Option<String>| facts.extend(says.map(|says| (word.to_owned(), says)));
    let state = text("/state");
    let label = state
        .as_ref()
        .map(|id| kind.and_then(|k| k.lifecycle.state(id)).map_or_else(|| id.clone(), |s| plain(&s.label)));
    fact("State", label);
    fact("Key", text("/key"));
    let changed = text("/last/ts").map(|ts| {
        format!(
            ", changed {} by {} (entry {})",
            moment_text(&ts),
            person(shown, "/last/by"),
            text("/last/seq").unwrap_or_default()
        )
    });
    fact("Version", text("/version").map(|version| version + &changed.unwrap_or_default()));
    fact(
        "Recorded",
        text("/recorded/ts").map(|ts| format!("{} by {}", moment_text(&ts), person(shown, "/recorded/by"))),
    );
    fact("Withdrawn", text("/withdrawn/seq").map(|seq| format!("by entry {seq}")));
    fact("Erased", text("/erased/seq").map(|seq| format!("by entry {seq}")));
    let basis = text("/disposed/basis").unwrap_or_default();
    fact(
        "Disposed",
        text("/disposed/seq")
            .map(|seq| format!("by entry {seq}, {} ({basis})", text("/disposed/rule").unwrap_or_default())),
    );
    facts
}

/// The name of the person an id stands for.
fn person(shown: &Shown, pointer: &str) -> String {
    let id = shown.record.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    plain(shown.names.get(id).map_or(id, String::as_str))
}

/// Fields in the order of the kind; a field it no longer knows comes last, by its name.
fn field_facts(shown: &Shown, kind: Option<&Kind>) -> Vec<(String, String)> {
    let Some(fields) = shown.record.get("fields").and_then(Value::as_object) else { return Vec::new() };
    let known = kind.map(|k| k.fields.as_slice()).unwrap_or_default();
    let in_order = known.iter().filter_map(|field| {
        let says = value::value(Some(field), &shown.names, fields.get(&field.name)?);
        Some((plain(&field.label), says))
    });
    let unknown = fields.iter().filter(|(name, _)| !known.iter().any(|f| f.name == **name));
    in_order.chain(unknown.map(|(name, says)| (plain(name), value::value(None, &shown.names, says)))).collect()
}

fn files(shown: &Shown) -> String {
    let files = shown.record.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    section("files", files.iter().map(|file| value::value(None, &shown.names, file)))
}

/// Every judgement shows who, when, and what it meant; one that lapsed shows why.
fn signatures(shown: &Shown) -> String {
    let signatures = shown.record.get("signatures").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    section(
        "signatures",
        signatures.iter().map(|signature| {
            let text = |pointer: &str| signature.pointer(pointer).map(value::brief).unwrap_or_default();
            let by = signature.get("by").and_then(Value::as_str).unwrap_or_default();
            let by = plain(shown.names.get(by).map_or(by, String::as_str));
            let changed = signature.pointer("/lapsed/changed").and_then(Value::as_array);
            let lapsed = changed.map(|fields| {
                let fields: Vec<String> = fields.iter().map(value::brief).collect();
                format!("; lapsed with entry {}, which changed {}", text("/lapsed/seq"), fields.join(", "))
            });
            format!(
                "{}: {by} ({}), {}, entry {}{}",
                text("/meaning"),
                text("/role"),
                moment_text(&text("/ts")),
                text("/seq"),
                lapsed.unwrap_or_default()
            )
        }),
    )
}

fn section(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}\n{}", paint(HEAD, &plain(title)), lines.concat()) }
}

/// What happened, oldest first.
pub fn history(lines: &[HistoryLine]) -> String {
    let width = lines.iter().map(|line| moment_text(&line.ts).chars().count()).max().unwrap_or_default();
    let line = |line: &HistoryLine| {
        let entry = paint(DIM, &format!("(entry {})", line.seq));
        format!("{:width$}  {} {entry}\n", moment_text(&line.ts), plain(&line.sentence))
    };
    lines.iter().map(line).collect()
}

/// A register; the column of kinds stands only where there are several.
pub fn list(lines: &[Listed], one_kind: bool) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let line = |cells: [&str; 6]| {
        let [number, state, name, kind, key, changed] = cells.map(str::to_owned);
        if one_kind { vec![number, state, name, key, changed] } else { vec![number, state, name, kind, key, changed] }
    };
    let mut rows = vec![line(["Number", "State", "Name", "Kind", "Key", "Changed"])];
    rows.extend(lines.iter().map(|listed| {
        let changed =
            listed.changed.parse().map(|at| day(jiff::tz::TimeZone::UTC.to_datetime(at).date())).unwrap_or_default();
        line([
            &listed.number,
            &listed.state,
            &listed.name,
            &listed.kind,
            listed.key.as_deref().unwrap_or_default(),
            &changed,
        ])
    }));
    table(&rows)
}

/// Records that may go.
pub fn due(due: &[Due]) -> String {
    if due.is_empty() {
        return String::new();
    }
    let mut rows = vec![["Number", "Kind", "May go from", "Must go by", "Rule"].map(str::to_owned).to_vec()];
    rows.extend(due.iter().map(|due| {
        vec![due.number.clone(), due.kind.clone(), day(due.from), due.by.map(day).unwrap_or_default(), due.rule.clone()]
    }));
    table(&rows)
}

/// How much of a register was listed.
pub fn listed_in_short(shown: usize, all: u64, offset: u64) -> String {
    let next = offset + shown as u64;
    if next < all && shown > 0 {
        format!("{shown} of {all} records; `--offset {next}` goes on")
    } else if shown == 0 && all > 0 {
        format!("nothing after the first {offset}: there are {all} records in all")
    } else {
        count(usize::try_from(all).unwrap_or(usize::MAX), "record")
    }
}
