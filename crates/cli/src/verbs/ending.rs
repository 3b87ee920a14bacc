//! How records end: withdrawal, disposal, erasure.

use aims_app::Wish;

use crate::{
    args::{Dispose, Erase, Reasons, Withdraw},
    fault::Fault,
    render,
    session::Session,
};

use super::acts::act;

const NO_REASONS: Reasons = Reasons { why: None, idem: None };

pub fn withdraw(session: &Session, args: Withdraw) -> Result<(), Fault> {
    let wish = Wish::Withdraw { record: args.record, seen: args.version };
    act(session, session.write()?, wish, Reasons { why: Some(args.why), idem: None })
}

pub fn dispose(session: &Session, args: Dispose) -> Result<(), Fault> {
    if args.due {
        return due(session);
    }
    let (record, basis) = (args.record.unwrap_or_default(), args.basis.unwrap_or_default());
    act(session, session.write()?, Wish::Dispose { record, basis }, NO_REASONS)
}

fn due(session: &Session) -> Result<(), Fault> {
    let due = session.read()?.due_for_disposal()?;
    session.out.answer(&due, |due| render::record::due(due))?;
    if due.is_empty() {
        session.out.talk("no retention has ended");
    }
    Ok(())
}

pub fn erase(session: &Session, args: Erase) -> Result<(), Fault> {
    let wish = Wish::Erase { record: args.subject, approvers: args.approver, basis: args.basis, rule: args.rule };
    act(session, session.write()?, wish, NO_REASONS)
}
