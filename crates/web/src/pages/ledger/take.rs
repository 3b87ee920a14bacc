//! What is taken away from the ledger: the self-check's findings, the checkpoint, the bundle.

use std::{fs, path::PathBuf};

use aims_app::{access::Power, accounts::Rate};
use askama::Template;
use flate2::{Compression, write::GzEncoder};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::Reader,
};

#[derive(Template)]
#[template(path = "ledger-verified.html")]
struct Verified<'c> {
    frame: Frame<'c>,
    entries: u64,
    records: u64,
    files: u64,
    /// Code, place, sentence.
    findings: Vec<(String, String, String)>,
}

/// Goes on only with this power.
fn with_power(call: &Call<'_>, power: Power) -> Result<(), Refused> {
    call.acts_now()?;
    let sight = call.sight()?;
    if Reader::of(call, &sight)?.seat.has(power) {
        return Ok(());
    }
    let says = "Your roles do not hold this power over the organization. The AIMS manager does.";
    Err(Refused::new(http::StatusCode::FORBIDDEN, "not_your_role", says))
}

/// Holds everything stored against the entries, and the entries against what was signed.
pub(super) fn verify(call: &Call<'_>) -> Answered {
    with_power(call, Power::Verify)?;
    let found = call.live()?.aims().verify(&mut |_, _| {})?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let closed = call.tongue.say("reason-closed");
    let finding = |f: &aims_store::Finding| {
        let open = reader.tells(&f.place) && reader.tells(&f.sentence);
        let of = |text: &str| if open { text.to_owned() } else { closed.clone().into_owned() };
        (f.code.to_owned(), of(&f.place), of(&f.sentence))
    };
    Answer::page(&Verified {
        entries: found.entries,
        records: found.records,
        files: found.files,
        findings: found.findings.iter().map(finding).collect(),
        frame: Frame::of(call, &sight, "ledger", call.tongue.say("verified-title"))?
            .from(&[(&*call.tongue.say("nav-ledger"), "/ledger")]),
    })
}

/// A folder that is gone when it is no longer needed.
struct Workplace(PathBuf);

impl Drop for Workplace {
    fn drop(&mut self) {
        // What cannot be cleared away is in nobody's way; its name is never used again.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The whole organization for an auditor, as one file. That it was taken is an act.
pub(super) fn bundle(call: &Call<'_>) -> Answered {
    with_power(call, Power::Export)?;
    call.server.entrance.take(Rate::Export, call.visitor.account().unwrap_or_default())?;
    packed(call, call.form().get("personal") != Some("with"))
}

/// The same once it is decided that they may.
pub fn packed(call: &Call<'_>, without: bool) -> Answered {
    let name = format!("bundle-{}", call.server.draw());
    let place = Workplace(call.server.config.data.join("exports").join(&name));
    let live = call.live()?;
    let actor = call.actor()?;
    live.aims().export_bundle(&actor, &place.0, without, &mut |_, _| {})?;
    live.follow()?;
    let failed = |e: std::io::Error| Refused::internal(e.to_string());
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    archive.append_dir_all("bundle", &place.0).map_err(failed)?;
    let body = archive.into_inner().and_then(GzEncoder::finish).map_err(failed)?;
    let day = jiff::tz::TimeZone::UTC.to_datetime(call.server.now()).date();
    Ok(Answer::File {
        kind: "application/gzip",
        name: format!("{}-{day}.tar.gz", call.param("org")),
        body: body.into(),
    })
}
