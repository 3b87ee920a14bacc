//! A change of a record's fields.

use aims_app::{
    Step, Wish,
    access::{Action, Seat},
    live::Standing,
};
use aims_record::{Field, Fields, Kind, Shape, check_fields};
use aims_register::Entry;
use http::StatusCode;
use serde_json::Value;

use super::{
    begin::{blank_rows_out, log, rows_changed},
    carry_out, conflict, draft, fields_of, idem, linked, number_of,
    page::Form,
    stays, told, why,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::{Pairs, Read, pairs, read, same},
    pages::record::named,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/{record}/amend", "record-amend", Asks::Member, show).slow(),
    Route::form("/o/{org}/{kind}/{record}/amend", "record-amend-send", Asks::Member, send),
];

/// The record as its form sees it.
pub(super) struct Open<'s> {
    pub standing: &'s Standing,
    pub seat: &'s Seat,
    pub kind: &'s Kind,
    pub entry: Entry<'s>,
    /// Fields as they stand.
    pub fields: Fields,
    /// Signatures that stand.
    pub signed: usize,
    /// Whether the seat may change what is material.
    all: bool,
}

impl<'s> Open<'s> {
    fn of(call: &Call<'_>, standing: &'s Standing, seat: &'s Seat) -> Result<Open<'s>, Refused> {
        let (kind, entry) = named(call, standing)?;
        let all = seat.may_on(Action::Amend, entry);
        if !all {
            let little = seat.decide(Action::Respond, entry);
            must(if little.is_allowed() { little } else { seat.decide(Action::Amend, entry) })?;
        }
        let shown = call.live()?.aims().show_alone(&entry.id(), None)?;
        let signed = shown.record.get("signatures").and_then(Value::as_array).map_or(0, Vec::len);
        Ok(Open { standing, seat, kind, entry, fields: fields_of(&shown), signed, all })
    }

    /// Whether a field is in the form: not where the seat may change only what is not material.
    pub fn takes(&self, field: &Field) -> bool {
        self.all || !field.material
    }

    pub fn typed(&self, fields: &Fields) -> Pairs {
        let open = self.kind.fields.iter().filter(|f| !f.stamped && self.takes(f));
        pairs(open, fields, &|id| number_of(self.standing, self.seat, id))
    }

    pub fn read(&self, form: &Pairs) -> Read {
        read(self.kind, &|f| self.takes(f), form, &|word| {
            let is_said_by_id = self.fields_name(word);
            linked(self.standing.register(), self.seat, word).or_else(|| is_said_by_id.then(|| word.to_owned()))
        })
    }

    /// Whether the record names this id already: it may stay also where the one who amends may not read what it names.
    fn fields_name(&self, id: &str) -> bool {
        id.len() == 36 && self.fields.values().any(|value| names(value, id))
    }

    fn form(&self, typed: Pairs) -> Form<'s> {
        let name = self.standing.name_of(self.entry).to_owned();
        Form {
            record: Some((self.entry.number().to_owned(), name)),
            lapses: self.signed,
            seen: Some((self.entry.version(), self.standing.last_entry().unwrap_or_default())),
            ..Form::new(self.kind, typed)
        }
    }
}

fn names(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(list) => list.iter().any(|v| names(v, id)),
        Value::Object(cells) => cells.values().any(|v| names(v, id)),
        _ => false,
    }
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let open = Open::of(call, &sight, &seat)?;
    let kept = draft::open(call, open.kind, Some(open.entry.number()))?;
    let seen = kept.as_ref().and_then(seen);
    let mut form = open.form(kept.unwrap_or_else(|| open.typed(&open.fields)));
    // A draft goes on from the version that it was begun on.
    form.seen = seen.or(form.seen);
    form.show(call, &sight, &seat, &|f| open.takes(f))
}

/// The version seen, and the ledger's last entry then.
fn seen(form: &Pairs) -> Option<(u64, u64)> {
    form.get("_seen")?.parse().ok().zip(form.get("_entry")?.parse().ok())
}

