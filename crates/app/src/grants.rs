//! Roles are given and taken by acts on `role-assignment` records. What no life cycle can say about that is held here, whatever door an act came through (TRUST 4.2,
//! S6): nobody takes a part in giving themselves a role, an auditor from outside has an end, and somebody always manages the management system.
//!
//! The life cycle itself asks for the second person: `assign` is signed by top management or the governing body, apart from whoever gets the role.

use aims_record::{Actor, Kept, Proposal, Record, Refusal, Standing};
use aims_store::{Draft, Filter};
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{Failure, standing::Ground};

/// The kind.
const ASSIGNMENT: &str = "role-assignment";
/// The verb by which a role is given.
const ASSIGN: &str = "assign";
/// The role that somebody always holds.
const LAST: &str = "aims-manager";
/// Roles that somebody from outside holds for a time only.
const AUDITORS: [&str; 2] = ["lead-auditor", "internal-auditor"];
/// How long an auditor from outside has a seat at most.
pub const OUTSIDE_DAYS_MAX: i64 = 90;

/// Refuses what S6 forbids before anything is decided, so that the reason given is this one.
///
/// # Errors
/// [`Refusal::SodSelfGrant`], [`Refusal::EndDateRequired`].
pub(crate) fn refuse(standing: &dyn Standing, actor: &Actor, proposal: &Proposal) -> Result<(), Refusal> {
    let gives = match proposal {
        Proposal::Sign { .. } => true,
        Proposal::Move { verb, .. } => verb == ASSIGN,
        _ => false,
    };
    let kept = gives.then(|| standing.kept(proposal.id())).flatten();
    match kept.as_deref() {
        Some(Kept::Live(given)) if given.kind == ASSIGNMENT => {
            refuse_own(actor, given)?;
            refuse_endless(standing, given)
        }
        _ => Ok(()),
    }
}

fn refuse_own(actor: &Actor, given: &Record) -> Result<(), Refusal> {
    let own = given.links("person").contains(&actor.pid.as_str());
    let acts_for = |person: &String| given.links("person").contains(&person.as_str());
    if !own && !actor.on_behalf.iter().any(acts_for) {
        return Ok(());
    }
    let role = given.text("role").unwrap_or_default().to_owned();
    Err(Refusal::SodSelfGrant { record: given.number.clone(), role })
}

fn refuse_endless(standing: &dyn Standing, given: &Record) -> Result<(), Refusal> {
    let audits = given.text("role").is_some_and(|role| AUDITORS.contains(&role));
    let outside = |id: &&str| {
        let kept = standing.kept(id);
        matches!(kept.as_deref(), Some(Kept::Live(p)) if p.text("employment") == Some("external"))
    };
    if !audits || !given.links("person").iter().any(outside) {
        return Ok(());
    }
    let day = |field| given.text(field).and_then(|day| day.parse::<Date>().ok());
    term(&given.number, day("from"), day("to"))
}

/// Refuses a time for an auditor from outside that has no end, or one later than 90 days after it begins.
///
/// # Errors
/// [`Refusal::EndDateRequired`].
pub fn term(record: &str, from: Option<Date>, to: Option<Date>) -> Result<(), Refusal> {
    let latest = from.and_then(|from| from.checked_add(OUTSIDE_DAYS_MAX.days()).ok());
    if matches!((from, to, latest), (Some(from), Some(to), Some(latest)) if from <= to && to <= latest) {
        return Ok(());
    }
    Err(Refusal::EndDateRequired {
        record: record.to_owned(),
        days: OUTSIDE_DAYS_MAX,
        latest: latest.map(|d| d.to_string()),
    })
}

/// Watches over the last AIMS manager while acts are done. It looks at what came of them, not at which they were: a role ends by its verb, by its last day, by a change
/// that makes it a proposal again, by being withdrawn, and by its holder leaving.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The record that was acted on first while somebody held the role.
    touched: Option<String>,
}

impl Watch {
    /// Before an act.
    pub(crate) fn look(&mut self, standing: &dyn Standing, proposal: &Proposal) {
        if self.touched.is_some() || matches!(proposal, Proposal::Record { .. }) {
            return;
        }
        let manages = |person: &str| standing.roles_of(person).iter().any(|role| role == LAST);
        self.touched = standing.kept(proposal.id()).as_deref().and_then(Kept::live).and_then(|record| {
            let now = match record.kind.as_str() {
                "person" => manages(&record.id),
                ASSIGNMENT => record.text("role") == Some(LAST) && record.links("person").into_iter().any(manages),
                _ => false,
            };
            now.then(|| record.number.clone())
        });
    }

    /// After all of them.
    ///
    /// # Errors
    /// [`Refusal::LastManager`]: then nothing is done.
    pub(crate) fn refuse_last(self, draft: &Draft<'_>, now: Timestamp) -> Result<(), Failure> {
        let Some(record) = self.touched else { return Ok(()) };
        let active = Filter { kind: Some(ASSIGNMENT.into()), state: Some("active".into()), ..Filter::default() };
        let assignments = draft.list(&active, u64::MAX, 0)?;
        let of_role = assignments.iter().filter_map(Kept::live).filter(|a| a.text("role") == Some(LAST));
        let ground = Ground::new(draft, now);
        let holders =
            of_role.flat_map(|a| a.links("person")).any(|person| ground.roles_of(person).iter().any(|r| r == LAST));
        ground.fault()?;
        if holders { Ok(()) } else { Err(Refusal::LastManager { record, role: LAST.to_owned() }.into()) }
    }
}
