//! What a system is made of, as a picture and as the same in a table.

use aims_register::Entry;

use crate::reader::Link;

use super::Look;

/// What a system is made of.
pub struct Picture {
    /// Height of the drawing; its width is 880.
    pub height: usize,
    /// Everything in it but the system itself.
    pub nodes: Vec<Node>,
    /// Where the system's own box begins.
    pub centre: usize,
    /// Parts that are in the table and no longer in the drawing.
    pub more: usize,
}

/// A part, or the place where one is missing.
pub struct Node {
    /// The part; nothing where none of its kind is recorded.
    pub link: Option<Link>,
    /// Plural of its kind.
    pub kind: String,
    /// Where it is recorded; only on gaps, and only for who may.
    pub begin: Option<String>,
    /// Left edge of its box.
    pub x: usize,
    /// Top of its box.
    pub y: usize,
    /// Where its edge leaves the system, and where it arrives.
    pub tie: String,
    /// Its name as far as the box holds it.
    pub short: String,
    /// Whether the box is drawn.
    pub is_drawn: bool,
}

/// Kinds with the field of the system that names them, and on which side they stand.
const PARTS: [(&str, &str, Side); 4] = [
    ("dataset", "datasets", Side::Left),
    ("model", "models", Side::Left),
    ("component", "components", Side::Right),
    ("supplier", "suppliers", Side::Right),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

const WIDTH: usize = 230;
const HEIGHT: usize = 44;
const GAP: usize = 12;
/// Boxes of one kind that are drawn.
const DRAWN: usize = 6;
/// Letters that a box holds.
const LETTERS: usize = 28;

impl Picture {
    pub(super) fn of(look: &Look<'_>) -> Picture {
        let mut nodes: Vec<Node> = Vec::new();
        for (kind, field, side) in PARTS {
            nodes.extend(parts(look, kind, field, side));
        }
        let drawn = |x: usize| nodes.iter().filter(|n| n.is_drawn && n.x == x).count();
        let most = drawn(0).max(drawn(880 - WIDTH)).max(1);
        let height = most * (HEIGHT + GAP) - GAP + 4;
        let centre = (height - HEIGHT) / 2;
        let (mut left, mut right) = (2, 2);
        for node in nodes.iter_mut().filter(|n| n.is_drawn) {
            let y = if node.x == 0 { &mut left } else { &mut right };
            node.y = *y;
            *y += HEIGHT + GAP;
            node.tie = tie(node.x, node.y + HEIGHT / 2, centre + HEIGHT / 2);
        }
        let more = nodes.iter().filter(|n| !n.is_drawn).count();
        Picture { height, nodes, centre, more }
    }
}

/// An edge that leaves a box level and arrives level.
fn tie(x: usize, y: usize, centre: usize) -> String {
    let (from, to) = if x == 0 { (WIDTH, 325) } else { (880 - WIDTH, 555) };
    let middle = (from + to) / 2;
    format!("M{from} {y}C{middle} {y} {middle} {centre} {to} {centre}")
}

fn parts(look: &Look<'_>, kind: &str, field: &str, side: Side) -> Vec<Node> {
    let mut found: Vec<Entry<'_>> = look.entry.linked(field).filter(|e| look.reader.reads(*e)).collect();
    for entry in look.naming(kind).into_iter().filter(|e| !e.ended()) {
        if !found.iter().any(|known| known.slot() == entry.slot()) {
            found.push(entry);
        }
    }
    let described = look.reader.standing.register().kinds().get(kind);
    let plural = described.map_or(String::new(), |k| k.plural.clone());
    let x = if side == Side::Left { 0 } else { 880 - WIDTH };
    let blank = Node {
        link: None,
        kind: plural,
        begin: None,
        x,
        y: 0,
        tie: String::new(),
        short: String::new(),
        is_drawn: true,
    };
    if found.is_empty() {
        use aims_app::access::Action;
        let may = !look.call.query.has("as_of") && look.reader.seat.may_on(Action::Amend, look.entry);
        let begin = may.then(|| look.call.at(&format!("/ai-system/{}/amend#f-{field}", look.entry.number())));
        return vec![Node { begin, ..blank }];
    }
    let node = |(n, entry): (usize, Entry<'_>)| {
        let link = look.reader.link(entry);
        let kind = blank.kind.clone();
        Node {
            short: shortened(&link.name),
            link: Some(link),
            kind,
            begin: None,
            x,
            y: 0,
            tie: String::new(),
            is_drawn: n < DRAWN,
        }
    };
    found.into_iter().enumerate().map(node).collect()
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        name.to_owned()
    } else {
        name.chars().take(LETTERS - 1).chain(['…']).collect()
    }
}
