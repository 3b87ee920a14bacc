//! Decisions as an auditor would tell them: a small policy register with two people and one rule of conduct.

use std::collections::BTreeMap;

use super::*;
use crate::{
    act::{ActBody, Lapse, LinkBody},
    kind::*,
    record::{Stamp, content_digest},
};

const ANNA: &str = "00000000-0000-7000-8000-00000000000a";
const BEN: &str = "00000000-0000-7000-8000-00000000000b";
const POLICY: &str = "00000000-0000-7000-8000-000000000001";
const REVIEW: &str = "00000000-0000-7000-8000-000000000002";

/// A field with nothing special about it.
pub(crate) fn field(name: &str, shape: Shape) -> Field {
    Field {
        name: name.into(),
        label: name.into(),
        help: String::new(),
        shape,
        required: Required::No,
        material: false,
        many: false,
        personal: None,
        stamped: false,
        example: None,
        inverse: None,
    }
}

fn state(id: &str, lapses_to: Option<&str>) -> State {
    State { id: id.into(), label: id.into(), about: String::new(), lapses_to: lapses_to.map(Into::into), ends: false }
}

fn kind(id: &str, number: &str, fields: Vec<Field>, states: Vec<State>, verbs: Vec<Verb>) -> Kind {
    Kind {
        id: id.into(),
        title: id.into(),
        plural: id.into(),
        number: number.into(),
        about: String::new(),
        clauses: Vec::new(),
        retention: Retention { class: "aims-record".into(), floor: "P6Y".parse().unwrap(), ceiling: None, from: None },
        fields,
        lifecycle: Lifecycle { start: states[0].id.clone(), states, verbs },
        own: false,
        group: None,
    }
}

fn kinds() -> Kinds {
    let text = || Shape::Text { max: 100 };
    let approve = Verb {
        id: "approve".into(),
        label: "Approve".into(),
        about: None,
        from: vec!["draft".into()],
        to: "in-force".into(),
        by: vec![Holder::Role("top-management".into())],
        needs: vec![Need {
            what: Condition::Some { kind: "review".into(), via: "policy".into(), states: vec!["done".into()] },
            otherwise: "have the draft reviewed".into(),
        }],
        sign: Some(Signing {
            meaning: "approved as top management".into(),
            by: vec![Holder::Role("top-management".into())],
            count: 1,
            apart_from: vec![Apart::Editors],
        }),
        stamps: vec![("approved_by".into(), Stamped::Actor), ("approved_at".into(), Stamped::Now)],
    };
    let reopen = Verb {
        id: "reopen".into(),
        from: vec!["in-force".into()],
        to: "draft".into(),
        needs: vec![],
        sign: None,
        stamps: vec![],
        ..approve.clone()
    };
    let policy = kind(
        "policy",
        "POL",
        vec![
            Field { required: Required::Always, material: true, ..field("title", text()) },
            Field {
                material: true,
                required: Required::In(vec!["in-force".into()]),
                ..field("text", Shape::Markdown { max: 1000 })
            },
            field("note", text()),
            Field {
                material: true,
                ..field(
                    "steps",
                    Shape::Table {
                        columns: vec![Field { material: true, ..field("what", text()) }, field("done", text())],
                    },
                )
            },
            Field { many: true, material: true, ..field("refs", Shape::Link { to: vec!["policy".into()] }) },
            Field { stamped: true, ..field("approved_by", Shape::Person) },
            Field { stamped: true, ..field("approved_at", Shape::Instant { past: true }) },
        ],
        vec![state("draft", None), state("in-force", Some("draft"))],
        vec![approve, reopen],
    );
    let review = kind(
        "review",
        "REV",
        vec![field("policy", Shape::Link { to: vec!["policy".into()] })],
        vec![state("done", None)],
        vec![],
    );
    let name = Field { personal: Some(Subject::Itself), required: Required::Always, ..field("name", text()) };
    let person = kind("person", "PER", vec![name], vec![state("active", None)], vec![]);
    let by_id = [policy, review, person].into_iter().map(|k| (k.id.clone(), k)).collect();
    Kinds { by_id, roles: BTreeMap::new(), digest: "0".repeat(64) }
}

/// The organization as a plain map: the model beside which the store is held, too.
#[derive(Default)]
struct Memory {
    kept: BTreeMap<String, Kept>,
    roles: Vec<(String, String)>,
    holds: Vec<String>,
    sealed: usize,
    seq: u64,
}

