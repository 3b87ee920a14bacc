//! Receipts: one spelling each, and none proves an entry that it was not made for.
#![no_main]

use aims_ledger::{note::SigningKey, receipt::Receipt};
use libfuzzer_sys::fuzz_target;

const ORIGIN: &str = "example.com/org/7";

fuzz_target!(|bytes: &[u8]| {
    let keys = [SigningKey::from_seed(ORIGIN, &[1; 32]).expect("a sound name").verifier()];
    let Ok(receipt) = Receipt::parse(bytes) else { return };
    assert_eq!(receipt.to_string().as_bytes(), bytes, "a receipt has one spelling");
    // The seeds hold the receipt of this log's entry 0; nothing else may ever be proved with it.
    assert!(receipt.verify(b"another entry", &keys, ORIGIN).is_err());
    if receipt.verify(br#"{"seq":0}"#, &keys, ORIGIN).is_ok() {
        assert_eq!(receipt.index(), 0);
    }
});
