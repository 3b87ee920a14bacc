//! Findings in other people's formats: what is said arrives, and text from records stays text.

use std::collections::BTreeMap;

use aims_conformity::{Cited, NextAct, Population, Reason, Severity, State, Subject, Verdict, predicate_names};
use aims_exchange::findings::{Findings, junit, markdown, sarif};
use aims_framework::{
    Content,
    standard::{Frameworks, load_all},
};
use jiff::Timestamp;
use quick_xml::{Reader, events::Event};
use serde_json::Value;

const NASTY: &str = "a ]]> </failure> <b onclick=\"x\"> & | [link](javascript:x) `code` \u{1b}[31m \u{0} \u{202e}";

fn frameworks() -> Frameworks {
    let content = Content::embedded();
    load_all(&content, &content.kinds().expect("kinds"), &predicate_names()).expect("frameworks")
}

fn verdict(item: &str, state: State, says: Option<&str>, parts: Vec<Verdict>, subject: Subject) -> Verdict {
    let next = Some(NextAct { command: "aims record risk --field title=...".to_owned(), page: "/risk/new".to_owned() });
    let reason = |say: &str| Reason {
        state,
        say: say.to_owned(),
        missing: vec![format!("SYS-0001: {NASTY}")],
        next: next.clone(),
        need: "1".to_owned(),
    };
    Verdict {
        requirement: format!("iso-42001:2023/{item}"),
        subject,
        state,
        reasons: says.map(reason).into_iter().collect(),
        populations: vec![Population {
            what: "AI systems".to_owned(),
            have: 0,
            of: 1,
            missing: vec!["SYS-0001".to_owned()],
        }],
        witnesses: Vec::new(),
        until: None,
        backdated: Vec::new(),
        evidence: String::new(),
        parts,
    }
}

fn verdicts() -> Vec<Verdict> {
    let system = || Subject::Record(Cited { number: "SYS-0001".to_owned(), version: 3, id: "x".to_owned() });
    let major = State::Nonconformity(Severity::Major);
    let part = verdict("8.4-a", major, Some(NASTY), Vec::new(), system());
    vec![
        verdict("4.1-a", State::Conforms, None, Vec::new(), Subject::Organization),
        verdict("8.4-a", major, Some(NASTY), vec![part], Subject::Organization),
        verdict("5.2-b", State::DeterminationDue, Some("to be judged"), Vec::new(), Subject::Organization),
        verdict("A.8.3", State::Excluded, None, Vec::new(), Subject::Organization),
        verdict("A.2.4", State::OwnRuleNotMet, Some("too late"), Vec::new(), Subject::Organization),
    ]
}

fn found<'a>(frameworks: &'a Frameworks, verdicts: &'a [Verdict]) -> Findings<'a> {
    let at: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a moment");
    Findings { frameworks, verdicts, escalations: &[], at, entry: Some(7), records: 12, version: "0.1.0" }
}

#[test]
fn sarif_holds_one_rule_for_each_requirement_and_one_result_for_each_finding() {
    let (frameworks, verdicts) = (frameworks(), verdicts());
    let log: Value = serde_json::from_str(&sarif(found(&frameworks, &verdicts))).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(5));
    let results = run["results"].as_array().expect("results");
    let seen: Vec<_> =
        results.iter().map(|r| (r["kind"].as_str(), r["level"].as_str(), r["ruleIndex"].as_u64())).collect();
    let kind = |kind, level, index| (Some(kind), Some(level), Some(index));
    assert_eq!(
        seen,
        [
            kind("pass", "none", 0),
            kind("fail", "error", 1),
            kind("review", "none", 2),
            kind("notApplicable", "none", 3),
            kind("fail", "note", 4),
        ]
    );
    assert_eq!(results[1]["locations"][0]["logicalLocations"][0]["name"], "SYS-0001");
    assert!(results[1]["message"]["text"].as_str().is_some_and(|t| t.contains("aims record risk")));
}

#[test]
fn the_same_finding_has_the_same_fingerprint_on_another_day() {
    let (frameworks, verdicts) = (frameworks(), verdicts());
    let print = |at: &str| {
        let at = at.parse().expect("a moment");
        let log: Value = serde_json::from_str(&sarif(Findings { at, ..found(&frameworks, &verdicts) })).expect("JSON");
        log["runs"][0]["results"][1]["partialFingerprints"].clone()
    };
    assert_eq!(print("2026-11-23T12:00:00Z"), print("2027-11-23T12:00:00Z"));
}

#[test]
fn junit_is_xml_whatever_records_say() {
    let (frameworks, verdicts) = (frameworks(), verdicts());
    let text = junit(found(&frameworks, &verdicts)).expect("XML");
    let mut reader = Reader::from_str(&text);
    let mut elements: BTreeMap<String, usize> = BTreeMap::new();
    let mut details = String::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(e) | Event::Empty(e) => {
                *elements.entry(e.name().as_ref().to_owned()).or_default() += 1;
                for attribute in e.attributes() {
                    attribute.expect("an attribute");
                }
            }
            Event::Text(t) => details.push_str(&t),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((elements["testcase"], elements["failure"], elements["skipped"]), (5, 2, 2));
    assert!(!elements.contains_key("b"));
    assert!(!text.contains(['\u{0}', '\u{1b}']));
    assert!(text.contains(r#"tests="5" failures="2" errors="0" skipped="2""#));
    assert!(details.contains("aims record risk"));
}

#[test]
fn markdown_holds_no_markup_from_records() {
    let (frameworks, verdicts) = (frameworks(), verdicts());
    let text = markdown(found(&frameworks, &verdicts));
    assert!(text.contains("| nonconformity (major) | 1 |"));
    assert!(text.contains("| all | 5 |"));
    for markup in ["<b", "[link](", "\u{1b}", "\u{0}", " | \\[link"] {
        assert!(!text.contains(markup), "{markup:?} came through:\n{text}");
    }
    assert!(text.contains("` aims record risk --field title=... `"));
}
