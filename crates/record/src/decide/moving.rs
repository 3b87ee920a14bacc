//! Acts that move a record on in its life: signed and moved.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::{Actor, ActorKind, Standing, content::missing, holder_names, holding};
use crate::{
    Fields,
    act::{ActBody, Lapse},
    kind::{Apart, Condition, Kind, Need, Signing, Stamped, Verb},
    record::{Kept, Record, content_digest},
    refusal::Refusal,
};

type Changed = Result<(ActBody, Vec<String>), Refusal>;

/// A signature over the content as it stands. Without a meaning, the one that a verb of the present state asks for.
pub(super) fn sign(
    standing: &dyn Standing,
    actor: &Actor,
    kind: &Kind,
    record: &Record,
    meaning: Option<String>,
    digest: Option<String>,
) -> Changed {
    let signing = what_to_sign(kind, record, meaning.as_deref())?;
    refuse_signer(actor, record, signing)?;
    let role = holding(standing, actor, record, &signing.by).ok_or_else(|| Refusal::RoleNeeded {
        to: format!("sign \"{}\"", signing.meaning),
        roles: holder_names(&signing.by),
    })?;
    let stands = content_digest(record);
    if let Some(signed) = digest.filter(|d| *d != stands) {
        return Err(Refusal::ApprovedContentChanged { record: record.number.clone(), signed, stands });
    }
    let earlier = record.standing_signatures().find(|s| s.by == actor.pid && s.meaning == signing.meaning);
    if let Some(earlier) = earlier {
        return Err(Refusal::SignedAlready { record: record.number.clone(), seq: earlier.seq });
    }
    Ok((ActBody::Signed { digest: stands, meaning: signing.meaning.clone(), role }, Vec::new()))
}

fn what_to_sign<'a>(kind: &'a Kind, record: &'a Record, meaning: Option<&str>) -> Result<&'a Signing, Refusal> {
    let here = || kind.lifecycle.verbs_from(&record.state).filter_map(|v| v.sign.as_ref());
    let chosen = match meaning {
        Some(meaning) => here().find(|s| s.meaning == meaning),
        None => here().next().filter(|first| here().all(|s| s.meaning == first.meaning)),
    };
    chosen.ok_or_else(|| {
        let meanings: BTreeSet<String> = here().map(|s| s.meaning.clone()).collect();
        Refusal::NothingToSign { record: record.number.clone(), meanings: meanings.into_iter().collect() }
    })
}

/// Separation of duties: agents never sign; nobody signs their own work.
fn refuse_signer(actor: &Actor, record: &Record, signing: &Signing) -> Result<(), Refusal> {
    if actor.kind != ActorKind::Person {
        let roles = holder_names(&signing.by).into_iter().map(|r| format!("{r} (a person)")).collect();
        return Err(Refusal::RoleNeeded { to: "sign".into(), roles });
    }
    let named = signing.apart_from.iter().find_map(|apart| match apart {
        Apart::Editors if record.last.by == actor.pid && record.editors.contains(&actor.pid) => {
            Some("editors".to_owned())
        }
        Apart::Editors => record.editors.contains(&actor.pid).then(|| "earlier editors".to_owned()),
        Apart::Field(field) => record.links(field).contains(&actor.pid.as_str()).then(|| field.clone()),
    });
    match named {
        Some(apart_from) => {
            Err(Refusal::SodSelfApproval { record: record.number.clone(), version: record.version, apart_from })
        }
        None => Ok(()),
    }
}

/// A step in the life cycle.
pub(super) fn step(
    standing: &dyn Standing,
    actor: &Actor,
    now: Timestamp,
    kind: &Kind,
    record: &Record,
    word: &str,
) -> Changed {
    let verb = kind.lifecycle.verbs_from(&record.state).find(|v| v.id == word).ok_or_else(|| Refusal::VerbNotHere {
        record: record.number.clone(),
        verb: word.to_owned(),
        state: record.state.clone(),
        verbs: kind.lifecycle.verbs_from(&record.state).map(|v| v.id.clone()).collect(),
    })?;
    if !verb.by.is_empty() && holding(standing, actor, record, &verb.by).is_none() {
        return Err(Refusal::RoleNeeded {
            to: format!("{} {}", verb.id, record.number),
            roles: holder_names(&verb.by),
        });
    }
    let stamps = stamps(verb, actor, now);
    let mut after = record.fields.clone();
    after.extend(stamps.clone());
    let problems: Vec<_> = missing(kind, |name| after.contains_key(name), &verb.to).collect();
    if !problems.is_empty() {
        return Err(Refusal::FieldsRefused { problems });
    }
    refuse_unmet(standing, record, verb)?;
    if let Some(signing) = &verb.sign {
        refuse_unsigned(record, signing)?;
    }
    let body = ActBody::Moved {
        from: record.state.clone(),
        lapse: lapse_going_back(kind, record, &verb.to),
        set: stamps,
        settled: verb.sign.is_some(),
        to: verb.to.clone(),
        verb: verb.id.clone(),
    };
    Ok((body, Vec::new()))
}

