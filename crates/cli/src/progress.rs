//! Progress bars: on stderr, and only where a terminal shows them.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::out::Out;

/// A bar of work that counts, or a sign that something goes on.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar under these words.
    pub fn bar(out: Out, what: &'static str) -> Progress {
        let bar = Progress::begin(out, what);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}") {
            bar.0.set_style(style);
        }
        bar
    }

    /// For work that does not say how far it is.
    pub fn spinner(out: Out, what: &'static str) -> Progress {
        let spinner = Progress::begin(out, what);
        spinner.0.enable_steady_tick(Duration::from_millis(120));
        spinner
    }

    fn begin(out: Out, what: &'static str) -> Progress {
        let target = if out.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_message(what);
        Progress(bar)
    }

    /// So much of so much is done.
    pub fn at(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
