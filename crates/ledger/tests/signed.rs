//! Notes, checkpoints, keys and receipts: what is accepted, and every way they are refused.

mod shared;

use aims_ledger::checkpoint::{Checkpoint, CheckpointError};
use aims_ledger::note::{KeyError, NOTE_BYTES_MAX, Note, NoteError, SIGNATURES_MAX, SigningKey, VerifierKey};
use aims_ledger::receipt::{Receipt, ReceiptError};
use aims_ledger::tree::{PathError, Resource, TileId, Tree, parse_path};
use aims_ledger::{Hash, commitment, leaf_hash, node_hash};
use proptest::prelude::*;
use shared::MemoryTiles;

const ORIGIN: &str = "example.com/org/7";

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, &[seed; 32]).unwrap()
}

fn entry(number: u64) -> Vec<u8> {
    format!("{{\"seq\":{number}}}").into_bytes()
}

/// A receipt for one entry of a log signed by key 1.
fn receipt(index: u64, size: u64) -> Receipt {
    let mut tiles = MemoryTiles::default();
    let growth = tiles.grow(0, &(0..size).map(|number| leaf_hash(&entry(number))).collect::<Vec<_>>());
    let checkpoint = Checkpoint::new(ORIGIN, size, growth.root).unwrap().sign(&[&key(ORIGIN, 1)]).unwrap();
    Receipt::new(index, Tree::new(&tiles, size).inclusion_proof(index, size).unwrap(), checkpoint)
}

#[test]
fn hashes_have_one_spelling() {
    let hash = leaf_hash(b"");
    // RFC 6962: SHA-256 of the single byte 0x00.
    assert_eq!(hash.to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(hash.to_base64(), "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=");
    assert_eq!(Hash::from_hex(&hash.to_string()), Ok(hash));
    assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
    assert!(Hash::from_hex(&hash.to_string().to_uppercase()).is_err());
    assert!(Hash::from_base64(hash.to_base64().trim_end_matches('=')).is_err());
    // The last character carries two bits that no byte needs; another spelling of them is another text.
    assert!(Hash::from_base64(&hash.to_base64().replace("B0=", "B1=")).is_err());
    assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{hash}\""));
    assert_eq!(serde_json::from_str::<Hash>(&format!("\"{hash}\"")).unwrap(), hash);
}

#[test]
fn leaf_node_and_commitment_are_kept_apart() {
    let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let both = [left.as_bytes().as_slice(), right.as_bytes()].concat();
    assert_ne!(node_hash(&left, &right), leaf_hash(&both));
    assert_ne!(commitment(left.as_bytes(), right.as_bytes()), node_hash(&left, &right));
    let spelled_out = [[2].as_slice(), &[9; 32], b"Anna"].concat();
    assert_eq!(commitment(&[9; 32], b"Anna"), Hash::sha256(&spelled_out));
}

#[test]
fn keys_are_read_as_they_are_written() {
    let signing = key(ORIGIN, 1);
    let verifier = signing.verifier();
    assert_eq!(VerifierKey::parse(&verifier.to_string()).unwrap(), verifier);
    assert_eq!(SigningKey::parse(&signing.to_text()).unwrap().verifier(), verifier);
    assert_eq!(VerifierKey::new(ORIGIN, verifier.public_key()).unwrap(), verifier);
    let debug = format!("{signing:?}");
    assert!(debug.contains("withheld") && !debug.contains(&signing.to_text()[40..]));
}

