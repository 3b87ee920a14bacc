//! Looking: a record, its history, a register.

use aims_app::Query;
use serde_json::json;

use crate::{
    args::{History, List, Show},
    fault::Fault,
    render::record,
    session::{Session, as_of},
};

pub fn show(session: &Session, args: &Show) -> Result<(), Fault> {
    let aims = session.read()?;
    let shown = aims.show(&args.record, as_of(args.as_of.as_deref())?)?;
    session.out.answer(&shown, |shown| record::shown(shown, aims.kinds()))
}

pub fn history(session: &Session, args: &History) -> Result<(), Fault> {
    let lines = session.read()?.history(&args.record)?;
    session.out.answer(&lines, |lines| record::history(lines))
}

pub fn list(session: &Session, args: List) -> Result<(), Fault> {
    // A limit below zero is as far out of range as zero, and gets the same answer.
    let limit = args.limit.map(|limit| u64::try_from(limit).unwrap_or_default());
    let one_kind = args.kind.is_some();
    let narrowed = args.state.is_some() || args.text.is_some();
    let offset = args.offset;
    let query = Query { kind: args.kind, state: args.state, text: args.text, ended: args.ended, limit, offset };
    let (lines, all) = session.read()?.list(&query)?;
    let answer = json!({ "records": lines, "all": all });
    session.out.answer(&answer, |_| record::list(&lines, one_kind))?;
    session.out.talk(record::listed_in_short(lines.len(), all, offset));
    if let (Some(kind), 0, false) = (&query.kind, all, narrowed) {
        session
            .out
            .hint(format!("`aims record {kind}` records one, `aims kinds {kind} --template` shows what it takes"));
    }
    Ok(())
}
