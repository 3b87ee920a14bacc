//! Somebody else was quicker: what stood when the form was opened, what is wanted, what stands now, and a choice field by field.

use std::collections::BTreeMap;

use aims_app::AsOf;
use aims_record::{Field, Fields, Shape};
use serde_json::Value;

use super::amend::Open;
use crate::{
    answer::Refused,
    call::Call,
    form::{Pairs, belongs, same},
    show::Values,
};

/// What the page says of a conflict.
pub struct Conflict {
    /// What was done meanwhile, in sentences with their moments.
    pub acts: Vec<(String, String)>,
    /// Fields on which something changed.
    pub rows: Vec<Row>,
}

/// A field on which something changed.
pub struct Row {
    /// Its name.
    pub name: String,
    /// As shown.
    pub label: String,
    /// As it was when the form was opened, HTML.
    pub before: String,
    /// As it is wanted, HTML.
    pub wanted: String,
    /// As it stands now, HTML.
    pub now: String,
    /// Whether both changed it, so that somebody has to choose; otherwise the change of the one who made it stays.
    pub is_open: bool,
    /// Whether only the others changed it.
    pub is_theirs: bool,
}

/// Puts what stands in the place of what was typed, for the fields where the choice was so.
pub(super) fn settle(open: &Open<'_>, form: &mut Pairs) {
    let chosen = |f: &&Field| form.get(&format!("_take.{}", f.name)) == Some("theirs") && open.takes(f);
    let theirs: Vec<Field> = open.kind.fields.iter().filter(chosen).cloned().collect();
    let stands = open.typed(&open.fields);
    for field in &theirs {
        form.drop_names(|name| belongs(name, &field.name));
        stands.of_field(&field.name).for_each(|(name, value)| form.push(name, value));
    }
    form.drop_names(|name| name.starts_with("_take."));
}

/// What changed since the ledger stood at `entry`, and what is wanted.
pub(super) fn look(call: &Call<'_>, open: &Open<'_>, form: &Pairs, entry: u64) -> Result<Conflict, Refused> {
    let live = call.live()?;
    let id = open.entry.id();
    let then = live.aims().show_alone(&id, Some(AsOf::Entry(entry)))?;
    let before = super::fields_of(&then);
    let wanted = open.read(form).fields;
    let names = names(call, open, [&before, &wanted, &open.fields]);
    let values = Values { t: call.tongue, records: &names };
    let fields = open.kind.fields.iter().filter(|f| !f.stamped && f.shape != Shape::File && open.takes(f));
    let rows = fields.filter_map(|field| {
        let [b, w, n] = [&before, &wanted, &open.fields].map(|fields| fields.get(&field.name));
        let (mine, theirs) = (!same(field, b, w), !same(field, b, n));
        let html =
            |value: Option<&Value>| value.map_or_else(|| values.html(field, &Value::Null), |v| values.html(field, v));
        (mine || theirs).then(|| Row {
            name: field.name.clone(),
            label: field.label.clone(),
            before: html(b),
            wanted: html(w),
            now: html(n),
            is_open: mine && theirs && !same(field, w, n),
            is_theirs: theirs && !mine,
        })
    });
    let rows = rows.collect();
    let since = live.aims().history(&id)?.into_iter().filter(|line| line.seq > entry);
    let moment = |ts: &str| ts.parse().map_or_else(|_| ts.to_owned(), |at| crate::show::moment(call.tongue, at));
    Ok(Conflict { acts: since.map(|line| (moment(&line.ts), line.sentence)).collect(), rows })
}

/// What ids in the values stand for, where it may be read.
fn names(call: &Call<'_>, open: &Open<'_>, all: [&Fields; 3]) -> BTreeMap<String, (String, String)> {
    let mut ids = Vec::new();
    all.into_iter().flat_map(Fields::values).for_each(|value| gather(value, &mut ids));
    let register = open.standing.register();
    let known = ids.into_iter().filter_map(|id| {
        let entry = register.get(&id).filter(|e| open.seat.reads(*e))?;
        let to = call.at(&format!("/{}/{}", entry.kind(), entry.number()));
        Some((id, (to, format!("{} {}", entry.number(), open.standing.name_of(entry)))))
    });
    known.collect()
}

fn gather(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() == 36 => ids.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|v| gather(v, ids)),
        Value::Object(cells) => cells.values().for_each(|v| gather(v, ids)),
        _ => {}
    }
}
