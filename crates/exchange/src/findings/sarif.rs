//! SARIF 2.1.0 (OASIS, 2020): one rule for each requirement and control, one result for each finding.

use aims_conformity::{Escalation, Severity, State, Subject, Verdict};
use aims_framework::standard::Item;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Finding, Findings, findings, subject_name};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Findings as SARIF. What conforms is a result of kind `pass`, so that a reader sees what was asked, not only what failed.
pub fn sarif(found: Findings<'_>) -> String {
    let mut rules: Vec<Value> = found.verdicts.iter().map(|v| rule(found, v)).collect();
    let mut results: Vec<Value> =
        found.verdicts.iter().zip(0_usize..).flat_map(|(v, index)| results(v, index)).collect();
    if !found.escalations.is_empty() {
        results.extend(found.escalations.iter().map(|e| escalated(e, rules.len())));
        rules.push(escalation_rule());
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "aims",
                "semanticVersion": found.version,
                "shortDescription": { "text": "AI management system for ISO/IEC 42001." },
                "rules": rules,
            } },
            "originalUriBaseIds": { "AIMS": { "description": { "text": "The organization's pages: a record lies at its kind and number." } } },
            "invocations": [{ "executionSuccessful": true, "endTimeUtc": found.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }],
            "columnKind": "unicodeCodePoints",
            "properties": { "asOfEntry": found.entry, "records": found.records },
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(found: Findings<'_>, verdict: &Verdict) -> Value {
    let item = found.item(verdict);
    let text = item.map_or("", Item::text);
    json!({
        "id": verdict.requirement,
        "name": pascal(found.title(verdict)),
        "shortDescription": { "text": sentence(found.title(verdict)) },
        "fullDescription": { "text": sentence(text) },
        "help": { "text": format!("{} `aims explain {}` says how it is decided.", sentence(text), verdict.requirement) },
    })
}

const ESCALATION: &str = "aims/proposed-as-major";

fn escalation_rule() -> Value {
    json!({
        "id": ESCALATION,
        "name": "ProposedAsMajor",
        "shortDescription": { "text": "A clause is proposed as a major nonconformity." },
        "fullDescription": { "text": "Three or more minor nonconformities stand on one clause, the same came back after it was closed, or a correction was missed. A person confirms it." },
        "help": { "text": "The findings of the clause's items keep their own level." },
    })
}

/// A result of its own: the items' results stay as grave as they are.
fn escalated(one: &Escalation, index: usize) -> Value {
    let records: Vec<&str> = one.records.iter().map(|r| r.number.as_str()).collect();
    let from: Vec<&str> = one.items.iter().map(String::as_str).chain(records.iter().copied()).collect();
    let mut hash = Sha256::new();
    hash.update(format!("{}:{}{}:{}", one.clause.len(), one.clause, one.say.len(), one.say));
    let fingerprint: String = hex::encode(hash.finalize()).chars().take(32).collect();
    json!({
        "ruleId": ESCALATION,
        "ruleIndex": index,
        "kind": "review",
        "level": "none",
        "message": { "text": format!("{}: proposed as major. {} From {}.", one.clause, sentence(&one.say), from.join(", ")) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": format!("requirements/{}", one.clause.replace(':', "%3A")), "uriBaseId": "AIMS" } },
            "logicalLocations": [{ "name": "organization", "kind": "resource" }],
        }],
        "partialFingerprints": { "finding/v1": fingerprint },
        "properties": { "items": one.items, "records": records },
    })
}

fn results(verdict: &Verdict, index: usize) -> Vec<Value> {
    let found = findings(verdict);
    if !found.is_empty() {
        return found.into_iter().map(|f| result(verdict, index, f)).collect();
    }
    vec![json!({
        "ruleId": verdict.requirement,
        "ruleIndex": index,
        "kind": kind(verdict.state),
        "level": level(verdict.state),
        "message": { "text": sentence(&verdict.state.to_string()) },
        "locations": [location(&verdict.subject, verdict)],
    })]
}

fn result(verdict: &Verdict, index: usize, finding: Finding<'_>) -> Value {
    let reason = finding.reason;
    let mut text = sentence(&format!("{}: {}", reason.state, reason.say));
    for missing in &reason.missing {
        text.push_str(&format!("\n- {missing}"));
    }
    if let Some(next) = &reason.next {
        text.push_str(&format!("\nNext: {}", next.command));
    }
    json!({
        "ruleId": verdict.requirement,
        "ruleIndex": index,
        "kind": kind(reason.state),
        "level": level(reason.state),
        "message": { "text": text },
        "locations": [location(finding.subject, finding.verdict)],
        "partialFingerprints": { "finding/v1": fingerprint(verdict, finding) },
        "properties": {
            "verdict": reason.state.to_string(),
            "until": finding.verdict.until.map(|u| u.to_string()),
            "records": finding.verdict.witnesses.iter().map(|w| format!("{} version {}", w.number, w.version)).collect::<Vec<_>>(),
        },
    })
}

/// The same finding on another day is the same: requirement, subject, need and words.
fn fingerprint(verdict: &Verdict, finding: Finding<'_>) -> String {
    let parts = [&verdict.requirement, subject_name(finding.subject), &finding.reason.need, &finding.reason.say];
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(format!("{}:{part}", part.len())));
    hex::encode(hash.finalize()).chars().take(32).collect()
}

fn location(subject: &Subject, verdict: &Verdict) -> Value {
    let (name, uri) = match subject {
        Subject::Organization => {
            ("organization".to_owned(), format!("requirements/{}", verdict.requirement.replace(':', "%3A")))
        }
        Subject::Record(record) => (record.number.clone(), format!("records/{}", record.number)),
    };
    json!({
        "physicalLocation": { "artifactLocation": { "uri": uri, "uriBaseId": "AIMS" } },
        "logicalLocations": [{ "name": name, "kind": "resource" }],
    })
}

fn kind(state: State) -> &'static str {
    match state {
        State::Nonconformity(_) | State::OwnRuleNotMet => "fail",
        State::NotEvidenced => "open",
        State::DeterminationDue => "review",
        State::Conforms => "pass",
        State::Excluded => "notApplicable",
        State::NoRuleYet => "informational",
    }
}

/// A level says how grave a failure is; what is none has the level `none`.
fn level(state: State) -> &'static str {
    match state {
        State::Nonconformity(Severity::Major) => "error",
        State::Nonconformity(Severity::Minor) => "warning",
        State::OwnRuleNotMet => "note",
        _ => "none",
    }
}

/// With a capital and a full stop, as the format's readers expect.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str();
    let stop = if rest.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}

/// `Impact assessments at planned intervals` as `ImpactAssessmentsAtPlannedIntervals`.
fn pascal(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.map(|w| w.chars().take(1).flat_map(char::to_uppercase).chain(w.chars().skip(1)).collect::<String>()).collect()
}
