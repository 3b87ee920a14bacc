//! Bodies of acts: what is read is written the same, and applying it never fails in a way that is not an error.
#![no_main]

use aims_ledger::canonical;
use aims_record::{Act, Kept, Stamp};
use libfuzzer_sys::fuzz_target;

const WORDS: [&str; 10] =
    ["recorded", "amended", "linked", "unlinked", "attached", "moved", "signed", "withdrawn", "disposed", "erased"];
const ID: &str = "01940c9e-2222-7cc3-9d54-2d8cf1a0b0bb";
const BEGIN: &[u8] = br#"{"fields":{"a":"x","l":["b"]},"kind":"risk","number":"RSK-0001","state":"draft"}"#;

fuzz_target!(|bytes: &[u8]| {
    let Some((word, body)) = bytes.split_first() else { return };
    let word = WORDS[usize::from(*word) % WORDS.len()];
    let Ok(act) = Act::from_body(1, word, body) else { return };
    assert_eq!(act.word(), word);
    if canonical::check(body).is_ok() {
        // Optional members that hold `null` are read as absent; all else is written as it was read.
        let written = canonical::value_to_vec(&act.to_body()).expect("a canonical body is written canonically");
        assert_eq!(Act::from_body(1, word, &written).as_ref(), Ok(&act));
        if !body.windows(5).any(|w| w == b":null") {
            assert_eq!(written, body);
        }
    }
    apply(&act);
});

fn apply(act: &Act) {
    let stamp = Stamp { by: ID.into(), seq: 1, ts: "2026-11-23T21:14:36.123Z".into() };
    let begin = Act::from_body(0, "recorded", BEGIN).expect("a sound body");
    let record = Kept::apply(None, ID, 1, &Stamp { seq: 0, ..stamp.clone() }, &begin).expect("the first act");
    assert!(Kept::apply(Some(record.clone()), ID, 3, &stamp, act).is_err(), "a gap in the versions");
    match (Kept::apply(None, ID, 1, &stamp, act), Kept::apply(Some(record), ID, 2, &stamp, act)) {
        (Ok(_), Ok(_)) => panic!("an act is either the first or not"),
        (Ok(kept), _) | (_, Ok(kept)) => {
            let again: Kept = serde_json::from_slice(&kept.to_canonical()).expect("a state is read back");
            assert_eq!(again, kept);
        }
        (Err(_), Err(_)) => {}
    }
}
