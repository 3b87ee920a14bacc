//! The policy of access as it is built in, and what is wrong in policies that are not right.

use aims_framework::{
    Content,
    access::{self, Action, Policy, Power, Reach},
};
use aims_record::{Holder, Kinds};

/// A kind of an organization's own, in the group that `group` says.
fn own_kind(group: &str) -> Vec<(String, String)> {
    let text = format!(
        "kind: tool\ntitle: Tool\nplural: Tools\nnumber: TOO\nabout: A tool.\n{group}clauses: []\nretention: {{ class: aims-record, floor: P6Y }}\n\
         fields:\n  title: {{ type: text, label: Title, help: Name., required: true }}\n\
         lifecycle: {{ start: active, states: {{ active: {{ label: Active, about: In use. }} }} }}\n"
    );
    vec![("tool.yaml".to_owned(), text)]
}

fn loaded() -> (Policy, Kinds) {
    let content = Content::embedded();
    let kinds = content.kinds().unwrap();
    let policy = access::load(&content.files, &kinds).unwrap_or_else(|e| panic!("{e:#?}"));
    (policy, kinds)
}

/// What is said of the built-in policy with `from` replaced by `to`.
fn errors(from: &str, to: &str) -> Vec<String> {
    let mut content = Content::embedded();
    let kinds = content.kinds().unwrap();
    let (_, text) = content.files.iter_mut().find(|(name, _)| name == access::FILE).unwrap();
    assert!(text.contains(from), "`{from}` does not stand in the policy");
    *text = text.replacen(from, to, 1);
    let said = access::load(&content.files, &kinds).expect_err("the change makes it wrong");
    said.into_iter().map(|e| e.to_string()).collect()
}

#[test]
fn every_kind_is_in_a_group_and_every_role_has_a_row() {
    let (policy, kinds) = loaded();
    for id in kinds.by_id.keys() {
        assert!(policy.group(id).is_some_and(|g| !g.id.starts_with("own-")), "{id}");
    }
    assert!(kinds.roles.keys().all(|role| policy.rows.contains_key(role)));
    assert_eq!(policy.rows.len(), kinds.roles.len() + access::APART.len());
}

/// A verb that nobody could try would never be said, and a signature neither.
#[test]
fn whom_a_life_cycle_names_may_try() {
    let (policy, kinds) = loaded();
    let mut cannot = Vec::new();
    for kind in kinds.by_id.values() {
        let verbs = kind.lifecycle.verbs.iter();
        let says = verbs.clone().flat_map(|v| &v.by).map(|by| (by, Action::Move));
        let signs = verbs.filter_map(|v| v.sign.as_ref()).flat_map(|s| &s.by).map(|by| (by, Action::Sign));
        for (by, action) in says.chain(signs) {
            let stamped = |name: &String| kind.field(name).is_some_and(|f| f.stamped);
            let may = match by {
                Holder::Role(role) => policy.cell(role, &kind.id).is_some_and(|c| !c.reaches(action).is_none()),
                Holder::Field(field) if stamped(field) => true,
                Holder::Field(field) => {
                    let staff = policy.cell("staff", &kind.id).unwrap().reaches(action);
                    staff.has(Reach::Own) && policy.own.contains(field)
                }
            };
            if !may {
                cannot.push(format!("{} {action:?} {by:?}", kind.id));
            }
        }
    }
    cannot.sort();
    cannot.dedup();
    assert!(cannot.is_empty(), "named in a life cycle and without the right to try: {cannot:#?}");
}

#[test]
fn nobody_acts_on_what_they_may_not_read() {
    let (policy, _) = loaded();
    for (name, row) in policy.rows.iter().filter(|(name, _)| *name != "anyone") {
        for (group, cell) in policy.groups.iter().zip(&row.cells) {
            let acts = access::ACTIONS
                .iter()
                .any(|(_, a)| !matches!(a, Action::Read | Action::Record) && !cell.reaches(*a).is_none());
            assert!(!acts || !cell.reaches(Action::Read).is_none(), "{name} {}", group.id);
        }
    }
}

