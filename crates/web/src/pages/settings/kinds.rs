//! Kinds that the organization added, from its folder, with what is wrong with them.

use aims_app::own_kinds::OwnKinds;
use askama::Template;

use super::{frame, must_settle};
use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/settings/kinds", "settings-kinds", Asks::Member, show).slow()];

#[derive(Template)]
#[template(path = "settings-kinds.html")]
struct Page<'c> {
    frame: Frame<'c>,
    own: OwnKinds,
    /// Kinds of its own that are in force: title, what they are for, address, fields.
    kinds: Vec<(String, String, String, usize)>,
    /// Fields that it added to kinds of the product: kind, field.
    fields: Vec<(String, String)>,
    /// How many kinds are in force.
    all: usize,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    must_settle(&reader.seat)?;
    let live = call.live()?;
    let own = live.aims().own_kinds()?;
    let built_in = aims_app::content()?.kinds().map_err(aims_app::Failure::from)?;
    let kinds = &sight.register().kinds().by_id;
    let new = kinds.values().filter(|kind| built_in.get(&kind.id).is_none());
    let added = kinds.values().filter_map(|kind| Some((kind, built_in.get(&kind.id)?)));
    let fields = added.flat_map(|(kind, before)| {
        let is_new = |field: &&aims_record::Field| before.field(&field.name).is_none();
        kind.fields.iter().filter(is_new).map(|field| (kind.title.clone(), field.label.clone()))
    });
    Answer::page(&Page {
        kinds: new
            .map(|k| (k.plural.clone(), k.about.clone(), call.at(&format!("/{}", k.id)), k.fields.len()))
            .collect(),
        fields: fields.collect(),
        all: kinds.len(),
        own,
        frame: frame(call, &reader, "settings-kinds")?,
    })
}
