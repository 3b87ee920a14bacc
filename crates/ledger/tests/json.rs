//! Both readers of JSON, and the writer.

use std::collections::HashMap;

use aims_ledger::canonical::{check, parse, to_vec, value_to_vec};
use aims_ledger::strict::{self, Limits};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

/// Asserts that bytes are not canonical, for this reason and at this byte.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, code: &str, offset: usize) {
    let error = check(bytes.as_ref()).unwrap_err();
    assert_eq!((error.code(), error.offset), (code, offset), "{error}");
    assert_eq!(parse(bytes.as_ref()), Err(error));
}

#[test]
fn canonical_text_is_accepted_and_kept() {
    let text = r#"{"a":[1,-9007199254740991,9007199254740991,0],"b_1":{"c":null,"d":true,"e":false},"f":"\"\\\b\t\n\f\r\u0001\u001f/é€🙂"}"#;
    check(text.as_bytes()).unwrap();
    assert_eq!(to_vec(&parse(text.as_bytes()).unwrap()).unwrap(), text.as_bytes());
}

#[test]
fn keys_are_sorted_when_written() {
    let unordered = HashMap::from([("b", 1), ("a", 2), ("_", 3), ("a0", 4), ("a_", 5)]);
    assert_eq!(to_vec(&unordered).unwrap(), br#"{"_":3,"a":2,"a0":4,"a_":5,"b":1}"#);
}

#[test]
fn spelling_that_is_not_canonical() {
    refused(" 1", "not_canonical", 0);
    refused("1\n", "not_canonical", 1);
    refused(r#"{"a": 1}"#, "not_canonical", 5);
    refused(r#"[1, 2]"#, "not_canonical", 3);
    refused(r#"{"b":1,"a":2}"#, "not_canonical", 7);
    refused("-0", "not_canonical", 0);
    refused("[01]", "not_canonical", 1);
    refused(r#""\/""#, "not_canonical", 1);
    refused(r#""\u0009""#, "not_canonical", 1);
    refused(r#""\u001F""#, "not_canonical", 1);
    refused(r#""\u007f""#, "not_canonical", 1);
    refused(r#""\u00e9""#, "not_canonical", 1);
    refused("\"a\tb\"", "not_canonical", 2);
    check("\"\u{7f}\u{2028}\"".as_bytes()).unwrap();
}

#[test]
fn what_the_profile_leaves_out() {
    refused(r#"{"a":1,"a":2}"#, "duplicate_key", 7);
    refused(r#"{"A":1}"#, "key_not_allowed", 1);
    refused(r#"{"":1}"#, "key_not_allowed", 1);
    refused(r#"{"a-b":1}"#, "key_not_allowed", 1);
    refused(format!(r#"{{"{}":1}}"#, "k".repeat(41)), "key_not_allowed", 1);
    check(format!(r#"{{"{}":1}}"#, "k".repeat(40)).as_bytes()).unwrap();
    refused("9007199254740992", "number_out_of_range", 0);
    refused("[-9007199254740992]", "number_out_of_range", 1);
    refused("99999999999999999999999", "number_out_of_range", 0);
    refused("1.0", "number_not_integer", 0);
    refused("1e2", "number_not_integer", 0);
    refused("\"e\u{301}\"", "not_normalized", 1);
    refused("\"a\\u0000\"", "nul_character", 2);
    refused("\"a\0\"", "nul_character", 2);
    refused(r#""\ud83d""#, "lone_surrogate", 1);
    refused("[[[[[[[[[", "too_deep", 8);
    check(b"[[[[[[[[1]]]]]]]]").unwrap();
}

#[test]
fn what_is_no_json_at_all() {
    refused("", "json_invalid", 0);
    refused("tru", "json_invalid", 0);
    refused("[1", "json_invalid", 2);
    refused("[1,]", "json_invalid", 3);
    refused("{\"a\"", "json_invalid", 4);
    refused("{\"a", "json_invalid", 3);
    refused("\"a", "json_invalid", 2);
    refused("\"a\\", "json_invalid", 2);
    refused("1-2", "json_invalid", 0);
    refused("-", "json_invalid", 0);
    refused("nulll", "trailing_bytes", 4);
    refused([b'"', 0xff, b'"'], "not_utf8", 1);
}

#[test]
fn a_combining_mark_after_an_escape_is_normal() {
    // In the text the mark follows the letter `n`; in the string it follows a line feed, with which nothing composes.
    let text = "\"\\n\u{301}\"";
    check(text.as_bytes()).unwrap();
    assert_eq!(to_vec("\n\u{301}").unwrap(), text.as_bytes());
}

#[test]
fn values_outside_the_profile_are_not_written() {
    let code = |value: Value| value_to_vec(&value).unwrap_err().code();
    assert_eq!(code(json!({"Role": 1})), "key_not_allowed");
    assert_eq!(code(json!(1.5)), "number_not_integer");
    assert_eq!(code(json!(-0.0)), "number_not_integer");
    assert_eq!(code(json!(u64::MAX)), "number_out_of_range");
    assert_eq!(code(json!(i64::MIN)), "number_out_of_range");
    assert_eq!(code(json!("e\u{301}")), "not_normalized");
    assert_eq!(code(json!(["\0"])), "nul_character");
    assert_eq!(code(json!([[[[[[[[[]]]]]]]]])), "too_deep");
    assert_eq!(to_vec(&HashMap::from([((1, 2), 3)])).unwrap_err().code(), "key_not_allowed");
    assert_eq!(to_vec(&[f64::NAN]).unwrap_err().code(), "number_not_integer");
    assert_eq!(to_vec(&f32::INFINITY).unwrap_err().code(), "number_not_integer");
    let error = value_to_vec(&json!({"a": 9_007_199_254_740_993_u64})).unwrap_err();
    assert_eq!(error.to_string(), "`9007199254740993` is beyond 9007199254740991; write it as a string, at byte 1");
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Unit,
    Newtype(u8),
    Tuple(i8, char),
    Struct { b: Option<u32>, a: () },
}

#[derive(Serialize)]
struct Flattened {
    role: u8,
    #[serde(flatten)]
    more: HashMap<String, u8>,
}

#[test]
fn types_are_written_as_serde_json_would_but_sorted() {
    let shapes = [Shape::Unit, Shape::Newtype(7), Shape::Tuple(-1, 'é'), Shape::Struct { b: None, a: () }];
    let expected = r#"["unit",{"newtype":7},{"tuple":[-1,"é"]},{"struct":{"a":null,"b":null}}]"#;
    assert_eq!(String::from_utf8(to_vec(&shapes).unwrap()).unwrap(), expected);
    check(expected.as_bytes()).unwrap();
    assert_eq!(to_vec(&(1_u64, "x", [true])).unwrap(), br#"[1,"x",[true]]"#);
}

#[test]
fn a_key_that_a_type_writes_twice_is_refused() {
    let more = |key: &str| Flattened { role: 1, more: HashMap::from([(key.to_owned(), 2)]) };
    assert_eq!(to_vec(&more("also")).unwrap(), br#"{"also":2,"role":1}"#);
    assert_eq!(to_vec(&more("role")).unwrap_err().code(), "duplicate_key");
}

/// JSON values of the profile.
fn canonical_values() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        "[ -~\n\t\u{1}\u{1f}é€🙂]{0,12}".prop_map(Value::from),
    ];
    scalar.prop_recursive(7, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z0-9_]{1,6}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn rewritten(bytes: &[u8]) -> Option<Vec<u8>> {
    value_to_vec(&serde_json::from_slice(bytes).ok()?).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_written_is_accepted_and_read_back(value in canonical_values()) {
        let bytes = to_vec(&value).unwrap();
        prop_assert_eq!(check(&bytes), Ok(()));
        prop_assert_eq!(parse(&bytes).unwrap(), value.clone());
        prop_assert_eq!(strict::parse(&bytes, Limits::default()).unwrap(), value);
    }

    /// `serde_json` accepts much more; what it reads and we write again is the same text just when the check passes.
    #[test]
    fn an_altered_text_is_accepted_only_if_it_is_what_would_be_written(
        value in canonical_values(),
        place in any::<prop::sample::Index>(),
        with in prop_oneof!["[\\[\\]{}\",:0-9a-z\\\\. -]{0,3}", "\\PC{0,2}", Just("\\u0001".to_owned())],
        cut in 0_usize..3,
    ) {
        let text = String::from_utf8(to_vec(&value).unwrap()).unwrap();
        let mut characters = text.chars().collect::<Vec<_>>();
        let start = place.index(characters.len() + 1);
        let end = (start + cut).min(characters.len());
        characters.splice(start..end, with.chars());
        let altered = characters.into_iter().collect::<String>().into_bytes();
        prop_assert_eq!(check(&altered).is_ok(), rewritten(&altered).as_ref() == Some(&altered));
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[\\[\\]{}\",:0-9eE\\\\.u nulltruefals+-]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for input in [text.as_bytes(), &bytes] {
            prop_assert_eq!(check(input).is_ok(), rewritten(input).as_deref() == Some(input));
            if let Ok(value) = strict::parse(input, Limits::default()) {
                prop_assert_eq!(serde_json::from_slice::<Value>(input).unwrap(), value);
            }
        }
    }
}

/// Asserts how the strict reader refuses a text from outside.
#[track_caller]
fn turned_away(input: impl AsRef<[u8]>, code: &str, place: (usize, usize)) -> String {
    let error = strict::parse(input.as_ref(), Limits::default()).unwrap_err();
    assert_eq!((error.code(), (error.line, error.column)), (code, place), "{error}");
    error.sentence()
}

#[test]
fn b01_a_field_that_appears_twice() {
    let sentence = turned_away(r#"{"role":"auditor","role":"admin"}"#, "json_duplicate_key", (1, 19));
    assert_eq!(sentence, "The field `role` appears twice.");
    turned_away("{\"role\":1,\n \"r\\u006fle\":2}", "json_duplicate_key", (2, 2));
    strict::parse(br#"[{"role":1},{"role":2}]"#, Limits::default()).unwrap();
}

#[test]
fn b02_nesting() {
    turned_away("[".repeat(200), "json_too_deep", (1, 65));
    turned_away("{\"a\":".repeat(100_000), "json_too_deep", (1, 321));
    let deepest = format!("{}{}", "[".repeat(64), "]".repeat(64));
    strict::parse(deepest.as_bytes(), Limits::default()).unwrap();
}

#[test]
fn b03_broken_text() {
    assert_eq!(turned_away("{\"a\":\n  1", "json_invalid", (2, 4)), "The text ends too early.");
    turned_away("", "json_invalid", (1, 1));
    turned_away("[tru", "json_invalid", (1, 2));
    turned_away(b"\xef\xbb\xbf{}", "json_invalid", (1, 1));
    turned_away(b"\xff\xfe{\0}\0", "json_invalid", (1, 1));
    turned_away(b"{\0}\0", "json_invalid", (1, 1));
    turned_away(b"\0{\0}", "json_invalid", (1, 1));
    turned_away(b"[\"\xc3\xa9\xff\"]", "json_invalid", (1, 4));
    turned_away(r#"["é\ud83d"]"#, "json_invalid", (1, 4));
    turned_away(r#"["\ud83d\u0041"]"#, "json_invalid", (1, 3));
    turned_away(r#"["\udc00"]"#, "json_invalid", (1, 3));
    turned_away("[\n\"\\u0000\"]", "json_invalid", (2, 2));
    turned_away(b"[\"a\0\"]", "json_invalid", (1, 4));
    turned_away("[\"a\nb\"]", "json_invalid", (1, 4));
    turned_away("{} {}", "json_invalid", (1, 4));
    turned_away("[1,]", "json_invalid", (1, 4));
    turned_away("{a:1}", "json_invalid", (1, 2));
    turned_away(r#"["\x"]"#, "json_invalid", (1, 3));
    turned_away("[01]", "json_invalid", (1, 2));
    turned_away("[1.]", "json_invalid", (1, 2));
    turned_away("[-]", "json_invalid", (1, 2));
}

#[test]
fn b05_numbers() {
    let sentence = turned_away("[9007199254740993]", "number_out_of_range", (1, 2));
    assert_eq!(sentence, "The number `9007199254740993` is out of range.");
    for number in ["9007199254740992", "-9007199254740992", "9007199254740993.0", "1e400", "-1e400"] {
        turned_away(number, "number_out_of_range", (1, 1));
    }
    for number in ["NaN", "Infinity", "-Infinity", "18446744073709551616"] {
        turned_away(format!("{{\"a\":{number}}}"), "number_out_of_range", (1, 6));
    }
    turned_away("9".repeat(500), "number_out_of_range", (1, 1));
    let read = strict::parse(br#"[9007199254740991,0.5,-1.25e-3,1.797e308,-7]"#, Limits::default()).unwrap();
    assert_eq!(read, json!([9_007_199_254_740_991_i64, 0.5, -0.00125, 1.797e308, -7]));
}

#[test]
fn limits_of_size() {
    let limits = Limits { bytes: 20, depth: 2, keys: 2 };
    let code = |text: &str| strict::parse(text.as_bytes(), limits).unwrap_err().code();
    assert_eq!(code("\"a rather long string\""), "json_too_large");
    assert_eq!(code("[[[]]]"), "json_too_deep");
    assert_eq!(code(r#"{"a":1,"b":2,"c":3}"#), "json_too_many_keys");
    strict::parse(br#"[{"a":1,"b":2},{}]"#, limits).unwrap();
}

#[test]
fn escapes_are_undone() {
    let read = strict::parse(br#" "\ud83d\ude42\u00e9\/\b\f\n\r\t\"\\" "#, Limits::default()).unwrap();
    assert_eq!(read, json!("🙂é/\u{8}\u{c}\n\r\t\"\\"));
}