/// What TRUST 4.2 asks of the table itself: S4, S9, and that one who runs the machine sees no content.
#[test]
fn auditors_write_nothing_audited_and_agents_never_approve() {
    let (policy, kinds) = loaded();
    for id in kinds.by_id.keys() {
        let group = &policy.group(id).unwrap().id;
        for auditor in ["lead-auditor", "internal-auditor"] {
            let amends = !policy.cell(auditor, id).unwrap().reaches(Action::Amend).is_none();
            assert_eq!(amends, group == "audits-and-findings", "{auditor} {id}");
        }
        let external = policy.cell("external-auditor", id).unwrap();
        assert!(access::ACTIONS.iter().all(|(_, a)| *a == Action::Read || external.reaches(*a).is_none()), "{id}");
        let agent = policy.cell("agent", id).unwrap();
        for action in [Action::Move, Action::Sign, Action::Withdraw, Action::Dispose, Action::Erase] {
            assert!(agent.reaches(action).is_none(), "{id} {action:?}");
        }
        assert!(policy.cell("instance-admin", id).unwrap().is_empty(), "{id}");
        let anyone = policy.cell("anyone", id).unwrap();
        assert_eq!(anyone.is_empty(), id != "concern", "{id}");
    }
    assert!(policy.rows["agent"].powers.is_empty() && !policy.rows["external-auditor"].powers.contains(&Power::Grant));
}

#[test]
fn an_own_kind_is_in_the_group_it_names_or_in_the_one_for_all_others() {
    for (group, expected) in [("", "own-registers"), ("group: inventory\n", "inventory")] {
        let content = Content::embedded().with_folder(own_kind(group));
        let kinds = content.kinds().unwrap_or_else(|e| panic!("{e:#?}"));
        let policy = access::load(&content.files, &kinds).unwrap_or_else(|e| panic!("{e:#?}"));
        assert_eq!(policy.group("tool").unwrap().id, expected);
    }
    let content = Content::embedded().with_folder(own_kind("group: inventry\n"));
    let kinds = content.kinds().unwrap();
    let said = access::load(&content.files, &kinds).unwrap_err();
    assert!(said[0].message.contains("did you mean `inventory`?"), "{said:?}");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_nearest_right_word() {
    let cases = [
        ("kinds: [concern]", "kinds: [conern]", "there is no kind `conern`; did you mean `concern`?"),
        ("kinds: [concern]", "kinds: [concern, risk]", "the kind `risk` is in a group already"),
        ("kinds: [concern]", "kinds: []", "the kind `concern` is in no group"),
        (
            "concerns: [record, read case, ",
            "concerns: [recrd, read case, ",
            "there is no action `recrd`; did you mean `record`?",
        ),
        (
            "concerns: [record, read case, ",
            "concerns: [record, read cse, ",
            "an action reaches no `cse`; did you mean `case`?",
        ),
        (
            "      determinations: [read, write own, approve]",
            "      determinatons: [read]",
            "there is no group `determinatons`; did you mean `determinations`?",
        ),
        ("  risk-assessor:\n", "  risk-assesor:\n", "there is no role `risk-assesor`; did you mean `risk-assessor`?"),
        ("  risk-assessor:\n", "  risk-assesor:\n", "`risk-assessor` has no row"),
        (
            "[owner, responsible,",
            "[ownr, responsible,",
            "no kind has a person in a field `ownr`; did you mean `owner`?",
        ),
        ("  policy: [in-force]", "  policy: [in-forc]", "`policy` has no state `in-forc`; did you mean `in-force`?"),
        ("    default: true", "    default: false", "one group has `default: true`"),
        (
            "excludes: [about_persons]",
            "excludes: [about_person]",
            "`excludes` cannot be `about_person`; did you mean `about_persons`?",
        ),
        (
            "closed: [confidential, ",
            "closed: [confidental, ",
            "`closed` cannot be `confidental`; did you mean `confidential`?",
        ),
        (
            "powers: [verdicts, verify, export, grant, ",
            "powers: [verdicts, verfy, export, grant, ",
            "`powers` cannot be `verfy`; did you mean `verify`?",
        ),
    ];
    for (from, to, says) in cases {
        let said = errors(from, to);
        let found =
            said.iter().any(|e| e.contains(says) && e.starts_with("access.yaml:") && !e.starts_with("access.yaml:0"));
        assert!(found, "{from} -> {to}: {said:#?}");
    }
}
