//! Blocks that the content does not use yet, each with a case that holds and one that does not.

mod support;

use aims_conformity::{Conformity, State, Verdict, predicate_names};
use aims_framework::standard::{Frameworks, load};
use support::{content, day, register};

const SOURCE: &str = "id: own:1\ntitle: Own\npublisher: Us\nversion: '1'\ntier: internal\nlast_verified: 2026-11-23\nindustries: [all]\nlicence: ours\n";
const CLAUSES: &str = "- clause: '1'\n  title: One\n  pdca: plan\n  requirements:\n    - { id: 1-a, text: Do it, actor: organization, decidability: machine }\n";

fn asked(rule: &str, lines: &[&str]) -> Verdict {
    let rules = format!("- requirement: own:1/1-a\n{rule}\n");
    let files = [("source.yaml", SOURCE), ("requirements/1.yaml", CLAUSES), ("rules/1.yaml", &rules)];
    let framework = load(&files, &content().0, &predicate_names()).unwrap_or_else(|e| panic!("{e:?}"));
    let frameworks = Frameworks::from_iter([framework]);
    let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
    let held = register(&lines);
    Conformity { frameworks: &frameworks, register: &held }.verdict("own:1/1-a", day("2026-11-23")).expect("the item")
}

#[track_caller]
fn tells_apart(rule: &str, holds: &[&str], fails: &[&str]) {
    assert_eq!(asked(rule, holds).state, State::Conforms, "{:?}", asked(rule, holds));
    assert_ne!(asked(rule, fails).state, State::Conforms);
}

const NO: &str = "otherwise: { grade: minor, say: not so }";
const POLICY: &str = "POL-0001 policy in-force 2026-02-01 { title: AI policy, kind: ai, refs: [POL-0002] }";
const OTHER: &str = "POL-0002 policy in-force 2026-02-01 { title: Security, kind: other }";
const OLD: &str = "POL-0002 policy superseded 2026-02-01 { title: Security, kind: other }";

#[test]
fn a_count_asks_for_so_many() {
    let rule = format!("  needs: [{{ count: policy, at_least: 2, where: {{ state: in-force }}, {NO} }}]");
    tells_apart(&rule, &[POLICY, OTHER], &[POLICY, OLD]);
}

#[test]
fn named_in_follows_the_subjects_own_links() {
    let rule = format!(
        "  every: policy\n  where: {{ kind: ai }}\n  needs: [{{ each: policy, named_in: refs, where: {{ kind: other }}, must: {{ state: in-force }}, {NO} }}]"
    );
    tells_apart(&rule, &[POLICY, OTHER], &[POLICY, OLD]);
    let failing = asked(&rule, &[POLICY, OLD]);
    assert_eq!(failing.missing().collect::<Vec<_>>(), ["POL-0002: state is `superseded`, not `in-force`"]);
}

#[test]
fn any_of_needs_one_and_all_of_needs_each() {
    let two = "[{ some: policy, where: { kind: ai } }, { some: policy, where: { kind: other } }]";
    tells_apart(&format!("  needs: [{{ any_of: {two}, {NO} }}]"), &[OTHER], &[]);
    tells_apart(&format!("  needs: [{{ all_of: {two}, {NO} }}]"), &[POLICY, OTHER], &[POLICY]);
}

#[test]
fn an_empty_population_passes_only_by_a_recorded_decision() {
    let rule = format!(
        "  every: supplier\n  if_empty: {{ grade: not-evidenced, say: nothing, unless: {{ some: determination, where: {{ topic: population, outcome: none, state: in-force }} }} }}\n  needs: [{{ this: {{ tier: set }}, {NO} }}]"
    );
    let decided = "DET-0001 determination in-force 2026-02-01 { topic: population, outcome: none }";
    tells_apart(&rule, &[decided], &[]);
    assert_eq!(asked(&rule, &[]).state, State::NotEvidenced);
}

