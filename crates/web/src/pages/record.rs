//! A record: its facts, what it names and what names it, its signatures and files, what was done to it.

use std::collections::BTreeMap;

use aims_app::{HistoryLine, Shown, live::Standing};
use aims_record::Kind;
use aims_register::{Entry, Pointing};
use askama::Template;
use serde_json::Value;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::register::state_label,
    route::{Asks, Route},
    show::Values,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/{record}", "record", Asks::Member, show),
    Route::page("/o/{org}/{kind}/{record}/history", "record-history", Asks::Member, history),
];

/// Records named under one inverse link that are told; the register has the others.
const NAMING_TOLD: usize = 12;

#[derive(Template)]
#[template(path = "record.html")]
struct Record<'c> {
    frame: Frame<'c>,
    kind: &'c Kind,
    number: String,
    state: String,
    state_about: String,
    version: u64,
    facts: Vec<(String, String, String)>,
    open: Vec<String>,
    naming: Vec<Naming>,
    signatures: Vec<Signed>,
    files: Vec<(String, String)>,
    verbs: Vec<(String, String, bool)>,
    withdrawn: bool,
}

/// Records that name this one, under the inverse name of the link.
struct Naming {
    inverse: String,
    records: Vec<(String, String, String)>,
    more: usize,
}

struct Signed {
    by: String,
    meaning: String,
    at: String,
    lapsed: bool,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let (kind, entry) = find(call, &sight)?;
    let shown = call.live()?.aims().show_alone(&entry.id(), call.as_of()?)?;
    let names = names(call, &sight, &shown);
    let values = Values { t: call.tongue, records: &names };
    let fields = shown.record.get("fields").cloned().unwrap_or_default();
    let fact = |f: &aims_record::Field| {
        let value = fields.get(&f.name)?;
        Some((f.label.clone(), values.html(f, value), f.help.clone()))
    };
    let verbs = kind.lifecycle.verbs.iter().filter(|v| shown.verbs.contains(&v.id));
    let title = sight.name_of(entry);
    let frame = Frame::of(call, &sight, place(kind), if title.is_empty() { entry.number() } else { title })?
        .from(&[(&*call.tongue.say("nav-registers"), "/registers"), (&kind.plural, &format!("/{}", kind.id))]);
    Answer::page(&Record {
        kind,
        number: shown.number.clone(),
        state: state_label(kind, entry.state().unwrap_or("disposed")).to_owned(),
        state_about: entry.state().and_then(|s| kind.lifecycle.state(s)).map_or(String::new(), |s| s.about.clone()),
        version: entry.version(),
        facts: kind.fields.iter().filter_map(fact).collect(),
        open: kind.fields.iter().filter(|f| fields.get(&f.name).is_none()).map(|f| f.label.clone()).collect(),
        naming: naming(call, &sight, entry),
        signatures: signatures(&shown, &values, &frame),
        files: files(&shown),
        verbs: verbs.map(|v| (v.id.clone(), v.label.clone(), v.sign.is_some())).collect(),
        withdrawn: !entry.stands(),
        frame,
    })
}

/// The record that the address names; one of another kind is not here.
pub fn find<'s>(call: &Call<'_>, standing: &'s Standing) -> Result<(&'s Kind, Entry<'s>), Refused> {
    let register = standing.register();
    let kind = register.kinds().get(call.param("kind")).ok_or_else(Refused::absent)?;
    let word = call.param("record");
    let entry = register.get(word).or_else(|| register.numbered(&word.to_ascii_uppercase()));
    let entry = entry.filter(|e| e.kind() == kind.id).ok_or_else(Refused::absent)?;
    Ok((kind, entry))
}

/// Where a kind stands in the rail.
pub fn place(kind: &Kind) -> &'static str {
    match kind.id.as_str() {
        "ai-system" => "systems",
        "risk" => "risks",
        _ => "registers",
    }
}

/// What ids in the record stand for: address, and number with name.
pub fn names(call: &Call<'_>, standing: &Standing, shown: &Shown) -> BTreeMap<String, (String, String)> {
    let of = |(id, name): (&String, &String)| {
        let to = standing.register().get(id).map(|e| call.at(&format!("/{}/{}", e.kind(), e.number())));
        (id.clone(), (to.unwrap_or_default(), name.clone()))
    };
    shown.names.iter().map(of).collect()
}

fn naming(call: &Call<'_>, standing: &Standing, entry: Entry<'_>) -> Vec<Naming> {
    let mut by_link: BTreeMap<(String, String), Naming> = BTreeMap::new();
    for kind in standing.register().kinds().by_id.values() {
        for field in kind.fields.iter().filter(|f| f.links()) {
            let which = Pointing { kind: Some(&kind.id), field: Some(&field.name) };
            let mut pointing = entry.pointing(which);
            let told: Vec<_> = pointing
                .by_ref()
                .take(NAMING_TOLD)
                .map(|e| (e.number().to_owned(), call.at(&format!("/{}/{}", kind.id, e.number())), standing.name_of(e).to_owned()))
                .collect();
            if told.is_empty() {
                continue;
            }
            let inverse = field.inverse.clone().unwrap_or_else(|| kind.plural.clone());
            let naming = Naming { inverse, records: told, more: pointing.count() };
            by_link.insert((kind.id.clone(), field.name.clone()), naming);
        }
    }
    by_link.into_values().collect()
}

fn signatures(shown: &Shown, values: &Values<'_>, frame: &Frame<'_>) -> Vec<Signed> {
    let list = |name: &str, lapsed: bool| {
        let all = shown.record.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        all.into_iter()
            .map(|s| Signed {
                by: values.record(&text(&s, "by")),
                meaning: text(&s, "meaning"),
                at: frame.moment_of(&text(&s, "ts")),
                lapsed,
            })
            .collect::<Vec<_>>()
    };
    let mut all = list("signatures", false);
    all.extend(list("lapsed", true));
    all
}

fn files(shown: &Shown) -> Vec<(String, String)> {
    let all = shown.record.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    all.iter().map(|f| (text(f, "name"), text(f, "sha256"))).collect()
}

#[derive(Template)]
#[template(path = "record-history.html")]
struct History<'c> {
    frame: Frame<'c>,
    number: String,
    to: String,
    lines: Vec<HistoryLine>,
}

fn history(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let (kind, entry) = find(call, &sight)?;
    let mut lines = call.live()?.aims().history(&entry.id())?;
    lines.retain(|line| sight.last_entry().is_some_and(|last| line.seq <= last));
    lines.reverse();
    let to = format!("/{}/{}", kind.id, entry.number());
    let frame = Frame::of(call, &sight, place(kind), sight.name_of(entry))?
        .from(&[(&kind.plural, &format!("/{}", kind.id)), (entry.number(), &to)]);
    Answer::page(&History { number: entry.number().to_owned(), to: call.at(&to), lines, frame })
}
