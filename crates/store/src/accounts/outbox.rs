//! What is to go out: mails and calls of webhooks, kept until they are delivered or given up.

use jiff::Timestamp;
use rusqlite::Row;
use zeroize::Zeroizing;

use super::{Accounts, moment, ms, to_json, words};
use crate::error::StoreError;

/// Something about to be sent.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// `mail` or `webhook`.
    pub kind: String,
    /// The organization it is about.
    pub org: Option<String>,
    /// The address, or the webhook's id.
    pub target: String,
    /// What is sent: it may hold a link that signs in, so it is kept sealed.
    pub body: String,
    /// From when on.
    pub due: Timestamp,
}

/// Something that waits to be sent.
#[derive(Clone)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// `mail` or `webhook`.
    pub kind: String,
    /// The organization it is about.
    pub org: Option<String>,
    /// The address, or the webhook's id.
    pub target: String,
    /// What is sent.
    pub body: Zeroizing<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it waits.
    pub created: Timestamp,
}

/// How something in the outbox stands, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Its number.
    pub id: i64,
    /// `mail` or `webhook`.
    pub kind: String,
    /// The organization it is about.
    pub org: Option<String>,
    /// The address, or the webhook's id.
    pub target: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; nothing where it was given up.
    pub due: Option<Timestamp>,
    /// Since when it is there.
    pub created: Timestamp,
    /// Why the last try failed.
    pub fault: Option<String>,
}

/// When what was given up is due.
const NEVER: i64 = i64::MAX;

/// Where an organization wants to be called.
#[derive(Clone)]
pub struct Webhook {
    /// UUID.
    pub id: String,
    /// The organization.
    pub org: String,
    /// Where.
    pub url: String,
    /// The key that signs calls.
    pub secret: Zeroizing<String>,
    /// What it hears of, as words of the server; empty for all.
    pub events: Vec<String>,
    /// Whether it is called.
    pub enabled: bool,
    /// Since when.
    pub created: Timestamp,
}

impl Accounts {
    /// Puts something into the outbox.
    pub fn send(&self, job: &NewJob) -> Result<(), StoreError> {
        let NewJob { kind, org, target, body, due } = job;
        let sealed = self.key.seal(&format!("outbox\n{kind}\n{target}"), body.as_bytes(), &*self.chance)?;
        let sql =
            "INSERT INTO outbox (kind, org, target, sealed, attempts, due, created) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5)";
        self.write(|transaction| transaction.execute(sql, (kind, org, target, &sealed, ms(*due))).map(|_| ()))
    }

