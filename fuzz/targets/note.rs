//! Signed notes and checkpoints: one spelling each, and no changed note is believed.
#![no_main]

use aims_ledger::{
    Hash,
    checkpoint::Checkpoint,
    note::{Note, SigningKey},
};
use libfuzzer_sys::fuzz_target;

const ORIGIN: &str = "example.com/org/7";

fuzz_target!(|bytes: &[u8]| {
    let signer = SigningKey::from_seed(ORIGIN, &[1; 32]).expect("a sound name");
    let keys = [signer.verifier()];
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes, "a note has one spelling");
    }
    if let Ok(checkpoint) = Checkpoint::open(bytes, &keys, ORIGIN) {
        // Ed25519 signatures are deterministic: only what this key signed can be here, and it signs only this.
        let text = checkpoint.to_string();
        assert!(bytes.starts_with(text.as_bytes()));
        let signed = Note::new(text).map(|mut note| {
            note.sign(&signer);
            note.to_string()
        });
        let line = signed.expect("its own text").lines().last().expect("a signature").to_owned();
        assert!(String::from_utf8_lossy(bytes).contains(&line));
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text, "a checkpoint has one spelling");
    }
    if let Ok(checkpoint) = Checkpoint::new(text, bytes.len() as u64, Hash::sha256(bytes)) {
        let note = checkpoint.sign(&[&signer]).expect("an origin that was accepted");
        assert_eq!(Checkpoint::parse(note.text()), Ok(checkpoint));
    }
});
