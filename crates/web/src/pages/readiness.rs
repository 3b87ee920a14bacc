//! Readiness for certification, fact by fact; never one number.

use aims_conformity::{Met, ToldFact};
use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    pages::home::short,
    reader::{Link, Reader},
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/readiness", "readiness", Asks::Member, show).slow()];

#[derive(Template)]
#[template(path = "readiness.html")]
struct Readiness<'c> {
    frame: Frame<'c>,
    /// How many facts hold, how many do not, how many cannot be told.
    counts: Vec<(&'static str, usize)>,
    /// By the stage of the audit before which they are needed.
    stages: Vec<(usize, Vec<Fact>)>,
}

struct Fact {
    id: String,
    title: String,
    /// Glyph, and the key of its word.
    met: (&'static str, &'static str),
    why: Vec<Why>,
    records: Vec<Link>,
    until: String,
}

struct Why {
    say: String,
    requirement: Option<(String, String)>,
    missing: Vec<String>,
    next: Option<String>,
}

fn word(met: Met) -> (&'static str, &'static str) {
    match met {
        Met::Met => ("conforms", "met"),
        Met::CannotTell => ("not-evidenced", "cannot-tell"),
        Met::NotMet => ("minor", "not-met"),
    }
}

fn show(call: &Call<'_>) -> Answered {
    {
        let sight = call.sight()?;
        Reader::of(call, &sight)?.must_be_told()?;
    }
    // The ledger is verified for it, which takes long: nothing is held meanwhile.
    let ready = call.live()?.aims().readiness(call.as_of()?, &mut |_, _| {})?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let frame = Frame::of(call, &sight, "readiness", call.tongue.say("nav-readiness"))?;
    let count = |met: Met| (word(met).1, ready.facts.iter().filter(|f| f.met == met).count());
    let mut stages: Vec<(usize, Vec<Fact>)> = Vec::new();
    for told in &ready.facts {
        let fact = fact(&frame, &reader, told);
        match stages.iter_mut().find(|(stage, _)| *stage == told.stage) {
            Some((_, facts)) => facts.push(fact),
            None => stages.push((told.stage, vec![fact])),
        }
    }
    stages.sort_by_key(|(stage, _)| *stage);
    Answer::page(&Readiness { counts: [Met::Met, Met::NotMet, Met::CannotTell].map(count).into(), stages, frame })
}

fn fact(frame: &Frame<'_>, reader: &Reader<'_>, told: &ToldFact) -> Fact {
    let why = |w: &aims_conformity::Why| Why {
        say: if reader.tells(&w.say) { w.say.clone() } else { frame.t.say("reason-closed").into_owned() },
        requirement: w.requirement.as_ref().map(|id| (id.clone(), short(id).to_owned())),
        missing: w.missing.iter().filter(|m| reader.tells(m)).cloned().collect(),
        next: w.next.as_ref().filter(|n| frame.as_of().is_empty() && reader.tells(&n.page)).map(|n| frame.at(&n.page)),
    };
    Fact {
        id: told.id.clone(),
        title: told.title.clone(),
        met: word(told.met),
        why: told.why.iter().map(why).collect(),
        records: told.records.iter().filter_map(|r| reader.cited(&r.number)).collect(),
        until: told.until.map_or(String::new(), |at| moment(frame.t, at)),
    }
}
