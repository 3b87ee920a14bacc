//! A verb of a life cycle, a signature alone, a withdrawal: one decision on a page, with all that it rests on and what will be signed.

use aims_app::{Step, Wish, access::Seat, live::Standing};
use aims_record::{Kind, Signing, Verb, content_digest};
use aims_register::Entry;
use askama::Template;
use http::StatusCode;

use super::{
    asked::{Asked, apart, holders, needs},
    begin::log,
    idem, idem_again, passkey, stays, why,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::Pairs,
    frame::Frame,
    pages::{
        record::{ACKNOWLEDGED, named, names, place},
        register::state_label,
    },
    reader::Reader,
    route::{Asks, Route},
    seat::cookie,
    show::Values,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/{kind}/{record}/{verb}", "record-verb", Asks::Member, show).slow(),
    Route::form("/o/{org}/{kind}/{record}/{verb}", "record-verb-send", Asks::Member, send),
];

/// What is to be done.
#[derive(Clone, Copy)]
enum Deed<'k> {
    Move(&'k Verb),
    Sign(&'k Signing),
    Withdraw,
    /// That the one who says it has read it.
    Acknowledge,
}

impl<'k> Deed<'k> {
    /// What the address names: a verb of the kind goes first.
    fn of(call: &Call<'_>, kind: &'k Kind, entry: Entry<'k>) -> Result<Deed<'k>, Refused> {
        let word = call.param("verb");
        if let Some(verb) = kind.lifecycle.verb(word) {
            return Ok(Deed::Move(verb));
        }
        match word {
            "withdraw" | "withdraw-record" => Ok(Deed::Withdraw),
            "acknowledge" if kind.field(ACKNOWLEDGED).is_some() => Ok(Deed::Acknowledge),
            "sign" => {
                let here = kind.lifecycle.verbs_from(entry.state().unwrap_or_default());
                let meaning = call.query.get("meaning");
                let mut asked = here.filter_map(|v| v.sign.as_ref());
                let found = asked.find(|s| meaning.is_none_or(|m| m == s.meaning));
                found.map(Deed::Sign).ok_or_else(Refused::absent)
            }
            _ => Err(Refused::absent()),
        }
    }

    fn signing(self) -> Option<&'k Signing> {
        match self {
            Deed::Move(verb) => verb.sign.as_ref(),
            Deed::Sign(signing) => Some(signing),
            Deed::Withdraw | Deed::Acknowledge => None,
        }
    }
}

#[derive(Template)]
#[template(path = "act-verb.html")]
struct Page<'c> {
    frame: Frame<'c>,
    /// Number and name of the record.
    name: String,
    about: String,
    from: String,
    /// The state it leads to and what that means; empty where the state stays.
    to: String,
    to_about: String,
    asked: Vec<Asked>,
    who: Vec<String>,
    signing: Option<Signs>,
    /// Why it cannot be done now.
    refused: String,
    /// What went wrong with what was just sent.
    error: String,
    /// What was done by others since the form was opened: moment, sentence, address of the difference.
    meanwhile: Vec<(String, String, String)>,
    /// The button's words; empty where it cannot be done.
    button: String,
    /// Whether the password is asked for, and whether a code too.
    step_up: bool,
    has_totp: bool,
    /// Whether a passkey can sign.
    has_passkey: bool,
    /// Whether it can be done without one.
    is_plain: bool,
    needs_why: bool,
    is_danger: bool,
    why: String,
    idem: String,
    seen: u64,
    digest: String,
    back: String,
    /// What will be signed: label and value.
    facts: Vec<(String, String)>,
    files: Vec<(String, String)>,
}

/// What signing is about.
struct Signs {
    meaning: String,
    have: usize,
    need: usize,
    by: Vec<String>,
    apart: Vec<String>,
    /// Who signed, as things stand.
    signers: Vec<String>,
    /// Whether sending the form signs.
    is_now: bool,
}