impl Standing for Memory {
    fn kept(&self, id: &str) -> Option<std::sync::Arc<Kept>> {
        self.kept.get(id).cloned().map(std::sync::Arc::new)
    }
    fn pointing(&self, kind: &str, via: &str, to: &str) -> Vec<Record> {
        let live = self.kept.values().filter_map(Kept::live);
        live.filter(|r| r.kind == kind && r.withdrawn.is_none() && r.links(via).contains(&to)).cloned().collect()
    }
    fn roles_of(&self, person: &str) -> Vec<String> {
        self.roles.iter().filter(|(p, _)| p == person).map(|(_, r)| r.clone()).collect()
    }
    fn key_owner(&self, key: &str) -> Option<String> {
        self.kept.values().filter_map(Kept::live).find(|r| r.key.as_deref() == Some(key)).map(|r| r.number.clone())
    }
    fn next_number(&self, prefix: &str) -> u64 {
        1 + self.kept.values().filter(|k| k.number().starts_with(prefix)).count() as u64
    }
    fn holds_on(&self, _: &str) -> Vec<String> {
        self.holds.clone()
    }
}

struct Counter<'a>(&'a mut usize);

impl Seal for Counter<'_> {
    fn seal(&mut self, _: &str, _: Fields) -> String {
        *self.0 += 1;
        format!("{:064x}", *self.0)
    }
}

impl Memory {
    fn founded() -> Memory {
        let roles = vec![(ANNA.into(), "top-management".into()), (BEN.into(), "top-management".into())];
        Memory { roles, ..Memory::default() }
    }

    fn ask(&mut self, by: &str, proposal: Proposal) -> Result<Act, Refusal> {
        self.ask_at(by, "2026-11-23T09:00:00.000Z", None, proposal)
    }

    fn ask_at(&mut self, by: &str, at: &str, why: Option<&str>, proposal: Proposal) -> Result<Act, Refusal> {
        let actor = Actor { amr: vec!["local".into()], kind: ActorKind::Person, on_behalf: vec![], pid: by.into() };
        let ask = Ask { actor: &actor, now: at.parse().unwrap(), why: why.map(Into::into), proposal };
        let mut sealed = self.sealed;
        let accepted = decide(&kinds(), self, ask, &mut Counter(&mut sealed))?;
        self.sealed = sealed;
        let stamp = Stamp { by: by.into(), seq: self.seq, ts: at.into() };
        let after =
            Kept::apply(self.kept.remove(&accepted.id), &accepted.id, accepted.version, &stamp, &accepted.act).unwrap();
        assert_eq!(accepted.act.to_bytes().unwrap(), sorted(&accepted.act.to_body()), "members in byte order");
        assert_eq!(after.to_canonical(), sorted(&after), "members in byte order");
        self.kept.insert(accepted.id.clone(), after);
        self.seq += 1;
        Ok(accepted.act)
    }

    fn policy(&self) -> &Record {
        self.kept[POLICY].live().unwrap()
    }

    /// Anna has written a policy, and it was reviewed.
    fn with_draft() -> Memory {
        let mut memory = Memory::founded();
        memory
            .ask(ANNA, record(POLICY, "policy", serde_json::json!({"title": "AI policy", "text": "We say why."})))
            .unwrap();
        memory.ask(ANNA, record(REVIEW, "review", serde_json::json!({"policy": POLICY}))).unwrap();
        memory
    }

    /// And Ben has approved it.
    fn in_force() -> Memory {
        let mut memory = Memory::with_draft();
        memory.ask(BEN, sign()).unwrap();
        memory.ask(BEN, approve()).unwrap();
        memory
    }
}

fn fields(value: serde_json::Value) -> Fields {
    value.as_object().unwrap().clone()
}

fn record(id: &str, kind: &str, value: serde_json::Value) -> Proposal {
    Proposal::Record { id: id.into(), kind: kind.into(), key: None, fields: fields(value) }
}

fn amend(seen: Option<u64>, value: serde_json::Value) -> Proposal {
    Proposal::Amend { id: POLICY.into(), seen, set: fields(value), unset: vec![] }
}

fn sign() -> Proposal {
    Proposal::Sign { id: POLICY.into(), seen: None, meaning: None, digest: None }
}

fn approve() -> Proposal {
    Proposal::Move { id: POLICY.into(), seen: None, verb: "approve".into() }
}

