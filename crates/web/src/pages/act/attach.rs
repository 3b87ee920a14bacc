//! A file for a record: as a whole, or in one of its fields. And the file again, to keep.

use aims_app::{Step, Wish, access::Seat, live::Standing};
use aims_record::{File, Kind, Shape};
use aims_register::Entry;
use askama::Template;
use http::StatusCode;

use super::{begin::log, carry_out, idem, idem_again, stays, told, why};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    evidence::{FILE_MAX, hand_out, take_in},
    form::{Pairs, Pick},
    frame::Frame,
    pages::record::{find, named, place},
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/{record}/attach", "record-attach", Asks::Member, show),
    Route::form("/o/{org}/{kind}/{record}/attach", "record-attach-send", Asks::Member, send).taking(FILE_MAX),
    Route::page("/o/{org}/{kind}/{record}/files/{sha256}", "record-file", Asks::Member, file).slow(),
];

#[derive(Template)]
#[template(path = "act-attach.html")]
struct Page<'c> {
    frame: Frame<'c>,
    name: String,
    /// What went wrong with what was just sent.
    error: String,
    /// Where the file may go; only where there is a choice.
    fields: Vec<Pick>,
    sha256: String,
    why: String,
    idem: String,
    seen: u64,
    /// Signatures that stand.
    signed: usize,
    back: String,
}

fn file(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (_, entry) = find(call, &reader)?;
    hand_out(call, &sight, entry, call.param("sha256"))
}

/// The wish to attach a file, which may be yet to come.
fn wish(entry: Entry<'_>, field: Option<&str>, seen: Option<u64>, file: Option<File>) -> Wish {
    let nothing = || File { len: 0, mime: String::new(), name: String::new(), sha256: String::new() };
    Wish::Attach { record: entry.id(), seen, field: field.map(str::to_owned), file: file.unwrap_or_else(nothing) }
}

/// The field that is asked for: nothing for the record as a whole.
fn field<'f>(kind: &Kind, asked: Option<&'f str>) -> Result<Option<&'f str>, Refused> {
    let is_file = |name: &&str| kind.field(name).is_some_and(|f| f.shape == Shape::File && !f.stamped);
    match asked {
        None => Ok(None),
        Some(name) => Some(name).filter(is_file).map(Some).ok_or_else(Refused::absent),
    }
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    page(call, &Pairs::default(), None)
}

fn page(call: &Call<'_>, form: &Pairs, sent: Option<Refused>) -> Answered {
    log(call, sent.as_ref());
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let (kind, entry) = named(call, &sight)?;
    let chosen = field(kind, form.get("field").or(call.query.get("field")))?;
    must(seat.decide_wish(sight.register(), &wish(entry, chosen, None, None)))?;
    let to_record = format!("/{}/{}", kind.id, entry.number());
    let name = format!("{} {}", entry.number(), sight.name_of(entry));
    let frame = Frame::of(call, &sight, place(kind), call.tongue.say("attach"))?
        .from(&[(&kind.plural, &format!("/{}", kind.id)), (&name, &to_record)]);
    let meanings = kind.lifecycle.verbs.iter().filter_map(|v| v.sign.as_ref());
    let page = Page {
        error: sent.as_ref().map_or(String::new(), |r| r.says.clone()),
        fields: places(call, (&sight, &seat), kind, entry, chosen),
        sha256: form.get("sha256").unwrap_or_default().to_owned(),
        why: form.get("_why").unwrap_or_default().to_owned(),
        idem: idem_again(call, form, sent.as_ref()),
        seen: entry.version(),
        signed: meanings.map(|s| entry.signers(&s.meaning).count()).sum(),
        back: call.at(&to_record),
        name,
        frame,
    };
    Answer::page_with(sent.map_or(StatusCode::OK, |r| r.status), &page)
}

/// The record as a whole, and the fields that hold files, as far as the seat may change them.
fn places(
    call: &Call<'_>,
    (standing, seat): (&Standing, &Seat),
    kind: &Kind,
    entry: Entry<'_>,
    chosen: Option<&str>,
) -> Vec<Pick> {
    let may = |field: Option<&str>| seat.decide_wish(standing.register(), &wish(entry, field, None, None)).is_allowed();
    let whole =
        Pick { value: String::new(), label: call.tongue.say("attach-whole").into_owned(), is_chosen: chosen.is_none() };
    let fields = kind.fields.iter().filter(|f| f.shape == Shape::File && !f.stamped && may(Some(&f.name)));
    let pick = |f: &aims_record::Field| Pick {
        value: f.name.clone(),
        label: f.label.clone(),
        is_chosen: chosen == Some(&f.name),
    };
    may(None).then_some(whole).into_iter().chain(fields.map(pick)).collect()
}

fn send(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let form = call.form();
    let answered = attach(call, &form);
    match answered {
        Err(refused) if stays(&refused) => page(call, &form, Some(refused)),
        other => other,
    }
}

fn attach(call: &Call<'_>, form: &Pairs) -> Answered {
    let seen = form.get("_seen").and_then(|v| v.parse().ok());
    let ready = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let (kind, entry) = named(call, &sight)?;
        let ready = wish(entry, field(kind, form.get("field"))?, seen, None);
        must(seat.decide_wish(sight.register(), &ready))?;
        ready
    };
    let says = call.tongue.say("attach-choose");
    let missing = || Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "file_missing", says.clone());
    let mut upload = call.upload().filter(|file| !file.name.is_empty()).ok_or_else(missing)?;
    let expected = form.get("sha256").map(|digest| digest.trim().to_owned());
    let taken = take_in(call, upload.name.clone(), expected, &mut upload)?;
    let wish = match ready {
        Wish::Attach { record, seen, field, .. } => Wish::Attach { record, seen, field, file: taken },
        other => other,
    };
    let done = carry_out(call, vec![Step { at: String::new(), wish, why: why(form) }], idem(call, form))?;
    told(call, call.param("kind"), &done)
}
