//! Verdicts and explanations. A verdict is a word and a glyph; colour only repeats them.

use aims_app::checks::Checked;
use aims_conformity::{Escalation, Explanation, Proof, Reason, Severity, State, Subject, Verdict};
use aims_framework::standard::Frameworks;
use anstyle::Style;

use super::{BAD, DIM, GOOD, HEAD, WARN, count, moment, paint};
use crate::plain::plain;

/// States in the order in which a summary counts them, with one word and several.
const STATES: [(State, &str, &str); 8] = [
    (State::Nonconformity(Severity::Major), "major nonconformity", "major nonconformities"),
    (State::Nonconformity(Severity::Minor), "minor nonconformity", "minor nonconformities"),
    (State::NotEvidenced, "not evidenced", "not evidenced"),
    (State::OwnRuleNotMet, "own rule not met", "own rules not met"),
    (State::DeterminationDue, "determination due", "determinations due"),
    (State::Conforms, "conforms", "conform"),
    (State::Excluded, "excluded", "excluded"),
    (State::NoRuleYet, "without a rule yet", "without a rule yet"),
];

/// The glyph of a state.
pub fn glyph(state: State) -> (&'static str, Style) {
    match state {
        State::Conforms => ("✓", GOOD),
        State::Excluded => ("–", DIM),
        State::NoRuleYet => ("·", DIM),
        State::DeterminationDue => ("☐", DIM),
        State::OwnRuleNotMet => ("○", WARN),
        State::NotEvidenced => ("┄", DIM),
        State::Nonconformity(Severity::Minor) => ("△", WARN),
        State::Nonconformity(Severity::Major) => ("■", BAD),
    }
}

/// Verdicts, the gravest first, and what they come to.
pub fn check(frameworks: &Frameworks, checked: &Checked, shown: &[&Verdict]) -> String {
    let verdicts: String = shown.iter().map(|v| verdict(frameworks, v)).collect();
    verdicts + &escalated(&checked.escalations) + &summary(checked)
}

/// What is proposed as major for a clause. It stands after the verdicts, which it does not change.
fn escalated(escalations: &[Escalation]) -> String {
    let one = |e: &Escalation| {
        let from = e.items.iter().map(String::as_str).chain(e.records.iter().map(|r| r.number.as_str()));
        let from = from.collect::<Vec<_>>().join(", ");
        let line = |word: &str, says: &str| format!("  {} {}\n", paint(DIM, &format!("{word:>6}")), plain(says));
        let head = format!("{} {}", paint(BAD, "▲ proposed as major"), paint(HEAD, &plain(&e.clause)));
        format!("{head}\n{}{}{}\n", line("why", &e.say), line("from", &from), line("next", &e.next().command))
    };
    escalations.iter().map(one).collect()
}

/// One verdict: what it says, over whom, why, why it is asked, what next, until when.
pub fn verdict(frameworks: &Frameworks, verdict: &Verdict) -> String {
    let (sign, style) = glyph(verdict.state);
    let item = frameworks.item(&verdict.requirement).map(|(_, item)| item);
    let about = match &verdict.subject {
        Subject::Organization => String::new(),
        Subject::Record(record) => format!(" for {}", record.number),
    };
    let title = item.map_or(String::new(), |item| format!(": {}", item.title()));
    let head = paint(style, &format!("{sign} {}", verdict.state));
    let mut text = format!("{head} {}\n", paint(HEAD, &plain(&format!("{}{about}{title}", verdict.requirement))));
    let mut line =
        |word: &str, says: &str| text += &format!("  {} {}\n", paint(DIM, &format!("{word:>6}")), plain(says));
    // Beside one that is not met, a population that is met says nothing.
    let unmet = verdict.populations.iter().any(|p| p.have < p.of);
    for population in verdict.populations.iter().filter(|p| !unmet || p.have < p.of) {
        let missing = if population.missing.is_empty() {
            String::new()
        } else {
            format!("; not {}", population.missing.join(", "))
        };
        line("holds", &format!("for {population}{missing}"));
    }
    for reason in &verdict.reasons {
        reason_lines(reason, verdict.state, &mut line);
    }
    for late in &verdict.backdated {
        line(
            "late",
            &format!("{} was recorded {}, due {}", late.record.number, moment(late.recorded), moment(late.bound)),
        );
    }
    if let (Some(item), false) = (item, matches!(verdict.state, State::Conforms | State::Excluded)) {
        line("asked", item.text());
    }
    if let Some(next) = verdict.next() {
        line("next", &next.command);
    }
    if verdict.state > State::NoRuleYet {
        line("look", &format!("aims explain {}", explained(verdict)));
    }
    if let Some(until) = verdict.until {
        line("until", &format!("{}, if nothing is done", moment(until)));
    }
    text + "\n"
}

/// What to ask for in order to see the rule and the proof.
fn explained(verdict: &Verdict) -> String {
    let (_, id) = verdict.requirement.rsplit_once('/').unwrap_or(("", &verdict.requirement));
    match &verdict.subject {
        Subject::Organization => id.to_owned(),
        Subject::Record(record) => format!("{id} {}", record.number),
    }
}

fn reason_lines(reason: &Reason, of: State, line: &mut impl FnMut(&str, &str)) {
    let state = if reason.state == of { String::new() } else { format!("{}: ", reason.state) };
    line("why", &format!("{state}{}", reason.say));
    for missing in &reason.missing {
        line("", &format!("- {missing}"));
    }
}

/// So many of each, as of when, and what a check cannot see. No percentage: a number without its parts says nothing.
pub fn summary(checked: &Checked) -> String {
    let counted = STATES.iter().filter_map(|(state, one, many)| {
        let n = checked.verdicts.iter().filter(|v| v.state == *state).count();
        (n > 0).then(|| format!("{} {n} {}", glyph(*state).0, if n == 1 { one } else { many }))
    });
    let counted: Vec<String> = counted.collect();
    let entry = checked.as_of.map_or("before the first entry".to_owned(), |seq| format!("entry {seq}"));
    format!(
        "{} of {}\n{}\n",
        counted.join(", "),
        count(checked.verdicts.len(), "requirement or control")
            .replace("requirement or controls", "requirements and controls"),
        paint(
            DIM,
            &format!(
                "As of {}, {entry}, {}. This check reads records, dates and links; it does not read the documents.",
                moment(checked.at),
                count(checked.records, "record")
            )
        )
    )
}

/// How a requirement is decided, and what was found.
pub fn explanation(explanation: &Explanation) -> String {
    let mut text = paint(HEAD, &plain(&explanation.requirement)) + "\n";
    text += &format!("\n{}\n  {}\n", paint(HEAD, "Asked"), plain(&explanation.asks));
    text += &format!("\n{}\n", paint(HEAD, "Decided"));
    text += &explanation.decided.lines().map(|line| format!("  {}\n", plain(line))).collect::<String>();
    for check in &explanation.checks {
        text += &format!("  - {}\n", plain(check));
    }
    text += &format!("\n{}\n", paint(HEAD, "Found"));
    proof(&explanation.proof, 1, &mut text);
    text
}

fn proof(found: &Proof, depth: usize, text: &mut String) {
    let on = if found.records.is_empty() { String::new() } else { format!(" (on {})", found.records.join(", ")) };
    *text += &format!("{}{}\n", "  ".repeat(depth), plain(&format!("{}{on}", found.says)));
    found.parts.iter().for_each(|part| proof(part, depth + 1, text));
}
