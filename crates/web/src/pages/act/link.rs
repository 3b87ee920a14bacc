//! What a record names, link by link: another record chosen by search, or a link taken away.

use aims_app::{Step, Wish, access::Seat, live::Standing};
use aims_record::{Field, Kind};
use aims_register::{Entry, Value};
use askama::Template;
use http::StatusCode;

use super::{begin::log, carry_out, idem, idem_again, linked, stays, told, why};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::{Pairs, Pick},
    frame::Frame,
    pages::record::{named, place},
    reader::{Link, Reader},
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/{record}/link", "record-link", Asks::Member, show),
    Route::form("/o/{org}/{kind}/{record}/link", "record-link-send", Asks::Member, send),
];

/// Records that are offered at once; more letters narrow them down.
const OFFERED: usize = 20;
/// Characters of a search at most (TRUST 6.5).
const SEARCH_MAX: usize = 200;

#[derive(Template)]
#[template(path = "act-link.html")]
struct Page<'c> {
    frame: Frame<'c>,
    name: String,
    error: String,
    /// Links of the kind, one of them chosen.
    fields: Vec<Pick>,
    field: String,
    label: String,
    help: String,
    /// What the link names already.
    stands: Vec<Link>,
    search: String,
    offered: Vec<Link>,
    /// Whether more match than are offered.
    is_cut: bool,
    /// Signatures that a change lets lapse.
    lapses: usize,
    why: String,
    idem: String,
    seen: u64,
    back: String,
}

fn wish(entry: Entry<'_>, field: &str, seen: Option<u64>, to: String) -> Wish {
    Wish::Link { record: entry.id(), seen, field: field.to_owned(), to }
}

/// Links of the kind that the seat may change on this record.
fn open<'k>(standing: &Standing, seat: &Seat, kind: &'k Kind, entry: Entry<'_>) -> Vec<&'k Field> {
    let may = |f: &&Field| {
        f.links()
            && !f.stamped
            && seat.decide_wish(standing.register(), &wish(entry, &f.name, None, entry.id())).is_allowed()
    };
    kind.fields.iter().filter(may).collect()
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    page(call, &Pairs::default(), None)
}

fn page(call: &Call<'_>, form: &Pairs, sent: Option<Refused>) -> Answered {
    log(call, sent.as_ref());
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (kind, entry) = named(call, &sight)?;
    let open = open(&sight, &reader.seat, kind, entry);
    let asked = form.get("field").or(call.query.get("field"));
    let field = match asked {
        Some(name) => open.iter().find(|f| f.name == name),
        None => open.first(),
    };
    let Some(field) = field.copied() else {
        must(reader.seat.decide(aims_app::access::Action::Amend, entry))?;
        return Err(Refused::absent());
    };
    let search = search(call)?;
    let stands = entry.field(&field.name).into_iter().flat_map(Value::each).filter_map(Value::record);
    let stands: Vec<Entry<'_>> = stands.filter(|e| reader.reads(*e)).collect();
    let mut offered = offered(&reader, field, entry, &stands, &search);
    let is_cut = offered.len() > OFFERED;
    offered.truncate(OFFERED);
    let to_record = format!("/{}/{}", kind.id, entry.number());
    let name = format!("{} {}", entry.number(), sight.name_of(entry));
    let frame = Frame::of(call, &sight, place(kind), call.tongue.say("link-title"))?
        .from(&[(&kind.plural, &format!("/{}", kind.id)), (&name, &to_record)]);
    let meanings = kind.lifecycle.verbs.iter().filter_map(|v| v.sign.as_ref());
    let signed = meanings.map(|s| entry.signers(&s.meaning).count()).sum();
    let pick = |f: &&Field| Pick { value: f.name.clone(), label: f.label.clone(), is_chosen: f.name == field.name };
    let page = Page {
        error: sent.as_ref().map_or(String::new(), |r| r.says.clone()),
        fields: open.iter().map(pick).collect(),
        field: field.name.clone(),
        label: field.label.clone(),
        help: field.help.clone(),
        stands: stands.into_iter().map(|e| reader.link(e)).collect(),
        offered: offered.into_iter().map(|e| reader.link(e)).collect(),
        search,
        is_cut,
        lapses: if field.material { signed } else { 0 },
        why: form.get("_why").unwrap_or_default().to_owned(),
        idem: idem_again(call, form, sent.as_ref()),
        seen: entry.version(),
        back: call.at(&to_record),
        name,
        frame,
    };
    Answer::page_with(sent.map_or(StatusCode::OK, |r| r.status), &page)
}

fn search(call: &Call<'_>) -> Result<String, Refused> {
    let search = call.query.get("q").unwrap_or_default().trim();
    if search.chars().count() > SEARCH_MAX {
        return Err(Refused::unclear("query_invalid", "Search for at most 200 characters."));
    }
    Ok(search.to_owned())
}

/// Standing records that the link could name besides, one more than is shown.
fn offered<'r>(
    reader: &Reader<'r>,
    field: &Field,
    entry: Entry<'_>,
    stands: &[Entry<'_>],
    search: &str,
) -> Vec<Entry<'r>> {
    let person = ["person".to_owned()];
    let kinds: &[String] = match &field.shape {
        aims_record::Shape::Link { to } => to,
        _ => &person,
    };
    let any: Vec<String>;
    let kinds = if kinds.is_empty() {
        any = reader.standing.register().kinds().by_id.keys().cloned().collect();
        &any
    } else {
        kinds
    };
    let text = search.to_lowercase();
    let matches = |e: &Entry<'r>| {
        e.number().to_lowercase().contains(&text) || reader.standing.name_of(*e).to_lowercase().contains(&text)
    };
    let wanted = |e: &Entry<'r>| e.stands() && e.id() != entry.id() && !stands.contains(e) && matches(e);
    kinds.iter().flat_map(|kind| reader.list(kind)).filter(wanted).take(OFFERED + 1).collect()
}

fn send(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let form = call.form();
    match act(call, &form) {
        Err(refused) if stays(&refused) => page(call, &form, Some(refused)),
        other => other,
    }
}

fn act(call: &Call<'_>, form: &Pairs) -> Answered {
    let seen: Option<u64> = form.get("_seen").and_then(|v| v.parse().ok());
    let wish = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let (_, entry) = named(call, &sight)?;
        let field = form.get("field").unwrap_or_default();
        let says = call.tongue.say("link-choose");
        let missing = || Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "link_missing", says.clone());
        let target = |word: &str| linked(sight.register(), &seat, word.trim());
        match (form.get("away"), form.get("to")) {
            (Some(away), _) => Wish::Unlink {
                record: entry.id(),
                seen,
                field: field.to_owned(),
                to: target(away).ok_or_else(missing)?,
            },
            (None, to) => wish(entry, field, seen, to.and_then(target).ok_or_else(missing)?),
        }
    };
    let done = carry_out(call, vec![Step { at: String::new(), wish, why: why(form) }], idem(call, form))?;
    told(call, call.param("kind"), &done)
}