/// The steps that saying it comes to for the one in the seat: with their signature where it is the last one that is missing.
fn steps(
    deed: Deed<'_>,
    entry: Entry<'_>,
    seat: &Seat,
    standing: &Standing,
    seen: u64,
    digest: Option<String>,
) -> Vec<Vec<Step>> {
    let record = entry.id();
    let sign = |signing: &Signing| {
        let (meaning, digest) = (Some(signing.meaning.clone()), digest.clone());
        Step::of(Wish::Sign { record: record.clone(), seen: Some(seen), meaning, digest })
    };
    let go = |verb: &Verb, seen: u64| {
        Step::of(Wish::Move { record: record.clone(), seen: Some(seen), verb: verb.id.clone() })
    };
    match deed {
        Deed::Withdraw => vec![vec![Step::of(Wish::Withdraw { record: record.clone(), seen: Some(seen) })]],
        Deed::Acknowledge => {
            let to = seat.person(standing.register()).map(Entry::id).unwrap_or_default();
            let field = ACKNOWLEDGED.to_owned();
            vec![vec![Step::of(Wish::Link { record: record.clone(), seen: Some(seen), field, to })]]
        }
        Deed::Sign(signing) => vec![vec![sign(signing)]],
        Deed::Move(verb) => {
            let Some(signing) = &verb.sign else { return vec![vec![go(verb, seen)]] };
            let person = seat.person(standing.register());
            let have = entry.signers(&signing.meaning).count();
            let mine = entry.signers(&signing.meaning).any(|s| Some(s) == person);
            match (have >= signing.count, mine, have + 1 >= signing.count) {
                (true, ..) | (_, true, _) => vec![vec![go(verb, seen)]],
                // Who may sign but not say the verb still signs.
                (_, _, true) => vec![vec![sign(signing), go(verb, seen + 1)], vec![sign(signing)]],
                (_, _, false) => vec![vec![sign(signing)]],
            }
        }
    }
}

/// Whether the seat may and the life cycle lets it; nothing is written.
fn rehearse(call: &Call<'_>, steps: &[Step]) -> Result<(), Refused> {
    {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        steps.iter().try_for_each(|step| must(seat.decide_wish(sight.register(), &step.wish)))?;
    }
    call.live()?.aims().rehearse(&call.actor()?, steps.to_vec())?;
    Ok(())
}

/// The first of several ways that would be done; where none would, why the first would not.
fn way(call: &Call<'_>, ways: Vec<Vec<Step>>, why: Option<&str>) -> (Vec<Step>, Option<Refused>) {
    let mut first = None;
    for mut steps in ways {
        steps.iter_mut().for_each(|step| step.why = why.map(str::to_owned));
        match rehearse(call, &steps) {
            Ok(()) => return (steps, None),
            Err(refused) => {
                let tries_on = matches!(refused.code, "role_needed" | "not_your_role");
                if first.is_none() {
                    first = Some((steps, refused));
                }
                if !tries_on {
                    break;
                }
            }
        }
    }
    let (steps, refused) = first.unzip();
    (steps.unwrap_or_default(), refused)
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    page(call, &Pairs::default(), None)
}

fn page(call: &Call<'_>, form: &Pairs, sent: Option<Refused>) -> Answered {
    log(call, sent.as_ref());
    let (digest, ways) = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let (kind, entry) = named(call, &sight)?;
        if !seat.reads(entry) {
            return Err(Refused::absent());
        }
        let deed = Deed::of(call, kind, entry)?;
        let digest = deed.signing().map(|_| digest(call, &entry.id())).transpose()?;
        (digest.clone(), steps(deed, entry, &seat, &sight, entry.version(), digest))
    };
    // A withdrawal is rehearsed with a reason, which is yet to be given.
    let said = why(form).unwrap_or_else(|| call.tongue.say("why").into_owned());
    let (chosen, refused) = way(call, ways, Some(&said));
    let sight = call.sight()?;
    let (kind, entry) = named(call, &sight)?;
    let deed = Deed::of(call, kind, entry)?;
    show_deed(call, &sight, (kind, entry, deed), Looked { form, sent, digest, chosen, refused })
}

/// What was found out before the page is made.
struct Looked<'l> {
    form: &'l Pairs,
    sent: Option<Refused>,
    digest: Option<String>,
    chosen: Vec<Step>,
    refused: Option<Refused>,
}

