//! One act on several records: what it would change is shown first, row by row; then all of it is done, or nothing, or that which can be.

use aims_app::{
    Step, Wish,
    access::{Action, Seat},
    live::Standing,
};
use aims_record::{Field, Fields, Kind, Shape};
use aims_register::Entry;
use askama::Template;
use http::StatusCode;

use super::{Asked, cells, kind_of, state_label};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::{Control, Pairs, Pick, Picks, Sheet, belongs, read},
    frame::Frame,
    pages::{
        act::{carry_out, idem, idem_again, linked, why},
        record::place,
    },
    reader::Reader,
};

/// Records that are acted on at once, at most (TRUST 6.5: as many as a page has).
const ROWS_MAX: usize = 200;

/// What is to be done to each.
#[derive(Clone)]
enum Deed {
    Say(String),
    Set(String),
    Withdraw,
}

impl Deed {
    fn of(kind: &Kind, word: &str) -> Option<Deed> {
        match word.split_once(':') {
            Some(("say", verb)) => can_say(kind).any(|v| v.id == verb).then(|| Deed::Say(verb.to_owned())),
            Some(("set", field)) => can_set(kind).any(|f| f.name == field).then(|| Deed::Set(field.to_owned())),
            None if word == "withdraw" => Some(Deed::Withdraw),
            _ => None,
        }
    }
}

/// Verbs that bind nobody: what is signed is signed one by one.
fn can_say(kind: &Kind) -> impl Iterator<Item = &aims_record::Verb> {
    kind.lifecycle.verbs.iter().filter(|v| v.sign.is_none())
}

/// Fields that several records may share a value of.
fn can_set(kind: &Kind) -> impl Iterator<Item = &Field> {
    let one = |f: &&Field| {
        !f.many
            && !f.stamped
            && f.personal.is_none()
            && matches!(
                f.shape,
                Shape::Choice { .. } | Shape::YesNo | Shape::Date { .. } | Shape::Person | Shape::Link { .. }
            )
    };
    kind.fields.iter().filter(one)
}

/// What this seat may do to several at once.
pub fn deeds(call: &Call<'_>, seat: &Seat, kind: &Kind) -> Vec<Pick> {
    let pick = |value: String, label: String| Pick { value, label, is_chosen: false };
    let mut picks = Vec::new();
    if seat.may(Action::Move, &kind.id) {
        picks.extend(can_say(kind).map(|v| pick(format!("say:{}", v.id), v.label.clone())));
    }
    let (amends, responds) = (seat.may(Action::Amend, &kind.id), seat.may(Action::Respond, &kind.id));
    let open = can_set(kind).filter(|f| amends || (responds && !f.material));
    let label = |f: &Field| call.tongue.with("plan-set", "field", f.label.as_str());
    picks.extend(open.map(|f| pick(format!("set:{}", f.name), label(f))));
    if seat.may(Action::Withdraw, &kind.id) {
        picks.push(pick("withdraw".into(), call.tongue.say("withdraw").into_owned()));
    }
    picks
}

#[derive(Template)]
#[template(path = "register-plan.html")]
struct Page<'c> {
    frame: Frame<'c>,
    error: String,
    /// The word of the deed.
    word: String,
    /// The value to set; nothing where no value is asked for.
    control: Option<Control>,
    /// Whether it is planned, or the value is yet to be said.
    is_planned: bool,
    needs_why: bool,
    rows: Vec<Row>,
    can: usize,
    why: String,
    idem: String,
    back: String,
}

/// What would become of one record.
struct Row {
    number: String,
    to: String,
    name: String,
    seen: u64,
    /// What it would become, or why not.
    says: String,
    is_open: bool,
}

/// One record with the act that is asked of it.
struct Asking {
    number: String,
    wish: Wish,
    /// What it would bring about.
    says: String,
}

/// Shows the plan, or does what was planned.
pub fn plan(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let form = call.form();
    if !form.has("_do") || form.has("_again") {
        return show(call, &form, None);
    }
    match act(call, &form) {
        Err(refused) if refused.status != StatusCode::NOT_FOUND => show(call, &form, Some(refused)),
        other => other,
    }
}

