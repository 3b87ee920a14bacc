//! Acts committed by 64 clients at once, beside bare SQLite group commit of the same bytes on the same disk.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::sync_channel,
    },
    time::{Duration, Instant},
};

use aims_app::Aims;
use aims_benches::{
    report::{Report, Target},
    rounds::{median, median_ratio, process_cpu, take_turns},
};
use aims_record::Actor;
use rusqlite::{Connection, OpenFlags};

use crate::{
    Effort, Result,
    bare::{Bare, Rows},
    world::{self, Author},
};

const CLIENTS: usize = 64;

/// One round of one contender.
#[derive(Clone, Copy, Default)]
struct Round {
    /// Acts a second.
    rate: f64,
    /// Processor seconds an act.
    cpu: f64,
}

pub fn run(effort: Effort) -> Result<Report> {
    let (rounds, lasting) = if effort.quick { (3, 0.7) } else { (9, 2.0) };
    let lasting = Duration::from_secs_f64(lasting);
    let dir = tempfile::tempdir_in(world::data()?)?;
    let organization = dir.path().join("organization");
    let (aims, actor) = world::found(&organization)?;
    let clients = clients(&aims, &actor)?;
    // The first round is not counted: it warms caches up and shows how many bytes an act has.
    ours(&aims, &actor, &clients, lasting);
    let size = Size::measure(&organization)?;
    let bare = Bare::start(&dir.path().join("bare.db"))?;
    let acts: Vec<_> = (0..CLIENTS).map(|_| AtomicU64::new(0)).collect();
    let (log, batch) = (File::create(dir.path().join("log"))?, size.total() as usize * CLIENTS);
    let figures = take_turns(
        rounds,
        &mut [&mut || ours(&aims, &actor, &clients, lasting), &mut || theirs(&bare, &acts, size, lasting), &mut || {
            append(&log, batch, lasting / 2)
        }],
    );
    bare.finish()?;
    aims.close()?;
    report(&figures, size, lasting)
}

fn report(figures: &[Vec<Round>], size: Size, lasting: Duration) -> Result<Report> {
    let [ours, bare, log] = figures else { return Err("three contenders were expected".into()) };
    let rates = |rounds: &[Round]| rounds.iter().map(|r| r.rate).collect::<Vec<_>>();
    let cpu = |rounds: &[Round]| median(&rounds.iter().map(|r| r.cpu * 1e6).collect::<Vec<_>>());
    let about = format!(
        "{CLIENTS} clients, one act each at a time, beside SQLite (WAL, synchronous=FULL, group commit) writing the same bytes; {} rounds of {:.1} s",
        ours.len(),
        lasting.as_secs_f64()
    );
    let mut report = Report::new("commit", about);
    let (ours_rates, bare_rates) = (rates(ours), rates(bare));
    report.add_promised("ours / bare SQLite", median_ratio(&ours_rates, &bare_rates), "x", Target::AtLeast(0.7));
    report.add("ours", median(&ours_rates), "acts/s");
    report.add("bare SQLite", median(&bare_rates), "acts/s");
    report.add("append and fdatasync, no database", median(&rates(log)), "acts/s");
    report.add("ours: processor time an act, clients included", cpu(ours), "us");
    report.add("bare SQLite: the same", cpu(bare), "us");
    report.add("bytes an act: entry", size.entry, "B");
    report.add("bytes an act: payload with salt and commitment", size.payload, "B");
    report.add("bytes an act: record and links", size.record, "B");
    Ok(report)
}

/// A client: what it writes, and the risk that it changes.
struct Client {
    author: Author,
    risk: String,
    acts: u64,
}

fn clients(aims: &Aims, actor: &Actor) -> Result<Vec<Mutex<Client>>> {
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        let mut author = Author::default();
        let mut steps = author.ground();
        steps.push(author.another_risk());
        aims.act_together(actor, steps, None)?;
        let risk = author.newest.clone();
        clients.push(Mutex::new(Client { author, risk, acts: 0 }));
    }
    Ok(clients)
}

