//! The jobs of the server: which there are, how often each is due, and over which organizations it goes.

use std::sync::Arc;

use aims_app::{
    jobs::{Clerk, Composer, Job, Outbox, Outcome, Post, Schedule, digest, tidy, watch, webhook},
    live::Live,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    form::segment,
    letters,
    server::{Server, ServerError},
};

/// A checkpoint is signed at most so long after an act.
const SIGNED_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// What goes out is looked for so often.
const SENT_WITHIN: SignedDuration = SignedDuration::from_secs(5);
/// Whether a day's digest is due is asked so often.
const DIGEST_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// New entries are checked, and what ended is cleared away, so often.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Begins the jobs: those that are soon done, and apart from them the check of a whole ledger, which is not.
///
/// # Errors
/// Where the settings of mail make no sense, or the system gives no thread.
pub(crate) fn start(server: &Arc<Server>) -> Result<Vec<Clerk>, ServerError> {
    let failed = |error: std::io::Error| ServerError::Jobs(error.to_string());
    let named = schedules(server)?.into_iter().zip(["aims-jobs", "aims-check"]);
    named.map(|(schedule, name)| Clerk::start(name, schedule, server.clock()).map_err(failed)).collect()
}

/// What is due when: the jobs that are soon done, then the check of a whole ledger.
///
/// # Errors
/// Where the settings of mail make no sense.
pub fn schedules(server: &Arc<Server>) -> Result<Vec<Schedule>, ServerError> {
    let post = server.mail.as_ref().map(Post::new).transpose().map_err(|e| ServerError::Jobs(e.to_string()))?;
    let mut soon = vec![
        each(server, "checkpoint", SIGNED_WITHIN, |_, live, _, _| told(watch::sign(live))),
        each(server, "check-new", HOUR, |server, live, at, _| {
            watch::check_new(server.entrance.store(), live, at).map(Some)
        }),
        each(server, "tidy", HOUR, |server, live, _, _| told(tidy::organization(&server.entrance, live))),
        tidy_server(server),
        tell(server),
    ];
    // Digests that nobody carries would only gather.
    soon.extend(post.is_some().then(|| {
        each(server, "digest", DIGEST_WITHIN, |server, live, at, now| {
            digest::post(server.entrance.store(), live, at, now).map_err(|failure| failure.to_string())
        })
    }));
    soon.push(outbox(server, post));
    let long = each(server, "check-whole", HOUR, |server, live, at, now| {
        watch::check_whole(server.entrance.store(), live, at, now)
    });
    let schedule = |jobs| Schedule::new(jobs, Arc::clone(&server.board));
    Ok(vec![schedule(soon), schedule(vec![long])])
}

fn told<E: ToString>(outcome: Result<String, E>) -> Result<Option<String>, String> {
    outcome.map(Some).map_err(|error| error.to_string())
}

/// The address of an organization's pages, as links in mails and calls hold it.
fn address(server: &Server, slug: &str) -> String {
    format!("{}/o/{}", server.entrance.address().origin(), segment(slug))
}

/// What is done for an organization, whose pages begin at an address: what that came to, or nothing where there was nothing to do.
type ForEach = fn(&Server, &Live, &str, Timestamp) -> Result<Option<String>, String>;

/// A job that does the same for each organization; nothing is noted where it had nothing to do.
fn each(server: &Arc<Server>, name: &'static str, every: SignedDuration, does: ForEach) -> Job {
    let server = Arc::clone(server);
    let does = move |now| -> Vec<Outcome> {
        let one = |(slug, live): (String, Arc<Live>)| {
            let outcome = does(&server, &live, &address(&server, &slug), now).transpose()?;
            if let Err(why) = &outcome {
                server.log(name, &format!("{slug}: {why}"));
            }
            Some((Some(slug), outcome))
        };
        server.organizations().into_iter().filter_map(one).collect()
    };
    Job { name, every, does: Box::new(does) }
}

fn tidy_server(server: &Arc<Server>) -> Job {
    let server = Arc::clone(server);
    let does = move |now| vec![(None, tidy::server(&server.entrance, now).map_err(|error| error.to_string()))];
    Job { name: "tidy-server", every: HOUR, does: Box::new(does) }
}

/// Puts what webhooks hear of into the outbox.
fn tell(server: &Arc<Server>) -> Job {
    let (server, mut teller) = (Arc::clone(server), webhook::Teller::default());
    let does = move |_| -> Vec<Outcome> {
        let one = |(slug, live): (String, Arc<Live>)| {
            let at = address(&server, &slug);
            let told = teller.tell((server.entrance.store(), &live), &at, server.chance());
            (Some(slug), told.map_err(|failure| failure.to_string()))
        };
        server.organizations().into_iter().map(one).collect()
    };
    Job { name: "webhooks", every: SENT_WITHIN, does: Box::new(does) }
}

fn outbox(server: &Arc<Server>, post: Option<Post>) -> Job {
    let composer: Composer = Arc::new(letters::letter);
    let outbox = Outbox { post, composer, caller: webhook::Caller::new(server.targets.clone()) };
    let server = Arc::clone(server);
    let does = move |now| vec![(None, outbox.run(server.entrance.store(), now))];
    Job { name: "outbox", every: SENT_WITHIN, does: Box::new(does) }
}
