//! Canonical JSON: what is accepted is the one spelling of its value, and two readers written apart agree on what that is.
#![no_main]

use aims_ledger::canonical;
use libfuzzer_sys::fuzz_target;

// The verifier's scanner is private to it: its files are taken in here as they are.
#[path = "../../crates/verify/src/hexadecimal.rs"]
#[allow(dead_code, missing_docs, reason = "only `fault` is used here")]
mod hexadecimal;
#[path = "../../crates/verify/src/scan.rs"]
#[allow(dead_code, missing_docs, unused_imports, reason = "only `fault` is used here")]
mod scan;
#[path = "../../crates/verify/src/strings.rs"]
#[allow(dead_code, missing_docs, reason = "only `fault` is used here")]
mod strings;

fuzz_target!(|bytes: &[u8]| {
    let accepted = canonical::check(bytes).is_ok();
    let fault = scan::fault(bytes);
    assert_eq!(
        accepted,
        fault.is_none(),
        "the ledger and the verifier disagree: {:?} / {fault:?}",
        canonical::check(bytes)
    );
    match canonical::parse(bytes) {
        Ok(value) => {
            assert!(accepted);
            assert_eq!(canonical::value_to_vec(&value).as_deref(), Ok(bytes));
            assert_eq!(serde_json::from_slice::<serde_json::Value>(bytes).ok(), Some(value));
        }
        Err(error) => {
            assert!(!accepted);
            assert!(!error.code().is_empty() && error.offset <= bytes.len());
        }
    }
    refused_or_written_canonically(bytes, accepted);
});

/// Bytes are accepted exactly if writing the value that an ordinary reader sees in them gives the same bytes.
fn refused_or_written_canonically(bytes: &[u8], accepted: bool) {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else {
        assert!(!accepted, "accepted, but no JSON");
        return;
    };
    if let Ok(written) = canonical::value_to_vec(&value) {
        assert_eq!(accepted, written == bytes);
        assert!(canonical::check(&written).is_ok(), "what we write is refused");
    }
}