#[test]
fn a_policy_is_written_signed_by_another_and_put_in_force() {
    let memory = Memory::in_force();
    let policy = memory.policy();
    assert_eq!((policy.state.as_str(), policy.number.as_str(), policy.version), ("in-force", "POL-0001", 3));
    assert_eq!(policy.text("approved_by"), Some(BEN));
    assert!(policy.editors.is_empty(), "what comes after approval is a new piece of work");
}

#[test]
fn nobody_approves_their_own_work() {
    let mut memory = Memory::with_draft();
    let refused = memory.ask(ANNA, sign()).unwrap_err();
    assert_eq!(refused.code(), "sod_self_approval");
    assert_eq!(refused.to_string(), "You wrote version 1 of POL-0001. Another approver must sign it.");
    // Ben corrects the text and thereby becomes an editor too.
    memory.ask(BEN, amend(None, serde_json::json!({"text": "We say why, and when."}))).unwrap();
    assert_eq!(memory.ask(BEN, sign()).unwrap_err().code(), "sod_self_approval");
}

#[test]
fn an_approval_lapses_when_material_content_changes_and_only_then() {
    let mut memory = Memory::in_force();
    memory.ask(ANNA, amend(None, serde_json::json!({"note": "filed in the binder"}))).unwrap();
    assert_eq!(memory.policy().state, "in-force");
    assert_eq!(memory.policy().standing_signatures().count(), 1);
    memory.ask(ANNA, amend(None, serde_json::json!({"text": "We say nothing."}))).unwrap();
    let policy = memory.policy();
    assert_eq!(policy.state, "draft");
    assert_eq!(policy.signatures[0].lapsed.as_ref().unwrap().changed, ["text"]);
    assert_eq!(memory.ask(BEN, approve()).unwrap_err().code(), "signatures_missing");
}

#[test]
fn what_is_done_again_is_signed_again() {
    let mut memory = Memory::in_force();
    memory.ask(BEN, Proposal::Move { id: POLICY.into(), seen: None, verb: "reopen".into() }).unwrap();
    assert_eq!(memory.policy().standing_signatures().count(), 0);
    assert_eq!(memory.ask(BEN, approve()).unwrap_err().code(), "signatures_missing");
}

#[test]
fn progress_noted_in_a_column_that_is_not_material_leaves_the_approval_standing() {
    let mut memory = Memory::with_draft();
    memory.ask(ANNA, amend(None, serde_json::json!({"steps": [{"what": "train", "done": "no"}]}))).unwrap();
    memory.ask(BEN, sign()).unwrap();
    memory.ask(BEN, approve()).unwrap();
    memory.ask(ANNA, amend(None, serde_json::json!({"steps": [{"what": "train", "done": "yes"}]}))).unwrap();
    assert_eq!(memory.policy().state, "in-force");
    memory.ask(ANNA, amend(None, serde_json::json!({"steps": [{"what": "skip", "done": "yes"}]}))).unwrap();
    assert_eq!(memory.policy().state, "draft");
}

#[test]
fn a_link_that_is_material_makes_an_approval_lapse() {
    let mut memory = Memory::in_force();
    let other = "00000000-0000-7000-8000-000000000009";
    memory.ask(ANNA, record(other, "policy", serde_json::json!({"title": "Security"}))).unwrap();
    let link = Proposal::Link { id: POLICY.into(), seen: None, field: "refs".into(), to: other.into() };
    memory.ask(ANNA, link.clone()).unwrap();
    assert_eq!((memory.policy().state.as_str(), memory.policy().links("refs")), ("draft", vec![other]));
    assert_eq!(memory.ask(ANNA, link).unwrap_err().code(), "nothing_changes");
}

#[test]
fn a_stale_version_is_refused_with_the_difference() {
    let mut memory = Memory::with_draft();
    memory.ask(BEN, amend(Some(1), serde_json::json!({"note": "from Ben"}))).unwrap();
    let Refusal::VersionConflict { seen, now, by, difference, .. } =
        memory.ask(ANNA, amend(Some(1), serde_json::json!({"note": "from Anna", "title": "AI policy"}))).unwrap_err()
    else {
        panic!("expected a version conflict")
    };
    assert_eq!((seen, now, by.as_str()), (1, 2, BEN));
    let expected =
        Difference { field: "note".into(), wanted: Some("from Anna".into()), stands: Some("from Ben".into()) };
    assert_eq!(difference, [expected]);
}

