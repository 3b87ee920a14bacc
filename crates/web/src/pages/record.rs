//! A record: its facts, what it names and what names it, its signatures and files, what it proves.

use std::collections::BTreeMap;

use aims_app::{
    Shown, Wish,
    access::{Action, Seat},
    live::Standing,
};
use aims_record::{Kind, Shape};
use aims_register::{Entry, Pointing};
use askama::Template;
use serde_json::Value;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::{Frame, Tag},
    pages::{
        act::offer::{Offer, offers},
        home::short,
        register::state_label,
        system,
    },
    reader::{Link, Reader},
    route::{Asks, Route},
    show::{Status, Values, moment},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/{kind}/{record}", "record", Asks::Member, show)];

/// Records named under one inverse link that are told; the register has the others.
const NAMING_TOLD: usize = 12;

#[derive(Template)]
#[template(path = "record.html")]
struct Record<'c> {
    frame: Frame<'c>,
    head: Head,
    facts: Vec<Fact>,
    open: Vec<String>,
    naming: Vec<Naming>,
    signatures: Vec<Signed>,
    files: Vec<Attached>,
    said: Vec<Said>,
    offers: Vec<Offer>,
    /// What was just recorded: the entry.
    done: Option<u64>,
}

/// A field and what stands in it.
struct Fact {
    label: String,
    html: String,
    help: String,
    /// Where a link is changed, where the one who looks may.
    change: Option<String>,
}

/// A file of the record.
struct Attached {
    name: String,
    to: String,
    /// Its length in words.
    size: String,
    mime: String,
    sha256: String,
    /// Label of the field that holds it; empty where it belongs to the record as a whole.
    field: String,
    /// Whether its content is in the store.
    is_there: bool,
}

/// What stands above every page about one record.
pub struct Head {
    /// Readable number.
    pub number: String,
    /// How many acts were done to it.
    pub version: u64,
    /// Title of the kind.
    pub kind: String,
    /// Its state, and what that means.
    pub state: String,
    /// What the state means.
    pub state_about: String,
    /// Words, address, whether it is the page.
    pub tabs: Vec<(String, String, bool)>,
    /// Verbs that they may say: address, label, whether it takes a signature.
    pub verbs: Vec<(String, String, bool)>,
    /// Where it is amended; nothing where they may not.
    pub amend: Option<String>,
    /// Whether it is evidence for nothing any more.
    pub withdrawn: bool,
}

/// Records that name this one, under the inverse name of the link.
struct Naming {
    inverse: String,
    records: Vec<Link>,
    more: usize,
}

struct Signed {
    by: String,
    meaning: String,
    role: String,
    at: String,
    entry: u64,
    /// Labels of the fields whose change made it lapse; nothing while it holds.
    lapsed: Option<String>,
}

/// What is found about the record under one requirement.
pub struct Said {
    /// What is found.
    pub state: aims_conformity::State,
    /// The tag.
    pub tag: Tag,
    /// Full id.
    pub requirement: String,
    /// What people say of it.
    pub short: String,
    /// Its title.
    pub title: String,
    /// The first reason.
    pub say: String,
    /// What mends it.
    pub next: Option<String>,
    /// Until when it stays; empty where it does not change by itself.
    pub until: String,
    /// Whether an auditor would write it down.
    pub is_finding: bool,
}

