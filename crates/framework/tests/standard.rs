//! Rules are held against the kinds when loaded: each error names file, line, column and the nearest right word.

use std::sync::OnceLock;

use aims_framework::{
    Content,
    standard::{Framework, load, load_all, sentence},
};
use aims_record::Kinds;

fn kinds() -> &'static Kinds {
    static KINDS: OnceLock<Kinds> = OnceLock::new();
    KINDS.get_or_init(|| Content::embedded().kinds().expect("the kinds load"))
}

const PREDICATES: [&str; 1] = ["soa-matches-treatment-plan"];

/// The checks that the content names. Whether code has them is held where the code is.
fn named() -> Vec<&'static str> {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    let content = CONTENT.get_or_init(Content::embedded);
    let after = |rest: &'static str| rest.split([',', ' ', '}', '\n']).next().unwrap_or_default();
    content.under("frameworks/").flat_map(|(_, text)| text.split("predicate: ").skip(1)).map(after).collect()
}

const SOURCE: &str = "id: own:1\ntitle: Own\npublisher: Us\nversion: '1'\ntier: internal\nlast_verified: 2026-11-23\nindustries: [all]\nlicence: ours\nmay_show: true\n";
const CLAUSES: &str = "- clause: '1'\n  title: One\n  pdca: plan\n  requirements:\n    - { id: 1-a, text: Do it, actor: organization, decidability: machine }\n";