#[test]
fn a_verb_waits_for_what_must_be_true_first() {
    let mut memory = Memory::founded();
    memory.ask(ANNA, record(POLICY, "policy", serde_json::json!({"title": "AI policy"}))).unwrap();
    assert_eq!(memory.ask(BEN, approve()).unwrap_err().code(), "required", "the text is not written");
    memory.ask(ANNA, amend(None, serde_json::json!({"text": "We say why."}))).unwrap();
    let refused = memory.ask(BEN, approve()).unwrap_err();
    assert_eq!(refused.to_string(), "POL-0001: before `approve`, have the draft reviewed");
    let wrong = Proposal::Move { id: POLICY.into(), seen: None, verb: "retire".into() };
    assert_eq!(memory.ask(BEN, wrong).unwrap_err().code(), "verb_not_here");
}

#[test]
fn someone_without_the_role_may_not() {
    let mut memory = Memory::with_draft();
    memory.roles.clear();
    assert_eq!(memory.ask(BEN, sign()).unwrap_err().code(), "role_needed");
    assert_eq!(memory.ask(BEN, approve()).unwrap_err().code(), "role_needed");
}

#[test]
fn what_was_signed_is_what_stands() {
    let mut memory = Memory::with_draft();
    let seen = content_digest(memory.policy());
    memory.ask(ANNA, amend(None, serde_json::json!({"note": "while Ben read"}))).unwrap();
    let sign = Proposal::Sign { id: POLICY.into(), seen: None, meaning: None, digest: Some(seen) };
    assert_eq!(memory.ask(BEN, sign).unwrap_err().code(), "approved_content_changed");
}

#[test]
fn an_unknown_field_gets_the_nearest_right_word() {
    let mut memory = Memory::founded();
    let refused = memory.ask(ANNA, record(POLICY, "policy", serde_json::json!({"titel": "x"}))).unwrap_err();
    assert_eq!(refused.code(), "unknown_field");
    assert!(refused.to_string().contains("did you mean `title`?"), "{refused}");
    let refused = memory.ask(ANNA, record(POLICY, "polcy", serde_json::json!({}))).unwrap_err();
    assert_eq!(refused.to_string(), "there is no kind `polcy`; did you mean `policy`?");
    let stamped = serde_json::json!({"title": "x", "approved_by": ANNA});
    assert_eq!(memory.ask(ANNA, record(POLICY, "policy", stamped)).unwrap_err().code(), "stamped_field");
}

