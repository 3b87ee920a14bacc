//! The same words to a folder and to the server that serves it: the same answer, the same exit code; and what only a server can refuse.

mod common;

use common::{Answer, run};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use aims_store::Clock as _;
use serde_json::{Value, json};

struct Served {
    child: Child,
    url: String,
    dir: PathBuf,
    token: PathBuf,
    _folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}

/// A token of the AIMS manager, made as a browser makes it.
fn token(url: &str, name: &str, password: &str) -> String {
    let form = format!("name={name}&password={password}");
    let signed = agent()
        .post(format!("{url}/sign-in"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .send(form)
        .unwrap();
    let cookie = signed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let mut me = agent().get(format!("{url}/api/v1/me")).header("cookie", &cookie).call().unwrap();
    let me: Value = serde_json::from_str(&me.body_mut().read_to_string().unwrap()).unwrap();
    let scope = ["read", "record", "amend", "move", "withdraw", "verify", "export", "verdicts"];
    let ends = aims_app::clock::SystemClock.now() + jiff::SignedDuration::from_hours(24);
    let body = json!({ "name": "command line", "scope": scope, "ends": ends.to_string() });
    let mut made = agent()
        .post(format!("{url}/api/v1/o/tessel/tokens"))
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin")
        .header("x-aims-csrf", me["csrf"].as_str().unwrap())
        .header("content-type", "application/json")
        .send(body.to_string())
        .unwrap();
    let made: Value = serde_json::from_str(&made.body_mut().read_to_string().unwrap()).unwrap();
    made["token"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

impl Served {
    fn start() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("tessel");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new(env!("CARGO_BIN_EXE_aims"))
            .args(["demo", "--dir", dir.to_str().unwrap(), "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut manager, mut password) = (String::new(), String::new());
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if line.contains("AIMS manager") && line.contains('@') {
                manager = line.split_whitespace().next().unwrap().to_owned();
            }
            if let Some((_, said)) = line.split_once("password of all of them: ") {
                password = said.trim().to_owned();
                break;
            }
        }
        let (url, start) = (format!("http://localhost:{port}"), Instant::now());
        while agent().get(format!("{url}/sign-in")).call().is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "the server does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        let path = folder.path().join("token");
        fs::write(&path, token(&url, &manager, &password) + "\n").unwrap();
        Served { child, url, dir, token: path, _folder: folder }
    }

    fn folder(&self, words: &[&str]) -> Answer {
        run(self.dir.parent().unwrap(), &[words, &["--dir", self.dir.to_str().unwrap()]].concat(), &[], "")
    }

    fn server(&self, words: &[&str]) -> Answer {
        let flags = ["--server", &self.url, "--token-file", self.token.to_str().unwrap()];
        run(self.dir.parent().unwrap(), &[words, &flags[..]].concat(), &[], "")
    }

    /// Refused with this code and exit code.
    fn refused(&self, words: &[&str], code: &str, exit: i32) {
        let answer = self.server(&[words, &["--format", "json"]].concat());
        assert_eq!(answer.exit, exit, "{words:?}: {}", answer.stderr);
        let error: Value = serde_json::from_str(&answer.stderr).unwrap_or_else(|e| panic!("{e}: {}", answer.stderr));
        assert_eq!(error["error"]["code"], code, "{words:?}: {}", answer.stderr);
    }
}

const SAME: &[&[&str]] = &[
    &["show", "RISK-0001"],
    &["show", "RISK-0001", "--as-of", "2026-01-01"],
    &["history", "SYS-0002"],
    &["list", "supplier"],
    &["list", "risk", "--state", "open", "--limit", "5"],
    &["check", "--clause", "5.2", "--as-of", "2026-11-20"],
    &["check", "--clause", "5.2", "--as-of", "2026-11-20", "--format", "json"],
    &["check", "--clause", "5.2", "--as-of", "2026-11-20", "--format", "sarif"],
    &["check", "--clause", "5.2", "--as-of", "2026-11-20", "--format", "junit"],
    &["check", "--clause", "5.2", "--as-of", "2026-11-20", "--format", "markdown", "--fail-on", "major"],
    &["check", "--system", "SYS-0002", "--as-of", "2026-11-20", "--fail-on", "minor"],
    &["explain", "iso-42001:2023/8.4-a", "--as-of", "2026-11-20"],
    &["diff", "2026-06-01", "2026-11-01", "--clause", "5"],
    &["forecast", "--days", "30", "--as-of", "2026-11-20"],
    &["readiness", "--as-of", "2026-11-20"],
    &["readiness", "--as-of", "2026-11-20", "--format", "markdown"],
    &["show", "SYS-9999"],
];

#[test]
fn the_same_words_get_the_same_answer() {
    let served = Served::start();
    for words in SAME {
        let (folder, server) = (served.folder(words), served.server(words));
        assert_eq!(folder.exit, server.exit, "{words:?}: {} {}", folder.stderr, server.stderr);
        similar_asserts(words, &folder.stdout, &server.stdout);
    }
    acts(&served);
    refusals(&served);
}

fn similar_asserts(words: &[&str], folder: &str, server: &str) {
    // What names a record is told by a folder in full, in the order of its index; a server tells the first of each link.
    if words[0] == "show" {
        let missing: Vec<&str> = server.lines().filter(|line| !folder.lines().any(|l| l == *line)).collect();
        assert!(missing.is_empty(), "{words:?}: {missing:?}");
        return;
    }
    // A server's lists hold no keys.
    if words[0] == "list" {
        let numbers = |text: &str| -> Vec<String> {
            text.lines().map(|l| l.split_whitespace().next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(numbers(folder), numbers(server), "{words:?}");
        return;
    }
    if folder != server {
        let differs = folder.lines().zip(server.lines()).find(|(a, b)| a != b);
        let lines = (folder.lines().count(), server.lines().count());
        panic!("{words:?}: {differs:?}, {lines:?} lines");
    }
}

fn acts(served: &Served) {
    let said = |words: &[&str]| {
        let answer = served.server(words);
        assert_eq!(answer.exit, 0, "{words:?}: {}", answer.stderr);
        answer.stdout
    };
    let name = "name=Nordlicht Analytics";
    let began: Value =
        serde_json::from_str(&said(&["record", "supplier", "--key", "nordlicht", "--field", name, "--format", "json"]))
            .unwrap();
    let number = began[0]["number"].as_str().unwrap().to_owned();
    said(&["amend", &number, "--field", "name=Nordlicht Analytics GmbH", "--why", "registered name"]);
    let shown = served.folder(&["show", &number]);
    assert!(shown.stdout.contains("Nordlicht Analytics GmbH"), "{}", shown.stdout);
    let file = served.dir.parent().unwrap().join("note.txt");
    fs::write(&file, "We met them.\n").unwrap();
    said(&["attach", &number, file.to_str().unwrap()]);
    assert!(served.folder(&["show", &number]).stdout.contains("note.txt"));
    let card = served.dir.parent().unwrap().join("README.md");
    fs::write(&card, "---\nlicense: mit\n---\n# Parcel reader\n\nReads parcels.\n").unwrap();
    let planned = said(&["import", "model-card", card.to_str().unwrap(), "--plan"]);
    assert!(planned.contains("record model"), "{planned}");
    said(&["import", "model-card", card.to_str().unwrap(), "--yes"]);
    assert!(served.folder(&["list", "model", "--text", "Parcel reader"]).stdout.contains("Parcel reader"));
    said(&["withdraw", &number, "--why", "a double"]);
    // What was said once is done once, however often it is sent.
    let once = ["record", "supplier", "--key", "twice", "--field", "name=Twice", "--idem", "the-same-request"];
    assert_eq!(said(&once), said(&once));
    let proof = served.dir.parent().unwrap().join("proof");
    said(&["receipt", "1", "--out", proof.to_str().unwrap()]);
    assert!(fs::read_to_string(&proof).unwrap().starts_with("c2sp.org/tlog-proof"));
    let bundle = served.dir.parent().unwrap().join("taken.tar.gz");
    said(&["export", "bundle", "--out", bundle.to_str().unwrap()]);
    assert!(fs::read(&bundle).unwrap().starts_with(&[0x1f, 0x8b]));
}

fn refusals(served: &Served) {
    served.refused(&["amend", "RISK-0001", "--version", "1", "--field", "event=Other"], "version_conflict", 1);
    served.refused(&["record", "supplier", "--json", "/dev/null"], "json_invalid", 2);
    served.refused(&["sign", "POL-0001"], "not_your_role", 1);
    served.refused(&["apply", "."], "not_on_a_server", 2);
    served.refused(&["show", "SYS-0001", "--dir", "."], "server_and_folder", 2);
    served.refused(&["list", "risk", "--limit", "100000"], "limit_out_of_range", 2);
    let other = |flags: &[&str], code: &str, exit: i32| {
        let answer = run(Path::new("."), &[&["list", "risk", "--format", "json"], flags].concat(), &[], "");
        let error: Value = serde_json::from_str(&answer.stderr).unwrap_or_else(|e| panic!("{e}: {}", answer.stderr));
        assert_eq!((error["error"]["code"].as_str(), answer.exit), (Some(code), exit), "{}", answer.stderr);
    };
    let file = served.token.to_str().unwrap();
    other(&["--server", "http://aims.example.org", "--token-file", file], "server_malformed", 2);
    other(&["--server", "file:///etc/passwd", "--token-file", file], "server_malformed", 2);
    other(&["--server", &served.url], "token_missing", 2);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    other(&["--server", &format!("http://localhost:{closed}"), "--token-file", file], "server_unreachable", 3);
    let wrong = served.dir.parent().unwrap().join("wrong");
    fs::write(&wrong, format!("aims_pat_{}", "A".repeat(51))).unwrap();
    other(&["--server", &served.url, "--token-file", wrong.to_str().unwrap()], "token_unknown", 2);
    other(&["--server", &served.url, "--org", "elsewhere", "--token-file", file], "not_found", 1);
}
