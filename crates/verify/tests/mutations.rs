//! Seeded mutations of random bundles: none is accepted, and none makes the verifier panic.
//! `MUTATIONS` sets how many (default 2,000), `MUTATION_SEED` where to begin; a failure prints the seed that repeats it.
mod maker;

use aims_verify::{Key, Request, Verdict, verify};
use maker::{Chance, Model, files};
use std::fs;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// What no signature or commitment covers: who made the bundle when, and how to read it.
fn covered_from(name: &str, bytes: &[u8]) -> Option<usize> {
    match name {
        "README.txt" | "keys" => None,
        "bundle.json" => bytes.windows(6).position(|w| w == b",\"org\""),
        _ => Some(0),
    }
}

fn mutate(chance: &mut Chance, bytes: &mut Vec<u8>, from: usize) -> String {
    let at = from + chance.below(bytes.len() - from);
    match chance.below(6) {
        0 => {
            bytes.remove(at);
            format!("byte {at} removed")
        }
        1 => {
            bytes.insert(at, chance.next() as u8);
            format!("byte inserted at {at}")
        }
        2 => {
            bytes.truncate(at);
            format!("truncated at {at}")
        }
        3 => swap_lines(chance, bytes).unwrap_or_else(|| {
            bytes[at] ^= 1;
            format!("bit of byte {at}")
        }),
        _ => {
            let bit = chance.below(8);
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at}")
        }
    }
}

fn swap_lines(chance: &mut Chance, bytes: &mut Vec<u8>) -> Option<String> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let (a, b) = (chance.below(lines.len()), chance.below(lines.len()));
    if lines[a] == lines[b] {
        return None;
    }
    lines.swap(a, b);
    *bytes = lines.concat();
    Some(format!("lines {a} and {b} swapped"))
}

#[test]
fn no_mutation_is_accepted() {
    let (count, first) = (setting("MUTATIONS", 2000), setting("MUTATION_SEED", 1));
    let per_bundle = 50;
    for seed in first..first + count.div_ceil(per_bundle) {
        let mut chance = Chance(seed);
        let size = 5 + chance.below(60);
        let model = Model::random(seed, size, false);
        let folder = tempfile::tempdir().unwrap();
        let all = model.files();
        files::write(&all, folder.path());
        let request = Request {
            bundle: folder.path().into(),
            keys: vec![Key::parse(&model.vkey()).unwrap()],
            ..Request::default()
        };
        assert_eq!(verify(&request).verdict, Verdict::Sound, "seed {seed}: {}", verify(&request).to_text());
        let names: Vec<&String> =
            all.keys().filter(|name| !all[*name].is_empty() && covered_from(name, &all[*name]).is_some()).collect();
        for _ in 0..per_bundle {
            let name = names[chance.below(names.len())];
            let mut bytes = all[name].clone();
            let how = mutate(&mut chance, &mut bytes, covered_from(name, &all[name]).unwrap());
            if bytes == all[name] {
                continue;
            }
            fs::write(folder.path().join(name), &bytes).unwrap();
            assert_ne!(verify(&request).verdict, Verdict::Sound, "seed {seed}, {name}: {how}");
            fs::write(folder.path().join(name), &all[name]).unwrap();
        }
    }
}
