//! One file for each group of verbs.

mod acts;
mod ask;
pub mod checks;
mod demo;
mod ending;
mod files;
mod imports;
mod init;
mod kinds;
mod look;
mod proof;
mod readiness;
pub mod sample;
mod serve;
mod values;
mod verifier;
mod words;

use crate::{
    args::Verb,
    fault::Fault,
    out::Format,
    remote::{self, Server},
    session::Session,
};

pub use ask::go_on;
pub use values::typed;

/// Does what the verb says, in a folder or on a server. The number is the exit code.
///
/// # Errors
/// With code, sentence and hints.
pub fn run(session: &Session, server: Option<&Server>, verb: Verb) -> Result<u8, Fault> {
    let fits = match verb {
        Verb::Check(_) => true,
        Verb::Readiness(_) => session.out.format().general() || session.out.format() == Format::Markdown,
        _ => session.out.format().general(),
    };
    if !fits {
        let fault = Fault::usage("format_unknown", "sarif, junit and markdown are formats of `aims check`");
        return Err(fault.hint("`--format text` and `--format json` are there for every verb"));
    }
    if let Some(server) = server {
        return remote::run(session, server, verb);
    }
    let done = match verb {
        Verb::Init(args) => init::init(session, args),
        Verb::Demo(args) => demo::demo(session, &args),
        Verb::Serve(args) => serve::serve(session, &args),
        Verb::Kinds(args) => kinds::kinds(session, &args),
        Verb::Record(args) => acts::record(session, args),
        Verb::Amend(args) => acts::amend(session, args),
        Verb::Move(args) => acts::move_on(session, args),
        Verb::Sign(args) => acts::sign(session, args),
        Verb::Link(args) => acts::link(session, args),
        Verb::Unlink(args) => acts::unlink(session, args),
        Verb::Attach(args) => acts::attach(session, args),
        Verb::Withdraw(args) => ending::withdraw(session, args),
        Verb::Dispose(args) => ending::dispose(session, args),
        Verb::Erase(args) => ending::erase(session, args),
        Verb::Show(args) => look::show(session, &args),
        Verb::History(args) => look::history(session, &args),
        Verb::List(args) => look::list(session, args),
        Verb::Plan(args) => files::plan(session, &args),
        Verb::Apply(args) => files::apply(session, &args),
        Verb::Import(args) => imports::import(session, &args),
        Verb::Export(args) => proof::export(session, &args),
        Verb::Verify(args) => return proof::verify(session, &args),
        Verb::Receipt(args) => proof::receipt(session, &args),
        Verb::Checkpoint => proof::checkpoint(session),
        Verb::Check(args) => return checks::check(session, &args),
        Verb::Explain(args) => checks::explain(session, &args),
        Verb::Diff(args) => checks::diff(session, &args),
        Verb::Forecast(args) => checks::forecast(session, &args),
        Verb::Readiness(args) => readiness::readiness(session, &args),
        Verb::Frameworks => checks::frameworks(session),
        Verb::Completions(args) => words::completions(session, &args),
    };
    done.map(|()| 0)
}
