//! Runs the real program, and takes out of its answers what differs from run to run.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

/// What one run answered.
pub struct Answer {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// The JSON on stdout.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}\n{}", self.stdout, self.stderr))
    }
}

/// Runs `aims` in this folder.
pub fn aims(folder: &Path, words: &[&str]) -> Answer {
    run(folder, words, &[], "")
}

/// The same with variables and something on stdin.
pub fn run(folder: &Path, words: &[&str], variables: &[(&str, &str)], stdin: &str) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aims"))
        .args(words)
        .current_dir(folder)
        .env_remove("AIMS_ACTOR")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("USER", "mara")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its stdin may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer { exit: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

/// A founded organization in a temporary folder; commands run there need no `--dir`.
pub fn organization() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let founded =
        aims(folder.path(), &["init", "acme", "--name", "Acme", "--founder", "Mara Silva", "--founder-key", "mara"]);
    assert_eq!(founded.exit, 0, "{}", founded.stderr);
    folder
}

/// Words of a line, quotes taken off as a shell would.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            ' ' if !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Moments, days, ids and digests replaced by what they are, and columns drawn together that are as wide as those.
pub fn steady(text: &str) -> String {
    text.lines().map(|line| steady_line(line) + "\n").collect()
}

fn steady_line(line: &str) -> String {
    const MONTHS: &str = "January February March April May June July August September October November December";
    let indent = line.len() - line.trim_start().len();
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut out: Vec<String> = Vec::new();
    let mut n = 0;
    while let Some(word) = words.get(n) {
        let month = words.get(n + 1).is_some_and(|w| MONTHS.split(' ').any(|m| m == w.trim_end_matches(',')));
        let day = word.trim_start_matches('(').parse::<u8>().is_ok() && month;
        if day && words.get(n + 3).is_some_and(|w| w.contains(':')) {
            let comma = if words.get(n + 4).is_some_and(|w| w.ends_with(',')) { "," } else { "" };
            out.push(format!("MOMENT{comma}"));
            n += 5;
        } else if day {
            out.push("DAY".to_owned());
            n += 3;
        } else {
            out.push(steady_word(word));
            n += 1;
        }
    }
    format!("{}{}", &line[..indent], out.join(" "))
}

fn steady_word(word: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in word.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() || c == '-' {
            run.push(c);
            continue;
        }
        out += match run.len() {
            36 => "ID",
            64 => "DIGEST",
            _ => &run,
        };
        run.clear();
        out.push(c);
    }
    let out = steady_dates(out.trim_end());
    // A verifier key, a root or a proof in base64.
    match out.split_once('+') {
        Some((name, _)) if name.ends_with("ID") => format!("{name}+KEY"),
        _ => out,
    }
}

/// Dates and moments as the ledger writes them.
fn steady_dates(word: &str) -> String {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match (shape.find("0000-00-00T00:00:00.000Z"), shape.find("0000-00-00")) {
        (Some(at), _) => format!("{}MOMENT{}", &word[..at], &word[at + 24..]),
        (None, Some(at)) => format!("{}DATE{}", &word[..at], &word[at + 10..]),
        _ => word.to_owned(),
    }
}
