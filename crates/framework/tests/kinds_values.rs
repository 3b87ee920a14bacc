//! From what people write in a file to what an act carries, with the exact words of what is refused; and the template and the schema,
//! which describe the same file.

mod kinds_base;

use aims_framework::{
    Content,
    kinds::{self, from_yaml, json_schema, read_value, yaml_template},
    yaml::{Limits, Node, Reading, parse},
};
use aims_record::{Field, Fields, Kind, Required, Shape, check_fields};
use serde_json::{Value, json};

fn field(kind: &Kind, name: &str) -> Field {
    kind.field(name).unwrap().clone()
}

fn policy() -> Kind {
    let text = kinds_base::POLICY.replace(
        "  approved_by: {",
        "  open: { type: yes-no, label: Open, help: X. }
  share: { type: decimal, label: Share, help: X., min: \"0\", max: \"1\" }
  day: { type: date, label: Day, help: X., past: true }
  budget: { type: money, label: Budget, help: X. }
  copy: { type: file, label: Copy, help: X. }
  clause: { type: choice, label: Clause, help: X., options: clauses, many: true }
  every: { type: duration, label: Every, help: X. }
  approved_by: {",
    );
    let mut files = kinds_base::base();
    files.iter_mut().find(|(name, _)| name == "kinds/policy.yaml").unwrap().1 = text;
    kinds::load(&files, &[]).unwrap().by_id.remove("policy").unwrap()
}

fn read(name: &str, written: &str) -> Result<Value, String> {
    let kind = policy();
    let root = parse("r.yaml", &format!("v: {written}\n"), Limits::RECORD_FILE).unwrap();
    from_yaml("r.yaml", &field(&kind, name), root.get("v").unwrap()).map_err(|e| e.to_string())
}

#[test]
fn what_is_written_becomes_what_an_act_carries() {
    let cases = [
        ("title", "NO", json!("NO")),
        ("title", "\"1.10\"", json!("1.10")),
        ("text", "|\n  One.\n\n  Two.\n", json!("One.\n\nTwo.")),
        ("sort", "ai", json!("ai")),
        ("owner", "jane-doe", json!("jane-doe")),
        ("refs", "[POL-0001, other-policy]", json!(["POL-0001", "other-policy"])),
        ("cost", "12 kWh", json!({ "amount": "12", "unit": "kWh" })),
        ("cost", "{ amount: 12, unit: kWh }", json!({ "amount": "12", "unit": "kWh" })),
        ("rows", "[{ what: x, level: low }, { what: y }]", json!([{ "what": "x", "level": "low" }, { "what": "y" }])),
        ("open", "true", json!(true)),
        ("share", "0.50", json!("0.50")),
        ("day", "2026-01-31", json!("2026-01-31")),
        ("budget", "12.50 EUR", json!({ "amount": "12.50", "currency": "EUR" })),
        ("copy", "files/policy.pdf", json!("files/policy.pdf")),
        ("clause", "[9.2.1, \"iso-42001:2023/A.2.2\"]", json!(["iso-42001:2023/9.2.1", "iso-42001:2023/A.2.2"])),
        ("every", "P12M", json!("P12M")),
    ];
    for (name, written, expected) in cases {
        assert_eq!(read(name, written), Ok(expected), "{name}: {written}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let cases = [
        ("title", "", "r.yaml:1:2: write something in `title`, or leave it out"),
        ("title", "[a]", "r.yaml:1:4: `title` takes one value, not a list"),
        ("sort", "secruity", "r.yaml:1:4: `sort` cannot be `secruity`; did you mean `security`?"),
        ("refs", "POL-0001", "r.yaml:1:4: give `refs` as a list, such as [POL-0001]"),
        ("refs", "[a, a]", "r.yaml:1:8: `refs` names `a` twice"),
        ("cost", "12", "r.yaml:1:4: give `cost` as amount and unit, such as 12 kWh, not `12`"),
        ("cost", "12 kwh", "r.yaml:1:4: `cost` is not measured in `kwh`, but in kWh, h; did you mean `kWh`?"),
        ("cost", "100 kWh", "r.yaml:1:4: `Cost` runs from 0 to 99"),
        ("rows", "{ what: x }", "r.yaml:1:4: give `rows` as a list of rows, each a mapping of its columns"),
        ("rows", "[{ waht: x }]", "r.yaml:1:7: `rows` has no column `waht`; did you mean `what`?"),
        ("rows", "[{ what: x, level: hihg }]", "r.yaml:1:23: `level` cannot be `hihg`; did you mean `high`?"),
        ("open", "yes", "r.yaml:1:4: `open` has to be true or false, not `yes`"),
        ("share", "1.5", "r.yaml:1:4: `Share` runs from 0 to 1"),
        ("share", "50%", "r.yaml:1:4: give `Share` as a decimal in quotes, such as \"0.75\""),
        ("day", "2026-02-31", "r.yaml:1:4: give `Day` as a day that exists, such as 1970-01-01, from 1900 on"),
        ("budget", "12.50", "r.yaml:1:4: give `budget` as amount and currency, such as 12.50 EUR, not `12.50`"),
        ("budget", "12.50 euro", "r.yaml:1:4: give `Budget` with amount and currency, such as 12.50 and EUR"),
        ("copy", "{ sha256: x }", "r.yaml:1:4: a file lacks `len`"),
        ("clause", "[9.2.7]", "r.yaml:1:5: `clause` cannot be `9.2.7`; did you mean `9.2.1`?"),
        ("every", "monthly", "r.yaml:1:4: give `Every` as a duration, such as P12M or P30D"),
    ];
    let mut differ = Vec::new();
    for (name, written, expected) in cases {
        let said = read(name, written).unwrap_err();
        if said != expected {
            differ.push(format!("{name}: {written}\n  expected: {expected}\n  said:     {said}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

fn sample(field: &Field) -> Value {
    let one = match &field.shape {
        Shape::Choice { options } => json!(options[0].0),
        Shape::YesNo => json!(true),
        Shape::Date { .. } => json!("2026-01-31"),
        Shape::Instant { .. } => json!("2026-01-31T09:30:00Z"),
        Shape::Duration => json!("P12M"),
        Shape::Number { units, min, .. } => json!({ "amount": min.as_deref().unwrap_or("1"), "unit": units[0] }),
        Shape::Decimal { min, .. } => json!(min.as_deref().unwrap_or("1")),
        Shape::Money => json!({ "amount": "1", "currency": "EUR" }),
        _ => json!("x"),
    };
    if field.many { json!([one]) } else { one }
}

/// Links and files become what the app would put in their place, so that the record's own checks can be asked.
fn resolved(field: &Field, value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|v| resolved(field, v)).collect(),
        Value::Object(cells) => {
            let Shape::Table { columns } = &field.shape else { return value.clone() };
            let cell = |(name, v): (&String, &Value)| {
                (name.clone(), resolved(columns.iter().find(|c| c.name == *name).unwrap(), v))
            };
            Value::Object(cells.iter().map(cell).collect())
        }
        _ if field.links() => json!("01890a5d-ac96-774b-bcce-b302099a8057"),
        _ if matches!(field.shape, Shape::File) => {
            json!({ "sha256": "0".repeat(64), "len": 1, "mime": "application/pdf", "name": "a.pdf" })
        }
        _ => value.clone(),
    }
}

/// Reads a filled template as `aims apply` does; required values that the template leaves open are put in.
fn filled(kind: &Kind, root: &Node) -> (Fields, Fields) {
    let (mut written, mut fields) = (Fields::new(), Fields::new());
    let mut reading = Reading::new("template.yaml");
    for (key, node) in root.get("fields").unwrap().map().unwrap() {
        let field = kind.field(&key.text).unwrap_or_else(|| panic!("{} has no field {}", kind.id, key.text));
        let open = node.is_null() && field.required == Required::Always;
        let value = if open { Some(sample(field)) } else { read_value(&mut reading, field, node) };
        if let Some(value) = value {
            fields.insert(key.text.clone(), resolved(field, &value));
            written.insert(key.text.clone(), value);
        }
    }
    let errors: Vec<String> = reading.errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}: {}", kind.id, errors.join("\n"));
    (written, fields)
}

/// Help stands one space behind the mark, values right behind it, rows two spaces.
fn is_help(line: &str) -> bool {
    line.trim_start().strip_prefix("# ").is_some_and(|rest| !rest.starts_with(' '))
}

#[test]
fn every_template_can_be_read_and_validates_when_filled() {
    let kinds = Content::embedded().kinds().unwrap();
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    for kind in kinds.by_id.values() {
        let template = yaml_template(kind);
        let all = template.replace("\n  #", "\n  ");
        // Help stands behind `# `; without its mark it would be text. Only the lines of values lose theirs.
        let all: String = all
            .lines()
            .zip(template.lines())
            .map(|(open, line)| if is_help(line) { line } else { open })
            .map(|line| format!("{line}\n"))
            .collect();
        for (text, whole) in [(&template, false), (&all, true)] {
            let root = parse("template.yaml", text, Limits::RECORD_FILE).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
            assert_eq!(root.get("kind").and_then(Node::text), Some(kind.id.as_str()));
            let (written, fields) = filled(kind, &root);
            let problems = check_fields(kind, &fields, now);
            assert!(problems.is_empty(), "{}: {problems:?}\n{text}", kind.id);
            let expected = kind.fields.iter().filter(|f| !f.stamped && (whole || f.required == Required::Always));
            assert_eq!(fields.len(), expected.count(), "{}\n{text}", kind.id);
            schema_takes(kind, &written);
        }
    }
}

fn schema_takes(kind: &Kind, written: &Fields) {
    let schema = json_schema(kind);
    let record = json!({ "kind": kind.id, "key": "a-key", "fields": written });
    let checks = jsonschema::validator_for(&schema).unwrap_or_else(|e| panic!("{}: {e}", kind.id));
    let errors: Vec<String> = checks.iter_errors(&record).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {}", kind.id, errors.join("\n"));
}

#[test]
fn the_schema_refuses_what_the_loader_refuses() {
    let checks = jsonschema::validator_for(&json_schema(&policy())).unwrap();
    let record = |fields: Value| json!({ "kind": "policy", "key": "p", "fields": fields });
    assert!(checks.is_valid(&record(json!({ "title": "T", "cost": "12 kWh", "refs": ["a"] }))));
    for fields in [
        json!({}),
        json!({ "title": "T", "titel": "T" }),
        json!({ "title": "T", "approved_by": "me" }),
        json!({ "title": "T", "cost": "12 kwh" }),
        json!({ "title": "T", "sort": "other" }),
        json!({ "title": "T", "refs": "a" }),
        json!({ "title": "T", "rows": [{ "level": "low" }] }),
        json!({ "title": "T", "budget": "12,50 EUR" }),
    ] {
        assert!(!checks.is_valid(&record(fields.clone())), "{fields}");
    }
    assert!(!checks.is_valid(&json!({ "kind": "policy", "key": "Not A Key", "fields": { "title": "T" } })));
}
