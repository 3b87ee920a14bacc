//! Importing a file that was brought in, for pages and for the API: planned, shown, then recorded as it was shown.

use std::io::Read as _;

use aims_app::{
    Done, Wish,
    access::{Action, Seat},
    imports::{ImportPlan, Intake, Sheet},
    live::Standing,
};
use aims_exchange::{ARTEFACT_BYTES_MAX, Format, Found, found};
use aims_record::File;
use http::StatusCode;

use crate::{
    answer::Refused,
    call::{Call, must},
};

/// The word for rows, CSV or XLSX.
pub const SHEET: &str = "sheet";

/// A file, and how it is to be read.
pub struct Asked {
    /// What was brought in.
    pub file: File,
    /// A format's word, or [`SHEET`]; nothing: as it looks.
    pub format: Option<String>,
    /// The kind of the rows of a sheet.
    pub kind: Option<String>,
    /// Heading and field, where the columns of a sheet go elsewhere than proposed.
    pub matches: Vec<(String, String)>,
    /// Whether rows of a sheet that pass are recorded although others do not.
    pub valid_only: bool,
}

impl Asked {
    /// What the file is read as: what was asked for, or what it looks like.
    pub fn format(&self, bytes: &[u8]) -> Option<String> {
        let looks = || match found(&self.file.name, bytes)? {
            Found::Artefact(format) => Some(format.word()),
            Found::Table => Some(SHEET),
        };
        self.format.clone().or_else(|| looks().map(str::to_owned))
    }

    fn intake(&self, bytes: &[u8]) -> Result<Intake, Refused> {
        let unclear = |code, says: String| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, code, says);
        let format = self.format(bytes).ok_or_else(|| {
            let says = "This is no file whose kind can be told from its content. Say what it is.";
            unclear("format_unclear", says.to_owned())
        })?;
        if format != SHEET {
            let known: Vec<&str> = Format::ALL.iter().map(|f| f.word()).chain([SHEET]).collect();
            let says = || format!("There is no format `{format}`. There are {}.", known.join(", "));
            return Format::of_word(&format).map(Intake::Artefact).ok_or_else(|| unclear("format_unknown", says()));
        }
        let says = "Say which register the rows belong to.";
        let kind = self.kind.clone().ok_or_else(|| unclear("kind_missing", says.to_owned()))?;
        Ok(Intake::Sheet(Sheet { kind, matches: self.matches.clone(), valid_only: self.valid_only }))
    }
}

/// The content of what was brought in.
///
/// # Errors
/// Absent where it was tidied away; longer than is read at once.
pub fn content(call: &Call<'_>, file: &File) -> Result<Vec<u8>, Refused> {
    if file.len > ARTEFACT_BYTES_MAX as u64 {
        let says = format!("The file has {} bytes; at most {ARTEFACT_BYTES_MAX} are imported.", file.len);
        return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", says));
    }
    let opened = call.live()?.aims().store().open_evidence(&file.sha256);
    let mut bytes = Vec::new();
    let read = opened.map_err(|_| Refused::absent())?.read_to_end(&mut bytes);
    read.map_err(|e| Refused::internal(e.to_string()))?;
    Ok(bytes)
}

/// What recording the file would do, as far as they may do it.
///
/// # Errors
/// What cannot be read, with the place; acts that are not for them.
pub fn plan(call: &Call<'_>, standing: &Standing, asked: &Asked, bytes: &[u8]) -> Result<ImportPlan, Refused> {
    let seat = call.seat(standing)?;
    let intake = asked.intake(bytes)?;
    let register = standing.register();
    if let Intake::Sheet(sheet) = &intake
        && !(register.kinds().get(&sheet.kind).is_some() && seat.may(Action::Record, &sheet.kind))
    {
        return Err(Refused::absent());
    }
    let reads = |id: &str| register.get(id).is_some_and(|entry| seat.reads(entry));
    let plan = call.live()?.aims().plan_import(&asked.file.name, bytes, &intake, &reads)?;
    plan.wishes().try_for_each(|wish| must(seat.decide_wish(register, wish)))?;
    may_attach(standing, &seat, &plan, &asked.file)?;
    Ok(plan)
}

/// Whether the file may go to a record that is there already; one that the plan begins takes it from whoever begins it.
fn may_attach(standing: &Standing, seat: &Seat, plan: &ImportPlan, file: &File) -> Result<(), Refused> {
    let Some(word) = plan.attaches_to().filter(|_| !plan.is_empty()) else { return Ok(()) };
    let amended = |record: &aims_app::imports::Planned| record.key == word || record.number.as_deref() == Some(word);
    let number = plan.records.iter().find(|r| amended(r)).and_then(|r| r.number.as_deref());
    let Some(entry) = number.and_then(|number| standing.register().numbered(number)) else { return Ok(()) };
    let wish = Wish::Attach { record: entry.id(), seen: None, field: None, file: file.clone() };
    must(seat.decide_wish(standing.register(), &wish))
}

/// Records the file as its plan said; `planned` is the digest of the plan that was shown.
///
/// # Errors
/// `plan_changed` where the records are others than when it was shown; what the plan is refused for.
pub fn record(
    call: &Call<'_>,
    asked: &Asked,
    planned: Option<&str>,
    idem: Option<String>,
) -> Result<Vec<Done>, Refused> {
    let bytes = content(call, &asked.file)?;
    let plan = {
        let sight = call.sight()?;
        plan(call, &sight, asked, &bytes)?
    };
    if planned.is_some_and(|planned| planned != plan.digest()) {
        let says = "What is recorded has changed since the plan was shown. Look at the plan again.";
        return Err(Refused::new(StatusCode::CONFLICT, "plan_changed", says));
    }
    if plan.is_empty() && !plan.held_back {
        return Ok(Vec::new());
    }
    let steps = plan.into_steps(asked.file.clone())?;
    Ok(call.live()?.act(&call.actor()?, steps, idem)?)
}
