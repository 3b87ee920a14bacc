//! Webhooks of an organization, and how the server's jobs went.

use aims_app::{
    access::Power,
    jobs::{
        Run,
        webhook::{self, WebhookRefused},
    },
};
use aims_store::{StoreError, accounts::Webhook};
use http::StatusCode;

use super::{
    answers::{JobLine, NewWebhook, WebhookBody, WebhookLine},
    body::Members,
    doc::{Body, Doc, Given, of},
    page::only,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    route::{Asks, Method, Route},
};

static LIST: Doc = Doc::new("Webhooks of the organization", Given::Json(of::<Vec<WebhookLine>>));
static MAKE: Doc = Doc::new("Make a webhook", Given::Made(of::<NewWebhook>))
    .about("Calls are signed as Standard Webhooks says, with the key that is shown once. They hold small facts and links. A call that fails is tried again for three days; after five days of failure the webhook is switched off. It takes a session that has just authenticated.")
    .takes(Body::Json(of::<WebhookBody>))
    .also(&[413, 415, 422]);
static REMOVE: Doc = Doc::new("Remove a webhook", Given::Json(of::<Vec<WebhookLine>>)).also(&[404]);
static JOBS: Doc = Doc::new("The last run of each job of the server", Given::Json(of::<Vec<JobLine>>));

const AT: &str = "/api/v1/o/{org}/webhooks";

pub static ROUTES: &[Route] = &[
    Route::read(AT, "api-webhooks", Asks::Member, list, &LIST).slow(),
    Route::write(Method::Post, AT, "api-webhook-make", Asks::Elevated, make, &MAKE),
    Route::write(
        Method::Delete,
        "/api/v1/o/{org}/webhooks/{webhook}",
        "api-webhook-remove",
        Asks::Elevated,
        remove,
        &REMOVE,
    ),
    Route::read("/api/v1/o/{org}/jobs", "api-jobs", Asks::Member, jobs, &JOBS),
];

fn failed(error: StoreError) -> Refused {
    Refused::internal(error.to_string())
}

/// Webhooks and jobs are for those who change settings.
pub fn must_settle(call: &Call<'_>) -> Result<(), Refused> {
    let sight = call.live()?.sight(None)?;
    must(call.seat(&sight)?.decide_power(Power::Settings))
}

/// The webhooks of the organization, oldest first.
pub fn lines(call: &Call<'_>) -> Result<Vec<WebhookLine>, Refused> {
    let accounts = call.server.entrance.store();
    let webhooks = accounts.webhooks(&call.live()?.aims().store().about().org).map_err(failed)?;
    webhooks.into_iter().map(|webhook| line(call, webhook)).collect()
}

fn line(call: &Call<'_>, webhook: Webhook) -> Result<WebhookLine, Refused> {
    let since = webhook::failing_since(call.server.entrance.store(), &webhook.id).map_err(failed)?;
    let Webhook { id, url, events, enabled, created, .. } = webhook;
    let failing_since = since.map(|since| since.to_string());
    Ok(WebhookLine { id, url, events, enabled, created: created.to_string(), failing_since })
}

/// Makes a webhook.
///
/// # Errors
/// As [`webhook::begin`], with status 422.
pub fn begin(call: &Call<'_>, url: &str, events: Vec<String>) -> Result<NewWebhook, Refused> {
    let accounts = call.server.entrance.store();
    let made = webhook::begin((accounts, call.live()?), (&call.server.targets, call.server.chance()), url, events);
    let webhook = made.map_err(|refused| match refused {
        WebhookRefused::Store(error) => failed(error),
        refused => {
            let says = crate::answer::sentence(&refused.to_string());
            Refused::new(StatusCode::UNPROCESSABLE_ENTITY, refused.code(), says)
        }
    })?;
    let secret = webhook.secret.to_string();
    Ok(NewWebhook { line: line(call, webhook)?, secret })
}

/// Removes a webhook.
///
/// # Errors
/// Absent, where the organization has no such.
pub fn end(call: &Call<'_>, id: &str) -> Result<(), Refused> {
    let org = &call.live()?.aims().store().about().org;
    let removed = webhook::remove(call.server.entrance.store(), org, id).map_err(failed)?;
    if removed { Ok(()) } else { Err(Refused::absent()) }
}

fn list(call: &Call<'_>) -> Answered {
    only(call, &LIST, &[])?;
    must_settle(call)?;
    Answer::json(&lines(call)?)
}

fn make(call: &Call<'_>) -> Answered {
    only(call, &MAKE, &[])?;
    must_settle(call)?;
    let mut members = Members::of(call, &["url", "events"])?;
    let (url, events) = (members.need("url"), members.texts("events"));
    members.end()?;
    Answer::json_with(StatusCode::CREATED, &begin(call, &url, events)?, None)
}

fn remove(call: &Call<'_>) -> Answered {
    only(call, &REMOVE, &[])?;
    must_settle(call)?;
    end(call, call.param("webhook"))?;
    Answer::json(&lines(call)?)
}

fn jobs(call: &Call<'_>) -> Answered {
    only(call, &JOBS, &[])?;
    must_settle(call)?;
    let runs = call.server.board.of(call.param("org"));
    let line = |(job, Run { at, outcome, failing_since }): (&str, Run)| JobLine {
        job: job.to_owned(),
        at: at.to_string(),
        says: outcome.unwrap_or_else(|why| why),
        failing_since: failing_since.map(|since| since.to_string()),
    };
    Answer::json(&runs.into_iter().map(line).collect::<Vec<_>>())
}
