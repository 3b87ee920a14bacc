//! JSON from outside: nothing accepted is lost or changed, and the limits hold.
#![no_main]

use aims_ledger::{
    canonical,
    strict::{Limits, parse},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 4096, depth: 16, keys: 50 };
    match parse(bytes, limits) {
        Ok(value) => {
            let ordinary: Value = serde_json::from_slice(bytes).expect("the strict reader accepts only JSON");
            assert!(same(&value, &ordinary), "{value} is not {ordinary}");
            assert!(bytes.len() <= limits.bytes && depth(&value) <= limits.depth && most_keys(&value) <= limits.keys);
        }
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1);
            assert!(!error.code().is_empty() && error.sentence().ends_with('.'));
            let small = bytes.len() <= limits.bytes;
            let canonical = canonical::parse(bytes).is_ok_and(|value| most_keys(&value) <= limits.keys);
            assert!(!(small && canonical), "canonical JSON within the limits is refused: {error}");
        }
    }
});

/// The same value, but for two ways of the ordinary reader: it makes a fraction of `-0`, and rounds the last digit of some fractions.
fn same(strict: &Value, ordinary: &Value) -> bool {
    match (strict, ordinary) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((key, a), (other, b))| key == other && same(a, b))
        }
        (Value::Number(a), Value::Number(b)) if a != b => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= a.abs() * 1e-15,
            _ => false,
        },
        _ => strict == ordinary,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn most_keys(value: &Value) -> usize {
    match value {
        Value::Array(elements) => elements.iter().map(most_keys).max().unwrap_or(0),
        Value::Object(members) => members.values().map(most_keys).fold(members.len(), usize::max),
        _ => 0,
    }
}
