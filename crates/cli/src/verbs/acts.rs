//! Acts on records: each reads its words, does one act, and says what was done.

use aims_app::{Aims, Step, Wish};

use crate::{
    args::{Amend, Attach, Link, Move, Reasons, Record, Sign},
    fault::Fault,
    render,
    session::Session,
};

use super::values::{Written, fields, from_file};

/// Does one wish and answers.
///
/// # Errors
/// Where it is refused.
pub fn act(session: &Session, aims: Aims, wish: Wish, reasons: Reasons) -> Result<(), Fault> {
    let actor = session.actor(&aims)?;
    let step = Step { at: String::new(), wish, why: reasons.why };
    let done = aims.act_together(&actor, vec![step], reasons.idem)?;
    aims.close()?;
    session.out.answer(&done, |done| render::acts::done(done))
}

pub fn record(session: &Session, args: Record) -> Result<(), Fault> {
    let aims = session.write()?;
    let written = match &args.file {
        Some(path) => from_file(&aims, path)?,
        None => Written { kind: args.kind.clone().unwrap_or_default(), key: None, fields: aims_record::Fields::new() },
    };
    if let Some(kind) = args.kind.as_ref().filter(|kind| **kind != written.kind) {
        let message = format!("the file records a `{}`, not a `{kind}`; leave the kind out or change it", written.kind);
        return Err(Fault::usage("kind_differs", message));
    }
    let mut all = written.fields;
    all.append(&mut fields(&aims, aims.known_kind(&written.kind)?, &args.values)?);
    let wish = Wish::Record { id: None, kind: written.kind, key: args.key.or(written.key), fields: all };
    act(session, aims, wish, args.reasons)
}

pub fn amend(session: &Session, args: Amend) -> Result<(), Fault> {
    let aims = session.write()?;
    let set = fields(&aims, aims.kind_of(&args.record)?, &args.values)?;
    if set.is_empty() && args.unset.is_empty() {
        return Err(Fault::usage("nothing_named", "name what changes with --field, --json or --unset"));
    }
    let wish = Wish::Amend { record: args.record, seen: args.version, set, unset: args.unset };
    act(session, aims, wish, args.reasons)
}

pub fn move_on(session: &Session, args: Move) -> Result<(), Fault> {
    let wish = Wish::Move { record: args.record, seen: args.version, verb: args.verb };
    act(session, session.write()?, wish, args.reasons)
}

pub fn sign(session: &Session, args: Sign) -> Result<(), Fault> {
    let wish = Wish::Sign { record: args.record, seen: args.version, meaning: args.meaning, digest: args.digest };
    act(session, session.write()?, wish, args.reasons)
}

pub fn link(session: &Session, args: Link) -> Result<(), Fault> {
    let wish = Wish::Link { record: args.record, seen: args.version, field: args.field, to: args.to };
    act(session, session.write()?, wish, args.reasons)
}

pub fn unlink(session: &Session, args: Link) -> Result<(), Fault> {
    let wish = Wish::Unlink { record: args.record, seen: args.version, field: args.field, to: args.to };
    act(session, session.write()?, wish, args.reasons)
}

pub fn attach(session: &Session, args: Attach) -> Result<(), Fault> {
    let aims = session.write()?;
    // Asked first, so that a wrong name leaves no file behind.
    aims.kind_of(&args.record)?;
    let file = aims.take_file(&args.file, args.name, args.sha256)?;
    let wish = Wish::Attach { record: args.record, seen: args.version, field: args.as_field, file };
    act(session, aims, wish, args.reasons)
}
