//! The command line of the AI management system: words in, one use case, words out.
//!
//! `args` says which words there are, `verbs` holds one file for each group of them, `render` turns answers into text. Every text that
//! comes from a record goes through [`plain`] before a terminal sees it.

mod args;
mod examples;
mod fault;
mod out;
mod plain;
mod progress;
mod remote;
mod render;
mod session;
mod verbs;

use std::process::ExitCode;

use clap::{Parser as _, error::ErrorKind};

use args::Cli;
use fault::Fault;
use out::{Format, Out};
use remote::Server;
use session::Session;

/// Committing takes and gives back much memory in small pieces (`docs/decisions/0005-allocator.md`).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    let out = Out::new(cli.global.format, cli.global.quiet);
    let server = Server::of(&cli.global);
    let session = Session::new(cli.global, out);
    match server.and_then(|server| verbs::run(&session, server.as_ref(), cli.verb)) {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            session.out.fault(&fault);
            ExitCode::from(fault.exit)
        }
    }
}

/// Help and version are answers; everything else that `clap` says is misuse.
fn misused(error: &clap::Error) -> ExitCode {
    // A reader that closed the pipe has seen enough.
    let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = std::env::args().collect::<Vec<_>>().windows(2).any(|two| two == ["--format", "json"]);
    let json = json || std::env::args().any(|argument| argument == "--format=json");
    if !shown && json {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Out::new(Format::Json, false).fault(&Fault::usage("usage", first));
    } else {
        let _ = error.print();
    }
    ExitCode::from(if shown { 0 } else { fault::USAGE })
}
