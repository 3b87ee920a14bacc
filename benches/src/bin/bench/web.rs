//! The web application on the sample grown: pages and the JSON of one record, over real connections, beside a bare route of the same framework.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use aims_app::{
    Aims,
    accounts::{Caller, Founded, Secret},
    chance::SystemChance,
    daybook::Daybook,
    live::Live,
};
use aims_benches::{
    grown::Seed,
    report::{Report, Target},
    rounds::{median, process_cpu},
};
use aims_record::{Accepted, Act, ActBody, Kept, Record};
use aims_store::{Access, AppendError, Deed, Draft, Envelope, Software, StoreError};
use aims_web::{Config, Server};

use crate::{Effort, Result, world};

/// Acts that one command writes while an organization is grown.
const TOGETHER: usize = 512;
/// Requests a second that people are taken to send.
const PACE: u64 = 50;

/// What is asked for, by what it is called here.
const ASKED: [(&str, &str); 5] = [
    ("home", "/o/grown/"),
    ("a register", "/o/grown/ai-system"),
    ("a system", "/o/grown/ai-system/SYS-0001"),
    ("a requirement", "/o/grown/requirements/iso-42001:2023/8.4-a"),
    ("a record as JSON", "/api/v1/o/grown/records/SYS-0001"),
];

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, requests) = if effort.quick { (&[13, 300][..], 100) } else { (&[100, 1_000, 10_000][..], 500) };
    let about = format!("{requests} requests of each at {PACE} a second; the sample grown");
    let mut report = Report::new("web", about);
    let seed = world::data()?.join("tessel-seed");
    for systems in sizes {
        let dir = grown(&seed, *systems)?;
        let start = Instant::now();
        let served = Served::start(&dir)?;
        let (what, took) = (format!("{systems} systems: from start to first answer"), start.elapsed().as_secs_f64());
        // Only the sample as it is has a bound for its start.
        match *systems <= 100 {
            true => report.add_promised(what, took, "s", Target::AtMost(1.0)),
            false => report.add(what, took, "s"),
        };
        for (what, path) in ASKED {
            served.paced(&mut report, &format!("{systems} systems: {what}"), path, requests)?;
        }
        report.add(format!("{systems} systems: memory of server and client"), resident(), "MiB");
        if systems == sizes.last().unwrap_or(systems) {
            let (ours, bare) = served.race(if effort.quick { 1.0 } else { 3.0 })?;
            report.add("a record as JSON, requests a second", ours, "");
            report.add("a bare route of the same framework", bare, "");
            report.add_promised("ours / bare", ours / bare, "x", Target::AtLeast(0.5));
        }
    }
    Ok(report)
}

/// The sample, played once, with copies of its systems and of what hangs on them appended as acts; kept from run to run.
fn grown(seed: &Path, systems: usize) -> Result<PathBuf> {
    let dir = world::data()?.join(format!("grown-{systems}"));
    let done = dir.with_extension("done");
    if done.exists() && Aims::open(&dir, Access::Read).is_ok() {
        return Ok(dir);
    }
    if !seed.exists() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/samples/tessel");
        Daybook::read(&sample)?.play(seed, Arc::new(SystemChance), &mut |_| {})?.close()?;
    }
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    copy(seed, &dir)?;
    let aims = Aims::open(&dir, Access::Write)?;
    let mut kept = Vec::new();
    aims.store().snapshot()?.each_record(&mut |record| -> std::result::Result<(), StoreError> {
        kept.push(record);
        Ok(())
    })?;
    let known: std::collections::BTreeSet<String> = kept.iter().map(|k: &Kept| k.id().to_owned()).collect();
    let records: Vec<Record> =
        Seed::of(kept, aims.kinds()).grow(systems).into_iter().filter(|r| !known.contains(&r.id)).collect();
    for some in records.chunks(TOGETHER) {
        append(&aims, some.to_vec())?;
    }
    aims.close()?;
    fs::write(&done, "")?;
    Ok(dir)
}

/// Appends records as they are: nobody decides on them, since their lives are copies of lives that were decided on.
fn append(aims: &Aims, records: Vec<Record>) -> Result<()> {
    let actor = aims.actor(None)?;
    let digest = aims.kinds().digest.clone();
    let sw = Software { build_sha256: "0".repeat(64), version: "0.0.0".into() };
    let one = move |draft: &Draft<'_>, record: Record| -> std::result::Result<(), AppendError> {
        let body = ActBody::Recorded {
            fields: record.fields,
            key: None,
            kind: record.kind.clone(),
            number: record.number,
            state: record.state,
        };
        let act = Act { body, why: None };
        let accepted = Accepted { id: record.id, kind: record.kind, version: 1, prev: None, act, refs: Vec::new() };
        draft.append(Envelope {
            actor: actor.clone(),
            deed: Deed::On(accepted),
            idem: None,
            policy_digest: digest.clone(),
            sw: sw.clone(),
            req: None,
            evidence: Vec::new(),
            sig: None,
        })?;
        Ok(())
    };
    let done = aims.store().write(move |draft| records.into_iter().try_for_each(|record| one(draft, record)));
    done.map_err(|e| e.to_string().into())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A server that runs in this process, with someone signed in, and a bare one beside it.
struct Served {
    address: SocketAddr,
    bare: SocketAddr,
    cookie: String,
    _runtime: tokio::runtime::Runtime,
}

