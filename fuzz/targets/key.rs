//! Keys as text: one spelling each, and the verifier written apart knows every key that the ledger accepts.
#![no_main]

use aims_ledger::note::{SigningKey, VerifierKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
        assert!(aims_verify::Key::parse(text).is_ok());
    }
    if let Ok(key) = SigningKey::parse(text) {
        assert_eq!(key.to_text().as_str(), text);
        let public = key.verifier().to_string();
        assert!(VerifierKey::parse(&public).is_ok() && aims_verify::Key::parse(&public).is_ok());
    }
    let _ = aims_verify::Key::parse_all(text);
    // A name and a key of our own: what is written is read.
    if let Ok(key) = SigningKey::from_seed(text, &[7; 32]) {
        assert_eq!(
            SigningKey::parse(&key.to_text()).map(|key| key.verifier().to_string()),
            Ok(key.verifier().to_string())
        );
    }
});