fn show_deed(
    call: &Call<'_>,
    sight: &Standing,
    (kind, entry, deed): (&Kind, Entry<'_>, Deed<'_>),
    looked: Looked<'_>,
) -> Answered {
    let t = call.tongue;
    let kinds = sight.register().kinds();
    let seat = call.seat(sight)?;
    let Looked { form, sent, digest, chosen, refused } = looked;
    let shown = call.live()?.aims().show_alone(&entry.id(), None)?;
    let names = names(call, &Reader::of(call, sight)?, &shown);
    let values = Values { t, records: &names };
    let fields = super::fields_of(&shown);
    let signs_now = chosen.iter().any(|s| matches!(s.wish, Wish::Sign { .. }));
    let facts = kind.fields.iter().filter_map(|f| Some((f.label.clone(), values.html(f, fields.get(&f.name)?))));
    let signing = deed.signing().map(|s| Signs {
        meaning: s.meaning.clone(),
        have: entry.signers(&s.meaning).count(),
        need: s.count,
        by: holders(sight, kinds, kind, entry, &s.by),
        apart: apart(call, sight, kind, entry, s),
        signers: entry.signers(&s.meaning).map(|e| sight.name_of(e).to_owned()).collect(),
        is_now: signs_now,
    });
    let state = entry.state().unwrap_or_default();
    let (title, about, to, who) = match deed {
        Deed::Move(verb) => {
            let to = kind.lifecycle.state(&verb.to).filter(|s| s.id != state);
            let who = holders(sight, kinds, kind, entry, &verb.by);
            (verb.label.clone(), verb.about.clone().unwrap_or_default(), to, who)
        }
        Deed::Sign(s) => (t.with("sign-title", "meaning", s.meaning.as_str()), String::new(), None, Vec::new()),
        Deed::Withdraw => (t.say("withdraw").into_owned(), t.say("withdraw-about").into_owned(), None, Vec::new()),
        Deed::Acknowledge => {
            (t.say("acknowledge").into_owned(), t.say("acknowledge-about").into_owned(), None, Vec::new())
        }
    };
    let moves = chosen.iter().any(|s| !matches!(s.wish, Wish::Sign { .. }));
    let button = match (&refused, deed) {
        (Some(_), _) => String::new(),
        (None, Deed::Move(verb)) if moves => verb.label.clone(),
        (None, Deed::Withdraw | Deed::Acknowledge) => title.clone(),
        (None, _) => t.say("sign-only").into_owned(),
    };
    let seated = call.visitor.seated();
    let elevated = seated.is_some_and(|s| s.elevated);
    let has_totp = match seated {
        Some(s) if signs_now && !elevated => {
            call.server.entrance.store().has_totp(&s.account.id).map_err(|e| Refused::internal(e.to_string()))?
        }
        _ => false,
    };
    let has_passkey = signs_now && passkey::is_at_hand(call)?;
    let is_plain = !has_passkey || elevated || passkey::has_password(call)?;
    let status = sent.as_ref().map_or(StatusCode::OK, |r| r.status);
    let to_record = format!("/{}/{}", kind.id, entry.number());
    let name = format!("{} {}", entry.number(), sight.name_of(entry));
    let frame = Frame::of(call, sight, place(kind), title)?
        .from(&[(&kind.plural, &format!("/{}", kind.id)), (&name, &to_record)]);
    Answer::page_with(
        status,
        &Page {
            about,
            from: state_label(kind, state).to_owned(),
            to: to.map_or(String::new(), |s| s.label.clone()),
            to_about: to.map_or(String::new(), |s| s.about.clone()),
            asked: if let Deed::Move(verb) = deed { needs(call, sight, &seat, kind, entry, verb) } else { Vec::new() },
            who,
            signing,
            refused: refused.map_or(String::new(), |r| r.says),
            meanwhile: match form.get("_seen").and_then(|v| v.parse().ok()) {
                Some(seen) if sent.is_some() => meanwhile(call, &Reader::of(call, sight)?, kind, entry, seen)?,
                _ => Vec::new(),
            },
            error: sent.map_or(String::new(), |r| r.says),
            step_up: signs_now && !elevated && !button.is_empty(),
            button,
            has_totp,
            has_passkey,
            is_plain,
            needs_why: matches!(deed, Deed::Withdraw),
            is_danger: matches!(deed, Deed::Withdraw),
            why: form.get("_why").or(call.query.get("why")).unwrap_or_default().to_owned(),
            idem: idem_again(call, form, None),
            seen: entry.version(),
            digest: digest.unwrap_or_default(),
            back: call.at(&to_record),
            facts: facts.collect(),
            files: crate::pages::record::files(&shown),
            name,
            frame,
        },
    )
}

