//! Accounts, and which person of which organization each is.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Accounts, moment, ms, perhaps, to_json};
use crate::error::StoreError;

/// How someone signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// UUID.
    pub id: String,
    /// The sign-in name: an e-mail address, folded.
    pub name: String,
    /// What to call them on screen.
    pub display: String,
    /// What they like.
    pub preferences: Preferences,
    /// Since when it is there.
    pub created: Timestamp,
    /// Since when it cannot sign in.
    pub disabled: Option<Timestamp>,
    /// Whether it may make organizations and set up this server; no content of an organization comes with that.
    pub admin: bool,
}

/// What someone likes on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Language code, such as `en`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether single keys act (WCAG 2.1.4 asks that they can be switched off).
    pub shortcuts: bool,
}

/// An account about to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// UUID.
    pub id: String,
    /// The sign-in name, folded.
    pub name: String,
    /// What to call them on screen.
    pub display: String,
    /// Language code.
    pub language: String,
    /// Whether it administers the instance.
    pub admin: bool,
    /// Now.
    pub now: Timestamp,
}

/// That an account is a person of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The account.
    pub account: String,
    /// The organization's id.
    pub org: String,
    /// The person's record there.
    pub person: String,
    /// From when.
    pub since: Timestamp,
    /// Until when; external auditors always have an end.
    pub until: Option<Timestamp>,
    /// What an external auditor may see; `None` for everybody else.
    pub scope: Option<Vec<String>>,
}

impl Membership {
    /// Whether it holds at a moment.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.since <= now && self.until.is_none_or(|until| now < until)
    }
}

const ACCOUNT: &str = "SELECT id, name, display, language, theme, shortcuts, created, disabled, admin FROM accounts";
/// Whether anybody has a way in.
const ANYONE: &str =
    "(EXISTS (SELECT 1 FROM passwords) OR EXISTS (SELECT 1 FROM passkeys) OR EXISTS (SELECT 1 FROM identities))";
const MEMBERSHIP: &str = "SELECT account, org, person, since, until, scope FROM memberships";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: row.get("id")?,
        name: row.get("name")?,
        display: row.get("display")?,
        preferences: Preferences {
            language: row.get("language")?,
            theme: row.get("theme")?,
            shortcuts: row.get("shortcuts")?,
        },
        created: moment(row, "created")?,
        disabled: perhaps(row, "disabled")?,
        admin: row.get("admin")?,
    })
}

fn membership(row: &Row<'_>) -> rusqlite::Result<Membership> {
    let scope: Option<String> = row.get("scope")?;
    Ok(Membership {
        account: row.get("account")?,
        org: row.get("org")?,
        person: row.get("person")?,
        since: moment(row, "since")?,
        until: perhaps(row, "until")?,
        // A scope that cannot be read lets nothing be seen.
        scope: scope.map(|text| serde_json::from_str(&text).unwrap_or_default()),
    })
}

/// Inserts an account; false where its name is taken.
pub(super) fn insert(transaction: &Transaction<'_>, new: &NewAccount) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO accounts (id, name, display, language, theme, shortcuts, created, disabled, admin)
      VALUES (?1, ?2, ?3, ?4, 'system', 1, ?5, NULL, ?6) ON CONFLICT (name) DO NOTHING";
    Ok(transaction.execute(sql, (&new.id, &new.name, &new.display, &new.language, ms(new.now), new.admin))? == 1)
}

/// Joins an account to a person, in place of an earlier membership of that organization.
pub(super) fn join(transaction: &Transaction<'_>, membership: &Membership) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO memberships (account, org, person, since, until, scope) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Membership { account, org, person, since, until, scope } = membership;
    transaction.execute(sql, (account, org, person, ms(*since), until.map(ms), scope.as_deref().map(to_json)))?;
    Ok(())
}