#[test]
fn keys_that_are_not_sound_are_refused() {
    let text = key(ORIGIN, 1).verifier().to_string();
    let refused = |text: &str| VerifierKey::parse(text).unwrap_err();
    assert!(matches!(refused(&text.replace("org/7", "org/8")), KeyError::OtherId { .. }));
    assert!(matches!(refused(&text.replace(ORIGIN, "")), KeyError::Name(_)));
    assert!(matches!(refused(&text.replace(ORIGIN, "two words")), KeyError::Name(_)));
    assert!(matches!(refused(&text.replace(ORIGIN, "no\u{a0}break")), KeyError::Name(_)));
    assert!(matches!(refused("name only"), KeyError::Shape));
    assert!(matches!(refused("a+0011223+AA=="), KeyError::Shape));
    assert!(matches!(refused("a+00112233+BAAA"), KeyError::Type(4)));
    assert_eq!(VerifierKey::new("a", &[0; 32]), Err(KeyError::Weak));
    assert!(SigningKey::from_seed("a+b", &[1; 32]).is_err());
    let private = key("a", 1).to_text();
    assert!(SigningKey::parse(&private.replace("PRIVATE", "PUBLIC")).is_err());
    assert!(matches!(SigningKey::parse(&private.replace("+a+", "+b+")), Err(KeyError::OtherId { .. })));
}

#[test]
fn two_keys_may_share_a_name() {
    let (old, new) = (key(ORIGIN, 1), key(ORIGIN, 2));
    assert_ne!(old.key_id(), new.key_id());
    let mut note = Note::new("text\n".to_owned()).unwrap();
    note.sign(&old);
    note.sign(&new);
    let note = Note::parse(note.to_string().as_bytes()).unwrap();
    let (old, new) = (old.verifier(), new.verifier());
    assert_eq!(note.verify(std::slice::from_ref(&new)).unwrap(), [&new]);
    assert_eq!(note.verify(&[new.clone(), old.clone()]).unwrap(), [&old, &new]);
    assert_eq!(note.verify(&[key(ORIGIN, 3).verifier()]), Err(NoteError::NoKnownSignature));
    // The same key known under another name is another key.
    assert_eq!(note.verify(&[key("elsewhere", 1).verifier()]), Err(NoteError::NoKnownSignature));
}

#[test]
fn a_wrong_signature_of_a_known_key_condemns_the_note() {
    let (ours, theirs) = (key("ours", 1), key("theirs", 2));
    let mut other = Note::new("another text\n".to_owned()).unwrap();
    other.sign(&ours);
    let mut note = Note::new("text\n".to_owned()).unwrap();
    note.sign(&theirs);
    let mixed = format!("{note}{}\n", other.signatures()[0]);
    let mixed = Note::parse(mixed.as_bytes()).unwrap();
    let keys = [ours.verifier(), theirs.verifier()];
    assert_eq!(mixed.verify(&keys), Err(NoteError::BadSignature("ours".into())));
    // Whoever does not know our key has nothing to object to.
    assert_eq!(mixed.verify(&keys[1..]).unwrap(), [&keys[1]]);
}

#[test]
fn notes_of_the_wrong_shape_are_refused() {
    let line = "\u{2014} a AAAAAAA=\n";
    let refused = |note: String| Note::parse(note.as_bytes()).unwrap_err();
    assert_eq!(Note::parse(&[b't', 0xff]), Err(NoteError::NotUtf8));
    assert_eq!(refused(format!("text\n{line}")), NoteError::Shape);
    assert_eq!(refused("text\n\n".to_owned()), NoteError::Shape);
    assert_eq!(refused(format!("text\n\n{}", line.trim_end())), NoteError::Shape);
    assert_eq!(refused(format!("te\txt\n\n{line}")), NoteError::ControlCharacter);
    assert_eq!(refused(format!("text\r\n\n{line}")), NoteError::ControlCharacter);
    let bad = ["- a AAAAAAA=", "\u{2014} a", "\u{2014} a+b AAAAAAA=", "\u{2014}  AAAAAAA=", "\u{2014} a AAAAAA==", "x"];
    for line in bad {
        assert_eq!(refused(format!("text\n\n{line}\n")), NoteError::SignatureLine(line.to_owned()));
    }
    assert!(Note::parse(format!("text\n\n{}", line.repeat(16)).as_bytes()).is_ok());
    let many = SIGNATURES_MAX + 1;
    assert_eq!(refused(format!("text\n\n{}", line.repeat(many))), NoteError::TooManySignatures(many));
    let large = format!("{}\n\n{line}", "t".repeat(NOTE_BYTES_MAX));
    assert_eq!(refused(large.clone()), NoteError::TooLarge(large.len()));
    assert_eq!(Note::new("no line feed".to_owned()), Err(NoteError::Shape));
}

