//! Data to stdout, talk to stderr.

use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal as _, Write as _},
};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    fault::{Fault, STORE},
    plain::plain_lines,
    render::{BAD, DIM, paint},
};

/// How data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// Findings for code scanning: SARIF 2.1.0. Only `check`.
    Sarif,
    /// Findings for build servers: JUnit XML. Only `check`.
    Junit,
    /// For a page or a pull request. Only `check` and `readiness`.
    Markdown,
}

impl Format {
    /// Whether every verb answers in it.
    pub fn general(self) -> bool {
        matches!(self, Format::Text | Format::Json)
    }
}

/// Where answers go.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    format: Format,
    quiet: bool,
}

impl Out {
    /// Answers in this format; without talk where `quiet`.
    pub fn new(format: Format, quiet: bool) -> Out {
        Out { format, quiet }
    }

    /// Whether programs read it.
    pub fn json(self) -> bool {
        self.format == Format::Json
    }

    /// As asked for.
    pub fn format(self) -> Format {
        self.format
    }

    /// Whether progress may be drawn.
    pub fn draws(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether somebody sits there who can be asked.
    pub fn asks(self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// The answer: as JSON, or as the text that `text` makes of it.
    ///
    /// # Errors
    /// Where stdout cannot be written; a reader that closed the pipe has seen enough and is no error.
    pub fn answer<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), Fault> {
        if !self.json() {
            return self.data(&text(value));
        }
        let json = serde_json::to_string_pretty(value).unwrap_or_default();
        self.data(&(json + "\n"))
    }

    /// Data as it is; the caller has made text from records plain.
    ///
    /// # Errors
    /// As [`Out::answer`].
    pub fn data(self, text: &str) -> Result<(), Fault> {
        let mut stdout = anstream::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Fault::usage("output_failed", format!("the answer could not be written: {error}")).exiting(STORE))
            }
            _ => Ok(()),
        }
    }

    /// A line of talk. It is no part of the answer, so that it cannot be written is no error.
    pub fn talk(self, line: impl Display) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }

    /// A hint: something to try.
    pub fn hint(self, line: impl Display) {
        self.talk(format!("{} {line}", paint(DIM, "hint:")));
    }

    /// A failure; it is told however quiet.
    pub fn fault(self, fault: &Fault) {
        let mut stderr = anstream::stderr();
        let _ = match self.format {
            Format::Json => writeln!(stderr, "{}", fault.to_json()),
            _ => stderr.write_all(told(fault).as_bytes()),
        };
    }
}

/// `error[code]: sentence`, one for each problem, then the hints.
fn told(fault: &Fault) -> String {
    let error =
        |code: &str, message: &str| format!("{} {}\n", paint(BAD, &format!("error[{code}]:")), plain_lines(message));
    let mut text = String::new();
    for problem in &fault.problems {
        let place = if problem.pointer.is_empty() { String::new() } else { format!(" (at {})", problem.pointer) };
        let allowed = match problem.allowed.len() {
            0 => String::new(),
            _ => format!("; one of: {}", problem.allowed.join(", ")),
        };
        text += &error(problem.code, &format!("{}{place}{allowed}", problem.message));
    }
    if fault.problems.is_empty() {
        text += &error(&fault.code, &fault.message);
    }
    for hint in &fault.hints {
        text += &format!("{} {}\n", paint(DIM, "hint:"), plain_lines(hint));
    }
    text
}
