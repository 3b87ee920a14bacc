//! Published vectors: proofs of transparency-dev/merkle, a real log written by Tessera, examples of the C2SP texts.

mod shared;

use aims_ledger::checkpoint::Checkpoint;
use aims_ledger::note::{Note, NoteError, VerifierKey};
use aims_ledger::proof::{verify_consistency, verify_inclusion};
use aims_ledger::receipt::Receipt;
use aims_ledger::tree::{Frontier, Tree, bundles_at, decode_bundle, grow, tiles_at};
use aims_ledger::{Hash, leaf_hash};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;
use serde_json::Value;
use shared::{Folder, MemoryTiles};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InclusionCase {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsistencyCase {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// A text that is no hash counts as a refusal, as in a receipt.
fn hashes(proof: Option<&Vec<String>>) -> Option<Vec<Hash>> {
    proof.into_iter().flatten().map(|text| Hash::from_base64(text).ok()).collect()
}

impl InclusionCase {
    fn holds(&self) -> Option<()> {
        let (leaf, root) = (Hash::from_base64(&self.leaf_hash).ok()?, Hash::from_base64(&self.root).ok()?);
        let proof = hashes(self.proof.as_ref())?;
        verify_inclusion(&leaf, self.leaf_idx, self.tree_size, &proof, &root).ok()
    }
}

impl ConsistencyCase {
    fn holds(&self) -> Option<()> {
        let (old, new) = (Hash::from_base64(&self.root1).ok()?, Hash::from_base64(&self.root2).ok()?);
        verify_consistency(self.size1, self.size2, &hashes(self.proof.as_ref())?, &old, &new).ok()
    }
}

#[test]
fn inclusion_proofs_of_transparency_dev() {
    let Some(folder) = Folder::find("merkle/inclusion") else { return };
    let cases = folder.files();
    assert!(cases.len() >= 50, "only {} cases", cases.len());
    for path in cases {
        let case: InclusionCase = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(case.holds().is_none(), case.want_err, "{}: {}", path.display(), case.desc);
    }
}

#[test]
fn consistency_proofs_of_transparency_dev() {
    let Some(folder) = Folder::find("merkle/consistency") else { return };
    let cases = folder.files();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    for path in cases {
        let case: ConsistencyCase = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(case.holds().is_none(), case.want_err, "{}: {}", path.display(), case.desc);
    }
}

fn tessera_key(folder: &Folder) -> VerifierKey {
    VerifierKey::parse(folder.text("KEY.txt").trim_end()).unwrap()
}

fn tessera_entries(folder: &Folder, size: u64) -> Vec<Vec<u8>> {
    let bundles = bundles_at(size).map(|bundle| (bundle, folder.bytes(&format!("log/{}", bundle.path()))));
    let decoded = bundles.flat_map(|(bundle, bytes)| {
        decode_bundle(&bytes, bundle.width()).unwrap().into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    });
    decoded.collect()
}

#[test]
fn the_tessera_log_at_every_size() {
    let Some(folder) = Folder::find("tessera") else { return };
    let keys = [tessera_key(&folder)];
    let mut frontier = Frontier::new();
    for size in 0..=15_u64 {
        let note = folder.bytes(&format!("log/checkpoint.{size}"));
        let checkpoint = Checkpoint::open(&note, &keys, "example.com/log/testdata").unwrap();
        assert_eq!(checkpoint.size(), size);
        assert_eq!(Note::parse(&note).unwrap().to_string().as_bytes(), note);

        let entries = tessera_entries(&folder, size);
        if let Some(newest) = entries.last() {
            frontier.append(leaf_hash(newest));
        }
        assert_eq!(frontier.root(), checkpoint.root(), "root at {size}");

        // Growing from nothing must give the very tiles that Tessera wrote.
        let leaves = entries.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>();
        let growth = grow(&MemoryTiles::default(), 0, &leaves).unwrap();
        assert_eq!(growth.root, checkpoint.root());
        assert_eq!(growth.tiles.iter().map(|(id, _)| *id).collect::<Vec<_>>(), tiles_at(size).collect::<Vec<_>>());
        for (id, bytes) in &growth.tiles {
            assert_eq!(*bytes, folder.bytes(&format!("log/{}", id.path())), "{}", id.path());
        }
    }
    assert_eq!(folder.bytes("log/checkpoint"), folder.bytes("log/checkpoint.15"));
}

#[test]
fn receipts_made_from_the_tessera_log() {
    let Some(folder) = Folder::find("tessera") else { return };
    let keys = [tessera_key(&folder)];
    let entries = tessera_entries(&folder, 15);
    let mut tiles = MemoryTiles::default();
    tiles.grow(0, &entries.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>());
    let tree = Tree::new(&tiles, 15);
    for size in 1..=15 {
        let note = Note::parse(&folder.bytes(&format!("log/checkpoint.{size}"))).unwrap();
        for (index, entry) in (0..size).zip(&entries) {
            let receipt = Receipt::new(index, tree.inclusion_proof(index, size).unwrap(), note.clone());
            let read = Receipt::parse(receipt.to_string().as_bytes()).unwrap();
            assert_eq!(read.verify(entry, &keys, "example.com/log/testdata").unwrap().size(), size);
            assert!(read.verify(b"something else", &keys, "example.com/log/testdata").is_err());
        }
    }
}

#[test]
fn the_checkpoints_of_the_tessera_log_follow_from_one_another() {
    let Some(folder) = Folder::find("tessera") else { return };
    let keys = [tessera_key(&folder)];
    let mut tiles = MemoryTiles::default();
    tiles.grow(0, &tessera_entries(&folder, 15).iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>());
    let tree = Tree::new(&tiles, 15);
    let root = |size: u64| {
        let note = folder.bytes(&format!("log/checkpoint.{size}"));
        Checkpoint::open(&note, &keys, "example.com/log/testdata").unwrap().root()
    };
    for new in 0..=15 {
        for old in 0..=new {
            let proof = tree.consistency_proof(old, new).unwrap();
            verify_consistency(old, new, &proof, &root(old), &root(new)).unwrap();
        }
    }
}

/// A receipt, its entry and the key, as a Sigstore bundle of a Rekor v2 log (a foreign C2SP log) tells them.
fn rekor_receipt(folder: &Folder) -> (Result<Receipt, NoteError>, Vec<u8>, VerifierKey) {
    let json = |path: &str| serde_json::from_slice::<Value>(&folder.bytes(path)).unwrap();
    let (bundle, root) = (json("bundle.sigstore.json"), json("trusted_root.json"));
    let entry = &bundle["verificationMaterial"]["tlogEntries"][0];
    let proof = &entry["inclusionProof"];
    let index = proof["logIndex"].as_str().unwrap().parse().unwrap();
    let hashes =
        proof["hashes"].as_array().unwrap().iter().map(|hash| Hash::from_base64(hash.as_str().unwrap()).unwrap());
    let note = Note::parse(proof["checkpoint"]["envelope"].as_str().unwrap().as_bytes());
    let der = BASE64_STANDARD.decode(root["tlogs"][1]["publicKey"]["rawBytes"].as_str().unwrap()).unwrap();
    let key = VerifierKey::new(REKOR, der.last_chunk().unwrap()).unwrap();
    let body = BASE64_STANDARD.decode(entry["canonicalizedBody"].as_str().unwrap()).unwrap();
    (note.map(|note| Receipt::new(index, hashes.collect(), note)), body, key)
}

const REKOR: &str = "log2025-alpha1.rekor.sigstage.dev";

#[test]
fn receipts_of_a_public_rekor_log() {
    // The second carries the line of an unknown witness as well, which is ignored.
    for name in ["sigstore/rekor2-happy-path", "sigstore/rekor2-checkpoint-cosigned"] {
        let Some(folder) = Folder::find(name) else { return };
        let (receipt, body, key) = rekor_receipt(&folder);
        assert_eq!(receipt.unwrap().verify(&body, &[key], REKOR).unwrap().size(), 736);
    }
    let Some(folder) = Folder::find("sigstore/rekor2-checkpoint-missing-size_fail") else { return };
    let (receipt, body, key) = rekor_receipt(&folder);
    assert!(receipt.unwrap().verify(&body, &[key], REKOR).is_err());
}

#[test]
fn the_example_of_the_signed_note_text() {
    let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let key = VerifierKey::parse(key).unwrap();
    let text = "This is an example message.\n\n\u{2014} example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let note = Note::parse(text.as_bytes()).unwrap();
    assert_eq!(note.verify(std::slice::from_ref(&key)).unwrap(), [&key]);
    assert_eq!(note.text(), "This is an example message.\n");
    let altered = Note::parse(text.replace("example message", "example massage").as_bytes()).unwrap();
    assert_eq!(altered.verify(&[key]), Err(NoteError::BadSignature("example.com/foo".into())));
}

#[test]
fn the_example_checkpoint_of_the_checkpoint_text() {
    let Some(folder) = Folder::find("c2sp") else { return };
    let document = folder.text("tlog-checkpoint.md");
    let example = document.split("```\n").nth(1).unwrap();
    let note = Note::parse(example.as_bytes()).unwrap();
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(note.to_string(), example);
    assert_eq!(note.verify(&[]), Err(NoteError::NoKnownSignature));
}
