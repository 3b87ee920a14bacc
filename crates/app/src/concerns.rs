//! Concerns of people who do not say who they are, and the code by which they follow their own.
//!
//! A code is 128 random bits, shown once. The record's key is made from its digest, so that nothing that is kept leads back to the code,
//! and the code needs no table beside the ledger. Who asked, from where and with which browser stands nowhere (`docs/concerns.md`).

use aims_record::{Actor, ActorKind, Fields, Kept};
use aims_store::Chance;
use jiff::{civil::Date, tz::TimeZone};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{
    Failure, Step, Wish,
    access::{Action, Principal},
    accounts::Secret,
    live::Live,
};

/// Characters of a title.
pub const TITLE_MAX: usize = 200;
/// Bytes of what is told (TRUST 6.5).
pub const STATEMENT_MAX: usize = 64 * 1024;

/// The kind.
const CONCERN: &str = "concern";

/// What somebody tells.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// In a few words.
    pub title: String,
    /// What happened, Markdown.
    pub statement: String,
    /// Which AI system it is about, in the words of whoever tells; may be empty.
    pub about: String,
    /// Where they stand: an option of `reporter_side`; empty: not said.
    pub side: String,
}

/// How a case stands, for whoever raised it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Title of its state.
    pub state: String,
    /// What the state means.
    pub about: String,
    /// When it came in.
    pub received: Option<Date>,
    /// What was found and what follows, once it is closed.
    pub outcome: Option<String>,
    /// How whoever raised it is protected, once that was written down.
    pub protection: Option<String>,
}

/// Records a concern, and answers the code of the case.
///
/// # Errors
/// Where the kind's rules refuse it, or where anyone may record none here.
pub fn raise(live: &Live, chance: &dyn Chance, told: &Told) -> Result<Secret, Failure> {
    {
        let sight = live.sight(None)?;
        let seat = live.aims().access().seat(sight.register(), &Principal::Anyone, sight.at());
        if !seat.may(Action::Record, CONCERN) {
            return Err(Failure::usage("not_your_role", "concerns are not taken here without signing in"));
        }
    }
    let code = draw(chance);
    let key = Some(key_of(code.reveal()));
    let wish = Wish::Record { id: None, kind: CONCERN.into(), key, fields: fields(told, today(live)) };
    // The organization itself takes it in: the entry names no person, no session and no way of signing in.
    let pid = live.aims().store().about().org.clone();
    let actor = Actor { amr: Vec::new(), kind: ActorKind::System, on_behalf: Vec::new(), pid };
    live.act(&actor, vec![Step::of(wish)], None)?;
    Ok(code)
}

/// How the case of a code stands; nothing where there is none.
///
/// # Errors
/// Where the store cannot be read.
pub fn case(live: &Live, code: &str) -> Result<Option<Case>, Failure> {
    let kept = live.aims().store().snapshot()?.by_key(&key_of(code))?;
    let Some(Kept::Live(record)) = kept.filter(|kept| kept.kind() == CONCERN) else { return Ok(None) };
    let state = live.aims().kinds().get(CONCERN).and_then(|kind| kind.lifecycle.state(&record.state));
    let closed = record.state == "closed";
    let text = |field: &str| record.text(field).filter(|_| closed).map(str::to_owned);
    Ok(Some(Case {
        state: state.map_or_else(|| record.state.clone(), |s| s.label.clone()),
        about: state.map(|s| s.about.clone()).unwrap_or_default(),
        received: record.text("received_at").and_then(|day| day.parse().ok()),
        outcome: text("outcome"),
        protection: text("protection"),
    }))
}

fn fields(told: &Told, today: Date) -> Fields {
    let about = told.about.trim();
    let statement = match about.is_empty() {
        true => told.statement.trim().to_owned(),
        false => format!("About: {about}\n\n{}", told.statement.trim()),
    };
    let mut fields = Fields::from_iter([
        ("title".to_owned(), told.title.trim().into()),
        ("statement".to_owned(), statement.into()),
        ("received_at".to_owned(), today.to_string().into()),
        ("confidentiality".to_owned(), "anonymous".into()),
    ]);
    if !told.side.is_empty() {
        fields.insert("reporter_side".to_owned(), told.side.clone().into());
    }
    fields
}

fn today(live: &Live) -> Date {
    TimeZone::UTC.to_datetime(live.moment()).date()
}

/// 128 bits in four groups that can be read aloud.
fn draw(chance: &dyn Chance) -> Secret {
    let mut bytes = Zeroizing::new([0; 16]);
    chance.fill(&mut *bytes);
    let digits = Zeroizing::new(hex::encode(*bytes));
    let groups: Vec<&str> = (0..4).filter_map(|n| digits.get(n * 8..n * 8 + 8)).collect();
    Secret::new(groups.join("-"))
}

/// The key under which the case of a code is recorded. Hyphens, spaces and capitals of the code do not count.
fn key_of(code: &str) -> String {
    let plain = Zeroizing::new(code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase());
    let digest = hex::encode(Sha256::new().chain_update(b"aims case\n").chain_update(plain.as_bytes()).finalize());
    format!("case-{}", digest.get(..32).unwrap_or_default())
}
