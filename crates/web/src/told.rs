//! A verdict as pages tell it: with what it cites, as far as that may be read.

use aims_conformity::{Population, Reason, Subject, Verdict};

use crate::{
    frame::{Frame, Tag},
    reader::{Link, Reader},
};

/// A verdict as a page tells it.
pub struct Found {
    /// What is found.
    pub tag: Tag,
    /// The record it is about; nothing for the organization as one.
    pub subject: Option<Link>,
    /// Why.
    pub reasons: Vec<Why>,
    /// Over whom it was asked, and for whom it does not hold.
    pub populations: Vec<(String, Vec<String>)>,
    /// What it rests on, each in a version.
    pub witnesses: Vec<(Link, u64)>,
    /// What was recorded late.
    pub backdated: Vec<String>,
}

/// One reason.
pub struct Why {
    /// What it alone would make of it.
    pub tag: Tag,
    /// In words.
    pub say: String,
    /// What is missing.
    pub missing: Vec<String>,
    /// The page on which it is mended, and the command.
    pub next: Option<(String, String)>,
}

/// Tells a verdict.
pub fn found(frame: &Frame<'_>, reader: &Reader<'_>, verdict: &Verdict) -> Found {
    let subject = match &verdict.subject {
        Subject::Organization => None,
        Subject::Record(record) => reader.cited(&record.number),
    };
    let witness = |w: &aims_conformity::Cited| Some((reader.cited(&w.number)?, w.version));
    let late = verdict.backdated.iter().map(|b| b.record.number.clone());
    Found {
        tag: frame.tag(&verdict.state),
        subject,
        reasons: verdict.reasons.iter().map(|r| why(frame, reader, r)).collect(),
        populations: verdict.populations.iter().map(|p| population(reader, p)).collect(),
        witnesses: verdict.witnesses.iter().filter_map(witness).collect(),
        backdated: late.filter(|number| reader.tells(number)).collect(),
    }
}

fn why(frame: &Frame<'_>, reader: &Reader<'_>, reason: &Reason) -> Why {
    let told = reader.tells(&reason.say);
    let next = reason.next.as_ref().filter(|next| reader.tells(&next.page) && frame.as_of().is_empty());
    Why {
        tag: frame.tag(&reason.state),
        say: if told { reason.say.clone() } else { frame.t.say("reason-closed").into_owned() },
        missing: reason.missing.iter().filter(|m| reader.tells(m)).cloned().collect(),
        next: next.map(|next| (frame.at(&next.page), next.command.clone())),
    }
}

fn population(reader: &Reader<'_>, population: &Population) -> (String, Vec<String>) {
    (population.to_string(), population.missing.iter().filter(|m| reader.tells(m)).cloned().collect())
}