#[test]
fn independence_is_of_persons_not_of_fields() {
    let people = ["PER-0001 person active 2026-01-02 { name: Ada }", "PER-0002 person active 2026-01-02 { name: Ben }"];
    let rule = format!(
        "  needs: [{{ each: corrective-action, must: {{ effectiveness_by: {{ apart_from: owner }} }}, {NO} }}]"
    );
    let action =
        |by: &str| format!("CA-0001 corrective-action closed 2026-03-01 {{ owner: PER-0001, effectiveness_by: {by} }}");
    tells_apart(&rule, &[people[0], people[1], &action("PER-0002")], &[people[0], people[1], &action("PER-0001")]);
    let nobody = "CA-0001 corrective-action closed 2026-03-01 { effectiveness_by: PER-0001 }";
    tells_apart(&rule, &[people[0], people[1], &action("PER-0002")], &[people[0], nobody]);
}

#[test]
fn a_link_to_what_is_not_there_is_no_evidence() {
    let set = format!("  needs: [{{ each: policy, where: {{ kind: ai }}, must: {{ refs: set }}, {NO} }}]");
    tells_apart(&set, &[POLICY, OTHER], &[POLICY]);
    let each = format!(
        "  needs: [{{ each: policy, where: {{ kind: ai }}, must: {{ systems: {{ each: {{ in_scope: true }} }} }}, {NO} }}]"
    );
    let both = "POL-0001 policy in-force 2026-02-01 { kind: ai, systems: [SYS-0001, SYS-0002] }";
    let system = |n: u8| format!("SYS-000{n} ai-system candidate 2026-01-10 {{ in_scope: true }}");
    tells_apart(&each, &[both, &system(1), &system(2)], &[both, &system(1)]);
}

#[test]
fn a_bound_that_is_open_still_needs_a_day() {
    let rule = format!(
        "  every: ai-system\n  needs: [{{ some: role-determination, linked: system, where: {{ decided_at: {{ not_after: subject.first_use_at }} }}, {NO} }}]"
    );
    let system = "SYS-0001 ai-system candidate 2026-01-10 { name: Triage }";
    let day =
        "ROL-0001 role-determination in-force 2026-02-01 { system: SYS-0001, decided_at: \"2026-02-01T10:00:00Z\" }";
    tells_apart(&rule, &[system, day], &[system, "ROL-0001 role-determination draft 2026-02-01 { system: SYS-0001 }"]);
}

#[test]
fn silence_is_neither_yes_nor_no() {
    let rule = |said: &str| format!("  needs: [{{ each: ai-system, must: {{ in_scope: {{ is: {said} }} }}, {NO} }}]");
    let silent = "SYS-0001 ai-system candidate 2026-01-10 { name: Triage }";
    for said in ["true", "false"] {
        let spoken = format!("SYS-0001 ai-system candidate 2026-01-10 {{ name: Triage, in_scope: {said} }}");
        tells_apart(&rule(said), &[&spoken], &[silent]);
    }
}

#[test]
fn a_role_recorded_after_the_act_it_covers_is_flagged() {
    let rule = format!(
        "  needs: [{{ some: policy, where: {{ approved_by: {{ held: {{ role: top-management, at: approved_at }} }} }}, {NO} }}]"
    );
    let lines = [
        "PER-0001 person active 2026-01-02 { name: Ada }",
        "POL-0001 policy in-force 2026-02-01 { approved_by: PER-0001, approved_at: \"2026-02-01T10:00:00Z\" }",
        "ROL-0001 role-assignment active 2026-05-01 { role: top-management, person: PER-0001, from: 2026-01-01 }",
    ];
    let verdict = asked(&rule, &lines);
    assert_eq!(verdict.state, State::Conforms);
    assert_eq!(verdict.backdated.iter().map(|b| b.record.number.as_str()).collect::<Vec<_>>(), ["ROL-0001"]);
}

const ADA: &str = "PER-0001 person active 2026-01-02 { name: Ada }";