/// What was done to the record since it was at a version.
fn meanwhile(
    call: &Call<'_>,
    reader: &Reader<'_>,
    kind: &Kind,
    entry: Entry<'_>,
    seen: u64,
) -> Result<Vec<(String, String, String)>, Refused> {
    let history = call.live()?.aims().history(&entry.id())?;
    let line = |(version, line): (u64, aims_app::HistoryLine)| {
        let at = line.ts.parse().map_or_else(|_| line.ts.clone(), |at| crate::show::moment(call.tongue, at));
        let to = call.at(&format!("/{}/{}/versions/{version}", kind.id, entry.number()));
        reader.tells(&line.sentence).then_some((at, line.sentence, to))
    };
    Ok((1..).zip(history).filter(|(version, _)| *version > seen).filter_map(line).collect())
}

/// What a signature is over, as it stands.
fn digest(call: &Call<'_>, id: &str) -> Result<String, Refused> {
    let kept = call.live()?.aims().store().snapshot().and_then(|reading| reading.kept(id));
    let kept = kept.map_err(|e| Refused::internal(e.to_string()))?;
    let record = kept.as_ref().and_then(|k| k.live()).ok_or_else(Refused::absent)?;
    Ok(content_digest(record))
}

fn send(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let form = call.form();
    if form.get("credential").is_some() {
        return passkey::take(call, &form);
    }
    let seen = form.get("_seen").and_then(|v| v.parse().ok());
    let seen = seen.ok_or_else(|| {
        Refused::unclear("version_missing", "This form does not say which version it is about. Open it again.")
    })?;
    let digest = form.get("_digest").map(str::to_owned);
    let (kind, ways) = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let (kind, entry) = named(call, &sight)?;
        if !seat.reads(entry) {
            return Err(Refused::absent());
        }
        let deed = Deed::of(call, kind, entry)?;
        if deed.signing().is_some() && digest.is_none() {
            let says = "This form does not say which content is signed. Open it again.";
            return Err(Refused::unclear("digest_missing", says));
        }
        (kind.id.clone(), steps(deed, entry, &seat, &sight, seen, digest))
    };
    let reason = why(&form);
    let (steps, refused) = way(call, ways, reason.as_deref());
    if let Some(refused) = refused {
        // What was recorded by the same form before is no refusal.
        return once_more(call, &kind, steps, &form, refused);
    }
    let signs = steps.iter().any(|s| matches!(s.wish, Wish::Sign { .. }));
    if signs && form.get("_with") == Some("passkey") {
        return passkey::ask(call, steps, &form).or_else(|refused| page(call, &form, Some(refused)));
    }
    let token = match step_up(call, &form, signs) {
        Ok(token) => token,
        Err(refused) => return page(call, &form, Some(refused)),
    };
    let done = super::carry_out(call, steps, idem(call, &form));
    let answer = match done {
        Ok(done) => super::told(call, &kind, &done)?,
        Err(refused) if token.is_none() => return page(call, &form, Some(refused)),
        // The cookie changed; the page says anew how things stand.
        Err(_) => Answer::see(format!(
            "{}{}",
            call.path,
            crate::form::query([("why", reason.as_deref().unwrap_or_default())].into_iter())
        ))?,
    };
    Ok(match (answer, token) {
        (Answer::See { to, .. }, Some(token)) => Answer::See { to, cookie: Some(cookie(call.server, &token)) },
        (answer, _) => answer,
    })
}

/// The same form sent twice answers as it did the first time; anything else is shown with what was typed.
fn once_more(call: &Call<'_>, kind: &str, steps: Vec<Step>, form: &Pairs, refused: Refused) -> Answered {
    if !matches!(refused.code, "version_conflict" | "verb_not_here" | "signed_already" | "nothing_to_sign") {
        return if stays(&refused) { page(call, form, Some(refused)) } else { Err(refused) };
    }
    match super::carry_out(call, steps, idem(call, form)) {
        Ok(done) => super::told(call, kind, &done),
        Err(_) => page(call, form, Some(refused)),
    }
}

/// Signing asks for a fresh authentication: given with this form where the session's is older. The session's new token, where it got one.
fn step_up(call: &Call<'_>, form: &Pairs, signs: bool) -> Result<Option<String>, Refused> {
    let seated = call.visitor.seated().ok_or_else(Refused::sign_in)?;
    if !signs || seated.elevated {
        return Ok(None);
    }
    let Some(password) = form.get("_password") else {
        seated.must_be_elevated()?;
        return Ok(None);
    };
    let code = form.get("_code").map(|code| code.split_whitespace().collect::<String>());
    let arrival = call.server.entrance.step_up(seated, password, code.as_deref())?;
    Ok(Some(arrival.token.reveal().to_owned()))
}
