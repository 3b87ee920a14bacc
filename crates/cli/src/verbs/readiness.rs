//! What is there before a certification audit.

use crate::{
    args::Readiness,
    fault::Fault,
    out::Format,
    progress::Progress,
    render::readiness::{markdown, text},
    session::{Session, as_of},
};

pub fn readiness(session: &Session, args: &Readiness) -> Result<(), Fault> {
    let as_of = as_of(args.as_of.as_deref())?;
    let aims = session.read()?;
    let progress = Progress::bar(session.out, "checking");
    let ready = aims.readiness(as_of, &mut |done, of| progress.at(done, of))?;
    drop(progress);
    if session.out.format() == Format::Markdown {
        return session.out.data(&markdown(&ready));
    }
    session.out.answer(&ready, text)
}
