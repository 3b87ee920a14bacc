//! Completions.

use clap::CommandFactory as _;

use crate::{
    args::{Cli, Completions},
    fault::Fault,
    session::Session,
};

pub fn completions(session: &Session, args: &Completions) -> Result<(), Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "aims", &mut script);
    session.out.data(&String::from_utf8_lossy(&script))
}