fn send(call: &Call<'_>) -> Answered {
    let mut form = call.form();
    let wish = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let open = Open::of(call, &sight, &seat)?;
        if form.has("_draft") {
            let (kind, number) = (open.kind.clone(), open.entry.number().to_owned());
            drop(sight);
            return draft::keep(call, &kind, Some(&number), &form);
        }
        if let Some(table) = rows_changed(&mut form) {
            let seen = seen(&form);
            let shown = Form { seen, more: Some(table), ..open.form(form) };
            return shown.show(call, &sight, &seat, &|f| open.takes(f));
        }
        let Some((version, entry)) = seen(&form) else {
            return Err(Refused::unclear(
                "version_missing",
                "This form does not say which version it is about. Open it again.",
            ));
        };
        blank_rows_out(open.kind, &mut form);
        conflict::settle(&open, &mut form);
        if version != open.entry.version() {
            return conflicted(call, &open, form, entry);
        }
        let Read { fields, mut problems } = open.read(&form);
        if !problems.is_empty() {
            problems.extend(check_fields(open.kind, &fields, sight.at()));
            return Form { problems, ..open.form(form) }.show(call, &sight, &seat, &|f| open.takes(f));
        }
        let (set, unset) = changes(&open, fields);
        if set.is_empty() && unset.is_empty() {
            let says = call.tongue.say("nothing-changed").into_owned();
            let refused = Some(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "nothing_changes", says));
            return Form { refused, ..open.form(form) }.show(call, &sight, &seat, &|f| open.takes(f));
        }
        Wish::Amend { record: open.entry.id(), seen: Some(version), set, unset }
    };
    let step = Step { at: String::new(), wish, why: why(&form) };
    match carry_out(call, vec![step], idem(call, &form)) {
        Ok(done) => {
            draft::forget(call, &form)?;
            told(call, call.param("kind"), &done)
        }
        Err(refused) if stays(&refused) => again(call, form, refused),
        Err(refused) => Err(refused),
    }
}

fn again(call: &Call<'_>, form: Pairs, refused: Refused) -> Answered {
    log(call, Some(&refused));
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let open = Open::of(call, &sight, &seat)?;
    if let ("version_conflict", Some((_, entry))) = (refused.code, seen(&form)) {
        return conflicted(call, &open, form, entry);
    }
    Form { seen: seen(&form), refused: Some(refused), ..open.form(form) }.show(call, &sight, &seat, &|f| open.takes(f))
}

fn conflicted(call: &Call<'_>, open: &Open<'_>, form: Pairs, entry: u64) -> Answered {
    // The same form sent twice is no conflict: what it recorded is told.
    if let Some(done) = repeated(call, open, &form, entry)? {
        return Ok(done);
    }
    let conflict = conflict::look(call, open, &form, entry)?;
    let shown = Form { conflict: Some(conflict), ..open.form(form) };
    shown.show(call, open.standing, open.seat, &|f| open.takes(f))
}

/// Where everything wanted stands already by the one who sends it, a double click came twice.
fn repeated(call: &Call<'_>, open: &Open<'_>, form: &Pairs, entry: u64) -> Result<Option<Answer>, Refused> {
    let Read { fields, problems } = open.read(form);
    let (set, unset) = changes(open, fields);
    if !problems.is_empty() || !set.is_empty() || !unset.is_empty() {
        return Ok(None);
    }
    let last = open.entry.number();
    let history = call.live()?.aims().acts(None, 50)?;
    let mine = history.iter().find(|line| line.record.as_deref() == Some(last) && line.seq > entry);
    let Some(line) = mine else { return Ok(None) };
    Ok(Some(Answer::see(call.at(&format!("/{}/{last}?done={}", open.kind.id, line.seq)))?))
}

/// What differs from what stands. A value that was erased is no value that could be taken away again.
fn changes(open: &Open<'_>, wanted: Fields) -> (Fields, Vec<String>) {
    let (mut set, mut unset) = (Fields::new(), Vec::new());
    for field in open.kind.fields.iter().filter(|f| !f.stamped && f.shape != Shape::File && open.takes(f)) {
        let (stands, wants) = (open.fields.get(&field.name), wanted.get(&field.name));
        let is_gone = stands.is_some_and(|v| v.get("erased").is_some() || v.get("missing").is_some());
        if same(field, stands, wants) {
            continue;
        }
        match wants {
            Some(value) => {
                set.insert(field.name.clone(), value.clone());
            }
            None if is_gone => {}
            None => unset.push(field.name.clone()),
        }
    }
    (set, unset)
}