#[test]
fn a_text_may_have_empty_lines() {
    let mut note = Note::new("Ognuno sta solo\n\ned \u{e8} subito sera.\n".to_owned()).unwrap();
    note.sign(&key("q", 1));
    assert_eq!(Note::parse(note.to_string().as_bytes()).unwrap(), note);
}

#[test]
fn a_checkpoint_counts_only_for_its_own_origin_and_key() {
    let (ours, other) = (key(ORIGIN, 1), key("example.com/other", 2));
    let keys = [ours.verifier(), other.verifier()];
    let root = Hash::of_empty_tree();
    let note = |origin, key| Checkpoint::new(origin, 0, root).unwrap().sign(&[key]).unwrap().to_string();
    let opened = Checkpoint::open(note(ORIGIN, &ours).as_bytes(), &keys, ORIGIN).unwrap();
    assert_eq!((opened.size(), opened.root()), (0, root));
    let refused = |note: String| Checkpoint::open(note.as_bytes(), &keys, ORIGIN).unwrap_err();
    assert!(matches!(refused(note("example.com/other", &ours)), CheckpointError::OtherOrigin { .. }));
    // A key that we know, but of another log, cannot speak for this one.
    assert_eq!(refused(note(ORIGIN, &other)), CheckpointError::Note(NoteError::NoKnownSignature));
}

#[test]
fn checkpoint_texts_have_one_spelling() {
    let root = Hash::of_empty_tree().to_base64();
    let parse = Checkpoint::parse;
    assert_eq!(parse(&format!("o\n0\n{root}\n")).unwrap().to_string(), format!("o\n0\n{root}\n"));
    for size in ["01", "+1", "-1", "1 ", "", "0x1", "18446744073709551616"] {
        assert_eq!(parse(&format!("o\n{size}\n{root}\n")), Err(CheckpointError::Size(size.to_owned())));
    }
    assert!(matches!(parse("o\n1\nAAAA\n"), Err(CheckpointError::Root(_))));
    assert!(matches!(parse(&format!("\n1\n{root}\n")), Err(CheckpointError::Origin(_))));
    assert_eq!(parse("o\n1\n"), Err(CheckpointError::Shape));
    assert_eq!(parse(&format!("o\n1\n{root}")), Err(CheckpointError::Shape));
    assert_eq!(parse(&format!("o\n1\n{root}\n\n")), Err(CheckpointError::Shape));
    let extended = parse(&format!("o\n1\n{root}\nmore\n")).unwrap();
    assert_eq!(extended.extensions(), ["more"]);
    assert_eq!(extended.without_extensions(), Err(CheckpointError::Extensions));
    assert!(Checkpoint::new("two\nlines", 0, Hash::of_empty_tree()).is_err());
}

#[test]
fn receipts_of_the_wrong_shape_are_refused() {
    let text = receipt(2, 5).to_string();
    let refused = |text: String| Receipt::parse(text.as_bytes()).unwrap_err();
    let at = |line, expected| ReceiptError::Line { line, expected };
    assert_eq!(refused(text.replace("@v1", "@v2")), at(1, "`c2sp.org/tlog-proof@v1`"));
    assert_eq!(refused(text.replace("index 2", "index 02")), at(2, "`index` and a decimal number"));
    assert_eq!(refused(text.replace("index 2", "extra !\nindex 2")), at(2, "`extra` and base64"));
    assert_eq!(refused(text.replace("index 2\n", "index 2\nAAAA\n")), at(3, "the base64 of a hash"));
    let hash = format!("{}\n", Hash::of_empty_tree().to_base64());
    let head = text.find("\n\n").unwrap();
    let with = |hashes| format!("c2sp.org/tlog-proof@v1\nindex 2\n{}{}", hash.repeat(hashes), &text[head + 1..]);
    assert!(Receipt::parse(with(64).as_bytes()).is_ok());
    assert_eq!(refused(with(65)), at(67, "an empty line: no proof has more than 64 hashes"));
    assert!(matches!(refused("x".repeat(600_000)), ReceiptError::TooLarge(_)));
}

