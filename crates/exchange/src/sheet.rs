//! Where a reading is put together. Every value that goes into a field is ticked off here with the field's name; what is not ticked off
//! at the end was kept aside. So nothing can get lost between a format and a kind.

mod limits;

use std::collections::{BTreeMap, HashMap, HashSet};

use aims_record::Fields;
use jiff::civil::Date;
use limits::{DRAFT_MAX, KEPT_MAX, LIST_MAX, MARKDOWN_MAX, NOTES_MAX, TEXT_LIMITS, TEXT_MAX};
use serde_json::{Map, Value, json};

use crate::{
    Artefact, Draft, Format, Leftover, Note, Provenance, Reading,
    key::key,
    text::{clean, cut_bytes, cut_chars, in_short, is_decimal, one_line, sha256},
    tree::{Spot, Tree},
};

/// A draft under construction, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct At(usize);

pub(crate) struct Sheet {
    format: Format,
    version: String,
    file_sha256: String,
    drafts: Vec<Draft>,
    by_key: BTreeMap<String, At>,
    weights: HashMap<At, usize>,
    owners: HashMap<String, At>,
    taken: HashSet<String>,
    ticked: HashSet<(At, String, String)>,
    cut: HashSet<String>,
    notes: Vec<Note>,
}

impl Sheet {
    pub fn new(format: Format, version: &str, artefact: Artefact<'_>, notes: Vec<Note>) -> Sheet {
        Sheet {
            format,
            version: one_line(&clean(version).0),
            file_sha256: sha256(artefact.bytes),
            drafts: Vec::new(),
            by_key: BTreeMap::new(),
            weights: HashMap::new(),
            owners: HashMap::new(),
            taken: HashSet::new(),
            ticked: HashSet::new(),
            cut: HashSet::new(),
            notes,
        }
    }

    /// The draft of this kind with this identity, begun where there is none.
    pub fn draft(&mut self, kind: &str, identity: &str) -> At {
        let key = key(kind, identity);
        if let Some(at) = self.by_key.get(&key) {
            return *at;
        }
        let at = At(self.drafts.len());
        self.by_key.insert(key.clone(), at);
        let (fields, links, provenance) = (Fields::new(), Vec::new(), Vec::new());
        self.drafts.push(Draft { kind: kind.to_owned(), key, fields, links, provenance });
        at
    }

    /// What is left over at or below this place belongs to the draft.
    pub fn own(&mut self, at: At, spot: &Spot<'_>) {
        self.owners.entry(spot.at.clone()).or_insert(at);
    }

    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    pub fn kind(&self, at: At) -> &str {
        self.drafts.get(at.0).map_or("", |d| d.kind.as_str())
    }

    pub fn key(&self, at: At) -> &str {
        self.drafts.get(at.0).map_or("", |d| d.key.as_str())
    }

    pub fn is_set(&self, at: At, field: &str) -> bool {
        self.value(at, field).is_some()
    }

    fn value(&self, at: At, field: &str) -> Option<&Value> {
        self.drafts.get(at.0)?.fields.get(field)
    }

    fn put(&mut self, at: At, field: &str, value: Value) {
        if let Some(draft) = self.drafts.get_mut(at.0) {
            draft.fields.insert(field.to_owned(), value);
        }
    }

    /// Ticks a leaf off: it went into `field`.
    pub fn take(&mut self, at: At, field: &str, spot: &Spot<'_>) {
        let Some(leaf) = spot.tree.leaf() else { return };
        self.taken.insert(spot.at.clone());
        if !self.ticked.insert((at, field.to_owned(), spot.at.clone())) {
            return;
        }
        let value = in_short(&clean(leaf).0, KEPT_MAX);
        let provenance = Provenance { field: field.to_owned(), source: clean(&spot.at).0, value };
        if let Some(draft) = self.drafts.get_mut(at.0) {
            draft.provenance.push(provenance);
        }
    }

    /// The text of a leaf as it can be stored; says so where something had to be made visible.
    fn cleaned(&mut self, spot: &Spot<'_>) -> Option<String> {
        let (text, hidden) = clean(spot.text()?);
        if hidden {
            let message = "the text holds invisible characters; they were written out";
            self.notes.push(Note::new("invisible_characters", message).at(spot.at.clone()));
        }
        Some(text.trim().to_owned()).filter(|t| !t.is_empty())
    }