/// What is said must be said of some records, and of not too many.
fn chosen<'r>(call: &Call<'_>, reader: &Reader<'r>, kind: &Kind, form: &Pairs) -> Result<Vec<Entry<'r>>, Refused> {
    let found: Vec<Entry<'r>> = if form.has("all") {
        Asked::read(call, kind)?.found(reader, kind)
    } else {
        form.all("record").filter_map(|n| reader.numbered(n)).filter(|e| e.kind() == kind.id).collect()
    };
    let refused = |code, says| Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, code, says));
    match found.len() {
        0 => refused("nothing_chosen", call.tongue.say("plan-nothing").into_owned()),
        1..=ROWS_MAX => Ok(found),
        count => refused("too_many_chosen", call.tongue.with("plan-too-many", "n", count as u64)),
    }
}

/// The value that is set: nothing takes it away.
fn value(reader: &Reader<'_>, kind: &Kind, field: &str, form: &Pairs) -> Result<Option<serde_json::Value>, Refused> {
    let mut typed = form.clone();
    typed.drop_names(|name| !belongs(name, field));
    let register = reader.standing.register();
    let got = read(kind, &|f| f.name == field, &typed, &|word| linked(register, &reader.seat, word));
    match got.problems.into_iter().next() {
        Some(problem) => {
            let says = crate::form::said(&problem);
            Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, problem.code, says))
        }
        None => Ok(got.fields.get(field).cloned()),
    }
}

/// The act on one record, against the version that was seen.
fn asking(
    call: &Call<'_>,
    reader: &Reader<'_>,
    (kind, entry): (&Kind, Entry<'_>),
    (deed, value): (&Deed, Option<&serde_json::Value>),
    seen: u64,
) -> Asking {
    let (record, seen, t) = (entry.id(), Some(seen), call.tongue);
    let (wish, says) = match deed {
        Deed::Withdraw => (Wish::Withdraw { record, seen }, t.say("plan-withdrawn").into_owned()),
        Deed::Say(verb) => {
            let to = kind.lifecycle.verb(verb).map_or("", |v| v.to.as_str());
            let says = t.with("offer-becomes", "state", state_label(kind, to));
            (Wish::Move { record, seen, verb: verb.clone() }, says)
        }
        Deed::Set(field) => {
            let stands = kind.field(field).map_or(String::new(), |f| cells::cell(call, reader, entry, f));
            let stands = if stands.is_empty() { t.say("not-recorded").into_owned() } else { stands };
            let set: Fields = value.map(|v| (field.clone(), v.clone())).into_iter().collect();
            let unset = if value.is_none() { vec![field.clone()] } else { Vec::new() };
            (Wish::Amend { record, seen, set, unset }, t.with("plan-stands", "value", stands))
        }
    };
    Asking { number: entry.number().to_owned(), wish, says }
}

/// Whether one act would be done; nothing is written.
fn rehearse(call: &Call<'_>, wish: &Wish, why: &str) -> Result<(), Refused> {
    {
        let sight = call.sight()?;
        must(call.seat(&sight)?.decide_wish(sight.register(), wish))?;
    }
    let step = Step { at: String::new(), wish: wish.clone(), why: Some(why.to_owned()) };
    call.live()?.aims().rehearse(&call.actor()?, vec![step])?;
    Ok(())
}

/// All that is asked, each against the version that the form saw, or that stands.
fn asked(call: &Call<'_>, form: &Pairs) -> Result<(Vec<Asking>, Deed), Refused> {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let kind = kind_of(call, &reader)?;
    let deed = Deed::of(kind, form.get("act").unwrap_or_default());
    let says = call.tongue.say("plan-choose");
    let deed = deed.ok_or_else(|| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "act_missing", says))?;
    let records = chosen(call, &reader, kind, form)?;
    let set = match &deed {
        Deed::Set(field) if form.has("_valued") => value(&reader, kind, field, form)?,
        _ => None,
    };
    let seen = |e: &Entry<'_>| {
        let seen = form.get(&format!("_seen.{}", e.number())).filter(|_| form.has("_do") && !form.has("_again"));
        seen.and_then(|v| v.parse().ok()).unwrap_or(e.version())
    };
    let one = |e: Entry<'_>| asking(call, &reader, (kind, e), (&deed, set.as_ref()), seen(&e));
    Ok((records.into_iter().map(one).collect(), deed))
}