impl Client {
    /// One act: of every four, one begins a risk and three change it.
    fn act(&mut self, aims: &Aims, actor: &Actor) -> bool {
        let step = if self.acts.is_multiple_of(4) {
            self.author.another_risk()
        } else {
            self.author.amend(&self.risk, "event")
        };
        self.acts += 1;
        let done = aims.act_together(actor, vec![step], None);
        self.risk.clone_from(&self.author.newest);
        done.is_ok()
    }
}

fn ours(aims: &Aims, actor: &Actor, clients: &[Mutex<Client>], lasting: Duration) -> Round {
    race(lasting, |n| {
        let mut client = clients.get(n)?.lock().ok()?;
        client.act(aims, actor).then_some(())
    })
}

/// The peer's clients begin and change records in the same order as ours: each its own, one of four acts beginning another.
fn theirs(bare: &Bare, acts: &[AtomicU64], size: Size, lasting: Duration) -> Round {
    race(lasting, |n| {
        let act = acts.get(n)?.fetch_add(1, Ordering::Relaxed);
        let record = act / 4 * CLIENTS as u64 + n as u64;
        let (answer, answered) = sync_channel(1);
        bare.queue.send((size.rows(record), answer)).ok()?;
        answered.recv().ok()?.then_some(())
    })
}

/// What no database can beat on this disk: the bytes of 64 acts appended to a file, then synced.
fn append(mut log: &File, batch: usize, lasting: Duration) -> Round {
    let bytes = vec![0x5a; batch];
    let (start, mut acts) = (Instant::now(), 0);
    while start.elapsed() < lasting && log.write_all(&bytes).and_then(|()| log.sync_data()).is_ok() {
        acts += CLIENTS;
    }
    Round { rate: acts as f64 / start.elapsed().as_secs_f64(), cpu: 0.0 }
}

/// Lets all clients act, one act after the other, until the time is over.
fn race(lasting: Duration, act: impl Fn(usize) -> Option<()> + Sync) -> Round {
    let (over, acts) = (AtomicBool::new(false), AtomicU64::new(0));
    let (start, cpu) = (Instant::now(), process_cpu().0);
    std::thread::scope(|scope| {
        for n in 0..CLIENTS {
            let (over, acts, act) = (&over, &acts, &act);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    act(n).expect("an act of a benchmark is accepted");
                    acts.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(lasting);
        over.store(true, Ordering::Relaxed);
    });
    let acts = acts.into_inner() as f64;
    Round { rate: acts / start.elapsed().as_secs_f64(), cpu: (process_cpu().0 - cpu) / acts }
}

/// How many bytes an act writes, on average.
#[derive(Clone, Copy)]
struct Size {
    entry: f64,
    payload: f64,
    record: f64,
}

impl Size {
    /// Reads it off the organization's own database. Indexes, which the peer does without, are left out; tiles and head it writes itself.
    fn measure(organization: &Path) -> Result<Size> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(organization.join("organization.db"), flags)?;
        let average = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, f64>(0));
        let acts = average("SELECT count(*) * 1.0 FROM entries")?;
        let record = average(
            "SELECT avg(length(id) + length(kind) + length(state) + length(number) + length(bytes)) FROM records",
        )?;
        let links = "SELECT total(length(target) + length(field) + 8) FROM \
                     (SELECT target, field FROM links UNION ALL SELECT target, field FROM new_links)";
        let links = average(links)? / acts;
        Ok(Size {
            entry: average("SELECT avg(length(bytes)) FROM entries")?,
            payload: average("SELECT avg(length(c) + length(salt) + coalesce(length(body), 0)) FROM payloads")?,
            // Each act writes its whole record.
            record: record + links,
        })
    }

    fn total(self) -> f64 {
        self.entry + self.payload + self.record
    }

    fn rows(self, record: u64) -> Rows {
        let bytes = |of: f64| vec![0x5a; of.round() as usize];
        Rows { added: [bytes(self.entry), bytes(self.payload)], record, state: bytes(self.record) }
    }
}
