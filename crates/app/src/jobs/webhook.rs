//! Webhooks: what an organization's acts, verdicts and checkpoints are told to, signed as Standard Webhooks says.
//!
//! What is told are small facts and links: which act was done to which record of which kind, never what stands in it and never who did it.
//! Whoever is called asks the API for more, with a token of its own.

use std::{collections::HashMap, time::Duration};

use aims_conformity::State;
use aims_store::{
    Chance, StoreError,
    accounts::{Accounts, Job, NewJob, Webhook},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use serde_json::{Value, json};
use ureq::{Agent, unversioned::transport::DefaultConnector};
use zeroize::Zeroizing;

use super::target::{Allowed, Guarded, TargetRefused};
use crate::{Failure, live::Live};

/// A webhook that fails so long is called no more.
const PATIENCE: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Entries that are told in one go; the others are told in the next.
const PART: u64 = 500;
/// Bytes of an answer that are read; nothing is made of them.
const ANSWER_MAX: u64 = 64 * 1024;
/// Webhooks of one organization.
const MOST: usize = 20;
/// What begins the key that is shown once.
const PREFIX: &str = "whsec_";

/// What a webhook can hear of: the word, and nothing else.
pub const EVENTS: [&str; 3] = ["act", "verdict", "checkpoint"];

/// Why a webhook is not kept.
#[derive(Debug, thiserror::Error)]
pub enum WebhookRefused {
    /// Its address may not be called.
    #[error("{0}")]
    Target(#[from] TargetRefused),
    /// It hears of nothing that there is.
    #[error("`{0}` is nothing to hear of; there are `act`, `act:KIND`, `verdict` and `checkpoint`")]
    Event(String),
    /// It hears of nothing at all.
    #[error("choose what it hears of: `act`, `act:KIND`, `verdict` or `checkpoint`")]
    Nothing,
    /// There are enough.
    #[error("an organization has at most {MOST} webhooks; remove one first")]
    TooMany,
    /// It cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WebhookRefused {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            WebhookRefused::Target(_) => "target_not_allowed",
            WebhookRefused::Event(_) => "event_unknown",
            WebhookRefused::Nothing => "event_needed",
            WebhookRefused::TooMany => "too_many_webhooks",
            WebhookRefused::Store(_) => "store_failed",
        }
    }
}

/// Keeps a new webhook, and answers it; its key is to be shown once.
///
/// # Errors
/// Where its address may not be called, or what it hears of is nothing that there is.
pub fn begin(
    (accounts, live): (&Accounts, &Live),
    (allowed, chance): (&Allowed, &dyn Chance),
    url: &str,
    events: Vec<String>,
) -> Result<Webhook, WebhookRefused> {
    allowed.check(url)?;
    let kinds = &live.aims().kinds().by_id;
    let known = |event: &String| {
        EVENTS.contains(&event.as_str()) || event.strip_prefix("act:").is_some_and(|kind| kinds.contains_key(kind))
    };
    if let Some(odd) = events.iter().find(|event| !known(event)) {
        return Err(WebhookRefused::Event(odd.clone()));
    }
    if events.is_empty() {
        return Err(WebhookRefused::Nothing);
    }
    let org = live.aims().store().about().org.clone();
    if accounts.webhooks(&org)?.len() >= MOST {
        return Err(WebhookRefused::TooMany);
    }
    let mut key = Zeroizing::new([0; 32]);
    chance.fill(&mut *key);
    let secret = Zeroizing::new(format!("{PREFIX}{}", BASE64_STANDARD.encode(*key)));
    let (id, url, created) = (chance.id(), url.to_owned(), live.moment());
    let webhook = Webhook { id, org, url, secret, events, enabled: true, created };
    accounts.put_webhook(&webhook)?;
    Ok(webhook)
}

/// What an organization was like when it was last told of.
#[derive(Default)]
pub struct Teller {
    /// By the organization's id: states by requirement, and the size of the newest checkpoint.
    seen: HashMap<String, (HashMap<String, State>, u64)>,
}