#[test]
fn extra_data_is_kept_and_never_believed() {
    let text = receipt(2, 5).to_string().replace("index 2", "extra Zm9v\nindex 2");
    let receipt = Receipt::parse(text.as_bytes()).unwrap();
    assert_eq!(receipt.extra(), Some(b"foo".as_slice()));
    assert_eq!(receipt.to_string(), text);
    receipt.verify(&entry(2), &[key(ORIGIN, 1).verifier()], ORIGIN).unwrap();
}

#[test]
fn a_receipt_proves_its_entry_and_no_other() {
    let keys = [key(ORIGIN, 1).verifier()];
    let receipt = receipt(2, 5);
    assert_eq!(receipt.verify(&entry(2), &keys, ORIGIN).unwrap().size(), 5);
    assert!(matches!(receipt.verify(&entry(3), &keys, ORIGIN), Err(ReceiptError::Proof(_))));
    assert!(receipt.verify(&entry(2), &[key(ORIGIN, 2).verifier()], ORIGIN).is_err());
    assert!(receipt.verify(&entry(2), &keys, "example.com/org/8").is_err());
}

#[test]
fn paths_are_those_of_the_tiles_text() {
    let path = |level, index, width| TileId::new(level, index, width).unwrap().path();
    assert_eq!(path(0, 1067, 112), "tile/0/x001/067.p/112");
    assert_eq!(path(3, 1_234_067, 256), "tile/3/x001/x234/067");
    assert_eq!(path(63, 0, 1), "tile/63/000.p/1");
    assert!(TileId::new(64, 0, 1).is_err() && TileId::new(0, 0, 0).is_err() && TileId::new(0, 0, 257).is_err());
    let bad = [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/1",
        "tile/0/0001",
        "tile/00/001",
        "tile/+1/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001.p/256",
        "tile/0/001.p/",
        "tile/entries/../001",
        "/tile/0/001",
        "tile/0/001/",
        "tile/-1/001",
        "tile/0/x+01/001",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
    ];
    for path in bad {
        assert_eq!(parse_path(path), Err(PathError::Path(path.to_owned())));
    }
}

proptest! {
    #[test]
    fn paths_are_read_as_they_are_written(level in 0_u8..64, index in any::<u64>(), shift in 0_u32..64, width in 1_u16..=256) {
        let tile = TileId::new(level, index >> shift, width).unwrap();
        prop_assert_eq!(parse_path(&tile.path()), Ok(Resource::Tile(tile)));
        let bundle = tile.path().replacen(&format!("tile/{level}/"), "tile/entries/", 1);
        prop_assert_eq!(parse_path(&bundle).unwrap().path(), bundle);
    }

    #[test]
    fn no_flipped_bit_of_a_receipt_passes(size in 1_u64..40, pick in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>()) {
        let index = pick.index(size as usize) as u64;
        let keys = [key(ORIGIN, 1).verifier()];
        let mut bytes = receipt(index, size).to_string().into_bytes();
        let bit = flip.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let verified = Receipt::parse(&bytes).and_then(|receipt| receipt.verify(&entry(index), &keys, ORIGIN));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[ -~\n—]{0,200}") {
        for input in [bytes.as_slice(), text.as_bytes()] {
            prop_assert!(Note::parse(input).is_err() || input.ends_with(b"\n"));
            prop_assert!(Receipt::parse(input).is_err());
        }
        prop_assert!(VerifierKey::parse(&text).is_err() && SigningKey::parse(&text).is_err());
    }
}

#[test]
fn no_flipped_bit_of_a_checkpoint_passes() {
    let keys = [key(ORIGIN, 1).verifier()];
    let note = receipt(2, 5).checkpoint().to_string().into_bytes();
    for bit in 0..note.len() * 8 {
        let mut altered = note.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(Checkpoint::open(&altered, &keys, ORIGIN).is_err(), "bit {bit}");
    }
}
