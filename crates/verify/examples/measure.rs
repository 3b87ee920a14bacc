//! Measures verification against plain SHA-256 on one core over the same bytes: `measure FOLDER [ROUNDS]`.
//!
//! Prints both rates in MB/s (10^6 bytes), their ratio, and the verifier's peak memory. Where other programs keep the cores
//! busy, the processor time says more than the time on the clock.

use aims_verify::{Request, Verdict, verify};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { files(&entry.path(), found) } else { found.push(entry.path()) }
    }
}

fn hash_all(paths: &[PathBuf]) -> (u64, Duration) {
    let (mut bytes, mut hashing) = (0, Duration::ZERO);
    let mut buffer = vec![0; 1 << 20];
    let mut digest = Sha256::new();
    for path in paths {
        let mut file = File::open(path).unwrap();
        loop {
            let read = file.read(&mut buffer).unwrap();
            if read == 0 {
                break;
            }
            // Only the hashing counts, not the reading: the reference is the rate of the core.
            let start = Instant::now();
            digest.update(&buffer[..read]);
            hashing += start.elapsed();
            bytes += read as u64;
        }
    }
    assert_ne!(digest.finalize().as_slice(), [0; 32]);
    (bytes, hashing)
}

/// Processor time of this process so far, both cores together, in seconds.
fn processor_time() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("measure FOLDER [ROUNDS]"));
    let rounds = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(5);
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let request = Request { bundle: folder, trust_bundle_keys: true, ..Request::default() };
    for round in 1..=rounds {
        let before = processor_time();
        let start = Instant::now();
        let report = verify(&request);
        let took = start.elapsed();
        let cores = processor_time() - before;
        assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
        let peak = peak_memory();
        let (bytes, hashing) = hash_all(&paths);
        let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
        println!(
            "round {round}: {} entries, {:.0} MB in {:.2} s = {:.0} MB/s ({cores:.2} s of processor time); \
             SHA-256 on one core {:.0} MB/s; ratio {:.2}; peak {peak}",
            report.size,
            bytes as f64 / 1e6,
            took.as_secs_f64(),
            rate(took),
            rate(hashing),
            rate(took) / rate(hashing),
        );
    }
}
