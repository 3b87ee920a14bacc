//! What an import has recorded, and what an auditor would find about it: the first answer to what came in.

use aims_app::Done;
use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    form::query,
    frame::Frame,
    pages::record::{Said, said},
    reader::{Link, Reader},
};

/// Records that the address names; the others are counted.
const NAMED: usize = 30;
/// Findings that are told, the gravest first.
const TOLD: usize = 20;

/// Where it is told what was recorded.
pub fn at(call: &Call<'_>, sha256: &str, done: &[Done]) -> String {
    let mut numbers: Vec<&str> = done.iter().map(|one| one.number.as_str()).collect();
    numbers.dedup();
    // The file comes last, for a record that was named already.
    if let Some((last, before)) = numbers.split_last()
        && before.contains(last)
    {
        numbers.pop();
    }
    let all = numbers.len().to_string();
    let pairs = numbers.into_iter().take(NAMED).map(|number| ("number", number)).chain([("all", all.as_str())]);
    call.at(&format!("/import/{sha256}/recorded{}", query(pairs)))
}

#[derive(Template)]
#[template(path = "import-recorded.html")]
struct Page<'c> {
    frame: Frame<'c>,
    records: Vec<Link>,
    more: usize,
    findings: Vec<(Link, Said)>,
    unshown: usize,
}

pub fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let numbers = call.query.all("number").take(NAMED);
    let entries: Vec<_> = numbers.filter_map(|number| reader.numbered(number)).filter(|e| reader.reads(*e)).collect();
    let all = call.query.get("all").and_then(|n| n.parse().ok()).unwrap_or(entries.len());
    let frame = Frame::of(call, &sight, "registers", call.tongue.say("import-recorded"))?
        .from(&[(&*call.tongue.say("import"), "/import")]);
    let mut findings = Vec::new();
    for entry in &entries {
        let found = said(&frame, &reader, *entry)?.into_iter().filter(|said| said.is_finding);
        findings.extend(found.map(|said| (reader.link(*entry), said)));
    }
    findings.sort_by_key(|(_, said)| std::cmp::Reverse(said.state));
    let unshown = findings.len().saturating_sub(TOLD);
    findings.truncate(TOLD);
    let records: Vec<Link> = entries.iter().map(|entry| reader.link(*entry)).collect();
    Answer::page(&Page { more: all.saturating_sub(records.len()), records, findings, unshown, frame })
}
