//! Import of other tools' files: always the plan first.

use aims_exchange::Format;
use aims_record::nearest;
use serde_json::json;

use crate::{args::Import, fault::Fault, progress::Progress, render, session::Session};

use super::ask::go_on;

pub fn import(session: &Session, args: &Import) -> Result<(), Fault> {
    let format = format(&args.format)?;
    let aims = if args.plan { session.read()? } else { session.write()? };
    let reading = Progress::spinner(session.out, "reading");
    let plan = aims.plan_import(format, &args.file)?;
    drop(reading);
    if args.plan {
        return session.out.answer(&plan, render::plan::import);
    }
    let actor = session.actor(&aims)?;
    if !session.out.json() {
        session.out.data(&render::plan::import(&plan))?;
    }
    if !plan.is_empty() && !go_on(session.out, args.yes) {
        session.out.talk("nothing was recorded");
        return Ok(());
    }
    let shown = serde_json::to_value(&plan).unwrap_or_default();
    let recording = Progress::spinner(session.out, "recording");
    let done = aims.import(&actor, &args.file, plan)?;
    aims.close()?;
    drop(recording);
    session.out.answer(&json!({ "plan": shown, "done": done }), |_| render::acts::done_in_short(&done))
}

fn format(word: &str) -> Result<Format, Fault> {
    Format::of_word(word).ok_or_else(|| {
        let known = Format::ALL.map(Format::word);
        let nearest = nearest(word, known).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        Fault::usage("format_unknown", format!("there is no format `{word}`{nearest}"))
            .hint(format!("formats: {}", known.join(", ")))
    })
}
