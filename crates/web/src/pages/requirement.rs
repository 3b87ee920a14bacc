//! One requirement or control: how it is decided, what was found and why, what to do next.

use aims_conformity::{Subject, Verdict};
use aims_framework::standard::{Item, sentence};
use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::{Frame, Tag},
    pages::home::short,
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] =
    &[Route::page("/o/{org}/requirements/{framework}/{item}", "requirement", Asks::Member, show)];

/// Subjects on one page.
const SUBJECTS: usize = 50;

#[derive(Template)]
#[template(path = "requirement.html")]
struct Requirement<'c> {
    frame: Frame<'c>,
    short: String,
    text: String,
    asks: Vec<(&'static str, String)>,
    decided: String,
    verdict: Found,
    parts: Vec<Found>,
    /// How many subjects there are beyond those told.
    more: usize,
}

/// A verdict as the page tells it.
struct Found {
    tag: Tag,
    /// Number and address, where it is about a record.
    subject: Option<(String, String)>,
    reasons: Vec<Why>,
    populations: Vec<(String, Vec<String>)>,
    witnesses: Vec<(String, u64, String)>,
    backdated: Vec<String>,
    until: String,
}

struct Why {
    tag: Tag,
    say: String,
    missing: Vec<String>,
    next: Option<(String, String)>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let frameworks = call.live()?.frameworks();
    let id = format!("{}/{}", call.param("framework"), call.param("item"));
    let (framework, item) = frameworks.item(&id).ok_or_else(Refused::absent)?;
    let verdict = sight.assessment().verdict(&id).ok_or_else(Refused::absent)?;
    let decided = framework.rules.get(item.id()).map(|rule| sentence(rule, sight.register().kinds()));
    let frame = Frame::of(call, &sight, "requirements", item.title())?
        .from(&[(&*call.tongue.say("nav-requirements"), "/requirements")]);
    let mut parts: Vec<&Verdict> = verdict.parts.iter().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.state));
    let more = parts.len().saturating_sub(SUBJECTS);
    let kind_of = |number: &str| sight.register().numbered(number).map_or("record", |e| e.kind()).to_owned();
    let found = |v: &Verdict| found(&frame, v, &kind_of);
    let parts = parts.into_iter().take(SUBJECTS).map(found).collect();
    let verdict = found(&verdict);
    Answer::page(&Requirement {
        short: short(&id).to_owned(),
        text: item.text().to_owned(),
        asks: asks(item),
        decided: decided.unwrap_or_default(),
        verdict,
        parts,
        more,
        frame,
    })
}

/// What auditors ask and how they grade, by the key of its words.
fn asks(item: Item<'_>) -> Vec<(&'static str, String)> {
    let judged = item.judged();
    let said = [
        ("auditor-asks", &judged.asks),
        ("major-if", &judged.major_if),
        ("minor-if", &judged.minor_if),
        ("human-question", &judged.human_question),
        ("stricter", &judged.stricter_than_text),
    ];
    said.into_iter().filter_map(|(key, text)| text.clone().map(|text| (key, text))).collect()
}

fn found(frame: &Frame<'_>, verdict: &Verdict, kind_of: &dyn Fn(&str) -> String) -> Found {
    let subject = match &verdict.subject {
        Subject::Organization => None,
        Subject::Record(record) => {
            Some((record.number.clone(), frame.record(&kind_of(&record.number), &record.number)))
        }
    };
    let why = |r: &aims_conformity::Reason| Why {
        tag: frame.tag(&r.state),
        say: r.say.clone(),
        missing: r.missing.clone(),
        next: r.next.as_ref().map(|next| (frame.at(&next.page), next.command.clone())),
    };
    Found {
        tag: frame.tag(&verdict.state),
        subject,
        reasons: verdict.reasons.iter().map(why).collect(),
        populations: verdict.populations.iter().map(|p| (p.to_string(), p.missing.clone())).collect(),
        witnesses: verdict
            .witnesses
            .iter()
            .map(|w| (w.number.clone(), w.version, frame.record(&kind_of(&w.number), &w.number)))
            .collect(),
        backdated: verdict.backdated.iter().map(|b| b.record.number.clone()).collect(),
        until: verdict.until.map_or(String::new(), |at| moment(frame.t, at)),
    }
}
