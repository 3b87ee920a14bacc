//! The filters of a register, ready to be shown.

use aims_record::{Field, Kind, Shape};

use super::{asked::OPEN, asked::is_dated, cells};
use crate::{call::Call, form::Pick};

/// A filter by one field.
pub struct Filter {
    /// Name that is sent.
    pub name: String,
    /// As shown.
    pub label: String,
    /// How it is filled in.
    pub by: By,
}

/// How a filter is filled in.
pub enum By {
    /// One of these.
    Choice(Vec<Pick>),
    /// A record's number, or a part of its name.
    Words(String),
    /// Days.
    Days(String, String),
}

/// One for each field that can filter.
pub fn filters(call: &Call<'_>, kind: &Kind) -> Vec<Filter> {
    let filter = |field: &Field| {
        let name = format!("f.{}", field.name);
        let by = by(call, field, &name);
        Filter { name, label: field.label.clone(), by }
    };
    kind.fields.iter().filter(|f| cells::can_filter(f)).map(filter).collect()
}

fn by(call: &Call<'_>, field: &Field, name: &str) -> By {
    let sent = |name: &str| call.query.get(name).unwrap_or_default().to_owned();
    if is_dated(field) {
        return By::Days(sent(&format!("{name}.from")), sent(&format!("{name}.to")));
    }
    let chosen = sent(name);
    let pick = |value: &str, label: String| Pick { value: value.to_owned(), label, is_chosen: value == chosen };
    let mut picks: Vec<Pick> = match &field.shape {
        Shape::Choice { options } => options.iter().map(|(id, label)| pick(id, label.clone())).collect(),
        Shape::YesNo => ["yes", "no"].map(|word| pick(word, call.tongue.say(word).into_owned())).into(),
        _ => return By::Words(chosen.clone()),
    };
    picks.insert(0, pick("", call.tongue.say("all").into_owned()));
    picks.push(pick(OPEN, call.tongue.say("not-recorded").into_owned()));
    By::Choice(picks)
}
