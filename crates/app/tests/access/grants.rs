//! Roles given and taken by real acts in a temporary organization, against a small model of S1, S6 and S10 as far as records carry them.

use std::{collections::BTreeSet, sync::Arc};

use aims_app::{Aims, Failure, Founder, Start, Wish, chance::SystemChance, clock::SetClock};
use aims_record::{Actor, Fields};
use proptest::prelude::*;
use serde_json::{Value, json};

const DAY: &str = "2026-06-01";

struct Org {
    aims: Aims,
    _dir: tempfile::TempDir,
}

impl Org {
    fn found() -> Org {
        let dir = tempfile::tempdir().unwrap();
        let founder = Founder { key: "p0".into(), name: "P0".into(), email: None };
        let start = Start { name: "Temporary".into(), host: None, founder };
        let clock = Arc::new(SetClock::new("2026-06-01T09:00:00Z".parse().unwrap()));
        let aims = Aims::found(&dir.path().join("org"), start, clock, Arc::new(SystemChance));
        Org { aims: aims.unwrap_or_else(|f| panic!("{f}")), _dir: dir }
    }

    fn actor(&self, who: &str) -> Actor {
        self.aims.actor(Some(who)).unwrap_or_else(|f| panic!("{f}"))
    }

    /// Does it, and gives the code of the refusal where it is refused.
    fn act(&self, who: &str, wish: Wish) -> Result<(), &'static str> {
        let actor = self.aims.actor(Some(who)).map_err(|f| f.code())?;
        self.aims.act(&actor, wish, Some("a reason".into())).map(|_| ()).map_err(|f: Failure| f.code())
    }

    fn record(&self, who: &str, kind: &str, key: &str, fields: Value) {
        let fields: Fields = fields.as_object().cloned().unwrap();
        let wish = Wish::Record { id: None, kind: kind.into(), key: Some(key.into()), fields };
        self.act(who, wish).unwrap_or_else(|code| panic!("{key}: {code}"));
    }

    fn person(&self, key: &str, employment: &str) {
        self.record("p0", "person", key, json!({ "name": key, "employment": employment }));
    }

    /// A proposal of a role.
    fn propose(&self, key: &str, role: &str, person: &str, mut dates: Value) {
        dates["title"] = json!(format!("{role} of {person}"));
        dates["role"] = json!(role);
        dates["person"] = json!(person);
        dates["responsibility"] = json!("What it answers for.");
        dates["authority"] = json!("What it may decide.");
        self.record("p0", "role-assignment", key, dates);
    }
}

fn step(record: &str, verb: &str) -> Wish {
    Wish::Move { record: record.into(), seen: None, verb: verb.into() }
}

fn sign(record: &str) -> Wish {
    Wish::Sign { record: record.into(), seen: None, meaning: None, digest: None }
}

fn amend(record: &str, set: Value) -> Wish {
    Wish::Amend { record: record.into(), seen: None, set: set.as_object().cloned().unwrap(), unset: Vec::new() }
}

#[test]
fn a_founder_alone_starts_an_organization_and_gives_roles_to_others() {
    let org = Org::found();
    org.person("p1", "employee");
    org.propose("asg", "aims-manager", "p1", json!({ "from": DAY }));
    assert_eq!(org.act("p0", step("asg", "assign")), Ok(()));
    // Somebody else manages now, so the founder may hand over.
    assert_eq!(org.act("p0", step("ASG-0002", "end")), Ok(()));
}

/// B-43.
#[test]
fn nobody_gives_themselves_a_role() {
    let org = Org::found();
    org.propose("own", "risk-owner", "p0", json!({ "from": DAY }));
    assert_eq!(org.act("p0", sign("own")), Err("sod_self_grant"));
    assert_eq!(org.act("p0", step("own", "assign")), Err("sod_self_grant"));
    // A second person signs; who gets the role still takes no part.
    org.person("p1", "employee");
    org.propose("top", "top-management", "p1", json!({ "from": DAY }));
    assert_eq!(org.act("p0", step("top", "assign")), Ok(()));
    assert_eq!(org.act("p1", sign("own")), Ok(()));
    assert_eq!(org.act("p0", step("own", "assign")), Err("sod_self_grant"));
    assert_eq!(org.act("p1", step("own", "assign")), Ok(()));
    assert_eq!(org.act("p0", step("own", "acknowledge")), Ok(()));
}

