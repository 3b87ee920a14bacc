//! What the server does by itself: calls webhooks, sends mail to a real mail server, checks itself.

mod shared;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc,
};

use aims_app::jobs::{Mail, Security};
use aims_web::schedules;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{Who, World};

const AT: &str = "/api/v1/o/north/webhooks";

/// A call that came in: headers in lower case, and the body.
struct Came {
    headers: String,
    body: Value,
}

/// A server that answers each request with the next status, and tells what came.
fn listen(statuses: Vec<u16>) -> (String, mpsc::Receiver<Came>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let (tell, came) = mpsc::channel();
    std::thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut headers, mut line) = (String::new(), String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                headers += &line.to_lowercase();
                line.clear();
            }
            let length = headers.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.trim().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            write!(stream, "HTTP/1.1 {status} Answer\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            tell.send(Came { headers, body: serde_json::from_slice(&body).unwrap() }).unwrap();
        }
    });
    (place, came)
}

fn party(world: &World, name: &str) -> u64 {
    let fields = json!({ "name": name, "category": "users" });
    world.record("north", "p0", "interested-party", &name.to_lowercase(), fields).seq
}

#[test]
fn webhooks_are_told_of_acts_signed_and_again_until_they_answer() {
    let (place, came) = listen(vec![500, 200]);
    let allowed = place.clone();
    let world = World::with(move |server| server.with_targets(vec![allowed]));
    let admin = world.admin();
    let me = Who::Session(&admin);
    let asked = json!({ "url": format!("http://{place}/hook"), "events": ["act:interested-party"] });
    let made = world.ask(&me, "POST", AT, Some(&asked));
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.json()["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(world.ask(&me, "GET", AT, None).json()[0]["secret"].is_null(), "it is shown once");
    let mut schedule = schedules(&world.server).unwrap().swap_remove(0);
    schedule.run_due(world.now());
    world.person("north", "somebody", None);
    let seq = party(&world, "Applicants");
    let mut next = || {
        world.pass(SignedDuration::from_secs(6));
        schedule.run_due(world.now());
    };
    next();
    let first = came.recv().unwrap();
    assert_eq!(first.body["type"], "act");
    assert_eq!((&first.body["data"]["entry"], &first.body["data"]["kind"]), (&json!(seq), &json!("interested-party")));
    assert!(!first.body.to_string().contains("Applicants"), "no content goes out");
    let header = |came: &Came, name: &str| {
        let found = came.headers.lines().find_map(|l| l.strip_prefix(&format!("{name}: ")).map(str::to_owned));
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    assert!(header(&first, "webhook-signature").starts_with("v1,"));
    let failing = world.ask(&me, "GET", AT, None).json();
    assert!(failing[0]["failing_since"].is_string());
    next();
    let second = came.recv().unwrap();
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
    assert_eq!(first.body, second.body);
    assert!(world.ask(&me, "GET", AT, None).json()[0]["failing_since"].is_null());
    let jobs = world.ask(&me, "GET", "/api/v1/o/north/jobs", None).json();
    assert!(jobs.as_array().unwrap().iter().any(|j| j["job"] == "outbox" && j["failing_since"].is_null()), "{jobs}");
}

/// B-47.
#[test]
fn a_webhook_leads_nowhere_inside() {
    let world = World::new();
    let admin = world.admin();
    for url in
        ["http://hooks.example.org/", "https://169.254.169.254/", "https://[::ffff:127.0.0.1]/", "file:///etc/passwd"]
    {
        let back = world.ask(&Who::Session(&admin), "POST", AT, Some(&json!({ "url": url, "events": ["act"] })));
        assert_eq!((back.status.as_u16(), back.code().as_str()), (422, "target_not_allowed"), "{url}");
    }
    let odd = json!({ "url": "https://hooks.example.org/", "events": ["acts"] });
    assert_eq!(world.ask(&Who::Session(&admin), "POST", AT, Some(&odd)).code(), "event_unknown");
    world.person("north", "staff", None);
    let staff = world.let_in(&admin, "north", "staff", None);
    assert_eq!(world.ask(&Who::Session(&staff), "GET", AT, None).status, 403);
}

/// A mail server that prints each mail as one line of JSON.
const SINK: &str = r#"
import json, sys, time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({"to": envelope.rcpt_tos, "content": envelope.content.decode()}), flush=True)
        return "250 taken"
controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
sys.stdin.read()
"#;

fn sink(port: u16) -> Option<(Child, BufReader<std::process::ChildStdout>)> {
    let python = std::env::var_os("AIMS_PYTHON").unwrap_or_else(|| "python3".into());
    let there = Command::new(&python).args(["-c", "import aiosmtpd"]).output().is_ok_and(|o| o.status.success());
    if !there {
        eprintln!("skipped: Python with `aiosmtpd` is absent (AIMS_PYTHON names it)");
        return None;
    }
    let mut command = Command::new(python);
    command.args(["-c", SINK, &port.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    Some((child, lines))
}

#[test]
fn mail_reaches_a_mail_server_whole_and_with_one_line_in_each_header() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some((mut child, mut lines)) = sink(port) else { return };
    let (user, password_file, authority_file) = (None, None, None);
    let (host, from, security) = ("127.0.0.1".into(), "AIMS <aims@example.org>".into(), Security::None);
    let mail = Mail { host, port, security, user, password_file, authority_file, from };
    let world = World::with(|server| server.with_mail(mail));
    let admin = world.admin();
    world.person("north", "guest", None);
    world.let_in(&admin, "north", "guest", None);
    let body = json!({ "mail": "digest", "language": "de", "organization": "North\r\nBcc: all@example.org", "link": "https://aims.example.org/o/north/waiting",
        "waiting": 1, "waits": [{ "title": "<b>Policy</b>", "link": "https://aims.example.org/o/north/policy/POL-0001", "due": null }], "lapsing": 0, "lapses": [] });
    let job = aims_store::accounts::NewJob {
        kind: "mail".into(),
        org: None,
        target: "guest@north.example.org".into(),
        body: body.to_string(),
        due: world.now(),
    };
    world.server.entrance.store().send(&job).unwrap();
    schedules(&world.server).unwrap().swap_remove(0).run_due(world.now());
    let mut read = || {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        serde_json::from_str::<Value>(&line).unwrap()
    };
    let invitation = read();
    assert_eq!(invitation["to"], json!(["guest@north.example.org"]));
    let content = invitation["content"].as_str().unwrap();
    for part in [
        "From: AIMS <aims@example.org>",
        "Auto-Submitted: auto-generated",
        "text/plain",
        "text/html",
        "multipart/alternative",
    ] {
        assert!(content.contains(part), "{part}: {content}");
    }
    assert!(content.contains("https://aims.example.org/invitation/"), "{content}");
    let digest = read();
    // Lines are folded as quoted-printable does.
    let content = digest["content"].as_str().unwrap().replace("=\r\n", "").replace("=\n", "");
    assert!(!content.lines().any(|line| line.starts_with("Bcc:")), "{content}");
    assert!(content.contains("&#60;b&#62;Policy"), "{content}");
    assert!(
        world
            .server
            .entrance
            .store()
            .due(&["mail", "webhook"], world.now(), 10)
            .unwrap()
            .iter()
            .all(|j| j.kind != "mail")
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_ledger_that_was_altered_stops_acts_and_is_announced() {
    let world = World::new();
    let admin = world.admin();
    let live = world.server.organization("north").unwrap();
    live.aims().halt("entry 3 is not as it was written");
    let party = json!({ "kind": "interested-party", "fields": { "name": "Users", "category": "users" } });
    let me = Who::Session(&admin);
    let back = world.ask(&me, "POST", "/api/v1/o/north/records", Some(&party));
    assert_eq!((back.status.as_u16(), back.code().as_str()), (503, "ledger_unsound"), "{}", back.text());
    let home = world.ask(&me, "GET", "/o/north/", None);
    assert_eq!(home.status, 200);
    assert!(home.text().contains("The self-check found the ledger altered"));
    assert!(!world.ask(&me, "GET", "/o/south/", None).text().contains("self-check found"));
}