fn show(call: &Call<'_>) -> Answered {
    if call.param("kind") == "ai-system" && call.query.get("tab") != Some("facts") {
        return system::show(call);
    }
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (kind, entry) = find(call, &reader)?;
    let shown = call.live()?.aims().show_alone(&entry.id(), call.as_of()?)?;
    let names = names(call, &reader, &shown);
    let values = Values { t: call.tongue, records: &names };
    let fields = shown.record.get("fields").cloned().unwrap_or_default();
    let changes = changes(call, &reader, kind, entry);
    let fact = |f: &aims_record::Field| {
        let html = values.html(f, fields.get(&f.name)?);
        Some(Fact { label: f.label.clone(), html, help: f.help.clone(), change: changes.get(&f.name).cloned() })
    };
    let frame = frame(call, &reader, kind, entry)?;
    Answer::page(&Record {
        head: head(&frame, &reader, kind, entry, "facts"),
        facts: kind.fields.iter().filter_map(fact).collect(),
        open: kind.fields.iter().filter(|f| fields.get(&f.name).is_none()).map(|f| f.label.clone()).collect(),
        naming: naming(&reader, entry),
        signatures: signatures(kind, &shown, &values, &frame),
        files: attached(call, kind, &shown)?,
        said: said(&frame, &reader, entry)?,
        offers: offers(call, &reader, kind, entry),
        done: call.query.get("done").and_then(|seq| seq.parse().ok()),
        frame,
    })
}

/// Where the links of a record are changed, by field, as far as the one who looks may.
fn changes(call: &Call<'_>, reader: &Reader<'_>, kind: &Kind, entry: Entry<'_>) -> BTreeMap<String, String> {
    let now = !call.query.has("as_of") && entry.stands() && !entry.erased();
    let (amends, responds) = (reader.seat.may_on(Action::Amend, entry), reader.seat.may_on(Action::Respond, entry));
    let open = |f: &&aims_record::Field| {
        now && f.links() && !f.stamped && if f.material { amends } else { amends || responds }
    };
    let to = |f: &aims_record::Field| call.at(&format!("/{}/{}/link?field={}", kind.id, entry.number(), f.name));
    kind.fields.iter().filter(open).map(|f| (f.name.clone(), to(f))).collect()
}

/// Whether the record is a communication that reached the one who looks and that they have not confirmed.
pub fn can_acknowledge(seat: &Seat, standing: &Standing, kind: &Kind, entry: Entry<'_>) -> bool {
    let Some(person) = seat.person(standing.register()) else { return false };
    let names = |field: &str| entry.linked(field).any(|e| e == person);
    let confirm = |to| Wish::Link { record: entry.id(), seen: None, field: ACKNOWLEDGED.to_owned(), to };
    kind.field(ACKNOWLEDGED).is_some_and(|f| f.many && !f.stamped)
        && names("reached")
        && !names(ACKNOWLEDGED)
        && seat.decide_wish(standing.register(), &confirm(person.id())).is_allowed()
}

/// The field in which people confirm that they have read something.
pub const ACKNOWLEDGED: &str = "acknowledged_by";

/// Around a page about one record.
///
/// # Errors
/// As [`Frame::of`].
pub fn frame<'c>(call: &'c Call<'c>, reader: &Reader<'_>, kind: &Kind, entry: Entry<'_>) -> Result<Frame<'c>, Refused> {
    let name = reader.standing.name_of(entry);
    let title = if name.is_empty() { entry.number() } else { name };
    let crumbs = [(&*call.tongue.say("nav-registers"), "/registers"), (&*kind.plural, &*format!("/{}", kind.id))];
    let about = format!("{} {}", entry.number(), call.tongue.with("version-n", "n", entry.version()));
    Ok(Frame { about, ..Frame::of(call, reader.standing, place(kind), title)?.from(&crumbs) })
}

/// What stands above a page about one record, on this tab.
pub fn head(frame: &Frame<'_>, reader: &Reader<'_>, kind: &Kind, entry: Entry<'_>, tab: &str) -> Head {
    let to = |more: &str| frame.at(&format!("/{}/{}{more}", kind.id, entry.number()));
    let overview = (kind.id == "ai-system").then(|| ("overview", to("")));
    let facts = ("facts", if kind.id == "ai-system" { to("?tab=facts") } else { to("") });
    let tabs = overview.into_iter().chain([facts, ("history", to("/history"))]);
    let acts = frame.as_of().is_empty() && entry.stands() && !entry.erased();
    let state = entry.state().unwrap_or("disposed");
    let may = |action| acts && reader.seat.may_on(action, entry);
    let is_verb = |o: &Offer| o.is_open && kind.lifecycle.verbs.iter().any(|v| to(&format!("/{}", v.id)) == o.to);
    let offered = offers(frame.call, reader, kind, entry).into_iter().filter(is_verb);
    Head {
        number: entry.number().to_owned(),
        version: entry.version(),
        kind: kind.title.clone(),
        state: state_label(kind, state).to_owned(),
        state_about: kind.lifecycle.state(state).map_or(String::new(), |s| s.about.clone()),
        tabs: tabs.map(|(key, to)| (frame.t.say(key).into_owned(), to, key == tab)).collect(),
        verbs: offered.map(|o| (o.to, o.label, o.signs)).collect(),
        amend: may(Action::Amend).then(|| to("/amend")),
        withdrawn: !entry.stands(),
    }
}

