//! Import of other tools' files: always the plan first.

use aims_app::imports::{Intake, Sheet};
use aims_exchange::Format;
use aims_record::nearest;
use serde_json::json;

use crate::{args::Import, fault::Fault, progress::Progress, render, session::Session};

use super::ask::go_on;

/// The word for CSV and XLSX.
const SHEET: &str = "sheet";

pub fn import(session: &Session, args: &Import) -> Result<(), Fault> {
    let intake = intake(args)?;
    let aims = if args.plan { session.read()? } else { session.write()? };
    let reading = Progress::spinner(session.out, "reading");
    let plan = aims.plan_file(&args.file, &intake)?;
    drop(reading);
    if args.plan {
        return session.out.answer(&plan, render::plan::import);
    }
    let actor = session.actor(&aims)?;
    if !session.out.json() {
        session.out.data(&render::plan::import(&plan))?;
    }
    if plan.held_back {
        let message = "some rows cannot be recorded as they are, so none was";
        return Err(Fault::usage("rows_refused", message).hint("mend the rows, or record the others with --valid-only"));
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

/// What the file is read as.
fn intake(args: &Import) -> Result<Intake, Fault> {
    if args.format != SHEET {
        return format(&args.format).map(Intake::Artefact);
    }
    let kind = args.kind.clone().ok_or_else(|| {
        Fault::usage("kind_missing", "say which kind the rows are, such as `--kind supplier`")
            .hint("kinds: `aims kinds`")
    })?;
    let matches = args.matches.iter().map(|text| pair(text)).collect::<Result<_, _>>()?;
    Ok(Intake::Sheet(Sheet { kind, matches, valid_only: args.valid_only }))
}

fn pair(text: &str) -> Result<(String, String), Fault> {
    let (column, field) = text.rsplit_once('=').ok_or_else(|| {
        Fault::usage("match_unclear", format!("`{text}`: give a column and a field, as `Site=website`"))
    })?;
    Ok((column.trim().to_owned(), field.trim().to_owned()))
}

fn format(word: &str) -> Result<Format, Fault> {
    Format::of_word(word).ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.iter().map(|f| f.word()).chain([SHEET]).collect();
        let nearest =
            nearest(word, known.iter().copied()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        Fault::usage("format_unknown", format!("there is no format `{word}`{nearest}"))
            .hint(format!("formats: {}", known.join(", ")))
    })
}
