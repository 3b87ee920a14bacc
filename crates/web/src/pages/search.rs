//! Records by number, name and a few texts; requirements by id and title; registers by name. Over memory alone, and only what may be read.

use aims_app::accounts::Rate;
use aims_record::{Kind, Shape};
use aims_register::Entry;
use askama::Template;
use serde::Serialize;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::home::short,
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/search", "search", Asks::Member, show),
    Route::page("/o/{org}/search.json", "search-json", Asks::Member, json),
];

/// Letters that are searched for at most (TRUST 6.5).
const LETTERS_MAX: usize = 200;
/// Matches on a page.
const TOLD: usize = 50;
/// Matches in the palette.
const OFFERED: usize = 12;
/// Records in whose texts is searched: beyond, numbers and names have to do.
const TEXTS_MAX: usize = 20_000;
/// Texts of a record in which is searched.
const TEXTS: usize = 3;

#[derive(Template)]
#[template(path = "search.html")]
struct Page<'c> {
    frame: Frame<'c>,
    words: String,
    matches: Vec<Match>,
    is_cut: bool,
}

/// Something that matches.
#[derive(Clone, Debug, Serialize)]
struct Match {
    url: String,
    title: String,
    number: String,
    kind: String,
    #[serde(skip)]
    rank: u8,
}

#[derive(Serialize)]
struct Results {
    results: Vec<Match>,
}

fn asked(call: &Call<'_>) -> Result<String, Refused> {
    call.server.entrance.take(Rate::Search, call.visitor.account().unwrap_or_default())?;
    let words = call.query.get("q").unwrap_or_default().trim().to_lowercase();
    if words.chars().count() > LETTERS_MAX {
        return Err(Refused::unclear("query_invalid", "Search for at most 200 characters."));
    }
    if words.chars().any(|c| c.is_control()) {
        return Err(Refused::unclear("query_invalid", "Search for words; this holds characters that are none."));
    }
    Ok(words)
}

fn show(call: &Call<'_>) -> Answered {
    let words = asked(call)?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let mut matches = if words.is_empty() { Vec::new() } else { search(call, &reader, &words, TOLD + 1)? };
    let is_cut = matches.len() > TOLD;
    matches.truncate(TOLD);
    let words = call.query.get("q").unwrap_or_default().to_owned();
    Answer::page(&Page { words, matches, is_cut, frame: Frame::of(call, &sight, "", call.tongue.say("search"))? })
}

fn json(call: &Call<'_>) -> Answered {
    let words = asked(call)?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let results = if words.is_empty() { Vec::new() } else { search(call, &reader, &words, OFFERED)? };
    Answer::json(&Results { results })
}

/// What matches, the nearest first.
fn search(call: &Call<'_>, reader: &Reader<'_>, words: &str, most: usize) -> Result<Vec<Match>, Refused> {
    let mut found = Vec::new();
    let kinds = &reader.standing.register().kinds().by_id;
    for kind in kinds.values().filter(|kind| reader.knows(kind)) {
        if let Some(rank) = rank(&kind.plural.to_lowercase(), words).or_else(|| rank(&kind.title.to_lowercase(), words))
        {
            let register = call.tongue.say("register").into_owned();
            found.push(Match {
                url: call.at(&format!("/{}", kind.id)),
                title: kind.plural.clone(),
                number: String::new(),
                kind: register,
                rank,
            });
        }
    }
    if reader.is_told() {
        requirements(call, words, &mut found)?;
    }
    let with_texts = reader.standing.register().len() <= TEXTS_MAX;
    for kind in kinds.values().filter(|kind| reader.knows(kind)) {
        records(reader, kind, words, with_texts, most, &mut found);
    }
    found.sort_by_key(|m| m.rank);
    found.truncate(most);
    Ok(found)
}

/// How near a text is to what was asked: the whole, its beginning, a word's beginning, or somewhere in it.
fn rank(text: &str, words: &str) -> Option<u8> {
    let at = text.find(words)?;
    let before = text.get(..at).and_then(|b| b.chars().next_back());
    Some(match (text.len() == words.len(), before) {
        (true, _) => 0,
        (false, None) => 1,
        (false, Some(c)) if !c.is_alphanumeric() => 2,
        (false, Some(_)) => 3,
    })
}

fn requirements(call: &Call<'_>, words: &str, found: &mut Vec<Match>) -> Result<(), Refused> {
    for (id, framework) in &call.live()?.frameworks().by_id {
        for item in framework.items() {
            let full = format!("{id}/{}", item.id());
            let near = rank(&item.id().to_lowercase(), words).or_else(|| rank(&item.title().to_lowercase(), words));
            let Some(rank) = near else { continue };
            let url = call.at(&format!("/requirements/{id}/{}", item.id()));
            let kind = call.tongue.say("requirement").into_owned();
            found.push(Match { url, title: item.title().to_owned(), number: short(&full).to_owned(), kind, rank });
        }
    }
    Ok(())
}

fn records(reader: &Reader<'_>, kind: &Kind, words: &str, with_texts: bool, most: usize, found: &mut Vec<Match>) {
    let texts: Vec<&str> =
        kind.fields.iter().skip(1).filter(is_searched).take(TEXTS).map(|f| f.name.as_str()).collect();
    let mut taken = 0;
    for entry in reader.list(&kind.id) {
        let Some(rank) = near(reader, entry, words, if with_texts { &texts } else { &[] }) else { continue };
        let title = reader.standing.name_of(entry).to_owned();
        found.push(Match {
            url: reader.at(entry),
            title,
            number: entry.number().to_owned(),
            kind: kind.title.clone(),
            rank,
        });
        taken += 1;
        if taken >= most && rank > 1 {
            break;
        }
    }
}

fn is_searched(field: &&aims_record::Field) -> bool {
    field.personal.is_none() && matches!(field.shape, Shape::Text { .. } | Shape::Markdown { .. })
}

fn near(reader: &Reader<'_>, entry: Entry<'_>, words: &str, texts: &[&str]) -> Option<u8> {
    let number = rank(&entry.number().to_lowercase(), words);
    let name = || rank(&reader.standing.name_of(entry).to_lowercase(), words);
    let text = || texts.iter().any(|f| entry.text(f).is_some_and(|t| t.to_lowercase().contains(words))).then_some(4);
    number.or_else(name).or_else(text)
}
