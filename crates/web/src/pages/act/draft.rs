//! Forms that were left unfinished.

use jiff::Timestamp;

use super::page::base_key;
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::{Pairs, query, segment},
    show::moment,
};
use aims_record::Kind;

/// Bytes of a draft at most.
const DRAFT_MAX: usize = 256 * 1024;

/// A form that somebody left, to be gone on with.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it is kept under.
    pub key: String,
    /// The kind and, of a record that stands, its number; of one that does not, what its first field says.
    pub name: String,
    /// Where to go on.
    pub to: String,
    /// When it was kept, in words.
    pub saved: String,
}

/// What the one who asks left unfinished in the organization, the newest first.
pub fn drafts(call: &Call<'_>) -> Result<Vec<Draft>, Refused> {
    let Some(account) = call.visitor.account() else { return Ok(Vec::new()) };
    let org = org(call)?;
    let kept = call.server.entrance.store().drafts(account, &org).map_err(|e| Refused::internal(e.to_string()))?;
    let kinds = call.live()?.aims().kinds();
    let draft = |(key, body, saved): (String, String, Timestamp)| {
        let mut parts = key.split('/');
        let (act, kind) = (parts.next()?, kinds.get(parts.next()?)?);
        let typed = Pairs::from_json(&body);
        let (name, path) = match act {
            "new" => {
                let first = kind.naming_field().and_then(|f| typed.get(&f.name)).unwrap_or_default();
                (format!("{} {first}", kind.title), format!("/{}/new", kind.id))
            }
            _ => {
                let number = parts.next()?;
                (format!("{} {number}", kind.title), format!("/{}/{}/amend", kind.id, segment(number)))
            }
        };
        let to = call.at(&format!("{path}{}", query([("draft", key.as_str())].into_iter())));
        let saved = moment(call.tongue, saved);
        Some(Draft { name: name.trim_end().to_owned(), to, saved, key })
    };
    Ok(kept.into_iter().filter_map(draft).collect())
}

/// What stood in the draft that the address names, where it is of this form.
pub fn open(call: &Call<'_>, kind: &Kind, record: Option<&str>) -> Result<Option<Pairs>, Refused> {
    let Some((account, key)) = call.visitor.account().zip(call.query.get("draft")) else { return Ok(None) };
    if !key.starts_with(&base_key(kind, record)) {
        return Ok(None);
    }
    let found = call.server.entrance.store().draft(account, &org(call)?, key);
    Ok(found.map_err(|e| Refused::internal(e.to_string()))?.map(|(body, _)| Pairs::from_json(&body)))
}

/// Keeps a form, and leads back to it.
pub fn keep(call: &Call<'_>, kind: &Kind, record: Option<&str>, form: &Pairs) -> Answered {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let base = base_key(kind, record);
    let key = form.get("_draft_key").filter(|key| key.starts_with(&base) && key.len() < 200);
    let key = key.map_or_else(|| format!("{base}{}", call.server.draw()), str::to_owned);
    let mut kept = form.clone();
    kept.drop_names(|name| ["form_token", "_draft", "_draft_key", "add", "remove"].contains(&name));
    let body = kept.to_json();
    if body.len() > DRAFT_MAX {
        return Err(Refused::unclear(
            "draft_too_long",
            "This is longer than drafts are kept. Record it, and amend it later.",
        ));
    }
    let store = call.server.entrance.store();
    let kept = store.keep_draft(account, &org(call)?, &key, &body, call.server.now());
    kept.map_err(|e| Refused::internal(e.to_string()))?;
    Answer::see(format!("{}{}", call.path, query([("draft", key.as_str()), ("kept", "1")].into_iter())))
}

/// Forgets the draft that a form was made from.
pub fn forget(call: &Call<'_>, form: &Pairs) -> Result<(), Refused> {
    let Some((account, key)) = call.visitor.account().zip(form.get("_draft_key")) else { return Ok(()) };
    let dropped = call.server.entrance.store().drop_draft(account, &org(call)?, key);
    dropped.map_err(|e| Refused::internal(e.to_string()))
}

/// Forgets a draft on demand.
pub fn drop_it(call: &Call<'_>) -> Answered {
    let form = call.form();
    forget(call, &form)?;
    let back = form.get("_back").filter(|to| to.starts_with("/o/")).map_or_else(|| call.at("/"), str::to_owned);
    Answer::see(back)
}

fn org(call: &Call<'_>) -> Result<String, Refused> {
    Ok(call.live()?.aims().store().about().org.clone())
}
