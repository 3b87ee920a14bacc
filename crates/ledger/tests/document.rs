//! The examples of `docs/formats/ledger.md`, held against the code, so that the document cannot rot.

use aims_ledger::canonical::{check, to_vec};
use aims_ledger::note::{SigningKey, VerifierKey};
use aims_ledger::receipt::Receipt;
use aims_ledger::tree::{Resource, parse_path};
use aims_ledger::{Hash, commitment, leaf_hash, node_hash};

const ORIGIN: &str = "example.com/org/7";
const ENTRIES: [&str; 3] = [r#"{"seq":0}"#, r#"{"seq":1}"#, r#"{"seq":2,"who":"Zoë"}"#];

fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats/ledger.md")).unwrap()
}

/// The blocks between fences, in order.
fn examples() -> Vec<String> {
    document()
        .split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.trim_start_matches("text").trim_start().to_owned())
        .collect()
}

#[test]
fn the_receipt_is_what_this_code_writes() {
    let examples = examples();
    let signing = SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap();
    let key = VerifierKey::parse(examples[1].trim_end()).unwrap();
    assert_eq!(key, signing.verifier());
    let [first, second, third] = ENTRIES.map(|entry| leaf_hash(entry.as_bytes()));
    let root = node_hash(&node_hash(&first, &second), &third);
    let checkpoint = aims_ledger::checkpoint::Checkpoint::new(ORIGIN, 3, root).unwrap();
    let receipt = Receipt::new(0, vec![second, third], checkpoint.sign(&[&signing]).unwrap());
    assert_eq!(receipt.to_string(), examples[0]);
    let read = Receipt::parse(examples[0].as_bytes()).unwrap();
    assert_eq!(read.verify(ENTRIES[0].as_bytes(), &[key], ORIGIN).unwrap(), checkpoint);
}

#[test]
fn every_number_in_the_document_is_right() {
    let document = document();
    let promised = [
        leaf_hash(ENTRIES[0].as_bytes()).to_string(),
        node_hash(&leaf_hash(ENTRIES[0].as_bytes()), &leaf_hash(ENTRIES[1].as_bytes())).to_string(),
        commitment(&[7; 32], b"Anna").to_string(),
        Hash::of_empty_tree().to_string(),
    ];
    for hash in promised {
        assert!(document.contains(&hash), "{hash} is missing");
    }
    for entry in ENTRIES {
        check(entry.as_bytes()).unwrap();
        assert_eq!(to_vec(&serde_json::from_str::<serde_json::Value>(entry).unwrap()).unwrap(), entry.as_bytes());
        assert!(document.contains(entry), "{entry} is missing");
    }
    assert!(matches!(parse_path("tile/0/x001/067.p/112"), Ok(Resource::Tile(_))));
}