impl Served {
    fn start(dir: &Path) -> Result<Served> {
        let data = tempfile::tempdir()?.keep();
        let config = Config {
            data,
            organizations: vec![("grown".into(), dir.to_owned())],
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: "http://localhost:8420".into(),
        };
        let server = Arc::new(Server::open(config)?);
        let cookie = sign_in(&server)?;
        // One worker: figures are for one core.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (tell, told) = mpsc::channel();
        runtime.spawn(async move {
            let served = aims_web::serve(server, move |address| {
                let _ = tell.send(address);
            })
            .await;
            served.inspect_err(|error| eprintln!("bench: {error}"))
        });
        let address = told.recv()?;
        let bare = runtime.block_on(bare())?;
        let served = Served { address, bare, cookie, _runtime: runtime };
        Client::to(served.address, &served.cookie)?.get("/o/grown/ai-system")?;
        Ok(served)
    }

    /// Requests at a steady pace over one connection: what people wait, and what the process works.
    fn paced(&self, report: &mut Report, what: &str, path: &str, requests: usize) -> Result<()> {
        let mut client = Client::to(self.address, &self.cookie)?;
        let length = client.get(path)?;
        let (mut took, cpu) = (Vec::with_capacity(requests), process_cpu().0);
        let begin = Instant::now();
        for n in 0..requests {
            let due = Duration::from_micros(n as u64 * 1_000_000 / PACE);
            std::thread::sleep(due.saturating_sub(begin.elapsed()));
            let start = Instant::now();
            client.get(path)?;
            took.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let work = (process_cpu().0 - cpu) * 1e3 / requests as f64;
        took.sort_by(f64::total_cmp);
        let late = took.get(took.len() * 99 / 100).copied().unwrap_or(f64::NAN);
        report.add_promised(format!("{what}: median"), median(&took), "ms", Target::AtMost(10.0));
        report.add_promised(format!("{what}: 99th percentile"), late, "ms", Target::AtMost(50.0));
        report.add(format!("{what}: processor time, client included"), work, "ms");
        report.add(format!("{what}: bytes of an answer"), length as f64, "B");
        Ok(())
    }

    /// The JSON of one record and the bare route, in turns, as fast as one connection goes.
    fn race(&self, seconds: f64) -> Result<(f64, f64)> {
        let (_, path) = ASKED[4];
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            ours.push(rate(self.address, &self.cookie, path, seconds / 5.0)?);
            bare.push(rate(self.bare, &self.cookie, "/", seconds / 5.0)?);
        }
        Ok((median(&ours), median(&bare)))
    }
}

async fn bare() -> Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let app = axum::Router::new().route("/", axum::routing::get(|| async { "hello" }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

fn rate(address: SocketAddr, cookie: &str, path: &str, seconds: f64) -> Result<f64> {
    let mut client = Client::to(address, cookie)?;
    let (start, mut requests) = (Instant::now(), 0_u32);
    while start.elapsed().as_secs_f64() < seconds {
        client.get(path)?;
        requests += 1;
    }
    Ok(f64::from(requests) / start.elapsed().as_secs_f64())
}

fn sign_in(server: &Server) -> Result<String> {
    let caller = Caller { address: [127, 0, 0, 1].into(), agent: "bench".into() };
    let first = Founded {
        name: "bench@tessel.example".into(),
        display: "Bench".into(),
        language: "en".into(),
        password: Secret::new(server.draw()),
    };
    let arrival = server.entrance.found(&first, &caller)?;
    let live: Arc<Live> = server.organization("grown").ok_or("nothing is served")?;
    let person = live.aims().actor(Some("mareike")).or_else(|_| live.aims().actor(None))?.pid;
    server.join(&arrival.account.id, &live.aims().store().about().org, &person)?;
    Ok(format!("aims={}", arrival.token.reveal()))
}

/// One connection that stays open.
struct Client {
    stream: TcpStream,
    cookie: String,
    buffer: Vec<u8>,
}

impl Client {
    fn to(address: SocketAddr, cookie: &str) -> Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, cookie: cookie.to_owned(), buffer: Vec::new() })
    }

    /// Asks, and answers how many bytes came; anything but 200 is an error.
    fn get(&mut self, path: &str) -> Result<usize> {
        let ask = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost:8420\r\naccept-encoding: gzip\r\ncookie: {}\r\n\r\n",
            self.cookie
        );
        self.stream.write_all(ask.as_bytes())?;
        self.buffer.clear();
        let mut piece = [0; 64 * 1024];
        loop {
            let read = self.stream.read(&mut piece)?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            self.buffer.extend_from_slice(&piece[..read]);
            if is_whole(&self.buffer) {
                break;
            }
        }
        if !self.buffer.starts_with(b"HTTP/1.1 200") {
            let head = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(200)]).into_owned();
            return Err(format!("{path}: {head}").into());
        }
        Ok(self.buffer.len())
    }
}

/// Whether an answer has come to its end, by its length or its last chunk.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(head) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|l| l.strip_prefix("content-length: ")).and_then(|l| l.parse::<usize>().ok());
    match length {
        Some(length) => bytes.len() >= head + 4 + length,
        None => bytes.ends_with(b"0\r\n\r\n"),
    }
}

/// Memory of this process that lies in RAM, in MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0.0_f64) / 1024.0
}