fn act(call: &Call<'_>, form: &Pairs) -> Answered {
    let (asked, deed) = asked(call, form)?;
    let only_those = form.get("_do") == Some("can");
    let can: Vec<&str> = form.all("_can").collect();
    let wanted = asked.into_iter().filter(|a| !only_those || can.contains(&a.number.as_str()));
    let reason = why(form);
    if matches!(deed, Deed::Withdraw) && reason.is_none() {
        let says = call.tongue.say("plan-why");
        return Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "reason_missing", says));
    }
    let steps: Vec<Step> = wanted.map(|a| Step { at: a.number, wish: a.wish, why: reason.clone() }).collect();
    let count = steps.len();
    let done = carry_out(call, steps, idem(call, form))?;
    let last = done.last().map_or(0, |d| d.seq);
    Answer::see(call.at(&format!("/{}?n={count}&done={last}", call.param("kind"))))
}

fn show(call: &Call<'_>, form: &Pairs, sent: Option<Refused>) -> Answered {
    crate::pages::act::begin::log(call, sent.as_ref());
    let mut again = form.clone();
    again.drop_names(|name| name.starts_with("_seen.") || name == "_do");
    let (asked, deed) = asked(call, &again)?;
    let is_planned = !matches!(deed, Deed::Set(_)) || form.has("_valued");
    let reason = why(form).unwrap_or_else(|| call.tongue.say("why").into_owned());
    let outcome = |a: &Asking| if is_planned { rehearse(call, &a.wish, &reason) } else { Ok(()) };
    let outcomes: Vec<Result<(), Refused>> = asked.iter().map(outcome).collect();
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let kind = kind_of(call, &reader)?;
    let rows: Vec<Row> =
        asked.into_iter().zip(outcomes).filter_map(|(a, outcome)| row(&reader, a, outcome.err())).collect();
    let control = match &deed {
        Deed::Set(field) => control(call, &sight, &reader.seat, kind, field, form),
        _ => None,
    };
    let to_register = format!("/{}", kind.id);
    let frame = Frame::of(call, &sight, place(kind), title(call, kind, &deed))?.from(&[(&kind.plural, &to_register)]);
    let page = Page {
        error: sent.as_ref().map_or(String::new(), |r| r.says.clone()),
        word: form.get("act").unwrap_or_default().to_owned(),
        control,
        is_planned,
        needs_why: matches!(deed, Deed::Withdraw),
        can: rows.iter().filter(|r| r.is_open).count(),
        rows,
        why: form.get("_why").unwrap_or_default().to_owned(),
        idem: idem_again(call, form, sent.as_ref()),
        back: format!("{}{}", call.at(&to_register), call.query.with(&[])),
        frame,
    };
    Answer::page_with(sent.map_or(StatusCode::OK, |r| r.status), &page)
}

fn title(call: &Call<'_>, kind: &Kind, deed: &Deed) -> String {
    match deed {
        Deed::Say(verb) => kind.lifecycle.verb(verb).map_or(String::new(), |v| v.label.clone()),
        Deed::Set(field) => {
            let label = kind.field(field).map_or("", |f| f.label.as_str());
            call.tongue.with("plan-set", "field", label)
        }
        Deed::Withdraw => call.tongue.say("withdraw").into_owned(),
    }
}

fn row(reader: &Reader<'_>, asking: Asking, refused: Option<Refused>) -> Option<Row> {
    let entry = reader.numbered(&asking.number)?;
    Some(Row {
        to: reader.at(entry),
        name: reader.standing.name_of(entry).to_owned(),
        seen: entry.version(),
        is_open: refused.is_none(),
        says: refused.map_or(asking.says, |r| r.says),
        number: asking.number,
    })
}

fn control(
    call: &Call<'_>,
    standing: &Standing,
    seat: &Seat,
    kind: &Kind,
    field: &str,
    form: &Pairs,
) -> Option<Control> {
    let sheet = Sheet {
        t: call.tongue,
        kind,
        picks: Picks::new(standing, seat),
        typed: form,
        problems: &[],
        lapses: 0,
        attach: String::new(),
        more: None,
    };
    sheet.controls(kind.field(field).into_iter()).pop()
}
