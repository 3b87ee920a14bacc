//! Records as files: the plan, then the acts.

use serde_json::json;

use crate::{
    args::{Apply, Plan},
    fault::Fault,
    progress::Progress,
    render,
    session::Session,
};

use super::ask::go_on;

pub fn plan(session: &Session, args: &Plan) -> Result<(), Fault> {
    let plan = session.read()?.plan_files(&args.folder)?;
    session.out.answer(&plan, |plan| render::plan::files(&plan.records))
}

pub fn apply(session: &Session, args: &Apply) -> Result<(), Fault> {
    let aims = session.write()?;
    let actor = session.actor(&aims)?;
    let plan = aims.plan_files(&args.folder)?;
    let planned = plan.records.clone();
    if !session.out.json() {
        session.out.data(&render::plan::files(&planned))?;
    }
    if !plan.is_empty() && !go_on(session.out, args.yes) {
        session.out.talk("nothing was recorded");
        return Ok(());
    }
    let progress = Progress::spinner(session.out, "recording");
    let done = aims.apply(&actor, plan)?;
    aims.close()?;
    drop(progress);
    let answer = json!({ "plan": { "records": planned }, "done": done });
    session.out.answer(&answer, |_| render::acts::done_in_short(&done))
}
