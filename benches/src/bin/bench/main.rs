//! `bench [all|commit|verify|open|as-of|check|conformity|web] [--quick] [--json]`: our figures beside those of what a user would pick instead.
//!
//! Organizations and bundles to measure on are made on the first run and kept in `bench-data` beside the build.

mod as_of;
mod bare;
mod check;
mod commit;
mod conformity;
mod live;
mod open;
mod verify;
mod web;
mod world;

use std::{error::Error, process::ExitCode};

use aims_benches::report::Report;

/// As in the program; all contenders get it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const HELP: &str = "\
bench [all|commit|verify|open|as-of|check|conformity|web]... [--quick] [--json]

  commit   acts committed by 64 clients, beside bare SQLite group commit of the same bytes
  verify   a bundle of a million entries, beside plain SHA-256 on one core; and the live self-check as the ledger grows
  open     opening an organization of 200,000 records and showing one
  as-of    a record as it stood, in organizations of three sizes
  check    loading the register and deciding every requirement, in organizations of three sizes
  conformity  every requirement and control decided, from scratch and after one act, in organizations of three sizes
  web      pages and the JSON of one record over real connections, at three sizes, beside a bare route of the same framework
  --quick  smaller and fewer rounds: to see that it runs, not to quote
  --json   one line of JSON for each benchmark instead of tables
";

/// How much is asked for.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Smaller and fewer rounds.
    pub quick: bool,
}

fn main() -> ExitCode {
    let (options, names): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with('-'));
    // A benchmark starts itself to measure what a fresh process does.
    if let [word, rest @ ..] = names.as_slice()
        && word == open::ONCE
    {
        return ended(open::once(rest));
    }
    if options.iter().any(|o| o != "--quick" && o != "--json") || names.iter().any(|n| !NAMES.contains(&n.as_str())) {
        eprint!("{HELP}");
        return ExitCode::from(2);
    }
    let effort = Effort { quick: options.iter().any(|o| o == "--quick") };
    ended(run(&names, effort, options.iter().any(|o| o == "--json")))
}

const NAMES: [&str; 8] = ["all", "commit", "verify", "open", "as-of", "check", "conformity", "web"];

fn ended(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(names: &[String], effort: Effort, json: bool) -> Result<()> {
    type Bench = fn(Effort) -> Result<Report>;
    let benches: [(&str, Bench); 8] = [
        ("commit", commit::run),
        ("verify", verify::run),
        ("verify", live::run),
        ("open", open::run),
        ("as-of", as_of::run),
        ("check", check::run),
        ("conformity", conformity::run),
        ("web", web::run),
    ];
    let all = names.is_empty() || names.iter().any(|n| n == "all");
    for (name, bench) in benches {
        if all || names.iter().any(|n| n == name) {
            let report = bench(effort)?;
            println!("{}", if json { serde_json::to_string(&report)? } else { report.to_text() });
        }
    }
    Ok(())
}
