//! How many acts a second are acknowledged, beside bare SQLite committing groups of the same size with the same settings.
//!
//! `cargo run --release -p aims-store --example commit_rate -- FOLDER [CLIENTS] [SECONDS]`

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aims_record::{Accepted, Act, ActBody, Actor, ActorKind};
use aims_store::{AppendError, Chance, Clock, Deed, Envelope, Filter, Founding, OpenOptions, Organization, Software};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

const ORG: &str = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000";

struct Steady(AtomicI64, AtomicU64);

impl Clock for Steady {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.fetch_add(1, Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl Chance for Steady {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let drawn = Sha256::digest(self.1.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            piece.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
        }
    }
    fn id(&self) -> String {
        uuid(self.1.fetch_add(1, Ordering::Relaxed))
    }
}

fn uuid(number: u64) -> String {
    format!("01940c9e-2222-7cc3-9d54-{number:012x}")
}

fn actor() -> Actor {
    Actor { amr: vec!["local".into()], kind: ActorKind::Person, on_behalf: vec![], pid: uuid(1) }
}

fn envelope(id: String, number: u64) -> Envelope {
    let text = "Ranks incoming claims by urgency, so that a person looks at the most urgent ones first.";
    let fields = serde_json::json!({ "intended_purpose": text, "owner": uuid(1), "title": format!("System {number}") });
    let body = ActBody::Recorded {
        key: None,
        fields: fields.as_object().cloned().unwrap_or_default(),
        kind: "ai-system".into(),
        number: format!("SYS-{number:04}"),
        state: "planned".into(),
    };
    let act = Act { body, why: None };
    Envelope {
        actor: actor(),
        deed: Deed::On(Accepted { id, kind: "ai-system".into(), version: 1, prev: None, act, refs: vec![] }),
        idem: None,
        policy_digest: "9a1b".repeat(16),
        sw: software(),
        req: None,
        evidence: vec![],
        sig: None,
    }
}

fn software() -> Software {
    Software { build_sha256: "c0de".repeat(16), version: "0.1.0".into() }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().ok_or("name an empty folder")?);
    let clients = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let bare = bare_sqlite(&dir, clients, seconds)?;
    println!("bare SQLite, groups of {clients}: {bare:.0} commits/s");
    let steady = Arc::new(Steady(AtomicI64::new(1_790_000_000_000), AtomicU64::new(1000)));
    let founding = Founding {
        name: "Example".into(),
        origin: format!("aims.example.org/org/{ORG}"),
        org: ORG.into(),
        actor: actor(),
        policy_digest: "9a1b".repeat(16),
        sw: software(),
    };
    let home = dir.join("organization");
    let organization = Arc::new(Organization::found(&home, founding, steady.clone(), steady.clone())?);
    let ours = measure(&organization, clients, seconds);
    println!("aims-store, {clients} clients: {ours:.0} acts/s, {:.2} of bare SQLite", ours / bare);
    drop(organization);
    let begin = Instant::now();
    let organization = Organization::open(&home, OpenOptions::write(), steady.clone(), steady)?;
    let records = organization.snapshot()?.count(&Filter::default())?;
    println!("open with {records} records: {} ms", begin.elapsed().as_millis());
    let begin = Instant::now();
    let found = organization.verify(&mut |_, _| {})?;
    println!(
        "self-check of {} entries: {} ms, sound: {}",
        found.entries,
        begin.elapsed().as_millis(),
        found.is_sound()
    );
    Ok(())
}

fn measure(organization: &Arc<Organization>, clients: u64, seconds: u64) -> f64 {
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicU64::new(1_000_000));
    let begin = Instant::now();
    let threads: Vec<_> = (0..clients)
        .map(|_| {
            let (organization, stop, next) = (Arc::clone(organization), Arc::clone(&stop), Arc::clone(&next));
            std::thread::spawn(move || {
                let mut done = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let envelope = envelope(uuid(number), number);
                    let written =
                        organization.write(move |draft| draft.append(envelope).map_err(Box::<AppendError>::from));
                    done += u64::from(written.is_ok());
                }
                done
            })
        })
        .collect();
    std::thread::sleep(Duration::from_secs(seconds));
    stop.store(true, Ordering::Relaxed);
    let done: u64 = threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum();
    done as f64 / begin.elapsed().as_secs_f64()
}

/// One row of the same size for each client and commit: what a user would write by hand.
fn bare_sqlite(dir: &Path, clients: u64, seconds: u64) -> Result<f64, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(dir)?;
    let conn = rusqlite::Connection::open(dir.join("bare.db"))?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id TEXT PRIMARY KEY, bytes BLOB);",
    )?;
    let row = vec![b'x'; 1800];
    let (begin, mut done) = (Instant::now(), 0_u64);
    while begin.elapsed() < Duration::from_secs(seconds) {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..clients {
            conn.prepare_cached("INSERT INTO t VALUES (?1, ?2)")?.execute((uuid(done), &row))?;
            done += 1;
        }
        conn.execute_batch("COMMIT")?;
    }
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}
