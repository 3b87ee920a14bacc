//! JUnit XML as build servers read it: a suite for each clause, a case for each requirement and control.

use std::io::Write as _;

use aims_conformity::{State, Verdict};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{Findings, fails, findings, subject_name};

/// Findings as JUnit XML. A nonconformity, an own rule that is not met and what is not evidenced are failures; what waits for a
/// judgement, is excluded or has no rule yet was skipped.
///
/// # Errors
/// Never for lack of space or rights: it is written to memory.
pub fn junit(found: Findings<'_>) -> std::io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let clauses = by_clause(found);
    let total = counts(found.verdicts.iter());
    let all =
        xml.create_element("testsuites").with_attributes([("name", "aims check")]).with_attributes(total.attributes());
    all.write_inner_content(|xml| {
        for (clause, verdicts) in &clauses {
            suite(xml, found, clause, verdicts)?;
        }
        Ok(())
    })?;
    let mut bytes = xml.into_inner();
    bytes.write_all(b"\n")?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

/// In the order in which they come, each clause or area once.
fn by_clause<'a>(found: Findings<'a>) -> Vec<(String, Vec<&'a Verdict>)> {
    let mut clauses: Vec<(String, Vec<&Verdict>)> = Vec::new();
    for verdict in found.verdicts {
        let (framework, id) = verdict.requirement.rsplit_once('/').unwrap_or(("", &verdict.requirement));
        let clause = match found.item(verdict) {
            Some(aims_framework::standard::Item::Requirement(r)) => r.clause.clone(),
            Some(aims_framework::standard::Item::Control(c)) => c.area.clone(),
            None => id.to_owned(),
        };
        let name = format!("{framework}/{clause}");
        match clauses.iter_mut().find(|(known, _)| *known == name) {
            Some((_, verdicts)) => verdicts.push(verdict),
            None => clauses.push((name, vec![verdict])),
        }
    }
    clauses
}

struct Counts {
    tests: String,
    failures: String,
    skipped: String,
}

impl Counts {
    fn attributes(&self) -> [(&str, &str); 4] {
        [("tests", &self.tests), ("failures", &self.failures), ("errors", "0"), ("skipped", &self.skipped)]
    }
}

fn counts<'a>(verdicts: impl Iterator<Item = &'a Verdict> + Clone) -> Counts {
    let count = |test: fn(State) -> bool| verdicts.clone().filter(|v| test(v.state)).count().to_string();
    Counts { tests: count(|_| true), failures: count(fails), skipped: count(skipped) }
}

fn skipped(state: State) -> bool {
    matches!(state, State::DeterminationDue | State::Excluded | State::NoRuleYet)
}

fn suite(xml: &mut Writer<Vec<u8>>, found: Findings<'_>, clause: &str, verdicts: &[&Verdict]) -> std::io::Result<()> {
    let count = counts(verdicts.iter().copied());
    let at = found.at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let suite = xml.create_element("testsuite").with_attributes([("name", clause), ("timestamp", &at)]);
    suite
        .with_attributes(count.attributes())
        .write_inner_content(|xml| verdicts.iter().try_for_each(|verdict| case(xml, found, verdict)))?;
    Ok(())
}

fn case(xml: &mut Writer<Vec<u8>>, found: Findings<'_>, verdict: &Verdict) -> std::io::Result<()> {
    let (framework, id) = verdict.requirement.rsplit_once('/').unwrap_or(("", &verdict.requirement));
    let name = allowed(&format!("{id} {}", found.title(verdict)));
    let case = xml.create_element("testcase").with_attributes([("classname", framework), ("name", &name)]);
    let says = allowed(&headline(verdict));
    if fails(verdict.state) {
        let kind = verdict.state.to_string();
        case.write_inner_content(|xml| {
            let failure = xml.create_element("failure").with_attributes([("type", kind.as_str()), ("message", &says)]);
            failure.write_text_content(BytesText::new(&allowed(&details(verdict)))).map(|_| ())
        })?;
    } else if skipped(verdict.state) {
        case.write_inner_content(|xml| {
            xml.create_element("skipped").with_attribute(("message", says.as_str())).write_empty().map(|_| ())
        })?;
    } else {
        case.write_empty()?;
    }
    Ok(())
}

fn headline(verdict: &Verdict) -> String {
    let why = verdict.reasons.first().map(|r| format!(": {}", r.say)).unwrap_or_default();
    format!("{}{why}", verdict.state)
}

fn details(verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in findings(verdict) {
        let reason = finding.reason;
        text.push_str(&format!("{}: {}: {}\n", subject_name(finding.subject), reason.state, reason.say));
        reason.missing.iter().for_each(|m| text.push_str(&format!("  missing: {m}\n")));
        reason.next.iter().for_each(|n| text.push_str(&format!("  next: {}\n", n.command)));
    }
    text
}

/// XML 1.0 has no place for most control characters, not even escaped.
fn allowed(text: &str) -> String {
    let fine = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if fine(c) { c } else { '\u{fffd}' }).collect()
}
