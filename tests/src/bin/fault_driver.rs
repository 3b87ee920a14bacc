//! `fault_driver FOLDER NOTES SEED THREADS COMMANDS`: see `aims_tests::driver`.

use std::process::ExitCode;

use aims_tests::driver::{Course, run};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, notes, seed, threads, commands] = arguments.as_slice() else {
        eprintln!("fault_driver FOLDER NOTES SEED THREADS COMMANDS");
        return ExitCode::from(2);
    };
    let number = |text: &String| text.parse().expect("a number");
    let course = Course {
        seed: number(seed),
        threads: number(threads),
        commands: usize::try_from(number(commands)).expect("few"),
    };
    ExitCode::from(run(dir.as_ref(), notes.as_ref(), course))
}
