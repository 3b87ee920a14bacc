//! What can be done to a record by the one who looks at it: each with what it brings about, and what cannot be done with why.
//!
//! Asked of the records in memory, so that a page costs no transaction; `record::decide` says the last word when it is done.

use aims_app::{
    access::{Action, Decision, Seat},
    live::Standing,
    waiting::is_met,
};
use aims_record::{Apart, Holder, Kind, Required, Signing, Verb};
use aims_register::{Entry, Value};

use super::asked::holders;
use crate::{call::Call, pages::record::can_acknowledge, reader::Reader};

/// Something that can be done, or cannot.
pub struct Offer {
    /// The button's words.
    pub label: String,
    /// Where it is done.
    pub to: String,
    /// What it brings about, or why it cannot be done.
    pub says: String,
    /// Whether it takes a signature.
    pub signs: bool,
    /// Whether it can be done now.
    pub is_open: bool,
}

/// All that the life cycle has here, and the acts that every record takes: what can be done first.
pub fn offers(call: &Call<'_>, reader: &Reader<'_>, kind: &Kind, entry: Entry<'_>) -> Vec<Offer> {
    if call.query.has("as_of") || !entry.stands() || entry.erased() {
        return Vec::new();
    }
    let look = Look { call, standing: reader.standing, seat: &reader.seat, kind, entry };
    let state = entry.state().unwrap_or_default();
    let mut offers: Vec<Offer> = kind.lifecycle.verbs_from(state).map(|verb| look.verb(verb)).collect();
    offers.extend(look.acts());
    offers.sort_by_key(|offer| !offer.is_open);
    offers
}

struct Look<'l> {
    call: &'l Call<'l>,
    standing: &'l Standing,
    seat: &'l Seat,
    kind: &'l Kind,
    entry: Entry<'l>,
}

impl Look<'_> {
    fn at(&self, more: &str) -> String {
        self.call.at(&format!("/{}/{}/{more}", self.kind.id, self.entry.number()))
    }

    fn verb(&self, verb: &Verb) -> Offer {
        let closed = self.closed(verb);
        let is_open = closed.is_none();
        let says = closed.unwrap_or_else(|| self.brings(verb));
        Offer { label: verb.label.clone(), to: self.at(&verb.id), says, signs: verb.sign.is_some(), is_open }
    }

    /// Why a verb cannot be said now by the one who looks; nothing where it can.
    fn closed(&self, verb: &Verb) -> Option<String> {
        let kinds = self.standing.register().kinds();
        let only = |by: &[Holder]| {
            let who = holders(self.standing, kinds, self.kind, self.entry, by);
            Some(self.call.tongue.with("offer-only", "who", who.join(", ")))
        };
        let signing = verb.sign.as_ref().filter(|s| !self.is_signed(s));
        let action = if signing.is_some() { Action::Sign } else { Action::Move };
        if let Decision::Denied(denial) = self.seat.decide(action, self.entry) {
            return Some(denial.says);
        }
        match signing {
            Some(signing) if self.is_apart(signing) => return Some(self.call.tongue.say("offer-apart").into_owned()),
            Some(signing) if !self.is_one_of(&signing.by) => return only(&signing.by),
            None if !self.is_one_of(&verb.by) => return only(&verb.by),
            _ => {}
        }
        let first = self.first(verb)?;
        Some(self.call.tongue.with("offer-first", "what", first))
    }

    /// Whether all signatures stand, or that of the one who looks does.
    fn is_signed(&self, signing: &Signing) -> bool {
        let person = self.seat.person(self.standing.register());
        let mut signers = self.entry.signers(&signing.meaning);
        self.entry.signers(&signing.meaning).count() >= signing.count || signers.any(|s| Some(s) == person)
    }

    fn is_apart(&self, signing: &Signing) -> bool {
        let Some(person) = self.seat.person(self.standing.register()) else { return true };
        signing.apart_from.iter().any(|apart| match apart {
            Apart::Editors => self.entry.edited_by(person),
            Apart::Field(field) => self.is_in(field),
        })
    }

    fn is_one_of(&self, by: &[Holder]) -> bool {
        by.iter().any(|holder| match holder {
            Holder::Role(role) => self.seat.holds(role),
            Holder::Field(field) => self.is_in(field),
        })
    }

    fn is_in(&self, field: &str) -> bool {
        let person = self.seat.person(self.standing.register());
        let values = self.entry.field(field).into_iter().flat_map(Value::each);
        values.filter_map(Value::record).any(|e| Some(e) == person)
    }

    /// The first thing that must be true before the verb and is not.
    fn first(&self, verb: &Verb) -> Option<String> {
        let stamped = |name: &str| verb.stamps.iter().any(|(field, _)| field == name);
        let is_asked = |f: &&aims_record::Field| {
            let asked = matches!(&f.required, Required::In(states) if states.contains(&verb.to));
            asked && !f.stamped && !stamped(&f.name) && self.entry.field(&f.name).is_none()
        };
        let open = self.kind.fields.iter().find(is_asked);
        let unmet = || verb.needs.iter().find(|need| !is_met(self.entry, &need.what)).map(|n| n.otherwise.clone());
        open.map(|f| self.call.tongue.with("offer-fill", "field", f.label.as_str())).or_else(unmet)
    }

    /// What saying it brings about.
    fn brings(&self, verb: &Verb) -> String {
        let t = self.call.tongue;
        let state = |id: &str| self.kind.lifecycle.state(id).map_or(id.to_owned(), |s| s.label.clone());
        let signing = verb.sign.as_ref().filter(|s| !self.is_signed(s));
        let missing = signing.map_or(0, |s| s.count.saturating_sub(self.entry.signers(&s.meaning).count()));
        let signs = signing.map(|s| t.with("offer-signs", "meaning", s.meaning.as_str()));
        let moves = match (missing, verb.to.as_str() == self.entry.state().unwrap_or_default()) {
            (2.., _) => Some(t.with("offer-more", "n", (missing - 1) as u64)),
            (_, true) => verb.about.clone(),
            (_, false) => Some(t.with("offer-becomes", "state", state(&verb.to))),
        };
        signs.into_iter().chain(moves).collect::<Vec<_>>().join(" ")
    }

    /// What every record takes.
    fn acts(&self) -> Vec<Offer> {
        let t = self.call.tongue;
        let offer = |key: &str, says: &str, to: &str| Offer {
            label: t.say(key).into_owned(),
            to: self.at(to),
            says: t.say(says).into_owned(),
            signs: false,
            is_open: true,
        };
        let may = |action| self.seat.may_on(action, self.entry);
        let amends = may(Action::Amend);
        let mut acts = Vec::new();
        if can_acknowledge(self.seat, self.standing, self.kind, self.entry) {
            acts.push(offer("acknowledge", "acknowledge-about", "acknowledge"));
        }
        if amends || may(Action::Respond) {
            acts.push(offer("amend", "offer-amend", "amend"));
            let is_open_link = |f: &aims_record::Field| f.links() && !f.stamped && (amends || !f.material);
            if self.kind.fields.iter().any(is_open_link) {
                acts.push(offer("link-title", "offer-link", "link"));
            }
            if self.kind.id != "person" {
                acts.push(offer("attach", "offer-attach", "attach"));
            }
        } else if let Decision::Denied(denial) = self.seat.decide(Action::Amend, self.entry) {
            acts.push(Offer { says: denial.says, is_open: false, ..offer("amend", "offer-amend", "amend") });
        }
        if may(Action::Withdraw) {
            acts.push(offer("withdraw", "withdraw-about", "withdraw-record"));
        }
        acts
    }
}
