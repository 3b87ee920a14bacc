//! The verifier on bundles, beside plain SHA-256 of one core over the same bytes.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use aims_benches::{
    report::{Report, Target},
    rounds::{median, median_ratio, peak_memory, process_cpu, time},
};
use sha2::{Digest, Sha256};

use crate::{Effort, Result, world};

/// Once over a bundle.
#[derive(Clone, Copy)]
struct Pass {
    wall: f64,
    cpu: f64,
    /// MiB; of the verifier alone.
    peak: f64,
}

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, rounds) = if effort.quick { ([1_000, 10_000, 50_000], 3) } else { ([100_000, 300_000, 1_000_000], 5) };
    let programs = Programs::build()?;
    let bundles = sizes.map(|entries| programs.bundle(entries)).into_iter().collect::<Result<Vec<_>>>()?;
    let mut passes: Vec<Vec<(Pass, Pass)>> = vec![Vec::new(); bundles.len()];
    for _ in 0..rounds {
        for (bundle, passes) in bundles.iter().zip(&mut passes) {
            passes.push((programs.verify(bundle)?, hash(bundle)?));
        }
    }
    let about = format!(
        "the verifier's process, beside SHA-256 on one core over the same bytes in memory; {rounds} rounds in turn"
    );
    let mut report = Report::new("verify", about);
    let mut each = Vec::new();
    for (bundle, passes) in bundles.iter().zip(&passes) {
        let largest = bundle.entries == sizes[2];
        each.push(add(&mut report, bundle, passes, largest));
    }
    if let (Some(first), Some(last)) = (each.first(), each.last()) {
        report.add_promised("an entry, largest / smallest", last / first, "x", Target::AtMost(1.25));
    }
    Ok(report)
}

/// Adds a bundle's figures; answers the verifier's seconds an entry.
fn add(report: &mut Report, bundle: &Bundle, passes: &[(Pass, Pass)], promised: bool) -> f64 {
    let of = |figure: fn(&(Pass, Pass)) -> f64| passes.iter().map(figure).collect::<Vec<_>>();
    let (verify, hash) = (of(|p| p.0.wall), of(|p| p.1.wall));
    // Rates over the same bytes: the ratio is the inverse of that of the times.
    let ratio = median_ratio(&hash, &verify);
    let cpu = median_ratio(&of(|p| p.1.cpu), &of(|p| p.0.cpu));
    let peak = of(|p| p.0.peak).into_iter().fold(f64::NAN, f64::max);
    let entries = bundle.entries as f64;
    let name = |what: &str| format!("{} entries: {what}", bundle.entries);
    if promised {
        report.add_promised(name("rate / SHA-256"), ratio, "x", Target::AtLeast(0.6));
        report.add_promised(name("peak memory"), peak, "MiB", Target::AtMost(256.0));
    } else {
        report.add(name("rate / SHA-256"), ratio, "x");
        report.add(name("peak memory"), peak, "MiB");
    }
    report.add(name("rate / SHA-256 by processor time"), cpu, "x");
    report.add(name("bundle"), bundle.bytes as f64 / 1e6, "MB");
    report.add(name("verifier"), bundle.bytes as f64 / 1e6 / median(&verify), "MB/s");
    report.add(name("SHA-256"), bundle.bytes as f64 / 1e6 / median(&hash), "MB/s");
    report.add(name("an entry"), median(&verify) * 1e6 / entries, "us");
    median(&verify) / entries
}

/// The verifier and the maker of bundles, which share no code with the rest and are programs of their own.
struct Programs {
    verifier: PathBuf,
    maker: PathBuf,
}

struct Bundle {
    entries: u64,
    bytes: u64,
    files: Vec<PathBuf>,
    dir: PathBuf,
    key: PathBuf,
}

impl Programs {
    /// Has both built, in the build that this program comes from.
    fn build() -> Result<Programs> {
        let release = std::env::current_exe()?.parent().ok_or("the program lies nowhere")?.to_owned();
        let target = release.parent().ok_or("the program lies outside a build folder")?;
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--release", "--package", "aims-verify", "--bin", "aims-verify"])
            .args(["--example", "make_bundle", "--manifest-path", manifest, "--target-dir"])
            .arg(target)
            .status()?;
        if !built.success() {
            return Err("the verifier could not be built".into());
        }
        let release = target.join("release");
        Ok(Programs { verifier: release.join("aims-verify"), maker: release.join("examples/make_bundle") })
    }

    /// The bundle of this size; made where it is not there yet.
    fn bundle(&self, entries: u64) -> Result<Bundle> {
        let dir = world::data()?.join(format!("bundle-{entries}"));
        let key = dir.with_extension("key");
        if !key.exists() {
            if dir.exists() {
                fs::remove_dir_all(&dir)?;
            }
            let start = Instant::now();
            let made =
                Command::new(&self.maker).arg(&dir).arg(entries.to_string()).stderr(Stdio::inherit()).output()?;
            if !made.status.success() {
                return Err("the bundle could not be made".into());
            }
            fs::write(&key, &made.stdout)?;
            eprintln!("made a bundle of {entries} entries in {:.1} s", start.elapsed().as_secs_f64());
        }
        let mut files = Vec::new();
        list(&dir, &mut files)?;
        let bytes = files.iter().map(|f| Ok(fs::metadata(f)?.len())).sum::<Result<u64>>()?;
        Ok(Bundle { entries, bytes, files, dir, key })
    }

    /// Verifies once, watching the process's memory until it ends.
    fn verify(&self, bundle: &Bundle) -> Result<Pass> {
        let (start, before) = (Instant::now(), process_cpu().1);
        let mut child = Command::new(&self.verifier)
            .arg(&bundle.dir)
            .arg("--key")
            .arg(&bundle.key)
            .stdout(Stdio::null())
            .spawn()?;
        let process = child.id().to_string();
        let mut peak = 0.0;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            peak = peak_memory(&process).unwrap_or(peak);
            thread::sleep(Duration::from_millis(2));
        };
        let wall = start.elapsed().as_secs_f64();
        if !status.success() {
            return Err(format!("the verifier answers {status}").into());
        }
        Ok(Pass { wall, cpu: process_cpu().1 - before, peak })
    }
}

fn list(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, found)?;
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// So many bytes are read before they are hashed.
const BLOCK: usize = 64 << 20;

/// SHA-256 of all files on this thread. Only the hashing is timed, not the reading: what is asked for is the rate of the core.
fn hash(bundle: &Bundle) -> Result<Pass> {
    let mut pass = Pass { wall: 0.0, cpu: 0.0, peak: 0.0 };
    let (mut block, mut digest) = (Vec::with_capacity(BLOCK), Sha256::new());
    for path in &bundle.files {
        let mut file = File::open(path)?;
        while (&mut file).take((BLOCK - block.len()) as u64).read_to_end(&mut block)? > 0 {
            if block.len() == BLOCK {
                digest_block(&mut digest, &mut block, &mut pass);
            }
        }
    }
    digest_block(&mut digest, &mut block, &mut pass);
    if digest.finalize().iter().all(|byte| *byte == 0) {
        return Err("the digest cannot be all zeros".into());
    }
    Ok(pass)
}

fn digest_block(digest: &mut Sha256, block: &mut Vec<u8>, pass: &mut Pass) {
    let ((), took) = time(|| digest.update(&block));
    pass.wall += took.wall;
    pass.cpu += took.cpu;
    block.clear();
}