#[test]
fn a_need_is_passed_over_where_its_condition_does_not_hold() {
    let rule = format!(
        "  needs:\n    - when: {{ some: policy, where: {{ kind: other }} }}\n      some: policy\n      where: {{ kind: ai }}\n      {NO}"
    );
    tells_apart(&rule, &[], &[OTHER]);
    tells_apart(&rule, &[POLICY, OTHER], &[OTHER]);
}

#[test]
fn a_gap_in_a_condition_is_a_gap() {
    let rule = format!(
        "  needs:\n    - when: {{ some: context-review, where: {{ date: {{ within: {{ parameter: context-review, default: P12M }} }} }} }}\n      some: policy\n      {NO}"
    );
    let review = "CXR-0001 context-review recorded 2026-05-01 { date: 2026-05-01 }";
    assert_eq!(asked(&rule, &[]).state, State::Conforms);
    assert_eq!(asked(&rule, &[review]).state, State::NotEvidenced);
    let next = asked(&rule, &[review]).next().map(|n| n.command.clone()).unwrap_or_default();
    assert!(next.starts_with("aims record parameter --field parameter=context-review"), "{next}");
}

#[test]
fn the_second_is_asked_only_where_the_first_holds() {
    let rule = format!(
        "  needs: [{{ each: policy, must: {{ when: {{ if: {{ kind: ai }}, then: {{ state: in-force }} }} }}, {NO} }}]"
    );
    let draft = "POL-0001 policy draft 2026-02-01 { kind: ai }";
    tells_apart(&rule, &[POLICY, OLD], &[draft, OLD]);
    assert_eq!(asked(&rule, &[draft]).missing().collect::<Vec<_>>(), ["POL-0001: state is `draft`, not `in-force`"]);
}

#[test]
fn only_the_latest_counts() {
    let rule = format!("  needs: [{{ latest: policy, by: approved_at, must: {{ kind: ai }}, {NO} }}]");
    let of = |n: u8, kind: &str, day: &str| {
        format!("POL-000{n} policy in-force 2026-01-01 {{ kind: {kind}, approved_at: \"{day}T10:00:00Z\" }}")
    };
    let (old, new) = ("2026-02-01", "2026-03-01");
    tells_apart(&rule, &[&of(1, "other", old), &of(2, "ai", new)], &[&of(1, "ai", old), &of(2, "other", new)]);
    assert_ne!(asked(&rule, &[]).state, State::Conforms);
}

const ACTION: &str = "CA-0001 corrective-action open 2026-03-01";

fn action(fields: &str) -> String {
    format!("{ACTION} {{ {fields} }}")
}

#[test]
fn what_is_due_may_still_be_done_in_time() {
    let rule = format!(
        "  needs: [{{ each: corrective-action, must: {{ done_at: {{ in_time: {{ from: due, parameter: ca-verify-days, default: P30D }} }} }}, {NO} }}]"
    );
    let set = "PAR-0001 parameter in-force 2026-01-01 { parameter: ca-verify-days, value_duration: P30D }";
    tells_apart(&rule, &[set, &action("due: 2026-11-01")], &[set, &action("due: 2026-10-01")]);
    tells_apart(
        &rule,
        &[set, &action("due: 2026-03-01, done_at: 2026-03-31")],
        &[set, &action("due: 2026-03-01, done_at: 2026-04-01")],
    );
    let waiting = asked(&rule, &[set, &action("due: 2026-11-01")]);
    assert_eq!(waiting.until, Some("2026-12-02T00:00:00Z".parse().expect("a moment")));
    assert_eq!(asked(&rule, &[&action("due: 2026-11-01")]).state, State::NotEvidenced);
    assert_eq!(asked(&rule, &[&action("title: nothing due")]).state, State::Conforms);
}

