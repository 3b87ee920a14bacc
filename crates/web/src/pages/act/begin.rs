//! A new record.

use aims_app::{Step, Wish};
use aims_record::{Field, Kind, Shape, check_fields};

use super::{carry_out, draft, idem, kind_of, linked, page::Form, stays, told, why};
use crate::{
    answer::{Answered, Refused},
    call::{Call, must},
    form::{Pairs, Read, read},
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/new", "record-new", Asks::Member, show).slow(),
    Route::form("/o/{org}/{kind}/new", "record-new-send", Asks::Member, send),
    Route::form("/o/{org}/drafts/forget", "draft-forget", Asks::Member, draft::drop_it),
];

/// Everything that people type.
fn any(_: &Field) -> bool {
    true
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let sight = call.sight()?;
    let (kind, seat) = (kind_of(call, &sight)?, call.seat(&sight)?);
    must(seat.decide_begin(sight.register(), &kind.id, None))?;
    let blank = || {
        let mut typed = prefilled(call, kind);
        // Whoever may record only what is their own begins with themselves in it.
        let own = seat.begins_as_own(sight.register(), &kind.id).filter(|(field, _)| !typed.has(field));
        own.into_iter().for_each(|(field, person)| typed.push(field, &person));
        typed
    };
    let typed = draft::open(call, kind, None)?.unwrap_or_else(blank);
    Form::new(kind, typed).show(call, &sight, &seat, &any)
}

/// What the address says about fields, such as `?system=SYS-0004`.
fn prefilled(call: &Call<'_>, kind: &Kind) -> Pairs {
    let mut typed = Pairs::default();
    let is_field = |name: &str| {
        kind.field(name.split('.').next().unwrap_or(name)).is_some_and(|f| !f.stamped && f.shape != Shape::File)
    };
    call.query.iter().filter(|(name, _)| is_field(name)).for_each(|(name, value)| typed.push(name, value));
    typed
}

fn send(call: &Call<'_>) -> Answered {
    let mut form = call.form();
    if form.has("_draft") {
        let kind = { kind_of(call, &*call.sight()?)?.clone() };
        return draft::keep(call, &kind, None, &form);
    }
    if let Some(table) = rows_changed(&mut form) {
        return again(call, form, None, Some(table));
    }
    let wish = {
        let sight = call.sight()?;
        let (kind, seat) = (kind_of(call, &sight)?, call.seat(&sight)?);
        blank_rows_out(kind, &mut form);
        let Read { fields, mut problems } = read(kind, &any, &form, &|word| linked(sight.register(), &seat, word));
        if !problems.is_empty() {
            let checked = check_fields(kind, &fields, sight.at());
            problems.extend(checked.into_iter().filter(|c| !c.pointer.is_empty()));
            return Form { problems, ..Form::new(kind, form) }.show(call, &sight, &seat, &any);
        }
        Wish::Record { id: None, kind: kind.id.clone(), key: None, fields }
    };
    let step = Step { at: String::new(), wish, why: why(&form) };
    match carry_out(call, vec![step], idem(call, &form)) {
        Ok(done) => {
            draft::forget(call, &form)?;
            told(call, call.param("kind"), &done)
        }
        Err(refused) if stays(&refused) => again(call, form, Some(refused), None),
        Err(refused) => Err(refused),
    }
}

fn again(call: &Call<'_>, typed: Pairs, refused: Option<Refused>, more: Option<String>) -> Answered {
    log(call, refused.as_ref());
    let sight = call.sight()?;
    let (kind, seat) = (kind_of(call, &sight)?, call.seat(&sight)?);
    Form { refused, more, ..Form::new(kind, typed) }.show(call, &sight, &seat, &any)
}

/// What failed inside is for the log, also where the form is shown again.
pub fn log(call: &Call<'_>, refused: Option<&Refused>) {
    if let Some(inside) = refused.and_then(|r| r.inside.as_ref()) {
        call.server.log(&call.id, &format!("{} {}: {inside}", call.route.method.word(), call.route.path));
    }
}

/// Does what the buttons of a table ask for, and says which table: `more` a row, or one fewer.
pub fn rows_changed(form: &mut Pairs) -> Option<String> {
    if let Some((table, row)) = form.get("remove").and_then(|v| v.rsplit_once('.')) {
        let (table, row) = (table.to_owned(), row.parse::<usize>().ok()?);
        form.keep_rows(&table, |n, _| n != row);
        return Some(String::new());
    }
    form.get("add").map(str::to_owned)
}

/// Rows in which nothing was written are no rows.
pub fn blank_rows_out(kind: &Kind, form: &mut Pairs) {
    for field in kind.fields.iter().filter(|f| matches!(f.shape, Shape::Table { .. })) {
        form.keep_rows(&field.name, |_, is_blank| !is_blank);
    }
}
