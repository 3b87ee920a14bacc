//! Records as files: what is read, what is refused, and that writing and reading come back to the same.

mod common;

use aims_exchange::files::{parse, to_yaml};
use aims_record::{Kinds, Record, Stamp};
use proptest::prelude::*;
use serde_json::{Value, json};

fn kinds() -> &'static Kinds {
    static KINDS: std::sync::OnceLock<Kinds> = std::sync::OnceLock::new();
    KINDS.get_or_init(common::kinds)
}

fn one(text: &str) -> Result<aims_exchange::files::RecordFile, Vec<String>> {
    match parse(&[("a.yaml".into(), text.into())], kinds()) {
        Ok(mut records) => Ok(records.remove(0)),
        Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn a_file_holds_a_record_or_several() {
    let text = "kind: model\nkey: reader\nfields:\n  name: Reader\n  version: 1.10\n  supplier: example-ltd\n  energy: 12.5 kWh\n---\nkind: supplier\nkey: example-ltd\nfields: { name: Example Ltd }\n";
    let records = parse(&[("models.yaml".into(), text.into())], kinds()).unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!((records[1].line, records[1].key.as_str()), (9, "example-ltd"));
    assert_eq!(records[0].fields["version"], "1.10", "a version is no number");
    assert_eq!(records[0].fields["supplier"], "example-ltd", "links stay as written");
    assert_eq!(records[0].fields["energy"], json!({"amount": "12.5", "unit": "kWh"}));
    assert_eq!(records[0].places["version"], (5, 12));
}

#[test]
fn what_is_wrong_has_a_place_and_a_hint() {
    let cases = [
        ("kind: modell\nkey: a\nfields: {}\n", "a.yaml:1:7: there is no kind `modell`; did you mean `model`?"),
        ("kind: model\nkey: a\nfields: { nam: x }\n", "a.yaml:3:11: Model has no field `nam`; did you mean `name`?"),
        ("kind: model\nkey: A B\nfields: { name: x }\n", "a.yaml:2:6: `key` takes lower-case letters"),
        ("kind: model\nkey: a\nfields: { approved_by: me }\n", "set by a verb of the life cycle"),
        ("kind: model\nkey: a\nkey: b\n", "stands here a second time"),
        ("kind: model\nkey: &x a\n", "anchors"),
    ];
    for (text, expected) in cases {
        let errors = one(text).unwrap_err();
        assert!(errors.iter().any(|e| e.contains(expected)), "{text}: {errors:?}");
    }
    let both = [
        ("a.yaml".to_owned(), "kind: model\nkey: a\n".to_owned()),
        ("b.yaml".to_owned(), "kind: model\nkey: a\n".to_owned()),
    ];
    assert!(parse(&both, kinds()).unwrap_err()[0].message.contains("taken by a.yaml:1"));
}

fn record(kind: &str, fields: Value) -> Record {
    let stamp: Stamp = serde_json::from_value(json!({"by": "p", "seq": 1, "ts": "2026-01-01T00:00:00.000Z"})).unwrap();
    Record {
        editors: vec![],
        erased: None,
        fields: fields.as_object().unwrap().clone(),
        files: vec![],
        id: "01940c9e-2222-7cc3-9d54-2d8cf1a0b0bb".into(),
        key: Some("reader".into()),
        kind: kind.into(),
        last: stamp.clone(),
        number: "MDL-0001".into(),
        recorded: stamp,
        signatures: vec![],
        state: "proposed".into(),
        version: 1,
        withdrawn: None,
    }
}

fn round_trip(kind: &str, fields: Value) {
    let record = record(kind, fields);
    let text = to_yaml(&record, kinds().get(kind).unwrap(), |_| None);
    let read = one(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    assert_eq!(Value::Object(read.fields), Value::Object(record.fields), "{text}");
    assert_eq!((read.kind.as_str(), read.key.as_str()), (kind, "reader"));
}

#[test]
fn every_shape_comes_back() {
    round_trip(
        "model",
        json!({
            "name": "null", "version": "1.10", "description": "One\n\n- two\n  three: four", "languages": ["de", "no"],
            "energy": {"amount": "12.5", "unit": "kWh"}, "supplier": "example-ltd",
            "metrics": [{"metric": "F1: all", "value": "0.9"}, {"value": "'x' \"y\" #z"}],
            "card": {"sha256": "a".repeat(64), "len": 12, "mime": "text/markdown", "name": "README.md"},
        }),
    );
    round_trip(
        "ai-system",
        json!({"name": "x", "in_scope": true, "first_use_at": "2026-01-31", "tier": "high", "description": " leading"}),
    );
}

#[test]
fn links_are_written_by_name_and_stamps_are_left_out() {
    let id = "01940c9e-3333-7cc3-9d54-2d8cf1a0b0cc";
    let record = record("model", json!({"name": "Reader", "supplier": id, "approved_at": "2026-01-01T00:00:00Z"}));
    let text = to_yaml(&record, kinds().get("model").unwrap(), |asked| (asked == id).then(|| "SUP-0001".to_owned()));
    assert_eq!(text, "kind: model\nkey: reader\nfields:\n  name: Reader\n  supplier: SUP-0001\n");
}

proptest! {
    #[test]
    fn any_text_comes_back(name in "[^\\p{C}\\s]([^\\p{C}]{0,30}[^\\p{C}\\s])?", body in "([^\\p{C}]{0,20}\n){0,4}[^\\p{C}\\s]{1,20}") {
        let nfc = |t: &str| unicode_normalization::UnicodeNormalization::nfc(t).collect::<String>();
        let line = |t: &str| nfc(t).trim().replace(['\u{2028}', '\u{2029}'], "");
        let (name, body) = (line(&name), nfc(&body).replace(['\u{2028}', '\u{2029}'], ""));
        prop_assume!(!name.is_empty() && !body.trim().is_empty() && body.trim_end_matches('\n') == body);
        round_trip("model", json!({"name": name, "description": body}));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(kind: model\n)?(key: [a-z]{1,3}\n)?(fields:\n)?(  [a-z_]{1,6}: [\\PC]{0,10}\n){0,4}[\\PC\n]{0,40}") {
        let _ = parse(&[("a.yaml".into(), text)], kinds());
    }
}
