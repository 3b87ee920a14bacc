//! Markdown (CommonMark with tables): for a pull request, a build summary, a file kept beside the bundle.

use aims_conformity::{Escalation, State, Verdict};

use super::{Findings, findings, subject_name};

/// Findings as Markdown: so many of each verdict, then each requirement that does not conform, the gravest first.
pub fn markdown(found: Findings<'_>) -> String {
    let mut text = String::from("# What a check found\n\n");
    let entry = found.entry.map_or("before the first entry".to_owned(), |seq| format!("entry {seq}"));
    text.push_str(&format!(
        "As of {}, {entry}, {} records. The check reads records, dates and links; it does not read the documents.\n\n",
        found.at.strftime("%-d %B %Y %H:%M UTC"),
        found.records
    ));
    summary(found, &mut text);
    let mut open: Vec<&Verdict> = found.verdicts.iter().filter(|v| v.state > State::NoRuleYet).collect();
    // The sort is stable: within one state the order is that of the frameworks.
    open.sort_by_key(|v| std::cmp::Reverse(v.state));
    escalated(found.escalations, &mut text);
    open.iter().for_each(|verdict| section(found, verdict, &mut text));
    text
}

fn summary(found: Findings<'_>, text: &mut String) {
    text.push_str("| verdict | requirements and controls |\n| --- | ---: |\n");
    let mut states: Vec<State> = found.verdicts.iter().map(|v| v.state).collect();
    states.sort();
    states.dedup();
    for state in states.into_iter().rev() {
        let count = found.verdicts.iter().filter(|v| v.state == state).count();
        text.push_str(&format!("| {state} | {count} |\n"));
    }
    text.push_str(&format!("| all | {} |\n", found.verdicts.len()));
}

/// What is proposed for a clause, before the findings it comes from.
fn escalated(escalations: &[Escalation], text: &mut String) {
    if escalations.is_empty() {
        return;
    }
    text.push_str(
        "\n## Proposed as major for the clause\n\nThe verdicts below stay as they are; a person confirms this.\n\n",
    );
    for one in escalations {
        let from = one.items.iter().map(String::as_str).chain(one.records.iter().map(|r| r.number.as_str()));
        let from = from.collect::<Vec<_>>().join(", ");
        text.push_str(&format!("- {}: {} (from {})\n", escaped(&one.clause), escaped(&one.say), escaped(&from)));
    }
}

fn section(found: Findings<'_>, verdict: &Verdict, text: &mut String) {
    text.push_str(&format!(
        "\n## {} {}: {}\n\n",
        escaped(&verdict.requirement),
        escaped(found.title(verdict)),
        verdict.state
    ));
    let asked = found.item(verdict).map_or("", |item| item.text());
    text.push_str(&format!("Asked: {}\n\n", escaped(asked)));
    for population in verdict.populations.iter().filter(|p| p.have < p.of) {
        let missing = population.missing.join(", ");
        text.push_str(&format!("Holds for {}; not {}\n\n", escaped(&population.to_string()), escaped(&missing)));
    }
    for finding in findings(verdict) {
        let reason = finding.reason;
        let says = format!("{}: {}: {}", subject_name(finding.subject), reason.state, reason.say);
        text.push_str(&format!("- {}\n", escaped(&says)));
        reason.missing.iter().for_each(|m| text.push_str(&format!("  - missing: {}\n", escaped(m))));
        reason.next.iter().for_each(|n| text.push_str(&format!("  - next: {}\n", code(&n.command))));
    }
    verdict
        .until
        .iter()
        .for_each(|u| text.push_str(&format!("\nUntil {}, if nothing is done.\n", u.strftime("%-d %B %Y"))));
}

/// Text from records is shown as it stands: nothing in it becomes markup, a link or a new line.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => plain.push(' '),
            c if c.is_control() || turns(c) => plain.push('\u{fffd}'),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

/// A command between as many backticks as it takes.
fn code(command: &str) -> String {
    let line: String = command.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    format!("{fence} {line} {fence}")
}

/// Whether a character turns the direction of text, so that it reads as something else.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
