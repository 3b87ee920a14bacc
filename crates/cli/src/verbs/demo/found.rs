//! What a check found: by clause and grade, and the gravest findings, each with the act that comes next.

use std::cmp::Reverse;

use aims_app::{Aims, checks::Checked};
use aims_conformity::{Severity, State, Subject, Verdict};

use crate::{
    plain::plain,
    render::{BAD, DIM, HEAD, paint, verdict},
};

/// Causes that are told; what else was found is counted.
const CAUSES_TOLD: usize = 8;
/// Characters of a line.
pub const WIDTH: usize = 116;

/// Clauses of the standard and areas of its Annex A, with what they are about.
const CLAUSES: [(&str, &str); 16] = [
    ("4", "Context of the organization"),
    ("5", "Leadership"),
    ("6", "Planning"),
    ("7", "Support"),
    ("8", "Operation"),
    ("9", "Performance evaluation"),
    ("10", "Improvement"),
    ("A.2", "Policies related to AI"),
    ("A.3", "Internal organization"),
    ("A.4", "Resources for AI systems"),
    ("A.5", "Assessing impacts"),
    ("A.6", "AI system life cycle"),
    ("A.7", "Data for AI systems"),
    ("A.8", "Information for parties"),
    ("A.9", "Use of AI systems"),
    ("A.10", "Third parties and customers"),
];

/// Grades, the gravest first, with their heading.
const GRADES: [(State, &str); 7] = [
    (State::Nonconformity(Severity::Major), "major"),
    (State::Nonconformity(Severity::Minor), "minor"),
    (State::NotEvidenced, "not evidenced"),
    (State::OwnRuleNotMet, "own rule"),
    (State::DeterminationDue, "to determine"),
    (State::Conforms, "conforms"),
    (State::Excluded, "excluded"),
];

/// Width of the first column.
const NAMES: usize = 34;

/// How many of each grade, clause by clause. A zero is left out, so that what is there stands out.
pub fn table(checked: &Checked) -> String {
    let head: String = GRADES.iter().map(|(state, word)| format!("  {} {word}", verdict::glyph(*state).0)).collect();
    let mut text = paint(DIM, &format!("{:NAMES$}{head}", "")) + "\n";
    for (clause, title) in CLAUSES {
        text += &row(&format!("{clause:5} {title}"), &|v| clause_of(&v.requirement) == clause, checked);
    }
    let total = row(&format!("{:5} All", ""), &|_| true, checked);
    let about =
        format!("{} records; a check reads records, dates and links, it does not read the documents", checked.records);
    text + &paint(HEAD, total.trim_end()) + "\n" + &paint(DIM, &about) + "\n"
}

fn row(name: &str, of: &dyn Fn(&Verdict) -> bool, checked: &Checked) -> String {
    let mut line = format!("{name:NAMES$}");
    for (state, word) in GRADES {
        let n = checked.verdicts.iter().filter(|v| v.state == state && of(v)).count();
        let cell = if n == 0 { String::new() } else { n.to_string() };
        // As wide as the heading: two spaces, glyph, space, word.
        let width = word.chars().count() + 4;
        let cell = format!("{cell:>width$}");
        line += &if n > 0 && state == State::Nonconformity(Severity::Major) { paint(BAD, &cell) } else { cell };
    }
    line.trim_end().to_owned() + "\n"
}

/// `8` of `iso-42001:2023/8.4-a`, `A.6` of `iso-42001:2023/A.6.2.4`.
fn clause_of(requirement: &str) -> String {
    let mut parts = short(requirement).split('.');
    match (parts.next(), parts.next()) {
        (Some("A"), Some(area)) => format!("A.{area}"),
        (Some(clause), _) => clause.to_owned(),
        (None, _) => String::new(),
    }
}

/// What one act each would mend, the gravest first.
pub fn gravest(aims: &Aims, checked: &Checked) -> String {
    let mut found: Vec<&Verdict> = checked.verdicts.iter().filter(|v| v.state > State::DeterminationDue).collect();
    found.sort_by_key(|verdict| Reverse(verdict.state));
    let causes = by_cause(&found);
    let mut text: String = causes.iter().take(CAUSES_TOLD).map(|cause| finding(aims, cause)).collect();
    let told: usize = causes.iter().take(CAUSES_TOLD).map(Vec::len).sum();
    match found.len().saturating_sub(told) {
        0 => {}
        more => text += &format!("and {more} more: `aims check` tells all of them\n"),
    }
    text
}

fn finding(aims: &Aims, cause: &[&Verdict]) -> String {
    let Some(found) = cause.first() else { return String::new() };
    let (glyph, style) = verdict::glyph(found.state);
    let title = aims.frameworks().item(&found.requirement).map_or("", |(_, item)| item.title());
    let also: Vec<&str> = cause.iter().skip(1).map(|v| short(&v.requirement)).collect();
    let also = if also.is_empty() { String::new() } else { format!(" (and {})", also.join(", ")) };
    let head = format!("{}: {title}{also}", short(&found.requirement));
    let mut text = format!("{} {}\n", paint(style, &format!("{glyph} {}", found.state)), plain(&head));
    let mut line = |word: &str, says: &str| {
        for (n, piece) in wrapped(&plain(says)).into_iter().enumerate() {
            let word = if n == 0 { word } else { "" };
            text += &format!("    {} {piece}\n", paint(DIM, &format!("{word:4}")));
        }
    };
    // Told of the record where it shows most: what the whole says is the same, without its number.
    let part = found.parts.iter().rev().max_by_key(|part| part.state).unwrap_or(found);
    if let Some(reason) = part.reasons.first() {
        let missing = reason.missing.first().map(|m| format!(": {m}")).unwrap_or_default();
        line("why", &format!("{}{}{missing}", about(part), reason.say));
    }
    found.next().into_iter().for_each(|next| line("next", &next.command));
    text
}

/// The record that a finding is about.
fn about(found: &Verdict) -> String {
    match &found.subject {
        Subject::Record(record) => format!("{}: ", record.number),
        Subject::Organization => String::new(),
    }
}

/// Findings that the same next act would mend, in the order of the gravest.
fn by_cause<'a>(found: &[&'a Verdict]) -> Vec<Vec<&'a Verdict>> {
    let mut causes: Vec<Vec<&Verdict>> = Vec::new();
    for verdict in found {
        let same = |cause: &&mut Vec<&Verdict>| {
            cause.first().is_some_and(|v| v.next().is_some() && v.next() == verdict.next())
        };
        match causes.iter_mut().find(same) {
            Some(cause) => cause.push(verdict),
            None => causes.push(vec![verdict]),
        }
    }
    causes
}

/// The part of an id that people say.
pub fn short(requirement: &str) -> &str {
    requirement.rsplit('/').next().unwrap_or(requirement)
}

/// A long line in pieces, broken between words.
pub fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        if lines.last().is_some_and(|last| last.chars().count() + word.chars().count() >= WIDTH - 11) {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}