impl Teller {
    /// Puts what happened since the last time into the outbox, for each webhook that hears of it.
    ///
    /// # Errors
    /// Where the records or the outbox cannot be read or written.
    pub fn tell(
        &mut self,
        (accounts, live): (&Accounts, &Live),
        at: &str,
        chance: &dyn Chance,
    ) -> Result<String, Failure> {
        let org = live.aims().store().about().org.clone();
        let webhooks: Vec<Webhook> = accounts.webhooks(&org)?.into_iter().filter(|w| w.enabled).collect();
        let mark = format!("told {org}");
        let last = live.sight(None)?.last_entry();
        if webhooks.is_empty() {
            self.seen.remove(&org);
            // Whoever comes later hears of what comes later.
            accounts.drop_mark(&mark)?;
            return Ok("no webhooks".into());
        }
        let mut events = Vec::new();
        let after = accounts.mark(&mark)?.and_then(|seq| u64::try_from(seq).ok()).or(last);
        let told = acts(live, at, after, &mut events)?;
        self.verdicts(live, at, &org, &mut events)?;
        let count = events.len();
        let now = live.moment();
        for Event { word, kind, body } in events {
            let hears = |w: &&Webhook| {
                w.events.iter().any(|e| e == word || (word == "act" && e.strip_prefix("act:") == kind.as_deref()))
            };
            for webhook in webhooks.iter().filter(hears) {
                let payload = json!({ "type": word, "timestamp": now.to_string(), "data": body }).to_string();
                let body = json!({ "id": format!("msg_{}", chance.id()), "payload": payload }).to_string();
                let (org, target) = (Some(org.clone()), webhook.id.clone());
                accounts.send(&NewJob { kind: "webhook".into(), org, target, body, due: now })?;
            }
        }
        if let Some(seq) = told {
            accounts.set_mark(&mark, i64::try_from(seq).unwrap_or(i64::MAX))?;
        }
        Ok(format!("{count} told"))
    }

    /// States that are others than the last time, and a newer checkpoint.
    fn verdicts(&mut self, live: &Live, at: &str, org: &str, events: &mut Vec<Event>) -> Result<(), Failure> {
        let note = live.aims().store().snapshot()?.checkpoint()?;
        let mut lines = note.iter().flat_map(|note| note.text().lines().skip(1));
        let size: u64 = lines.next().and_then(|size| size.parse().ok()).unwrap_or_default();
        let root = lines.next().unwrap_or_default().to_owned();
        let sight = live.sight(None)?;
        let states = sight.assessment().standings().map(|s| (s.requirement.to_owned(), s.state));
        let states: HashMap<String, State> = states.collect();
        let Some((before, size_before)) = self.seen.insert(org.to_owned(), (states.clone(), size)) else {
            return Ok(());
        };
        for (requirement, state) in states {
            let was = before.get(&requirement).copied();
            if was != Some(state) {
                let (framework, item) = requirement.rsplit_once('/').unwrap_or(("", &requirement));
                let link = format!("{at}/requirements/{framework}/{item}");
                let body = json!({ "organization": org, "requirement": requirement, "before": was, "now": state, "link": link });
                events.push(Event { word: "verdict", kind: None, body });
            }
        }
        if size > size_before {
            let body = json!({ "organization": org, "size": size, "root": root, "link": format!("{at}/ledger") });
            events.push(Event { word: "checkpoint", kind: None, body });
        }
        Ok(())
    }
}

struct Event {
    word: &'static str,
    kind: Option<String>,
    body: Value,
}

/// Acts on records behind an entry. What is reported in confidence is told to nobody. Answers up to which entry was looked.
fn acts(live: &Live, at: &str, after: Option<u64>, events: &mut Vec<Event>) -> Result<Option<u64>, Failure> {
    let sight = live.sight(None)?;
    let all = sight.last_entry().map_or(0, |last| last + 1);
    let from = after.map_or(0, |after| after.saturating_add(1));
    let end = all.min(from.saturating_add(PART));
    let case = live.aims().access().policy().case.kind.clone();
    let org = &live.aims().store().about().org;
    let reading = live.aims().store().snapshot()?;
    reading.each_entry(from..end.max(from), &mut |seq, bytes| {
        let entry: Option<aims_store::Entry> = serde_json::from_slice(bytes).ok();
        let Some((entry, id)) = entry.and_then(|entry| entry.obj.as_ref().map(|o| o.id.clone()).map(|id| (entry, id)))
        else {
            return Ok(());
        };
        let Some(record) = sight.register().get(&id).filter(|record| record.kind() != case) else { return Ok(()) };
        let (kind, number) = (record.kind(), record.number());
        let body = json!({
            "organization": org, "entry": seq, "act": entry.act, "kind": kind, "record": number, "at": entry.ts,
            "link": format!("{at}/{kind}/{number}"),
        });
        events.push(Event { word: "act", kind: Some(kind.to_owned()), body });
        Ok(())
    })?;
    Ok(end.checked_sub(1).max(after))
}

