//! What common practice sets for the intervals and thresholds that the standard leaves to the organization: `content/practice.yaml`.
//!
//! These are proposals for records of the kind `parameter`. Nothing here counts until a person has approved such a record.

use std::collections::{BTreeMap, BTreeSet};

use aims_framework::{
    Content,
    yaml::{Limits, Node, Reading, Value, parse},
};
use aims_record::{Fields, Kinds, Shape};
use serde_json::json;

use crate::{Aims, Failure, Wish, content::content};

/// The file, relative to `content/`.
const FILE: &str = "practice.yaml";
/// The kind that the proposals are for, and its field that names which.
const KIND: &str = "parameter";
/// Members of a proposal that are fields of the kind.
const DURATIONS: [&str; 4] = ["value_duration", "high_tier_duration", "earliest", "latest"];
const MEMBERS: [&str; 7] = ["value_duration", "high_tier_duration", "earliest", "latest", "amount", "unit", "serves"];

/// What practice proposes for one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The parameter, such as `risk-interval`.
    pub parameter: String,
    /// What it sets, in words.
    pub label: String,
    /// The value, as fields of the kind.
    pub value: Fields,
    /// Why practice does so, a sentence.
    pub serves: String,
    /// Requirements and controls whose rules ask for it, by full id.
    pub asked_by: Vec<String>,
}

impl Proposal {
    /// The draft of a record that proposes it. It says where it came from, so that whoever approves it knows to put their own reasons there.
    pub fn wish(&self) -> Wish {
        let mut fields = self.value.clone();
        let rationale =
            format!("{} Proposed from common practice; say here why it fits this organization.", self.serves);
        fields.insert("title".into(), self.label.clone().into());
        fields.insert("parameter".into(), self.parameter.clone().into());
        fields.insert("rationale".into(), rationale.into());
        Wish::Record { id: None, kind: KIND.into(), key: None, fields }
    }
}

impl Aims {
    /// What practice proposes, in the order in which the kind names its parameters.
    ///
    /// # Errors
    /// Where the content in force cannot be read.
    pub fn practice(&self) -> Result<Vec<Proposal>, Failure> {
        load(&content()?, self.kinds())
    }
}

fn load(content: &Content, kinds: &Kinds) -> Result<Vec<Proposal>, Failure> {
    let text = content.file(FILE).unwrap_or_default();
    let root = parse(FILE, text, Limits::CONTENT)?;
    let mut reading = Reading::new(FILE);
    let asked = asked_by(content);
    let labels = labels(kinds);
    let mut found: Vec<Proposal> = Vec::new();
    for (parameter, label) in &labels {
        let Some(node) = root.get(parameter) else { continue };
        let Some(members) = reading.mapping(node, parameter, &MEMBERS) else { continue };
        let mut value = Fields::new();
        for name in DURATIONS {
            value.extend(members.text(&mut reading, name).map(|text| (name.to_owned(), text.into())));
        }
        if let Some(amount) = members.text(&mut reading, "amount") {
            let unit = members.need_text(&mut reading, "unit").unwrap_or_default();
            value.insert("value_number".into(), json!({ "amount": amount, "unit": unit }));
        }
        found.push(Proposal {
            parameter: parameter.clone(),
            label: label.clone(),
            value,
            serves: members.need_text(&mut reading, "serves").unwrap_or_default().to_owned(),
            asked_by: asked.get(parameter).into_iter().flatten().cloned().collect(),
        });
    }
    if reading.errors.is_empty() { Ok(found) } else { Err(reading.errors.into()) }
}

/// The parameters that the kind knows, with their words.
fn labels(kinds: &Kinds) -> Vec<(String, String)> {
    let field = kinds.get(KIND).and_then(|kind| kind.field(KIND));
    match field.map(|field| &field.shape) {
        Some(Shape::Choice { options }) => options.clone(),
        _ => Vec::new(),
    }
}

/// For each parameter, the requirements whose rules name it.
fn asked_by(content: &Content) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let rules = content.under("frameworks/").filter(|(name, _)| name.contains("/rules/"));
    for (name, text) in rules {
        // What cannot be read is told where frameworks are loaded.
        let Ok(root) = parse(name, text, Limits::CONTENT) else { continue };
        walk(&root, None, &mut found);
    }
    found
}

fn walk(node: &Node, requirement: Option<&str>, found: &mut BTreeMap<String, BTreeSet<String>>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| walk(item, requirement, found)),
        Value::Map(members) => {
            let requirement = requirement.or_else(|| node.get("requirement").and_then(Node::text));
            if let (Some(requirement), Some(parameter)) = (requirement, node.get(KIND).and_then(Node::text)) {
                found.entry(parameter.to_owned()).or_default().insert(requirement.to_owned());
            }
            members.iter().for_each(|(_, member)| walk(member, requirement, found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded() -> (Content, Kinds, Vec<Proposal>) {
        let content = Content::embedded();
        let kinds = content.kinds().unwrap();
        let found = load(&content, &kinds).unwrap();
        (content, kinds, found)
    }

    #[test]
    fn every_parameter_has_a_proposal_that_its_kind_takes() {
        let (_, kinds, found) = loaded();
        let named: Vec<_> = found.iter().map(|p| &p.parameter).collect();
        let known = labels(&kinds);
        assert_eq!(named, known.iter().map(|(id, _)| id).collect::<Vec<_>>());
        let kind = kinds.get(KIND).unwrap();
        for proposal in &found {
            let Wish::Record { fields, .. } = proposal.wish() else { unreachable!() };
            let problems = aims_record::check_fields(kind, &fields, "2026-06-01T09:00:00Z".parse().unwrap());
            assert!(problems.is_empty(), "{}: {problems:?}", proposal.parameter);
            assert!(!proposal.value.is_empty(), "{} has no value", proposal.parameter);
        }
    }

    /// Rules say `practice proposes P12M` where a parameter is not set: both have to say the same.
    #[test]
    fn proposals_are_what_rules_propose() {
        let (content, _, found) = loaded();
        let mut held = 0;
        for (name, text) in content.under("frameworks/").filter(|(name, _)| name.contains("/rules/")) {
            let root = parse(name, text, Limits::CONTENT).unwrap();
            defaults(&root, &mut |parameter, default| {
                let proposal = found.iter().find(|p| p.parameter == parameter).unwrap();
                let own = proposal.value.get("value_duration").or_else(|| proposal.value.get("latest"));
                if default.starts_with('P') {
                    assert_eq!(own.and_then(|v| v.as_str()), Some(default), "{name}: {parameter}");
                    held += 1;
                }
            });
        }
        assert!(held > 30, "only {held} defaults were found");
    }

    fn defaults(node: &Node, see: &mut impl FnMut(&str, &str)) {
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter().for_each(|item| defaults(item, see)),
            Value::Map(members) => {
                let said = |name: &str| node.get(name).and_then(Node::text);
                if let (Some(parameter), Some(default)) = (said(KIND), said("default")) {
                    see(parameter, default);
                }
                members.iter().for_each(|(_, member)| defaults(member, see));
            }
        }
    }

    #[test]
    fn a_parameter_knows_what_rests_on_it() {
        let (_, _, found) = loaded();
        let review = found.iter().find(|p| p.parameter == "review-interval").unwrap();
        assert!(review.asked_by.iter().any(|r| r.contains("9.3")), "{:?}", review.asked_by);
    }
}