/// B-43: by whichever act the last one would go.
#[test]
fn the_last_aims_manager_stays() {
    let org = Org::found();
    let acts = [
        step("ASG-0002", "end"),
        Wish::Withdraw { record: "ASG-0002".into(), seen: None },
        amend("ASG-0002", json!({ "to": "2026-05-31" })),
        amend("ASG-0002", json!({ "role": "risk-owner" })),
        Wish::Withdraw { record: "p0".into(), seen: None },
    ];
    for act in acts {
        let said = format!("{act:?}");
        assert_eq!(org.act("p0", act), Err("last_manager"), "{said}");
    }
    assert_eq!(org.act("p0", amend("p0", json!({ "left_at": DAY }))), Ok(()));
    assert_eq!(org.act("p0", step("p0", "leave")), Err("last_manager"));
    // Refused as a whole, and nothing is left of it.
    let both = [step("ASG-0001", "end"), step("ASG-0002", "end")].map(aims_app::Step::of);
    let refused = org.aims.act_together(&org.actor("p0"), both.into(), None).unwrap_err();
    assert_eq!(refused.code(), "last_manager");
    assert_eq!(org.aims.show("ASG-0001", None).unwrap().record["state"], "active");
    // What does not touch the role is no matter.
    assert_eq!(org.act("p0", step("ASG-0002", "acknowledge")), Ok(()));
}

/// B-43.
#[test]
fn an_auditor_from_outside_has_an_end_within_ninety_days() {
    let org = Org::found();
    org.person("ext", "external");
    for (key, dates, expected) in [
        ("endless", json!({ "from": DAY }), Err("end_date_required")),
        ("long", json!({ "from": DAY, "to": "2026-08-31" }), Err("end_date_required")),
        ("backwards", json!({ "from": DAY, "to": "2026-05-31" }), Err("end_date_required")),
        ("right", json!({ "from": DAY, "to": "2026-08-30" }), Ok(())),
    ] {
        org.propose(key, "internal-auditor", "ext", dates);
        assert_eq!(org.act("p0", step(key, "assign")), expected, "{key}");
    }
    org.propose("counsel", "legal-counsel", "ext", json!({ "from": DAY }));
    assert_eq!(org.act("p0", step("counsel", "assign")), Ok(()), "only auditors are held to it");
}

/// What the model keeps of an assignment.
#[derive(Clone, Debug)]
struct Given {
    role: usize,
    person: usize,
    active: bool,
    ended: bool,
    signers: BTreeSet<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Propose { role: usize, person: usize },
    Assign { which: usize },
    Sign { which: usize },
    End { which: usize },
    Retitle { which: usize },
    Policy { edit: bool },
}

const ROLES: [&str; 4] = ["top-management", "aims-manager", "risk-owner", "concern-handler"];
const PEOPLE: usize = 4;

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = prop_oneof![
        3 => (0..ROLES.len(), 0..PEOPLE).prop_map(|(role, person)| Act::Propose { role, person }),
        4 => (0_usize..12).prop_map(|which| Act::Assign { which }),
        2 => (0_usize..12).prop_map(|which| Act::Sign { which }),
        3 => (0_usize..12).prop_map(|which| Act::End { which }),
        1 => (0_usize..12).prop_map(|which| Act::Retitle { which }),
        2 => any::<bool>().prop_map(|edit| Act::Policy { edit }),
    ];
    prop::collection::vec((0..PEOPLE, act), 40..120)
}

/// The organization as S1 and S6 see it, written without a look at how it is done.
struct Model {
    given: Vec<Given>,
    /// Who wrote the draft of the policy.
    editors: BTreeSet<usize>,
    signers: BTreeSet<usize>,
}

impl Model {
    fn holds(&self, person: usize, role: usize) -> bool {
        self.given.iter().any(|g| g.active && g.person == person && g.role == role)
    }