/// What is done again is signed again: going back, the signatures that verbs of the earlier state ask for lapse.
fn lapse_going_back(kind: &Kind, record: &Record, to: &str) -> Option<Lapse> {
    let place = |id: &str| kind.lifecycle.states.iter().position(|s| s.id == id);
    if place(to) >= place(&record.state) {
        return None;
    }
    let asked: BTreeSet<&str> =
        kind.lifecycle.verbs_from(to).filter_map(|v| v.sign.as_ref()).map(|s| s.meaning.as_str()).collect();
    let signatures: Vec<u64> =
        record.standing_signatures().filter(|s| asked.contains(s.meaning.as_str())).map(|s| s.seq).collect();
    (!signatures.is_empty()).then(|| Lapse { changed: Vec::new(), signatures })
}

fn stamps(verb: &Verb, actor: &Actor, now: Timestamp) -> Fields {
    let value = |stamped: &Stamped| match stamped {
        Stamped::Actor => actor.pid.clone(),
        Stamped::Now => format!("{now:.3}"),
        Stamped::Today => TimeZone::UTC.to_datetime(now).date().to_string(),
    };
    verb.stamps.iter().map(|(field, stamped)| (field.clone(), Value::String(value(stamped)))).collect()
}

fn refuse_unmet(standing: &dyn Standing, record: &Record, verb: &Verb) -> Result<(), Refusal> {
    let mut instead = Vec::new();
    let mut because = Vec::new();
    for need in &verb.needs {
        if let Some(in_the_way) = unmet(standing, record, need) {
            instead.push(need.otherwise.clone());
            because.extend(in_the_way);
        }
    }
    if instead.is_empty() {
        return Ok(());
    }
    Err(Refusal::NeedUnmet { record: record.number.clone(), verb: verb.id.clone(), instead, because })
}

/// `Some` with the records in the way where the need is not met.
fn unmet(standing: &dyn Standing, record: &Record, need: &Need) -> Option<Vec<String>> {
    let stands_in = |r: &Record, states: &[String]| states.is_empty() || states.contains(&r.state);
    match &need.what {
        Condition::Set(fields) => fields.iter().any(|f| !record.fields.contains_key(f)).then(Vec::new),
        Condition::Some { kind, via, states } => {
            let found = standing.pointing(kind, via, &record.id).iter().any(|r| stands_in(r, states));
            (!found).then(Vec::new)
        }
        Condition::None { kind, via, states } => {
            let found = standing.pointing(kind, via, &record.id);
            let open: Vec<String> = found.into_iter().filter(|r| stands_in(r, states)).map(|r| r.number).collect();
            (!open.is_empty()).then_some(open)
        }
        Condition::Linked { field, states } => {
            let targets = record.links(field).into_iter().filter_map(|id| standing.kept(id));
            let not_yet: Vec<String> = targets
                .filter(|k| !matches!(&**k, Kept::Live(r) if stands_in(r, states)))
                .map(|k| k.number().to_owned())
                .collect();
            (record.links(field).is_empty() || !not_yet.is_empty()).then_some(not_yet)
        }
    }
}

fn refuse_unsigned(record: &Record, signing: &Signing) -> Result<(), Refusal> {
    let signers: BTreeSet<&str> =
        record.standing_signatures().filter(|s| s.meaning == signing.meaning).map(|s| s.by.as_str()).collect();
    if signers.len() >= signing.count {
        return Ok(());
    }
    Err(Refusal::SignaturesMissing {
        record: record.number.clone(),
        meaning: signing.meaning.clone(),
        have: signers.len(),
        need: signing.count,
        by: holder_names(&signing.by),
    })
}
