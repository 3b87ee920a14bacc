//! Readiness as a list of facts. There is no number over all of them: one fact that is missing is not made up by thirteen that hold.

use aims_app::readiness::Ready;
use aims_conformity::{Met, ToldFact, Why};
use anstyle::Style;

use super::{BAD, DIM, GOOD, HEAD, WARN, count, moment, paint};
use crate::plain::plain;

/// So many numbers are listed; the rest is counted.
const LISTED: usize = 8;

const BEYOND: &str = "Facts from records, not a certificate: only the certification body decides.";

fn glyph(met: Met) -> (&'static str, Style) {
    match met {
        Met::Met => ("✓", GOOD),
        Met::CannotTell => ("┄", WARN),
        Met::NotMet => ("■", BAD),
    }
}

/// The facts for people at a terminal.
pub fn text(ready: &Ready) -> String {
    let mut text = String::new();
    for stage in [1, 2] {
        text += &format!("{}\n\n", paint(HEAD, &format!("Before stage {stage}")));
        text += &ready.facts.iter().filter(|f| f.stage == stage).map(fact).collect::<String>();
    }
    text + &format!("{}\n", paint(DIM, &format!("{} {BEYOND}", as_of(ready))))
}

fn as_of(ready: &Ready) -> String {
    let entry = ready.as_of.map_or("before the first entry".to_owned(), |seq| format!("entry {seq}"));
    format!("As of {}, {entry}, {}.", moment(ready.at), count(ready.records, "record"))
}

fn fact(fact: &ToldFact) -> String {
    let (sign, style) = glyph(fact.met);
    let head = paint(style, &format!("{sign} {}", fact.met));
    let mut text = format!("{head} {}\n", paint(HEAD, &plain(&format!("{}: {}", fact.id, fact.title))));
    let mut line =
        |word: &str, says: &str| text += &format!("  {} {}\n", paint(DIM, &format!("{word:>6}")), plain(says));
    for why in &fact.why {
        line("why", &said(why, fact.met));
        if !why.missing.is_empty() {
            line("", &listed(&why.missing));
        }
    }
    let records: Vec<String> = fact.records.iter().map(|r| r.number.clone()).collect();
    if !records.is_empty() {
        line("on", &listed(&records));
    }
    if let Some(next) = fact.next() {
        line("next", &next.command);
    }
    if let Some(until) = fact.until {
        line("until", &format!("{}, if nothing is done", moment(until)));
    }
    text + "\n"
}

fn said(why: &Why, of: Met) -> String {
    let met = if why.met == of { String::new() } else { format!("{}: ", why.met) };
    let requirement = why.requirement.as_deref().map(|r| format!("{r}: ")).unwrap_or_default();
    format!("{met}{requirement}{}", why.say)
}

fn listed(numbers: &[String]) -> String {
    let shown = numbers.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match numbers.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The facts as a page: every record and finding is a link to its page.
pub fn markdown(ready: &Ready) -> String {
    let mut text = format!("# Ready for certification?\n\n{} {BEYOND}\n", as_of(ready));
    for stage in [1, 2] {
        text += &format!("\n## Before stage {stage}\n");
        ready.facts.iter().filter(|f| f.stage == stage).for_each(|fact| section(fact, &mut text));
    }
    text
}

fn section(fact: &ToldFact, text: &mut String) {
    *text += &format!("\n### {} {}: {}\n\n", fact.id, escaped(&fact.title), fact.met);
    for why in &fact.why {
        let requirement = why.requirement.as_deref().map(requirement).unwrap_or_default();
        *text += &format!("- {}: {requirement}{}\n", why.met, escaped(&why.say));
        why.missing.iter().for_each(|m| *text += &format!("  - {}\n", escaped(m)));
        why.next.iter().for_each(|n| *text += &format!("  - next: `{}`\n", plain(&n.command).replace('`', "'")));
    }
    let records: Vec<_> = fact.records.iter().map(|r| format!("[{0}](/records/{0})", escaped(&r.number))).collect();
    if !records.is_empty() {
        *text += &format!("\nRests on {}.\n", records.join(", "));
    }
    fact.until.iter().for_each(|u| *text += &format!("\nUntil {}, if nothing is done.\n", moment(*u)));
}

fn requirement(id: &str) -> String {
    format!("[{}](/requirements/{}): ", escaped(id), id.replace(':', "%3A"))
}

/// Text from records is shown as it stands: nothing in it becomes markup or a link.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe
}
