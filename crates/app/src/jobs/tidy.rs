//! What has ended is cleared away: sessions, links, half-done ceremonies, old drafts, broken uploads, mail that was given up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Failure,
    accounts::{Entrance, Refused},
    live::Live,
};

/// How long a form that was not sent is kept.
const DRAFTS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long what could not be sent stays to be seen.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long an upload may take until it counts as broken off.
const UPLOADS: Duration = Duration::from_secs(24 * 3600);

/// Clears away what ended on the server as one.
///
/// # Errors
/// Where it cannot be written.
pub fn server(entrance: &Entrance, now: Timestamp) -> Result<String, Refused> {
    entrance.tidy()?;
    let drafts = entrance.store().clear_drafts(now - DRAFTS)?;
    let mail = entrance.store().clear_given_up(now - GIVEN_UP)?;
    Ok(format!("{drafts} drafts and {mail} given up"))
}

/// Clears away what ended in an organization, and moves what happened at the door into its log.
///
/// # Errors
/// Where it cannot be read or written.
pub fn organization(entrance: &Entrance, live: &Live) -> Result<String, Failure> {
    let files = live.aims().store().collect_orphans(UPLOADS)?;
    let mut notes = 0;
    loop {
        let moved = entrance.forward_notes(live.aims()).map_err(|e| Failure::usage("store_failed", e.to_string()))?;
        if moved == 0 {
            return Ok(format!("{files} files; {notes} notes of the door moved"));
        }
        notes += moved;
    }
}