    fn managers(&self) -> usize {
        (0..PEOPLE).filter(|p| self.holds(*p, 1)).count()
    }

    /// Whether the act is done; then the model is as after it.
    fn expect(&mut self, who: usize, act: Act) -> bool {
        let top = self.holds(who, 0);
        let managers = self.managers();
        let mut after = self.given.clone();
        let done = match act {
            Act::Propose { role, person } => {
                after.push(Given { role, person, active: false, ended: false, signers: BTreeSet::new() });
                true
            }
            Act::Assign { which } | Act::Sign { which } => {
                let Some(given) = after.get_mut(which) else { return false };
                let proposed = !given.active && !given.ended;
                let assigns = matches!(act, Act::Assign { .. });
                // One signature is enough, and the verb signs for its speaker where nobody has; nobody signs twice.
                let may = proposed && top && given.person != who && (assigns || !given.signers.contains(&who));
                if may && (!assigns || given.signers.is_empty()) {
                    given.signers.insert(who);
                }
                given.active |= may && assigns;
                may
            }
            Act::End { which } => {
                let ends = top || self.holds(who, 1);
                let Some(given) = after.get_mut(which) else { return false };
                let may = !given.ended && ends;
                given.ended |= may;
                given.active &= !may;
                may
            }
            Act::Retitle { which } => {
                // Content that was signed changes: it is a proposal again, and the signature is gone.
                let Some(given) = after.get_mut(which) else { return false };
                given.active = false;
                given.signers.clear();
                true
            }
            Act::Policy { edit: true } => {
                self.editors.insert(who);
                self.signers.clear();
                return true;
            }
            Act::Policy { edit: false } => {
                let may = top && !self.editors.contains(&who) && !self.signers.contains(&who);
                if may {
                    self.signers.insert(who);
                }
                return may;
            }
        };
        let before = std::mem::replace(&mut self.given, after);
        if done && managers > 0 && self.managers() == 0 {
            self.given = before;
            return false;
        }
        if !done {
            self.given = before;
        }
        done
    }
}

fn wish(n: usize, who: usize, act: Act) -> Option<Wish> {
    let number = |which: usize| format!("ASG-{:04}", which + 1);
    Some(match act {
        Act::Propose { .. } => return None,
        Act::Assign { which } => step(&number(which), "assign"),
        Act::Sign { which } => sign(&number(which)),
        Act::End { which } => step(&number(which), "end"),
        Act::Retitle { which } => amend(&number(which), json!({ "title": format!("title {n}") })),
        Act::Policy { edit: true } => amend("policy", json!({ "title": format!("Policy {n} of {who}") })),
        Act::Policy { edit: false } => sign("policy"),
    })
}

fn run(sequence: &[(usize, Act)]) {
    let org = Org::found();
    (1..PEOPLE).for_each(|n| org.person(&format!("p{n}"), "employee"));
    org.record("p0", "policy", "policy", json!({ "title": "Policy", "kind": "other" }));
    let founding = |role| Given { role, person: 0, active: true, ended: false, signers: BTreeSet::new() };
    let mut model =
        Model { given: vec![founding(0), founding(1)], editors: BTreeSet::from([0]), signers: BTreeSet::new() };
    for (n, (who, act)) in sequence.iter().enumerate() {
        let by = format!("p{who}");
        let expected = model.expect(*who, *act);
        let found = match (wish(n, *who, *act), act) {
            (Some(wish), _) => org.act(&by, wish),
            (None, Act::Propose { role, person }) => {
                org.propose(&format!("a{n}"), ROLES[*role], &format!("p{person}"), json!({ "from": DAY }));
                Ok(())
            }
            (None, _) => unreachable!("only a proposal is no wish of its own"),
        };
        assert_eq!(found.is_ok(), expected, "{n}: p{who} {act:?} gave {found:?}; {:?}", model.given);
        assert!(model.managers() > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// A-08, as far as roles and signatures go.
    #[test]
    fn roles_are_given_as_the_model_says(sequence in acts()) {
        run(&sequence);
    }
}
