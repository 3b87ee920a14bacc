//! Sends what waits in the outbox: mail and calls of webhooks. What fails waits longer each time; what cannot succeed is given up and stays
//! to be seen.

use std::sync::Arc;

use aims_store::accounts::{Accounts, Job};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    mail::{Letter, Post},
    webhook::{Called, Caller},
};

/// So many are sent in one go; the others are sent in the next.
const BATCH: u32 = 50;
/// How long to wait after each failure, in seconds; after the last there is no other try.
const WAITS: [i64; 10] = [5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Writes a letter from what the outbox holds; nothing where it knows no such letter.
pub type Composer = Arc<dyn Fn(&Value) -> Option<Letter> + Send + Sync>;

/// What carries things out.
pub struct Outbox {
    /// The way to the mail server; without one, mail waits.
    pub post: Option<Post>,
    /// Writes letters.
    pub composer: Composer,
    /// Calls webhooks.
    pub caller: Caller,
}

/// What became of one.
enum Sent {
    Yes,
    /// Not now, and why.
    Later(String),
    /// Never, and why.
    Never(String),
}

impl Outbox {
    /// Sends what is due, and says how many were sent and how many were not.
    ///
    /// # Errors
    /// Where the outbox cannot be read or written, or something could not be sent.
    pub fn run(&self, accounts: &Accounts, now: Timestamp) -> Result<String, String> {
        let failed = |error: aims_store::StoreError| error.to_string();
        let (mut sent, mut fault) = (0_u32, None);
        // Invitations are shown to whoever invites, too: where there is no mail server they wait, and nothing is lost.
        let kinds: &[&str] = if self.post.is_some() { &["mail", "webhook"] } else { &["webhook"] };
        for job in accounts.due(kinds, now, BATCH).map_err(failed)? {
            match self.one(accounts, &job, now) {
                Sent::Yes => {
                    accounts.sent(job.id).map_err(failed)?;
                    sent += 1;
                }
                Sent::Later(why) => {
                    postpone(accounts, &job, now, &why).map_err(failed)?;
                    fault = Some(why);
                }
                Sent::Never(why) => {
                    accounts.give_up(job.id, &why).map_err(failed)?;
                    fault = Some(why);
                }
            }
        }
        fault.map_or_else(|| Ok(format!("{sent} sent")), |why| Err(format!("{sent} sent; not all: {why}")))
    }

    fn one(&self, accounts: &Accounts, job: &Job, now: Timestamp) -> Sent {
        match job.kind.as_str() {
            "mail" => {
                self.post.as_ref().map_or(Sent::Later("there is no mail server".into()), |post| self.mail(post, job))
            }
            "webhook" => match self.caller.deliver(accounts, job, now) {
                Called::Yes => Sent::Yes,
                Called::Later(why) => Sent::Later(why),
                Called::Never(why) => Sent::Never(why),
            },
            other => Sent::Never(format!("nothing here sends `{other}`")),
        }
    }

    fn mail(&self, post: &Post, job: &Job) -> Sent {
        let asked: Option<Value> = serde_json::from_str(&job.body).ok();
        let Some(letter) = asked.and_then(|asked| (self.composer)(&asked)) else {
            return Sent::Never("there is no such letter".into());
        };
        let id = format!("{}.{}", job.created.as_millisecond(), job.id);
        match post.send(&job.target, &letter, &id, job.created) {
            Ok(()) => Sent::Yes,
            Err(refused) if refused.may_pass() => Sent::Later(refused.to_string()),
            Err(refused) => Sent::Never(refused.to_string()),
        }
    }
}

fn postpone(accounts: &Accounts, job: &Job, now: Timestamp, why: &str) -> Result<(), aims_store::StoreError> {
    match WAITS.get(usize::try_from(job.attempts).unwrap_or(usize::MAX)) {
        Some(seconds) => accounts.postpone(job.id, now + SignedDuration::from_secs(*seconds), why),
        None => accounts.give_up(job.id, why),
    }
}
