//! One requirement or control: how it is decided, what was found and why, record by record, what to do next, and how it came to stand so.

use aims_conformity::{Standing as Said, State, Verdict};
use aims_framework::standard::{Item, sentence};
use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::{Frame, Tag},
    pages::home::short,
    reader::Reader,
    route::{Asks, Route},
    show::{Status, moment},
    told::{Found, found},
};

pub const ROUTES: &[Route] =
    &[Route::page("/o/{org}/requirements/{framework}/{item}", "requirement", Asks::Member, show)];

/// Subjects on one page.
const SUBJECTS: usize = 50;
/// So many subjects at most are told with the requirement as a whole; beyond, its words would cost what all of them cost.
const WHOLE: usize = 500;

#[derive(Template)]
#[template(path = "requirement.html")]
struct Requirement<'c> {
    frame: Frame<'c>,
    over_time: String,
    short: String,
    text: String,
    asks: Vec<(&'static str, String)>,
    decided: String,
    tag: Tag,
    until: String,
    have: u64,
    of: u64,
    verdict: Option<Found>,
    parts: Vec<Found>,
    /// States that subjects are in: the tag, how many, where that leads, whether it is asked for.
    tally: Vec<(Tag, usize, String, bool)>,
    from: usize,
    until_row: usize,
    matching: usize,
    before: Option<String>,
    after: Option<String>,
    kinds: Vec<(String, String)>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    reader.must_be_told()?;
    let frameworks = call.live()?.frameworks();
    let id = format!("{}/{}", call.param("framework"), call.param("item"));
    let (framework, item) = frameworks.item(&id).ok_or_else(Refused::absent)?;
    let said = sight.assessment().standings().find(|s| s.requirement == id).ok_or_else(Refused::absent)?;
    let decided = framework.rules.get(item.id()).map(|rule| sentence(rule, sight.register().kinds()));
    let frame = Frame::of(call, &sight, "requirements", item.title())?
        .from(&[(&*call.tongue.say("nav-requirements"), "/requirements")]);
    let page = Page::read(call, &reader, &id)?;
    let verdict = (said.of <= WHOLE).then(|| sight.verdict(&id, None));
    let verdict = verdict.as_ref().and_then(|v| v.as_ref().as_ref());
    let serves = sight.register().kinds().by_id.values().filter(|k| k.clauses.contains(&id) && reader.knows(k));
    Answer::page(&Requirement {
        short: short(&id).to_owned(),
        text: item.text().to_owned(),
        asks: asks(item),
        decided: decided.unwrap_or_default(),
        tag: frame.tag(&said.state),
        until: said.until.map_or(String::new(), |at| moment(frame.t, at)),
        have: said.have as u64,
        of: said.of as u64,
        verdict: verdict.map(|v| found(&frame, &reader, v)),
        parts: page.parts(&frame, &reader, &id),
        tally: tally(&frame, &reader, &said, page.state),
        from: page.first,
        until_row: page.first.saturating_sub(1) + page.slots.len(),
        matching: page.matching,
        before: page.link(call, -1),
        after: page.link(call, 1),
        kinds: serves.map(|k| (k.plural.clone(), call.at(&format!("/{}", k.id)))).collect(),
        over_time: call.at(&format!("/requirements/{}/{}/over-time", call.param("framework"), call.param("item"))),
        frame,
    })
}

/// The subjects of one page.
struct Page {
    state: Option<State>,
    number: usize,
    /// The first of them, counted from 1; 0 where there is none.
    first: usize,
    matching: usize,
    slots: Vec<aims_register::Slot>,
}

impl Page {
    /// The gravest subjects first, or those in the state that is asked for.
    fn read(call: &Call<'_>, reader: &Reader<'_>, id: &str) -> Result<Page, Refused> {
        let state = match call.query.get("state") {
            None => None,
            Some(word) => {
                let known = Status::all()
                    .find(|s| s.class() == word)
                    .ok_or_else(|| Refused::unclear("state_unknown", "Choose one of the states shown."))?;
                Some(known.0)
            }
        };
        let number = call.query.get("page").map_or(Some(1), |p| p.parse().ok()).filter(|p| (1..=100_000).contains(p));
        let number = number.ok_or_else(|| Refused::unclear("page_out_of_range", "Pages begin at 1."))?;
        let (assessment, register) = (reader.standing.assessment(), reader.standing.register());
        let states = match state {
            Some(state) => vec![state],
            None => assessment.tally(id).into_iter().rev().map(|(state, _)| state).collect(),
        };
        let readable = |slot: &aims_register::Slot| register.at(*slot).is_some_and(|entry| reader.reads(entry));
        let all = states.iter().flat_map(|state| assessment.subjects(id, Some(*state)));
        let kind_is_open = assessment
            .subjects(id, None)
            .next()
            .and_then(|s| register.at(s))
            .is_none_or(|e| reader.seat.reads_all(e.kind()));
        let skipped = (number - 1) * SUBJECTS;
        let slots: Vec<_> = if kind_is_open {
            all.skip(skipped).take(SUBJECTS).collect()
        } else {
            all.filter(readable).skip(skipped).take(SUBJECTS).collect()
        };
        let counts = assessment.tally(id);
        let matching = counts.iter().filter(|(s, _)| state.is_none_or(|asked| asked == *s)).map(|(_, n)| n).sum();
        let first = if slots.is_empty() { 0 } else { skipped + 1 };
        Ok(Page { state, number, first, matching, slots })
    }

    fn parts(&self, frame: &Frame<'_>, reader: &Reader<'_>, id: &str) -> Vec<Found> {
        let verdict = |slot: &aims_register::Slot| reader.standing.verdict(id, Some(*slot));
        let found = |v: std::sync::Arc<Option<Verdict>>| v.as_ref().as_ref().map(|v| found(frame, reader, v));
        self.slots.iter().map(verdict).filter_map(found).collect()
    }

    fn link(&self, call: &Call<'_>, step: isize) -> Option<String> {
        let there = self.number.checked_add_signed(step).filter(|n| *n > 0)?;
        let is_there = step < 0 || self.first.saturating_sub(1) + self.slots.len() < self.matching;
        is_there.then(|| format!("{}{}", call.path, call.query.with(&[("page", Some(&there.to_string()))])))
    }
}

fn tally(
    frame: &Frame<'_>,
    reader: &Reader<'_>,
    said: &Said<'_>,
    asked: Option<State>,
) -> Vec<(Tag, usize, String, bool)> {
    let one = |(state, n): &(State, usize)| {
        let to = format!(
            "{}{}",
            frame.call.path,
            frame.call.query.with(&[("state", Some(Status(*state).class())), ("page", None)])
        );
        (frame.tag(state), *n, to, asked == Some(*state))
    };
    reader.standing.assessment().tally(said.requirement).iter().rev().map(one).collect()
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