/// The record that the address names; one of another kind, or one that may not be read, is not here.
///
/// # Errors
/// Absent.
pub fn find<'s>(call: &Call<'_>, reader: &Reader<'s>) -> Result<(&'s Kind, Entry<'s>), Refused> {
    let register = reader.standing.register();
    let kind = register.kinds().get(call.param("kind")).ok_or_else(Refused::absent)?;
    let word = call.param("record");
    let entry = register.get(word).filter(|e| reader.reads(*e)).or_else(|| reader.numbered(&word.to_ascii_uppercase()));
    let entry = entry.filter(|e| e.kind() == kind.id).ok_or_else(Refused::absent)?;
    Ok((kind, entry))
}

/// The record that the address names, whoever asks: for pages that decide by themselves what may be done to it.
///
/// # Errors
/// Where there is none of that kind.
pub fn named<'s>(call: &Call<'_>, standing: &'s Standing) -> Result<(&'s Kind, Entry<'s>), Refused> {
    let register = standing.register();
    let kind = register.kinds().get(call.param("kind")).ok_or_else(Refused::absent)?;
    let word = call.param("record");
    let entry = register.get(word).or_else(|| register.numbered(&word.to_ascii_uppercase()));
    Ok((kind, entry.filter(|e| e.kind() == kind.id).ok_or_else(Refused::absent)?))
}

/// Where a kind stands in the rail.
pub fn place(kind: &Kind) -> &'static str {
    match kind.id.as_str() {
        "ai-system" => "systems",
        "risk" => "risks",
        _ => "registers",
    }
}

/// What ids in the record stand for: address, and number with name. What may not be read has neither.
pub fn names(call: &Call<'_>, reader: &Reader<'_>, shown: &Shown) -> BTreeMap<String, (String, String)> {
    let closed = call.tongue.say("record-closed");
    let of = |(id, name): (&String, &String)| match reader.standing.register().get(id) {
        Some(entry) if reader.reads(entry) => (id.clone(), (reader.at(entry), name.clone())),
        _ => (id.clone(), (String::new(), closed.clone().into_owned())),
    };
    shown.names.iter().map(of).collect()
}

/// What is found about one record, the gravest first.
///
/// # Errors
/// Where the organization is gone.
pub fn said(frame: &Frame<'_>, reader: &Reader<'_>, entry: Entry<'_>) -> Result<Vec<Said>, Refused> {
    if !reader.is_told() {
        return Ok(Vec::new());
    }
    let (assessment, frameworks) = (reader.standing.assessment(), frame.call.live()?.frameworks());
    let mut held: Vec<_> = assessment.about(entry.slot()).collect();
    held.sort_by_key(|h| std::cmp::Reverse(h.state));
    let one = |h: &aims_conformity::Held<'_>| {
        let graver = h.state > aims_conformity::State::Excluded;
        let verdict = graver.then(|| assessment.verdict_about(h.requirement, entry.slot())).flatten();
        let first = verdict.as_ref().and_then(|v| v.reasons.first()).filter(|r| reader.tells(&r.say));
        let next =
            verdict.as_ref().and_then(|v| v.next()).filter(|n| frame.as_of().is_empty() && reader.tells(&n.page));
        Said {
            state: h.state,
            tag: frame.tag(&h.state),
            requirement: h.requirement.to_owned(),
            short: short(h.requirement).to_owned(),
            title: frameworks.item(h.requirement).map_or(String::new(), |(_, item)| item.title().to_owned()),
            say: first.map_or(String::new(), |r| r.say.clone()),
            next: next.map(|n| frame.at(&n.page)),
            until: h.until.map_or(String::new(), |at| moment(frame.t, at)),
            is_finding: Status(h.state).is_finding(),
        }
    };
    Ok(held.iter().map(one).collect())
}

