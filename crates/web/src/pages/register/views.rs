//! Views of a register that somebody keeps: filters, order and columns under a name of their own.

use aims_record::Kind;
use aims_store::accounts::SavedView;
use http::StatusCode;

use super::{Asked, kind_of};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::Pairs,
    reader::Reader,
};

/// Characters of a name at most.
const NAME_MAX: usize = 60;
/// Bytes of an address at most.
const QUERY_MAX: usize = 2 << 10;
/// Views that one person keeps of a register at most.
const VIEWS_MAX: usize = 30;

/// A view that is kept.
pub struct View {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub to: String,
    /// Whether it is what is shown.
    pub is_here: bool,
}

/// The views of whoever asks.
pub fn kept(call: &Call<'_>, kind: &Kind) -> Result<Vec<View>, Refused> {
    let here = call.query.with(&[("page", None), ("n", None), ("done", None)]);
    let view = |view: SavedView| View {
        to: format!("{}?{}", call.at(&format!("/{}", kind.id)), view.query),
        is_here: here.trim_start_matches('?') == view.query,
        name: view.name,
    };
    Ok(of(call, kind)?.into_iter().map(view).collect())
}

fn of(call: &Call<'_>, kind: &Kind) -> Result<Vec<SavedView>, Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let org = &call.live()?.aims().store().about().org;
    call.server.entrance.store().views(account, org, &kind.id).map_err(|e| Refused::internal(e.to_string()))
}

/// Keeps the view that the form's address makes, or takes one away.
pub fn keep(call: &Call<'_>) -> Answered {
    let form = call.form();
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let kind = kind_of(call, &reader)?;
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let (store, org) = (call.server.entrance.store(), &call.live()?.aims().store().about().org);
    let base = call.at(&format!("/{}", kind.id));
    if let Some(name) = form.get("_away") {
        store.remove_view(account, org, &kind.id, name).map_err(|e| Refused::internal(e.to_string()))?;
        return Answer::see(base);
    }
    let refused = |code, key| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, code, call.tongue.say(key));
    let name = form.get("name").map(str::trim).filter(|name| name.chars().count() <= NAME_MAX);
    let name = name.ok_or_else(|| refused("name_missing", "view-name-help"))?.to_owned();
    let query = Pairs::read(form.get("query").unwrap_or_default().trim_start_matches('?').as_bytes());
    let query = query.with(&[("as_of", None), ("page", None)]).trim_start_matches('?').to_owned();
    Asked::read(&Call { query: Pairs::read(query.as_bytes()), ..call.again() }, kind)?;
    let stands = of(call, kind)?;
    let is_new = stands.iter().all(|view| view.name != name);
    if query.len() > QUERY_MAX || (is_new && stands.len() >= VIEWS_MAX) {
        return Err(refused("too_many_views", "view-too-many"));
    }
    let to = format!("{base}?{query}");
    let view = SavedView { register: kind.id.clone(), name, query };
    store.save_view(account, org, &view).map_err(|e| Refused::internal(e.to_string()))?;
    Answer::see(to)
}
