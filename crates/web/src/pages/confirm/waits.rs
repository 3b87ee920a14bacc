//! A form that came too late for the authentication it asks for: its answers are kept, shown again afterwards, and sent from there.

use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::Pairs,
    frame::Frame,
};

/// The page on which the answers are shown again.
pub const PAGE: &str = "/confirm/send";
/// What they are kept under: the newest form of an account takes the place of the one before.
const KEY: &str = "waits";
/// Bytes that are kept at most.
const KEPT_MAX: usize = 256 << 10;
/// Where a form goes, among its answers.
const TO: &str = "_to";
/// What is in the name of an answer that is kept nowhere.
const SECRETS: [&str; 5] = ["password", "code", "secret", "credential", "ceremony"];

#[derive(Template)]
#[template(path = "confirm-send.html")]
struct Page<'c> {
    frame: Frame<'c>,
    /// Where the form goes; empty where nothing waits.
    to: String,
    answers: Vec<(String, String)>,
    /// Those of them that somebody typed.
    typed: Vec<(String, String)>,
}

/// Keeps the answers of a form; false where they are not to be kept.
///
/// # Errors
/// Where they cannot be written.
pub fn keep(call: &Call<'_>) -> Result<bool, Refused> {
    let Some(account) = call.visitor.account() else { return Ok(false) };
    let mut answers = call.form();
    answers.drop_names(|name| name == "form_token");
    let is_secret = answers.iter().any(|(name, _)| SECRETS.iter().any(|secret| name.contains(secret)));
    answers.push(TO, format!("{}{}", call.path, call.query.with(&[])));
    let body = answers.to_json();
    if is_secret || body.len() > KEPT_MAX {
        return Ok(false);
    }
    let kept = call.server.entrance.store().keep_draft(account, "", KEY, &body, call.server.now());
    kept.map_err(|e| Refused::internal(e.to_string()))?;
    Ok(true)
}

/// Shows them again.
pub fn show(call: &Call<'_>) -> Answered {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let kept = call.server.entrance.store().draft(account, "", KEY).map_err(|e| Refused::internal(e.to_string()))?;
    let kept = kept.map(|(body, _)| Pairs::from_json(&body)).unwrap_or_default();
    let answers = kept.iter().filter(|(name, _)| *name != TO).map(|(n, v)| (n.to_owned(), v.to_owned()));
    let answers: Vec<(String, String)> = answers.collect();
    let is_typed = |(name, value): &&(String, String)| !name.starts_with('_') && !value.trim().is_empty();
    Answer::page(&Page {
        frame: Frame::bare(call, call.tongue.say("confirm-send-title")),
        to: kept.get(TO).unwrap_or_default().to_owned(),
        typed: answers.iter().filter(is_typed).cloned().collect(),
        answers,
    })
}
