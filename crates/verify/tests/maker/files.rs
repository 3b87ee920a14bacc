//! A model as the files of a bundle.

use super::{Model, canonical};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fs, path::Path};

pub type Files = BTreeMap<String, Vec<u8>>;
pub type Hash = [u8; 32];

pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// RFC 6962, section 2.1, word for word.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest(b"").into(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

pub fn inclusion(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if index < left.len() {
        (inclusion(left, index), root(right))
    } else {
        (inclusion(right, index - left.len()), root(left))
    };
    path.push(sibling);
    path
}

pub fn tile_name(level: &str, index: usize, width: usize) -> String {
    assert!(index < 1_000_000);
    let thousand = if index >= 1000 { format!("x{:03}/", index / 1000) } else { String::new() };
    let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{thousand}{:03}{partial}", index % 1000)
}

impl Model {
    pub fn vkey(&self) -> String {
        let public = self.key.verifying_key().to_bytes();
        let id = self.key_id();
        let encoded = STANDARD.encode([&[1], public.as_slice()].concat());
        format!("{}+{}+{encoded}", self.origin, hex::encode(id))
    }

    fn key_id(&self) -> [u8; 4] {
        let public = self.key.verifying_key().to_bytes();
        let digest = Sha256::new().chain_update(&self.origin).chain_update(b"\n\x01").chain_update(public).finalize();
        digest[..4].try_into().unwrap()
    }

    pub fn leaves(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| leaf(entry)).collect()
    }

    pub fn sign_checkpoint(&self, size: usize, root: Hash) -> Vec<u8> {
        let text = format!("{}\n{size}\n{}\n", self.origin, STANDARD.encode(root));
        let signature = [self.key_id().as_slice(), &self.key.sign(text.as_bytes()).to_bytes()].concat();
        format!("{text}\n— {} {}\n", self.origin, STANDARD.encode(signature)).into_bytes()
    }

    /// The checkpoint over the first `size` entries.
    pub fn checkpoint(&self, size: usize) -> Vec<u8> {
        self.sign_checkpoint(size, root(&self.leaves()[..size]))
    }

    pub fn receipt(&self, index: usize, size: usize) -> Vec<u8> {
        let leaves = &self.leaves()[..size];
        let path: String = inclusion(leaves, index).iter().map(|h| STANDARD.encode(h) + "\n").collect();
        [format!("c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n").as_bytes(), &self.checkpoint(size)].concat()
    }

    pub fn payload_lines(&self) -> Vec<u8> {
        let mut sorted: Vec<_> = self.payloads.iter().collect();
        sorted.sort_by_key(|p| (&p.obj, p.seq, p.n));
        let mut out = Vec::new();
        for p in sorted {
            let file = p.file.as_ref().map(|f| format!("\"file\":\"{f}\",")).unwrap_or_default();
            let salt = if p.withheld { String::new() } else { format!("\"salt\":\"{}\",", hex::encode(p.salt)) };
            let withheld = if p.withheld { ",\"withheld\":true" } else { "" };
            let (c, n, obj, seq) = (&p.c, p.n, &p.obj, p.seq);
            out.extend(
                format!("{{\"c\":\"{c}\",{file}\"n\":{n},\"obj\":\"{obj}\",{salt}\"seq\":{seq}{withheld}}}\n").bytes(),
            );
            if !p.withheld {
                out.extend_from_slice(&p.bytes);
            }
            out.push(b'\n');
        }
        out
    }

    pub fn state_lines(&self) -> Vec<u8> {
        let lines = self.records.values().map(|known| canonical(&Value::Object(known.state.clone())) + "\n");
        lines.collect::<String>().into_bytes()
    }

    /// Every file of the bundle, the checkpoint signed over what the entries are now.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        let leaves = self.leaves();
        for (index, entries) in self.entries.chunks(256).enumerate() {
            let bytes = entries.iter().flat_map(|e| [&(e.len() as u16).to_be_bytes(), e.as_slice()].concat()).collect();
            files.insert(tile_name("entries", index, entries.len()), bytes);
        }
        let mut hashes = leaves.clone();
        for level in 0.. {
            if hashes.is_empty() {
                break;
            }
            for (index, tile) in hashes.chunks(256).enumerate() {
                files.insert(tile_name(&level.to_string(), index, tile.len()), tile.concat());
            }
            hashes = hashes.chunks_exact(256).map(root).collect();
        }
        let withheld = if self.withheld { "\"personal\"" } else { "" };
        let (org, origin, size) = (&self.org, &self.origin, self.entries.len());
        let label = format!(
            "{{\"made_at\":\"2026-11-23T21:14:36.123Z\",\"org\":\"{org}\",\"origin\":\"{origin}\",\"size\":{size},\"v\":1,\"withheld\":[{withheld}]}}"
        );
        let sums: String = self.evidence.keys().map(|f| format!("{f}  evidence/{}/{f}\n", &f[..2])).collect();
        files.insert("bundle.json".into(), label.into_bytes());
        files.insert("checkpoint".into(), self.sign_checkpoint(size, root(&leaves)));
        files.insert("keys".into(), (self.vkey() + "\n").into_bytes());
        files.insert("README.txt".into(), b"A bundle.\n".to_vec());
        files.insert("payloads".into(), self.payload_lines());
        files.insert("state".into(), self.state_lines());
        files.insert("SHA256SUMS".into(), sums.into_bytes());
        for (file, bytes) in &self.evidence {
            files.insert(format!("evidence/{}/{file}", &file[..2]), bytes.clone());
        }
        files
    }
}

pub fn write(files: &Files, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