fn with_rules(rules: &str) -> Result<Framework, Vec<String>> {
    let files = [("source.yaml", SOURCE), ("requirements/1.yaml", CLAUSES), ("rules/1.yaml", rules)];
    load(&files, kinds(), &PREDICATES).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// One rule with this need, whose first line is line 4.
fn need(need: &str) -> Vec<String> {
    let rule = format!(
        "- requirement: own:1/1-a\n  every: ai-system\n  needs:\n    - {need}\n      otherwise: {{ grade: minor, say: not so }}\n"
    );
    with_rules(&rule).err().unwrap_or_default()
}

#[track_caller]
fn refuses(written: &str, expected: &str) {
    assert_eq!(need(written), vec![expected.to_owned()], "for {written}");
}

#[test]
fn an_unknown_word_names_the_nearest_right_one() {
    refuses(
        "some: impact-assesment",
        "rules/1.yaml:4:13: no kind `impact-assesment`; did you mean `impact-assessment`?",
    );
    refuses(
        "this: { intended_purose: set }",
        "rules/1.yaml:4:15: the kind `ai-system` has no field `intended_purose`; did you mean `intended_purpose`?",
    );
    refuses(
        "this: { state: retird }",
        "rules/1.yaml:4:22: the kind `ai-system` has no state `retird`; did you mean `retired`?",
    );
    refuses("this: { tier: hgh }", "rules/1.yaml:4:21: `tier` has no option `hgh`; did you mean `high`?");
    refuses(
        "some: impact-assessment\n      linked: sytem",
        "rules/1.yaml:5:15: the kind `impact-assessment` has no field `sytem`; did you mean `system`?",
    );
    refuses("predicate: soa-matches-plan", "rules/1.yaml:4:18: `predicate` cannot be `soa-matches-plan`");
}

#[test]
fn an_unknown_parameter_or_role_is_refused() {
    let within = "- requirement: own:1/1-a\n  needs:\n    - some: context-review\n      where: { date: { within: { parameter: context-reviw, default: P12M } } }\n      otherwise: { grade: minor, say: no }\n";
    let expected = "rules/1.yaml:4:45: no parameter `context-reviw`; did you mean `context-review`?";
    assert_eq!(with_rules(within).err(), Some(vec![expected.to_owned()]));
    let held = "- requirement: own:1/1-a\n  needs:\n    - some: policy\n      where: { approved_by: { held: { role: top-managment, at: approved_at } } }\n      otherwise: { grade: minor, say: no }\n";
    let expected = "rules/1.yaml:4:45: `role` cannot be `top-managment`; did you mean `top-management`?";
    assert_eq!(with_rules(held).err(), Some(vec![expected.to_owned()]));
}

#[test]
fn a_test_that_does_not_fit_the_field_is_refused() {
    refuses(
        "this: { name: { past: true } }",
        "rules/1.yaml:4:29: `past` needs a date or an instant, and `name` is none",
    );
    refuses("this: { in_scope: maybe }", "rules/1.yaml:4:25: `in_scope` has to be true or false, not `maybe`");
    refuses(
        "this: { name: Claims }",
        "rules/1.yaml:4:21: `name` is not a choice, so it cannot be compared with options",
    );
    refuses(
        "this: { name.first: set }",
        "rules/1.yaml:4:15: `name.first` cannot be followed to `first`: `name` is neither a table nor a link",
    );
    refuses(
        "some: policy\n      linked: refs",
        "rules/1.yaml:5:15: `refs` of the kind `policy` does not name records of the kind `ai-system`",
    );
}

#[test]
fn a_rule_needs_its_requirement_and_only_one_block() {
    let unknown =
        "- requirement: own:1/1-b\n  needs:\n    - some: policy\n      otherwise: { grade: minor, say: no }\n";
    let expected = "rules/1.yaml:1:16: no requirement or control `own:1/1-b`; did you mean `own:1/1-a`?";
    assert_eq!(with_rules(unknown).err(), Some(vec![expected.to_owned()]));
    let found = need("some: policy\n      none: policy");
    assert!(found.iter().any(|e| e.contains("exactly one of `some`, `none`, `each`")), "{found:?}");
    let grade =
        need("this: { name: set }\n      then: [{ this: { name: set }, otherwise: { grade: grave, say: no } }]");
    assert_eq!(grade, vec!["rules/1.yaml:5:57: `grade` cannot be `grave`".to_owned()]);
}

#[test]
fn all_errors_of_a_file_are_reported_at_once() {
    let rules = "- requirement: own:1/1-a\n  every: ai-sytem\n  needs:\n    - some: polcy\n      otherwise: { grade: minor, say: no }\n";
    assert_eq!(with_rules(rules).err().map(|e| e.len()), Some(2));
}

#[test]
fn the_content_loads_whole() {
    let frameworks = load_all(&Content::embedded(), kinds(), &named()).expect("the frameworks load");
    let framework = frameworks.by_id.get("iso-42001:2023").expect("the standard");
    assert_eq!(framework.requirements.len(), 191);
    assert_eq!(framework.controls.len(), 38);
    assert_eq!(framework.clauses.len(), 32);
    assert!(framework.rules.len() >= 14);
    assert!(!framework.source.may_show);
}

#[test]
fn what_a_person_has_to_judge_is_asked_by_the_rule() {
    let frameworks = load_all(&Content::embedded(), kinds(), &named()).expect("the frameworks load");
    for framework in frameworks.by_id.values() {
        for item in framework.items() {
            let Some(rule) = framework.rules.get(item.id()) else { continue };
            assert_eq!(item.judged().decidability != "machine", rule.judgement.is_some(), "{}", rule.requirement);
        }
    }
}

#[test]
fn how_it_is_decided_is_written_from_the_rule() {
    let frameworks = load_all(&Content::embedded(), kinds(), &named()).expect("the frameworks load");
    let (framework, _) = frameworks.item("iso-42001:2023/5.2-f").expect("the requirement");
    let rule = framework.rules.get("5.2-f").expect("its rule");
    let expected = "\
For the organization as one:
  - there is a Policy where `Kind` AI policy and state In force; otherwise a major nonconformity is proposed: no AI policy is in force as documented information
    - there is exactly one Policy where `Kind` AI policy and state In force; otherwise a minor nonconformity is proposed: two versions of the AI policy are in force at once
      - there is exactly one Policy where `Kind` AI policy and state In force has (`Text` filled in or `File` filled in); otherwise a major nonconformity is proposed: the AI policy has neither text nor file
      - there is exactly one Policy where `Kind` AI policy and state In force has `Where it is available` filled in and `Review due` today or later; otherwise a minor nonconformity is proposed: the AI policy is not where people find it or its review is overdue";
    assert_eq!(sentence(rule, kinds()), expected);
}

fn with_terms(terms: &str, rules: &str) -> Vec<String> {
    let files =
        [("source.yaml", SOURCE), ("requirements/1.yaml", CLAUSES), ("terms.yaml", terms), ("rules/1.yaml", rules)];
    let found = load(&files, kinds(), &PREDICATES).map_err(|errors| errors.iter().map(ToString::to_string).collect());
    found.err().unwrap_or_default()
}

const IN_USE: &str = "- { term: in-use, kind: ai-system, say: in use, where: { in_scope: true } }\n";

fn asks(filter: &str) -> String {
    format!(
        "- requirement: own:1/1-a\n  needs:\n    - some: ai-system\n      where: {filter}\n      otherwise: {{ grade: minor, say: no }}\n"
    )
}

#[test]
fn a_term_belongs_to_one_kind_and_leads_not_back_to_itself() {
    assert_eq!(with_terms(IN_USE, &asks("{ term: in-use }")), Vec::<String>::new());
    let unknown = with_terms(IN_USE, &asks("{ term: in-us }"));
    assert_eq!(unknown, ["rules/1.yaml:4:22: no term `in-us`; did you mean `in-use`?"]);
    let elsewhere = with_terms(IN_USE, &asks("{ term: in-use }").replace("some: ai-system", "some: policy"));
    assert_eq!(elsewhere, ["rules/1.yaml:4:22: the term `in-use` is about the kind `ai-system`, not about `policy`"]);
    let circle = "- { term: a, kind: ai-system, say: a, where: { term: b } }\n- { term: b, kind: ai-system, say: b, where: { term: a } }\n";
    let found = with_terms(circle, &asks("{ in_scope: true }"));
    assert_eq!(found, ["terms.yaml:2:54: the term `a` leads back to itself: a -> b -> a"]);
}

#[test]
fn references_and_limits_are_held_against_the_kinds() {
    refuses(
        "some: corrective-action\n      where: { owner: { apart_from: subject.nme } }",
        "rules/1.yaml:5:37: the kind `ai-system` has no field `nme`; did you mean `name`?",
    );
    refuses(
        "some: corrective-action\n      where: { title: { at_least: 3 } }",
        "rules/1.yaml:5:35: `at_least` needs a number, an amount of money or a duration, and `title` is none",
    );
    refuses(
        "some: corrective-action\n      where: { owner: { equals: title } }",
        "rules/1.yaml:5:33: `equals` cannot compare `owner` with `title`: they hold different things",
    );
    refuses(
        "some: corrective-action\n      where: { owner: { names: about } }",
        "rules/1.yaml:5:32: `owner` does not name records of the kind `ai-system`",
    );
    refuses("some: policy\n      by: approved_at", "rules/1.yaml:5:7: `by` belongs to `latest`, not to `some`");
}
