//! All registers, by the group of the policy under which access to them is decided: what belongs together stands together.

use aims_app::access::Action;
use aims_record::Kind;
use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/registers", "registers", Asks::Member, show)];

#[derive(Template)]
#[template(path = "registers.html")]
struct Registers<'c> {
    frame: Frame<'c>,
    groups: Vec<Group>,
    /// Whether they may begin records of some kind, and so bring in rows.
    imports: bool,
}

struct Group {
    id: String,
    title: String,
    about: String,
    kinds: Vec<Line>,
}

struct Line {
    to: String,
    plural: String,
    about: String,
    count: usize,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let line = |kind: &Kind| Line {
        to: call.at(&format!("/{}", kind.id)),
        plural: kind.plural.clone(),
        about: kind.about.clone(),
        count: reader.count(&kind.id),
    };
    let kinds: Vec<&Kind> = sight.register().kinds().by_id.values().filter(|kind| reader.knows(kind)).collect();
    let policy = call.live()?.aims().access().policy();
    let group = |(place, group): (usize, &aims_framework::access::Group)| {
        let of_it = kinds.iter().filter(|kind| policy.group_of.get(&kind.id) == Some(&place));
        let mut kinds: Vec<Line> = of_it.map(|kind| line(kind)).collect();
        kinds.sort_by(|a, b| a.plural.cmp(&b.plural));
        Group { id: group.id.clone(), title: group.title.clone(), about: group.about.clone(), kinds }
    };
    let groups = policy.groups.iter().enumerate().map(group).filter(|group| !group.kinds.is_empty()).collect();
    let now = !call.query.has("as_of");
    let imports = now && kinds.iter().any(|kind| reader.seat.may(Action::Record, &kind.id));
    let frame = Frame::of(call, &sight, "registers", call.tongue.say("nav-registers"))?;
    Answer::page(&Registers { frame, groups, imports })
}