#[test]
fn a_bound_can_be_shifted() {
    let rule = format!(
        "  needs: [{{ each: corrective-action, must: {{ done_at: {{ not_after: {{ field: due, plus: P30D }}, not_before: {{ field: due, plus: P7D }} }} }}, {NO} }}]"
    );
    let late = action("due: 2026-03-01, done_at: 2026-04-01");
    tells_apart(&rule, &[&action("due: 2026-03-01, done_at: 2026-03-31")], &[&late]);
    tells_apart(
        &rule,
        &[&action("due: 2026-03-01, done_at: 2026-03-08")],
        &[&action("due: 2026-03-01, done_at: 2026-03-07")],
    );
}

#[test]
fn durations_and_counts_have_limits() {
    let at = |test: &str| format!("  needs: [{{ each: competence-req, must: {{ interval: {{ {test} }} }}, {NO} }}]");
    let req = |d: &str| format!("CMR-0001 competence-req in-force 2026-03-01 {{ interval: {d} }}");
    tells_apart(&at("at_most: P12M"), &[&req("P1Y")], &[&req("P13M")]);
    tells_apart(&at("at_least: P30D"), &[&req("P1M")], &[&req("P29D")]);
    let count = format!(
        "  needs: [{{ each: policy, where: {{ kind: ai }}, must: {{ refs: {{ count_at_least: 1 }} }}, {NO} }}]"
    );
    tells_apart(&count, &[POLICY, OTHER], &[POLICY]);
}

#[test]
fn who_holds_a_role_now_is_asked_of_the_day() {
    let rule = format!(
        "  needs: [{{ each: corrective-action, must: {{ owner: {{ held: {{ role: aims-manager, at: now }} }} }}, {NO} }}]"
    );
    let role = |to: &str| {
        format!(
            "ROL-0001 role-assignment active 2026-01-05 {{ role: aims-manager, person: PER-0001, from: 2026-01-05{to} }}"
        )
    };
    let owned = action("owner: PER-0001");
    tells_apart(&rule, &[ADA, &owned, &role("")], &[ADA, &owned, &role(", to: 2026-06-30")]);
    let ends = asked(&rule, &[ADA, &owned, &role(", to: 2026-12-31")]);
    assert_eq!(ends.until, Some("2027-01-01T00:00:00Z".parse().expect("a moment")));
}

#[test]
fn values_are_compared_with_those_of_others() {
    let rule = |test: &str| {
        format!("  needs: [{{ each: corrective-action, must: {{ effectiveness_by: {{ {test} }} }}, {NO} }}]")
    };
    let ben = "PER-0002 person active 2026-01-02 { name: Ben }";
    let by = |who: &str| action(&format!("owner: PER-0001, effectiveness_by: {who}"));
    tells_apart(&rule("equals: owner"), &[ADA, ben, &by("PER-0001")], &[ADA, ben, &by("PER-0002")]);
    tells_apart(&rule("differs: owner"), &[ADA, ben, &by("PER-0002")], &[ADA, ben, &by("PER-0001")]);
    tells_apart(&rule("differs: owner"), &[ADA, ben, &by("PER-0002")], &[ADA, &action("owner: PER-0001")]);
    let left_out = format!("  needs: [{{ each: policy, must: {{ kind: {{ not_in: [other] }} }}, {NO} }}]");
    tells_apart(&left_out, &[POLICY], &[OTHER]);
}

#[test]
fn named_checks_are_few_and_say_what_they_check() {
    let used = format!("{:?}", content().1);
    let all: Vec<_> = aims_conformity::predicates().collect();
    assert!(all.len() <= 35, "{} named checks", all.len());
    for check in all {
        assert!(check.about.ends_with('.') && check.about.split(' ').count() > 5, "{}", check.name);
        assert!(used.contains(&format!("Predicate({:?})", check.name)), "no rule uses {}", check.name);
        for reads in check.reads {
            let kinds = reads.split('<').filter_map(|step| step.split(' ').next());
            assert!(kinds.into_iter().all(|k| content().0.get(k).is_some()), "{} reads `{reads}`", check.name);
        }
    }
}