    fn was_cut(&mut self, spots: &[Spot<'_>], field: &str) {
        for spot in spots {
            self.cut.insert(spot.at.clone());
        }
        let place = spots.first().map(|s| s.at.clone()).unwrap_or_default();
        let message = format!("the text is longer than `{field}` takes; it was cut there and kept whole beside it");
        self.notes.push(Note::new("text_cut", message).at(place));
    }

    fn max(&self, at: At, field: &str) -> usize {
        let kind = self.kind(at);
        TEXT_LIMITS.iter().find(|(k, f, _)| *k == kind && *f == field).map_or(TEXT_MAX, |(_, _, max)| *max)
    }

    /// One line of text, unless the field already says something else.
    pub fn text(&mut self, at: At, field: &str, spot: &Spot<'_>) -> bool {
        let Some(text) = self.cleaned(spot) else { return false };
        self.line(at, field, &text, std::slice::from_ref(spot))
    }

    /// One line put together from several leaves.
    pub fn line(&mut self, at: At, field: &str, text: &str, spots: &[Spot<'_>]) -> bool {
        let line = one_line(&clean(text).0);
        let short = cut_chars(&line, self.max(at, field)).into_owned();
        if short.is_empty() || self.value(at, field).is_some_and(|v| v.as_str() != Some(short.as_str())) {
            return false;
        }
        if short != line {
            self.was_cut(spots, field);
        }
        self.put(at, field, Value::String(short));
        spots.iter().for_each(|s| self.take(at, field, s));
        true
    }

    /// A name that the format does not give, so that a person can still find the record.
    pub fn stand_in(&mut self, at: At, name: &str) {
        if !self.is_set(at, "name") {
            let line = one_line(&clean(name).0);
            let name = cut_chars(if line.is_empty() { "unnamed" } else { &line }, TEXT_MAX).into_owned();
            self.put(at, "name", Value::String(name));
        }
    }

    /// Further elements of a list of texts.
    pub fn texts(&mut self, at: At, field: &str, spots: &[Spot<'_>]) {
        for spot in spots {
            let Some(text) = self.cleaned(spot) else { continue };
            let line = one_line(&text);
            let short = cut_chars(&line, self.max(at, field)).into_owned();
            if self.element(at, field, &short) {
                if short != line {
                    self.was_cut(std::slice::from_ref(spot), field);
                }
                self.take(at, field, spot);
            }
        }
    }

    /// Whether the list now holds the element.
    fn element(&mut self, at: At, field: &str, text: &str) -> bool {
        if !self.room(at, text) {
            return false;
        }
        let Some(list) = self.list(at, field).filter(|l| l.len() < LIST_MAX) else { return false };
        if !list.iter().any(|e| e == text) {
            list.push(Value::String(text.to_owned()));
        }
        true
    }

    /// Whether the draft takes this much more; what it does not take is kept.
    fn room(&mut self, at: At, text: &str) -> bool {
        let weight = self.weights.entry(at).or_default();
        let fits = *weight < DRAFT_MAX;
        *weight += text.len() + text.matches(['"', '\\', '\n', '\t']).count() + 4;
        fits
    }

    /// The list in a field, begun where there is none.
    fn list(&mut self, at: At, field: &str) -> Option<&mut Vec<Value>> {
        let fields = &mut self.drafts.get_mut(at.0)?.fields;
        fields.entry(field).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
    }

    /// A paragraph under an optional label; several leaves become a list.
    pub fn prose(&mut self, at: At, field: &str, label: &str, spots: &[Spot<'_>]) {
        let mut parts = Vec::new();
        let mut sources = Vec::new();
        for spot in spots {
            if let Some(text) = self.cleaned(spot) {
                parts.push(text);
                sources.push(spot.clone());
            }
        }
        let body = match parts.as_slice() {
            [] => return,
            [one] => one.clone(),
            many => many.iter().map(|p| format!("- {}", p.replace('\n', "\n  "))).collect::<Vec<_>>().join("\n"),
        };
        let paragraph = match (label, parts.len() > 1 || body.contains('\n')) {
            ("", _) => body,
            (label, false) => format!("**{label}:** {body}"),
            (label, true) => format!("**{label}**\n\n{body}"),
        };
        self.paragraph(at, field, &paragraph, &sources);
    }

    /// A paragraph put together from several leaves.
    pub fn paragraph(&mut self, at: At, field: &str, paragraph: &str, spots: &[Spot<'_>]) {
        let paragraph = clean(paragraph).0;
        let full = self.value(at, field).and_then(Value::as_str).is_some_and(|t| t.len() > MARKDOWN_MAX - 4);
        if full || !self.room(at, &paragraph) {
            return;
        }
        let before = self.value(at, field).and_then(Value::as_str).unwrap_or_default();
        if !before.split("\n\n").any(|p| p == paragraph) && before != paragraph {
            let whole = if before.is_empty() { paragraph } else { format!("{before}\n\n{paragraph}") };
            let short = cut_bytes(&whole, MARKDOWN_MAX).into_owned();
            if short != whole {
                self.was_cut(spots, field);
            }
            self.put(at, field, Value::String(short));
        }
        spots.iter().for_each(|s| self.take(at, field, s));
    }

    /// An option of a choice, unless another was chosen before.
    pub fn choice(&mut self, at: At, field: &str, option: &str, spot: &Spot<'_>) -> bool {
        if self.value(at, field).is_some_and(|v| v != option) {
            return false;
        }
        self.put(at, field, Value::String(option.to_owned()));
        self.take(at, field, spot);
        true
    }

    /// An option that the format implies and does not write.
    pub fn stand_in_choice(&mut self, at: At, field: &str, option: &str) {
        if !self.is_set(at, field) {
            self.put(at, field, Value::String(option.to_owned()));
        }
    }

    /// A further option of a choice of many.
    pub fn option(&mut self, at: At, field: &str, option: &str) {
        self.element(at, field, option);
    }

    /// A row of a table: column and text.
    pub fn row(&mut self, at: At, table: &str, cells: &[(&str, String)], spots: &[Spot<'_>]) {
        let mut row = Map::new();
        for (column, text) in cells {
            let line = one_line(&clean(text).0);
            let short = cut_chars(&line, TEXT_MAX);
            if short != line {
                self.was_cut(spots, table);
            }
            if !short.is_empty() {
                row.insert((*column).to_owned(), Value::String(short.into_owned()));
            }
        }
        let row = Value::Object(row);
        if row.as_object().is_none_or(Map::is_empty) || !self.room(at, &row.to_string()) {
            return;
        }
        let Some(rows) = self.list(at, table).filter(|r| r.len() < LIST_MAX) else { return };
        if !rows.contains(&row) {
            rows.push(row);
        }
        spots.iter().for_each(|s| self.take(at, table, s));
    }

    /// An amount with its unit, where it is a plain decimal that is not negative.
    pub fn amount(&mut self, at: At, field: &str, unit: &str, amount: &Spot<'_>, others: &[Spot<'_>]) -> bool {
        let Some(decimal) = amount.text().map(str::trim).filter(|t| is_decimal(t)) else {
            if amount.text().is_some() {
                let message = format!("`{}` is not an amount that `{field}` takes", amount.text().unwrap_or_default());
                self.notes.push(Note::new("number_out_of_range", cut_chars(&message, 300)).at(amount.at.clone()));
            }
            return false;
        };
        let value = json!({"amount": decimal, "unit": unit});
        if self.value(at, field).is_some_and(|v| *v != value) {
            return false;
        }
        self.put(at, field, value);
        self.take(at, field, amount);
        others.iter().for_each(|s| self.take(at, field, s));
        true
    }

    /// The day at the beginning of the text, where it is one.
    pub fn day(&mut self, at: At, field: &str, spot: &Spot<'_>) -> bool {
        let day = spot.text().and_then(|t| t.trim().get(..10)).and_then(|t| t.parse::<Date>().ok());
        let Some(day) = day.filter(|d| d.year() >= 1900) else { return false };
        if self.is_set(at, field) {
            return false;
        }
        self.put(at, field, Value::String(day.to_string()));
        self.take(at, field, spot);
        true
    }

    /// A link to another draft; `spot` is the leaf that says so, where one does.
    pub fn link(&mut self, from: At, field: &str, to: At, spot: Option<&Spot<'_>>) -> bool {
        if from == to {
            return false;
        }
        let target = self.key(to).to_owned();
        let Some(draft) = self.drafts.get_mut(from.0) else { return false };
        let link = (field.to_owned(), target);
        if !draft.links.contains(&link) {
            let held = draft.links.iter().filter(|(f, _)| f == field).count();
            let single = matches!(field, "supplier" | "refers_to");
            if held >= LIST_MAX || (single && held > 0) {
                return false;
            }
            draft.links.push(link);
        }
        if let Some(spot) = spot {
            self.take(from, field, spot);
        }
        true
    }

    /// The reading: every leaf of the document that was not ticked off is kept.
    pub fn finish(self, document: &Tree) -> Reading {
        let mut kept = Vec::new();
        for leaf in Spot::root(document).leaves() {
            if self.taken.contains(&leaf.at) && !self.cut.contains(&leaf.at) {
                continue;
            }
            let value = clean(leaf.tree.leaf().unwrap_or_default()).0;
            let draft = self.owner(&leaf.at).unwrap_or_default();
            kept.push(Leftover { draft, path: clean(&leaf.at).0, value: in_short(&value, KEPT_MAX) });
        }
        let Sheet { format, version, file_sha256, drafts, mut notes, .. } = self;
        if notes.len() > NOTES_MAX {
            let more = notes.len() - NOTES_MAX;
            notes.truncate(NOTES_MAX);
            notes.push(Note::new("more_notes", format!("{more} more notes of this kind were left out")));
        }
        Reading { format, version, file_sha256, drafts, kept, notes }
    }

    /// The key of the draft that owns the nearest place around, or of the first draft.
    fn owner(&self, place: &str) -> Option<String> {
        let mut place = place;
        loop {
            if let Some(at) = self.owners.get(place) {
                return Some(self.key(*at).to_owned());
            }
            match place.rfind('/').and_then(|end| place.get(..end)) {
                Some(shorter) => place = shorter,
                None => return self.drafts.first().map(|d| d.key.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