    /// What of some kinds is due, oldest first, at most so many. What nobody can carry out now is not asked for: it would stand before
    /// what somebody can.
    pub fn due(&self, kinds: &[&str], now: Timestamp, most: u32) -> Result<Vec<Job>, StoreError> {
        let read = |row: &Row<'_>| {
            let job = Job {
                id: row.get("id")?,
                kind: row.get("kind")?,
                org: row.get("org")?,
                target: row.get("target")?,
                body: Zeroizing::default(),
                attempts: row.get("attempts")?,
                created: moment(row, "created")?,
            };
            Ok((job, row.get::<_, Vec<u8>>("sealed")?))
        };
        let sql = "SELECT id, kind, org, target, sealed, attempts, created FROM outbox
          WHERE due <= ?1 AND kind IN (SELECT value FROM json_each(?3)) ORDER BY due, id LIMIT ?2";
        let kinds = serde_json::Value::from(kinds).to_string();
        let rows: Vec<_> =
            self.read(|conn| conn.prepare_cached(sql)?.query_map((ms(now), most, &kinds), read)?.collect())?;
        rows.into_iter()
            .map(|(job, sealed)| {
                let body = self.unseal(&format!("outbox\n{}\n{}", job.kind, job.target), &sealed)?;
                Ok(Job { body, ..job })
            })
            .collect()
    }

    /// Takes something out of the outbox: it was delivered, or given up.
    pub fn sent(&self, id: i64) -> Result<(), StoreError> {
        self.write(|transaction| transaction.execute("DELETE FROM outbox WHERE id = ?1", [id]).map(|_| ()))
    }

    /// Notes that it could not be delivered, and when to try again.
    pub fn postpone(&self, id: i64, due: Timestamp, fault: &str) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET attempts = attempts + 1, due = ?2, fault = ?3 WHERE id = ?1";
        self.write(|transaction| transaction.execute(sql, (id, ms(due), fault)).map(|_| ()))
    }

    /// Notes that it could not be delivered and is not tried again; it stays to be seen.
    pub fn give_up(&self, id: i64, fault: &str) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET attempts = attempts + 1, due = ?2, fault = ?3 WHERE id = ?1";
        self.write(|transaction| transaction.execute(sql, (id, NEVER, fault)).map(|_| ()))
    }

    /// Has what was given up for an organization, or for none, tried again; answers how many those were.
    pub fn try_again(&self, org: Option<&str>, now: Timestamp) -> Result<usize, StoreError> {
        let sql = "UPDATE outbox SET due = ?3, attempts = 0 WHERE due = ?2 AND org IS ?1";
        self.write(|transaction| transaction.execute(sql, (org, NEVER, ms(now))))
    }

    /// Takes away what was given up and came before a moment; answers how many.
    pub fn clear_given_up(&self, before: Timestamp) -> Result<usize, StoreError> {
        let sql = "DELETE FROM outbox WHERE due = ?1 AND created < ?2";
        self.write(|transaction| transaction.execute(sql, (NEVER, ms(before))))
    }

    /// Takes away what waits for a target.
    pub fn drop_for(&self, kind: &str, target: &str) -> Result<usize, StoreError> {
        let sql = "DELETE FROM outbox WHERE kind = ?1 AND target = ?2";
        self.write(|transaction| transaction.execute(sql, (kind, target)))
    }

    /// What has failed at least once, for an organization or for none, the newest first, at most so many.
    pub fn failing(&self, org: Option<&str>, most: u32) -> Result<Vec<Sending>, StoreError> {
        let read = |row: &Row<'_>| {
            let due: i64 = row.get("due")?;
            Ok(Sending {
                id: row.get("id")?,
                kind: row.get("kind")?,
                org: row.get("org")?,
                target: row.get("target")?,
                attempts: row.get("attempts")?,
                due: (due != NEVER).then(|| super::to_moment(due)),
                created: moment(row, "created")?,
                fault: row.get("fault")?,
            })
        };
        let sql = "SELECT id, kind, org, target, attempts, due, created, fault FROM outbox
          WHERE fault IS NOT NULL AND org IS ?1 ORDER BY id DESC LIMIT ?2";
        self.read(|conn| conn.prepare_cached(sql)?.query_map((org, most), read)?.collect())
    }

    /// Keeps a webhook, in the place of the one of the same id.
    pub fn put_webhook(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let Webhook { id, org, url, secret, events, enabled, created } = webhook;
        let sealed = self.key.seal(&format!("webhook\n{id}"), secret.as_bytes(), &*self.chance)?;
        let sql = "INSERT OR REPLACE INTO webhooks (id, org, url, sealed, kinds, enabled, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let row = (id, org, url, &sealed, to_json(events), enabled, ms(*created));
        self.write(|transaction| transaction.execute(sql, row).map(|_| ()))
    }

    /// The webhooks of an organization, oldest first.
    pub fn webhooks(&self, org: &str) -> Result<Vec<Webhook>, StoreError> {
        let read = |row: &Row<'_>| {
            let webhook = Webhook {
                id: row.get("id")?,
                org: row.get("org")?,
                url: row.get("url")?,
                secret: Zeroizing::default(),
                events: words(row, "kinds")?,
                enabled: row.get("enabled")?,
                created: moment(row, "created")?,
            };
            Ok((webhook, row.get::<_, Vec<u8>>("sealed")?))
        };
        let sql =
            "SELECT id, org, url, sealed, kinds, enabled, created FROM webhooks WHERE org = ?1 ORDER BY created, id";
        let rows: Vec<_> = self.read(|conn| conn.prepare_cached(sql)?.query_map([org], read)?.collect())?;
        rows.into_iter()
            .map(|(webhook, sealed)| {
                let secret = self.unseal(&format!("webhook\n{}", webhook.id), &sealed)?;
                Ok(Webhook { secret, ..webhook })
            })
            .collect()
    }

    /// Takes a webhook away; false where the organization has no such.
    pub fn remove_webhook(&self, org: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM webhooks WHERE org = ?1 AND id = ?2";
        self.write(|transaction| Ok(transaction.execute(sql, (org, id))? == 1))
    }

    fn unseal(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<String>, StoreError> {
        let plain = self.key.open(place, sealed)?;
        let damaged =
            |error: std::str::Utf8Error| StoreError::Damaged { place: place.to_owned(), reason: error.to_string() };
        std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned())).map_err(damaged)
    }
}