impl Accounts {
    /// Whether nobody can come in: there is no account yet, or none that ever had a password, a passkey or an identity elsewhere.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        self.read(|conn| conn.query_row(&format!("SELECT NOT {ANYONE}"), [], |row| row.get(0)))
    }

    /// Makes the first account, with its password where it has one, and answers its id; nothing where somebody can come in already. An account
    /// of that name that was begun and never got a way in is taken up again.
    pub fn begin(&self, new: &NewAccount, password: Option<&super::Password>) -> Result<Option<String>, StoreError> {
        self.write(|transaction| {
            if transaction.query_row(&format!("SELECT {ANYONE}"), [], |row| row.get(0))? {
                return Ok(None);
            }
            if !insert(transaction, new)? {
                let sql = "UPDATE accounts SET display = ?2, language = ?3, admin = ?4 WHERE name = ?1";
                transaction.execute(sql, (&new.name, &new.display, &new.language, new.admin))?;
            }
            let sql = "SELECT id FROM accounts WHERE name = ?1";
            let id: String = transaction.query_row(sql, [&new.name], |row| row.get(0))?;
            if let Some(password) = password {
                super::credential::put_password(transaction, &id, password, new.now)?;
            }
            Ok(Some(id))
        })
    }

    /// Makes an account without any way to sign in yet; false where its name is taken.
    pub fn add(&self, new: &NewAccount) -> Result<bool, StoreError> {
        self.write(|transaction| insert(transaction, new))
    }

    /// The account of an id.
    pub fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        self.accounts.get(&self.writes, id.to_owned(), |id| {
            let sql = format!("{ACCOUNT} WHERE id = ?1");
            self.read(|conn| conn.prepare_cached(&sql)?.query_row([id], account).optional())
        })
    }

    /// The account of a folded sign-in name.
    pub fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.read(|conn| {
            conn.prepare_cached(&format!("{ACCOUNT} WHERE name = ?1"))?.query_row([name], account).optional()
        })
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|conn| conn.prepare(&format!("{ACCOUNT} ORDER BY name"))?.query_map([], account)?.collect())
    }

    /// Keeps what someone likes, and what to call them.
    pub fn set_preferences(&self, id: &str, display: &str, preferences: &Preferences) -> Result<(), StoreError> {
        let Preferences { language, theme, shortcuts } = preferences;
        let sql = "UPDATE accounts SET display = ?2, language = ?3, theme = ?4, shortcuts = ?5 WHERE id = ?1";
        self.write(|transaction| transaction.execute(sql, (id, display, language, theme, shortcuts)).map(|_| ()))
    }

    /// Disables an account (`Some`) or lets it sign in again (`None`). Disabling ends its sessions and revokes its tokens.
    pub fn set_disabled(&self, id: &str, since: Option<Timestamp>) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("UPDATE accounts SET disabled = ?2 WHERE id = ?1", (id, since.map(ms)))?;
            if let Some(now) = since {
                transaction.execute("DELETE FROM sessions WHERE account = ?1", [id])?;
                super::token::revoke_all(transaction, id, now)?;
            }
            Ok(())
        })
    }

    /// Joins an account to a person of an organization, in place of an earlier membership there.
    pub fn join(&self, membership: &Membership) -> Result<(), StoreError> {
        self.write(|transaction| join(transaction, membership))
    }

    /// Ends a membership; false where there is none. The account's sessions end with it.
    pub fn leave(&self, account: &str, org: &str) -> Result<bool, StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM sessions WHERE account = ?1", [account])?;
            let sql = "DELETE FROM memberships WHERE account = ?1 AND org = ?2";
            Ok(transaction.execute(sql, (account, org))? == 1)
        })
    }

    /// The membership of an account in an organization, whether or not it holds now.
    pub fn membership(&self, account: &str, org: &str) -> Result<Option<Membership>, StoreError> {
        self.memberships.get(&self.writes, (account.to_owned(), org.to_owned()), |key| {
            let sql = format!("{MEMBERSHIP} WHERE account = ?1 AND org = ?2");
            self.read(|conn| conn.prepare_cached(&sql)?.query_row((&key.0, &key.1), membership).optional())
        })
    }

    /// Where an account is a member.
    pub fn memberships(&self, account: &str) -> Result<Vec<Membership>, StoreError> {
        let sql = format!("{MEMBERSHIP} WHERE account = ?1 ORDER BY org");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([account], membership)?.collect())
    }

    /// Who is a member of an organization.
    pub fn members(&self, org: &str) -> Result<Vec<Membership>, StoreError> {
        let sql = format!("{MEMBERSHIP} WHERE org = ?1 ORDER BY account");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([org], membership)?.collect())
    }

    /// The accounts of a person of an organization.
    pub fn accounts_of(&self, org: &str, person: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT account FROM memberships WHERE org = ?1 AND person = ?2";
        self.read(|conn| conn.prepare_cached(sql)?.query_map((org, person), |row| row.get(0))?.collect())
    }
}