/// What became of a call.
pub(super) enum Called {
    /// It was taken.
    Yes,
    /// Not now.
    Later(String),
    /// Never.
    Never(String),
}

/// Calls webhooks.
pub struct Caller {
    agent: Agent,
    allowed: Allowed,
}

impl Caller {
    /// With places that may be called although they are private.
    pub fn new(allowed: Allowed) -> Caller {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            // Where it leads elsewhere, whoever set it up is to say so.
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("aims")
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Guarded { allowed: allowed.clone() });
        Caller { agent, allowed }
    }

    pub(super) fn deliver(&self, accounts: &Accounts, job: &Job, now: Timestamp) -> Called {
        let webhooks = match accounts.webhooks(job.org.as_deref().unwrap_or_default()) {
            Ok(webhooks) => webhooks,
            Err(error) => return Called::Later(error.to_string()),
        };
        let Some(webhook) = webhooks.into_iter().find(|w| w.id == job.target && w.enabled) else {
            return Called::Never("the webhook is gone or off".into());
        };
        let outcome = self.call(&webhook, job, now);
        // What cannot be noted now is noted with the next call.
        let _ = note(accounts, webhook, &outcome, now);
        outcome
    }

    fn call(&self, webhook: &Webhook, job: &Job, now: Timestamp) -> Called {
        if let Err(refused) = self.allowed.check(&webhook.url) {
            return Called::Never(refused.to_string());
        }
        let body: Value = serde_json::from_str(&job.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let (id, payload, seconds) = (text("id"), text("payload"), now.as_second().to_string());
        let Some(signature) = sign(&webhook.secret, id, &seconds, payload) else {
            return Called::Never("its key cannot be read".into());
        };
        let request = self.agent.post(&webhook.url).header("content-type", "application/json");
        let request = request.header("webhook-id", id).header("webhook-timestamp", &seconds);
        match request.header("webhook-signature", &signature).send(payload) {
            Err(ureq::Error::BadUri(why)) => Called::Never(why),
            Err(error) => Called::Later(error.to_string()),
            Ok(answer) => {
                let status = answer.status();
                // Read to the end, within bounds, so that the connection can be used again.
                let _ = answer.into_body().with_config().limit(ANSWER_MAX).read_to_vec();
                match status.as_u16() {
                    200..300 => Called::Yes,
                    410 => Called::Never("it answers 410: it wants to be called no more".into()),
                    300..400 => Called::Later(format!("it answers {status}: name the address it leads to")),
                    _ => Called::Later(format!("it answers {status}")),
                }
            }
        }
    }
}

/// Remembers since when a webhook fails, and switches it off when that is too long, or it wants no more.
fn note(accounts: &Accounts, webhook: Webhook, outcome: &Called, now: Timestamp) -> Result<(), StoreError> {
    let mark = format!("failing {}", webhook.id);
    let since = accounts.mark(&mark)?.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let off = match (outcome, since) {
        (Called::Yes, None) => return Ok(()),
        (Called::Yes, Some(_)) => return accounts.drop_mark(&mark),
        (Called::Never(_), _) => true,
        (Called::Later(_), None) => return accounts.set_mark(&mark, now.as_millisecond()),
        (Called::Later(_), Some(since)) => now.duration_since(since) > PATIENCE,
    };
    if off { accounts.put_webhook(&Webhook { enabled: false, ..webhook }) } else { Ok(()) }
}

/// Since when a webhook fails.
///
/// # Errors
/// Where that cannot be read.
pub fn failing_since(accounts: &Accounts, id: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(accounts.mark(&format!("failing {id}"))?.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
}

/// Takes a webhook away with all that waits for it; false where the organization has no such.
///
/// # Errors
/// Where it cannot be written.
pub fn remove(accounts: &Accounts, org: &str, id: &str) -> Result<bool, StoreError> {
    let removed = accounts.remove_webhook(org, id)?;
    if removed {
        accounts.drop_for("webhook", id)?;
        accounts.drop_mark(&format!("failing {id}"))?;
    }
    Ok(removed)
}

/// `v1,` and the HMAC-SHA256 of id, time and payload, as Standard Webhooks writes it.
fn sign(secret: &str, id: &str, seconds: &str, payload: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok().map(Zeroizing::new)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{payload}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(tag.as_ref())))
}

#[cfg(test)]
mod tests {
    /// The example of the specification.
    #[test]
    fn a_signature_is_the_known_one() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let payload = r#"{"test": 2432232314}"#;
        let signed = super::sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", payload);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