fn naming(reader: &Reader<'_>, entry: Entry<'_>) -> Vec<Naming> {
    let mut all = Vec::new();
    for kind in reader.standing.register().kinds().by_id.values() {
        for field in kind.fields.iter().filter(|f| f.links()) {
            let which = Pointing { kind: Some(&kind.id), field: Some(&field.name) };
            let mut pointing = entry.pointing(which).filter(|e| reader.reads(*e));
            let records: Vec<Link> = pointing.by_ref().take(NAMING_TOLD).map(|e| reader.link(e)).collect();
            if !records.is_empty() {
                let inverse = field.inverse.clone().unwrap_or_else(|| kind.plural.clone());
                all.push(Naming { inverse, records, more: pointing.count() });
            }
        }
    }
    all
}

fn signatures(kind: &Kind, shown: &Shown, values: &Values<'_>, frame: &Frame<'_>) -> Vec<Signed> {
    let all = shown.record.get("signatures").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let label = |name: &str| kind.field(name).map_or(name, |f| f.label.as_str()).to_owned();
    let lapsed = |s: &Value| {
        let changed = s.get("lapsed")?.get("changed").and_then(Value::as_array).cloned().unwrap_or_default();
        Some(changed.iter().filter_map(Value::as_str).map(label).collect::<Vec<_>>().join(", "))
    };
    let roles = &frame.call.member().ok().map(|m| &m.live.aims().kinds().roles);
    let role = |id: String| roles.and_then(|r| r.get(&id)).cloned().unwrap_or(id);
    let signed = |s: &Value| Signed {
        by: values.record(&text(s, "by")),
        meaning: text(s, "meaning"),
        role: role(text(s, "role")),
        at: frame.moment_of(&text(s, "ts")),
        entry: s.get("seq").and_then(Value::as_u64).unwrap_or_default(),
        lapsed: lapsed(s),
    };
    all.iter().rev().map(signed).collect()
}

/// Files of the record as a whole and of its fields, with whether their content is there.
fn attached(call: &Call<'_>, kind: &Kind, shown: &Shown) -> Result<Vec<Attached>, Refused> {
    let store = call.live()?.aims().store();
    let base = format!("/{}/{}/files/", kind.id, shown.number);
    let one = |field: &str, value: &Value| {
        let file: aims_record::File = serde_json::from_value(value.clone()).ok()?;
        Some(Attached {
            to: call.at(&format!("{base}{}", file.sha256)),
            size: size(file.len),
            is_there: store.open_evidence(&file.sha256).is_ok(),
            field: field.to_owned(),
            name: file.name,
            mime: file.mime,
            sha256: file.sha256,
        })
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let whole = shown.record.get("files").map(list).unwrap_or_default();
    let mut all: Vec<Attached> = whole.iter().filter_map(|file| one("", file)).collect();
    for field in kind.fields.iter().filter(|f| f.shape == Shape::File) {
        let held = shown.record.get("fields").and_then(|fields| fields.get(&field.name)).map(list).unwrap_or_default();
        all.extend(held.iter().filter_map(|file| one(&field.label, file)));
    }
    Ok(all)
}

/// A length in the unit that people say it in.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KiB", bytes.div_ceil(1_024)),
        _ => format!("{}.{} MiB", bytes >> 20, (bytes % (1 << 20)) * 10 / (1 << 20)),
    }
}

pub fn files(shown: &Shown) -> Vec<(String, String)> {
    let all = shown.record.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    all.iter().map(|f| (text(f, "name"), text(f, "sha256"))).collect()
}