#[test]
fn personal_values_are_sealed_and_an_erased_person_takes_no_more() {
    let mut memory = Memory::founded();
    memory.roles.push((ANNA.into(), "aims-manager".into()));
    memory.roles.push((BEN.into(), "data-protection-officer".into()));
    let person = "00000000-0000-7000-8000-0000000000cc";
    memory.ask(ANNA, record(person, "person", serde_json::json!({"name": "Cleo"}))).unwrap();
    let kept = String::from_utf8(memory.kept[person].to_canonical()).unwrap();
    assert!(kept.contains(r#""name":{"sealed":""#) && !kept.contains("Cleo"));
    let file = File { len: 1, mime: "text/plain".into(), name: "cv.txt".into(), sha256: "0".repeat(64) };
    let attach = Proposal::Attach { id: person.into(), seen: None, field: None, file };
    assert_eq!(memory.ask(ANNA, attach).unwrap_err().code(), "file_on_person");
    let erase = |approvers: [&str; 2]| Proposal::Erase {
        id: person.into(),
        approvers: approvers.map(Into::into).to_vec(),
        basis: "asked by the person".into(),
        rule: "GDPR Article 17(1)(b)".into(),
        count: 1,
    };
    assert_eq!(memory.ask(ANNA, erase([ANNA, ANNA])).unwrap_err().code(), "two_persons_needed");
    memory.holds = vec!["HLD-0001".into()];
    assert_eq!(memory.ask(ANNA, erase([ANNA, BEN])).unwrap_err().code(), "legal_hold");
    memory.holds.clear();
    memory.ask(ANNA, erase([ANNA, BEN])).unwrap();
    let again = Proposal::Amend {
        id: person.into(),
        seen: None,
        set: fields(serde_json::json!({"name": "C."})),
        unset: vec![],
    };
    assert_eq!(memory.ask(ANNA, again).unwrap_err().code(), "ended");
}

#[test]
fn retention_decides_when_a_record_may_go_and_a_hold_beats_it() {
    let mut memory = Memory::with_draft();
    memory.roles.push((ANNA.into(), "aims-manager".into()));
    let dispose = || Proposal::Dispose { id: POLICY.into(), basis: "retention ended".into() };
    let refused = memory.ask(ANNA, dispose()).unwrap_err();
    assert_eq!(refused.to_string(), "POL-0001 is kept until 2032-11-24 by aims-record P6Y");
    memory.holds = vec!["HLD-0001".into()];
    assert_eq!(memory.ask_at(ANNA, "2033-01-01T00:00:00.000Z", None, dispose()).unwrap_err().code(), "legal_hold");
    memory.holds.clear();
    memory.ask_at(ANNA, "2033-01-01T00:00:00.000Z", None, dispose()).unwrap();
    assert!(matches!(&memory.kept[POLICY], Kept::Disposed(t) if t.number == "POL-0001"));
    assert_eq!(memory.ask(ANNA, amend(None, serde_json::json!({"note": "x"}))).unwrap_err().code(), "ended");
}

#[test]
fn a_withdrawal_says_why_and_ends_the_record() {
    let mut memory = Memory::with_draft();
    let withdraw = || Proposal::Withdraw { id: POLICY.into(), seen: None };
    assert_eq!(memory.ask(ANNA, withdraw()).unwrap_err().code(), "reason_missing");
    memory.ask_at(ANNA, "2026-11-23T09:00:00.000Z", Some("recorded twice"), withdraw()).unwrap();
    assert_eq!(memory.ask(ANNA, amend(None, serde_json::json!({"note": "x"}))).unwrap_err().code(), "ended");
}

#[test]
fn an_agent_never_signs() {
    let memory = Memory::with_draft();
    let agent = Actor { amr: vec![], kind: ActorKind::Agent, on_behalf: vec![BEN.into()], pid: BEN.into() };
    let ask = Ask { actor: &agent, now: "2026-11-23T09:00:00Z".parse().unwrap(), why: None, proposal: sign() };
    assert_eq!(decide(&kinds(), &memory, ask, &mut Counter(&mut 0)).unwrap_err().code(), "role_needed");
}

/// As the detour over a sorted map writes it.
fn sorted(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(&serde_json::to_value(value).unwrap()).unwrap()
}

#[test]
fn every_act_reads_back_from_its_body() {
    let lapse = Some(Lapse { changed: vec!["x".into()], signatures: vec![3] });
    let file = File { len: 4, mime: "text/plain".into(), name: "a.txt".into(), sha256: "5f".repeat(32) };
    let link = LinkBody {
        field: "owner".into(),
        lapse: lapse.clone(),
        many: false,
        material: true,
        state: Some("draft".into()),
        to: BEN.into(),
    };
    let fields = Fields::from_iter([("z".to_owned(), 1.into()), ("a".to_owned(), "\u{e9}\n\"".into())]);
    let bodies = [
        ActBody::Withdrawn {},
        ActBody::Recorded {
            fields: fields.clone(),
            key: Some("a-key".into()),
            kind: "risk".into(),
            number: "RSK-0001".into(),
            state: "draft".into(),
        },
        ActBody::Amended {
            lapse: lapse.clone(),
            material: vec!["a".into()],
            set: fields,
            state: Some("draft".into()),
            unset: vec!["x".into()],
        },
        ActBody::Linked(link.clone()),
        ActBody::Unlinked(link),
        ActBody::Attached {
            field: Some("plan".into()),
            file,
            lapse,
            many: true,
            material: true,
            state: Some("draft".into()),
        },
        ActBody::Signed { digest: "5f".into(), meaning: "approved".into(), role: "owner".into() },
        ActBody::Disposed { basis: "it is due".into(), number: "RSK-0001".into(), rule: "aims-record P6Y".into() },
        ActBody::Erased(crate::Erasure {
            approvers: vec![BEN.into()],
            basis: "asked".into(),
            count: 2,
            rule: "a".into(),
        }),
        ActBody::Moved {
            from: "a".into(),
            lapse: None,
            set: Fields::new(),
            settled: true,
            to: "b".into(),
            verb: "go".into(),
        },
        ActBody::Amended { lapse: None, material: vec![], set: Fields::new(), state: None, unset: vec!["x".into()] },
    ];
    for body in bodies {
        for why in [None, Some("because \"so\"".to_owned())] {
            let act = Act { body: body.clone(), why };
            let bytes = act.to_bytes().unwrap();
            assert_eq!(bytes, sorted(&act.to_body()), "members in byte order");
            assert_eq!(Act::from_body(7, act.word(), &bytes).unwrap(), act);
        }
    }
    assert!(Act::from_body(7, "withdrawn", br#"{"surprise":1}"#).is_err(), "unknown members are refused");
    assert!(Act::from_body(7, "vanished", b"{}").is_err());
}
