//! A bundle holds what `docs/formats/bundle.md` says, and nothing else.

mod shared;

use std::{collections::BTreeMap, fs, path::Path};

use aims_ledger::{
    Hash,
    checkpoint::Checkpoint,
    commitment, leaf_hash,
    tree::{Frontier, Resource, decode_bundle, parse_path},
};
use aims_record::ActBody;
use aims_store::StoreError;
use serde_json::{Value, json};
use shared::*;

fn files(dir: &Path, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            all.extend(files(&path, &format!("{name}/")));
        } else {
            all.insert(name, fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn a_bundle_holds_the_ledger_the_payloads_the_state_and_the_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    (1..=300).for_each(|number| drop(record(&organization, number)));
    organization
        .write(|draft| {
            let sealed = draft.seal(BEN, fields(json!({ "name": "Ben Amos" })))?;
            draft.append(envelope(recorded(BEN, "PER-0001", json!({ "name": { "sealed": sealed } }))))
        })
        .unwrap();
    let evidence = put(&organization, "report.txt", b"what was measured").unwrap();
    append(&organization, recorded(&id(500), "SYS-0500", json!({ "report": evidence.file }))).unwrap();
    let disposed = ActBody::Disposed { basis: "term".into(), number: "SYS-0004".into(), rule: "P6Y".into() };
    append(&organization, on(&id(4), "ai-system", 2, disposed)).unwrap();

    for withhold in [false, true] {
        let out = dir.path().join(format!("bundle-{withhold}"));
        let note = organization.export_bundle(&out, withhold, &mut |_, _| {}).unwrap();
        let again = organization.export_bundle(&out, withhold, &mut |_, _| {});
        assert!(matches!(again, Err(StoreError::Folder { .. })));
        let files = files(&out, "");
        assert_eq!(files["checkpoint"], note.to_string().as_bytes());
        let key = organization.verifier_key();
        let checkpoint = Checkpoint::open(&files["checkpoint"], std::slice::from_ref(&key), key.name()).unwrap();
        let entries = check_tree(&files, &checkpoint);
        assert_eq!(entries.len(), 304);
        check_payloads(&files, &entries, withhold);
        let state = String::from_utf8(files["state"].clone()).unwrap();
        let ids: Vec<Value> =
            state.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].take()).collect();
        assert_eq!(ids.len(), 302);
        assert!(ids.is_sorted_by_key(|id| id.as_str().map(str::to_owned)));
        let path = format!("evidence/{}/{}", &evidence.file.sha256[..2], evidence.file.sha256);
        assert_eq!(files[&path], b"what was measured");
        assert_eq!(files["SHA256SUMS"], format!("{}  {path}\n", evidence.file.sha256).as_bytes());
        let bundle: Value = serde_json::from_slice(&files["bundle.json"]).unwrap();
        assert_eq!(bundle["size"], 304);
        assert_eq!(bundle["withheld"], if withhold { json!(["personal"]) } else { json!([]) });
    }
    assert!(organization.verify(&mut |_, _| {}).unwrap().is_sound());
}

fn check_tree(files: &BTreeMap<String, Vec<u8>>, checkpoint: &Checkpoint) -> Vec<Vec<u8>> {
    let mut bundles = BTreeMap::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("tile/")) {
        if let Resource::Entries(bundle) = parse_path(path).unwrap() {
            bundles.insert(bundle.index(), decode_bundle(bytes, bundle.width()).unwrap());
        }
    }
    let entries: Vec<Vec<u8>> = bundles.into_values().flatten().map(<[u8]>::to_vec).collect();
    let mut frontier = Frontier::new();
    entries.iter().for_each(|entry| frontier.append(leaf_hash(entry)));
    assert_eq!((frontier.size(), frontier.root()), (checkpoint.size(), checkpoint.root()));
    entries
}

fn check_payloads(files: &BTreeMap<String, Vec<u8>>, entries: &[Vec<u8>], withhold: bool) {
    let text = String::from_utf8(files["payloads"].clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut order = Vec::new();
    for pair in lines.chunks(2) {
        let header: Value = serde_json::from_str(pair[0]).unwrap();
        let (seq, position) = (header["seq"].as_u64().unwrap(), header["n"].as_u64().unwrap());
        let entry: Value = serde_json::from_slice(&entries[usize::try_from(seq).unwrap()]).unwrap();
        let described = &entry["payload"][usize::try_from(position).unwrap()];
        assert_eq!(described["c"], header["c"]);
        assert_eq!(entry["obj"]["id"].as_str().unwrap_or_default(), header["obj"].as_str().unwrap());
        order.push((header["obj"].as_str().unwrap().to_owned(), seq, position));
        if described["class"] == "personal" && withhold {
            assert_eq!((&header["withheld"], &header["salt"], pair[1]), (&json!(true), &Value::Null, ""));
            continue;
        }
        let salt: [u8; 32] = hex::decode(header["salt"].as_str().unwrap()).unwrap().try_into().unwrap();
        let content = match header["file"].as_str() {
            Some(file) => &files[&format!("evidence/{}/{file}", &file[..2])],
            None => pair[1].as_bytes(),
        };
        assert_eq!(commitment(&salt, content), Hash::from_hex(header["c"].as_str().unwrap()).unwrap());
    }
    assert!(order.is_sorted());
    // 304 bodies, a personal one and a file; the body of what was disposed of is gone.
    assert_eq!(order.len(), 305);
    assert!(!text.contains("\"System 4\""));
}
