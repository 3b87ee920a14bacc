//! Asking whoever sits at the terminal.

use std::io::{self, BufRead as _, Write as _};

use crate::out::Out;

/// Whether to go on. Where nobody sits there, nobody is asked: a script that calls this has decided already.
pub fn go_on(out: Out, yes: bool) -> bool {
    if yes || !out.asks() {
        return true;
    }
    let _ = write!(anstream::stderr(), "Record these? [y/N] ");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
