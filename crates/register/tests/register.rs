//! A register finds what is recorded: by id, number, kind and link, roles at a moment, parameters in force.

use std::{collections::BTreeMap, sync::Arc};

use aims_record::{Field, Kept, Kind, Kinds, Lifecycle, Record, Required, Retention, SeqRef, Shape, Stamp, State};
use aims_register::{ParameterState, Pointing, Register, RegisterError};
use jiff::Span;
use serde_json::{Value, json};

fn field(name: &str, shape: Shape) -> Field {
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

fn kind(id: &str, fields: Vec<Field>) -> (String, Kind) {
    let state = |id: &str, ends| State { id: id.into(), label: id.into(), about: String::new(), lapses_to: None, ends };
    let kind = Kind {
        id: id.into(),
        title: id.into(),
        plural: id.into(),
        number: "X".into(),
        about: String::new(),
        clauses: Vec::new(),
        retention: Retention { class: "aims-record".into(), floor: Span::new(), ceiling: None, from: None },
        fields,
        lifecycle: Lifecycle {
            start: "active".into(),
            states: vec![state("active", false), state("ended", true)],
            verbs: Vec::new(),
        },
        own: false,
        group: None,
    };
    (id.to_owned(), kind)
}

fn kinds() -> Arc<Kinds> {
    let link = |to: &str| Shape::Link { to: vec![to.into()] };
    let choice = || Shape::Choice { options: Vec::new() };
    let rows = Shape::Table { columns: vec![field("system", link("ai-system"))] };
    let by_id = BTreeMap::from([
        kind("ai-system", vec![field("name", Shape::Text { max: 500 }), field("rows", rows)]),
        kind("risk", vec![field("title", Shape::Text { max: 500 }), field("system", link("ai-system"))]),
        kind("person", vec![field("name", Shape::Text { max: 500 })]),
        kind("role-assignment", vec![field("role", choice()), field("person", Shape::Person)]),
        kind("parameter", vec![field("parameter", choice())]),
    ]);
    Arc::new(Kinds { by_id, roles: BTreeMap::new(), digest: String::new() })
}

fn id(n: u64) -> String {
    uuid::Uuid::from_u64_pair(0x0194_0c9e_0000_7000, 0x8000_0000_0000_0000 | n).to_string()
}

fn record(n: u64, kind: &str, state: &str, fields: Value) -> Record {
    let stamp = Stamp { by: id(1), seq: n, ts: format!("2026-01-01T00:00:{:02}.000Z", n % 60) };
    Record {
        editors: Vec::new(),
        erased: None,
        fields: fields.as_object().cloned().unwrap_or_default(),
        files: Vec::new(),
        id: id(n),
        key: None,
        kind: kind.into(),
        last: stamp.clone(),
        number: format!("X-{n:04}"),
        recorded: stamp,
        signatures: Vec::new(),
        state: state.into(),
        version: 1,
        withdrawn: None,
    }
}

fn register(records: Vec<Record>) -> Register {
    Register::of(kinds(), records.into_iter().map(Kept::Live)).expect("a register")
}

#[test]
fn finds_by_id_number_kind_and_link_both_ways() {
    let register = register(vec![
        record(2, "risk", "active", json!({ "title": "Wrong order", "system": id(1) })),
        record(1, "ai-system", "active", json!({ "name": "Triage", "rows": [{ "system": id(3) }] })),
        record(3, "ai-system", "active", json!({ "name": "Drafts" })),
    ]);
    let system = register.get(&id(1)).expect("by id");
    assert_eq!(register.numbered("X-0001"), Some(system));
    assert_eq!(system.name(), Some("Triage"));
    assert_eq!(register.of_kind("ai-system").map(|e| e.number()).collect::<Vec<_>>(), ["X-0001", "X-0003"]);
    let risk = register.of_kind("risk").next().expect("the risk");
    assert_eq!(risk.linked("system").next(), Some(system));
    let by = |field| Pointing { kind: None, field: Some(field) };
    assert_eq!(system.pointing(by("system")).next(), Some(risk));
    let drafts = register.get(&id(3)).expect("by id");
    assert_eq!(drafts.pointing(by("rows.system")).next(), Some(system));
    assert_eq!(drafts.pointing(by("system")).next(), None);
}

#[test]
fn what_was_withdrawn_or_never_came_is_no_evidence() {
    let mut withdrawn = record(1, "ai-system", "active", json!({}));
    withdrawn.withdrawn = Some(SeqRef { seq: 9 });
    let register = register(vec![
        withdrawn,
        record(2, "risk", "active", json!({ "system": id(1) })),
        record(3, "risk", "active", json!({ "system": id(99) })),
    ]);
    assert_eq!(register.of_kind("ai-system").count(), 0);
    assert!(register.of_kind("risk").all(|r| r.linked("system").next().is_none()));
    assert!(register.get(&id(99)).is_none());
    assert_eq!(register.len(), 3);
}

#[test]
fn a_role_is_held_from_its_first_day_to_the_end_of_its_last() {
    let given = json!({ "role": "top-management", "person": id(1), "from": "2026-02-01", "to": "2026-03-31" });
    let register = register(vec![
        record(1, "person", "active", json!({})),
        record(2, "role-assignment", "active", given.clone()),
        record(3, "role-assignment", "proposed", json!({ "role": "auditor", "person": id(1), "from": "2026-01-01" })),
    ]);
    let person = register.get(&id(1)).expect("the person");
    let held =
        |at: &str| register.assignments(person, "top-management").any(|a| a.holds(at.parse().expect("a moment")));
    assert!(!held("2026-01-31T23:59:59Z"));
    assert!(held("2026-02-01T00:00:00Z"));
    assert!(held("2026-03-31T23:59:59Z"));
    assert!(!held("2026-04-01T00:00:00Z"));
    assert_eq!(register.assignments(person, "auditor").count(), 0);
}

#[test]
fn two_values_of_a_parameter_contradict_each_other() {
    let value = |n, duration| {
        record(n, "parameter", "in-force", json!({ "parameter": "impact-interval", "value_duration": duration }))
    };
    assert!(matches!(register(vec![]).parameter("impact-interval"), ParameterState::NotSet));
    let one = register(vec![value(1, "P12M")]);
    let ParameterState::Set(parameter) = one.parameter("impact-interval") else { panic!("set") };
    assert_eq!(parameter.duration(true).map(|d| d.to_string()), Some("P12M".into()));
    let two = register(vec![value(1, "P12M"), value(2, "P6M")]);
    assert!(matches!(two.parameter("impact-interval"), ParameterState::Contradicted(all) if all.len() == 2));
}

#[test]
fn refuses_what_it_cannot_place() {
    let mut odd = record(1, "risk", "active", json!({}));
    odd.id = "one".into();
    let error = Register::of(kinds(), [Kept::Live(odd)]).err();
    assert_eq!(error, Some(RegisterError::Id { number: "X-0001".into(), id: "one".into() }));
    let twice = [record(1, "risk", "active", json!({})), record(1, "risk", "active", json!({}))];
    assert_eq!(Register::of(kinds(), twice.map(Kept::Live)).err(), Some(RegisterError::Twice(id(1))));
}

#[test]
fn a_register_stays_light_beside_the_json_of_its_records() {
    let text = "A sentence of the sort that people write into a field when they describe what they do and why.";
    let fields = |n: u64| json!({ "title": text, "event": text, "source": text, "likelihood": "likely", "owner": id(n / 7), "system": id(n / 10) });
    let made: Vec<Kept> = (0..2_000).map(|n| Kept::Live(record(n, "risk", "active", fields(n)))).collect();
    let json: usize = made.iter().map(|k| k.to_canonical().len()).sum();
    let register = Register::of(kinds(), made).expect("a register");
    assert_eq!(register.len(), 2_000);
    assert!(register.bytes() * 2 <= json * 5, "{} bytes for {json} bytes of JSON", register.bytes());
}
