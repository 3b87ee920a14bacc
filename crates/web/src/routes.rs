//! The registry: every route there is.

use std::sync::LazyLock;

use crate::{
    answer::{Answer, Answered, Refused},
    api,
    assets::Asset,
    call::Call,
    pages,
    route::{Asks, Class, Method, Pace, Route},
};

const STATIC: &[Route] = &[Route {
    method: Method::Get,
    path: "/static/{file}",
    name: "static",
    asks: Asks::Anyone,
    class: Class::Static,
    pace: Pace::Quick,
    does: file,
    body_max: 0,
    doc: None,
}];

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [
        STATIC,
        pages::start::ROUTES,
        pages::first_run::ROUTES,
        pages::organizations::ROUTES,
        pages::setting_up::ROUTES,
        &pages::settings::ROUTES,
        pages::sign_in::ROUTES,
        pages::concern::ROUTES,
        pages::confirm::ROUTES,
        pages::link::ROUTES,
        pages::sso::ROUTES,
        &pages::account::ROUTES,
        pages::home::ROUTES,
        pages::requirements::ROUTES,
        pages::requirement::ROUTES,
        pages::registers::ROUTES,
        pages::register::ROUTES,
        pages::record::ROUTES,
        pages::differences::ROUTES,
        pages::forecast::ROUTES,
        pages::history::ROUTES,
        pages::import::ROUTES,
        pages::ledger::ROUTES,
        pages::over_time::ROUTES,
        pages::readiness::ROUTES,
        pages::search::ROUTES,
        pages::waiting::ROUTES,
        pages::webhooks::ROUTES,
        pages::jobs::ROUTES,
        pages::act::begin::ROUTES,
        pages::act::amend::ROUTES,
        pages::act::attach::ROUTES,
        pages::act::link::ROUTES,
        pages::act::verb::ROUTES,
    ]
    .into_iter()
    .chain(api::ROUTES.iter().copied())
    .flatten()
    .copied()
    .collect()
});

/// Every route there is.
pub fn routes() -> &'static [Route] {
    &ROUTES
}

fn file(call: &Call<'_>) -> Answered {
    let asset = Asset::at(call.path).ok_or_else(Refused::absent)?;
    let accepts = call.headers.get("accept-encoding").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let gzip = accepts.contains("gzip");
    let body = if gzip { asset.gzip.clone() } else { asset.plain.clone() };
    Ok(Answer::Static { kind: asset.kind, body, gzip })
}
