//! The controls of a kind's form, filled with what was typed.

use std::{cell::RefCell, collections::BTreeMap};

use aims_app::{access::Seat, live::Standing};
use aims_record::{Field, Kind, Problem, Required, Shape};

use super::{
    Pairs,
    control::{Control, Pick, Widget},
    write::simple,
};
use crate::words::Tongue;

/// So many records are offered in a list; of more, the first few, and the number is typed.
const LISTED: usize = 200;
const NEAR: usize = 50;
/// So many options stand side by side.
const SIDE_BY_SIDE: usize = 8;

/// Number and name of each record that a link may name; nothing where there are too many or any kind will do.
pub struct Picks<'s> {
    standing: &'s Standing,
    seat: &'s Seat,
    known: RefCell<BTreeMap<String, Vec<(String, String)>>>,
}

impl<'s> Picks<'s> {
    /// Of what this seat may read.
    pub fn new(standing: &'s Standing, seat: &'s Seat) -> Picks<'s> {
        Picks { standing, seat, known: RefCell::default() }
    }

    fn of(&self, kinds: &[String]) -> Vec<(String, String)> {
        let key = kinds.join(" ");
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let all = kinds.iter().flat_map(|kind| self.standing.register().of_kind(kind));
        let may = all.filter(|e| e.stands() && self.seat.reads(*e)).take(LISTED + 1);
        let found: Vec<_> = may.map(|e| (e.number().to_owned(), self.standing.name_of(e).to_owned())).collect();
        self.known.borrow_mut().insert(key, found.clone());
        found
    }
}

/// A form being made.
pub struct Sheet<'s> {
    /// Words.
    pub t: &'static Tongue,
    /// Whose form it is.
    pub kind: &'s Kind,
    /// What links may name.
    pub picks: Picks<'s>,
    /// What stands in it.
    pub typed: &'s Pairs,
    /// What is wrong.
    pub problems: &'s [Problem],
    /// How many signatures a change of what is material lets lapse.
    pub lapses: usize,
    /// Where files are attached; empty where the record does not stand yet.
    pub attach: String,
    /// The table that gets a blank row more.
    pub more: Option<&'s str>,
}

impl Sheet<'_> {
    /// The controls of these fields.
    pub fn controls<'f>(&self, fields: impl Iterator<Item = &'f Field>) -> Vec<Control> {
        fields.map(|field| self.control(&field.name, &format!("/{}", field.name), field, false)).collect()
    }

    fn control(&self, at: &str, pointer: &str, field: &Field, is_cell: bool) -> Control {
        Control {
            t: self.t,
            id: anchor(pointer),
            name: at.to_owned(),
            label: field.label.clone(),
            help: field.help.clone(),
            is_optional: field.required != Required::Always,
            notes: if is_cell { Vec::new() } else { self.notes(field) },
            error: self.error(pointer, field),
            is_cell,
            widget: self.widget(at, pointer, field, is_cell),
        }
    }

    fn notes(&self, field: &Field) -> Vec<String> {
        let mut notes = Vec::new();
        if let Required::In(states) = &field.required {
            let label = |id: &String| self.kind.lifecycle.state(id).map_or(id.clone(), |s| s.label.clone());
            let states: Vec<String> = states.iter().map(label).collect();
            notes.push(self.t.with("needed-before", "states", states.join(", ")));
        }
        if field.material && self.lapses > 0 {
            notes.push(self.t.with("lets-lapse", "n", self.lapses as u64));
        }
        notes
    }

    /// The first thing wrong with a field; of a table, that of its cells stands at the cell.
    fn error(&self, pointer: &str, field: &Field) -> String {
        let is_table = matches!(field.shape, Shape::Table { .. });
        let within = |p: &&Problem| {
            let deep = p.pointer.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/')) && !is_table;
            p.pointer == pointer || deep
        };
        self.problems.iter().find(within).map_or(String::new(), said)
    }

    fn widget(&self, at: &str, pointer: &str, field: &Field, is_cell: bool) -> Widget {
        let value = || self.typed.get(at).unwrap_or_default().to_owned();
        let part = |name: &str| self.typed.get(&format!("{at}.{name}")).unwrap_or_default().to_owned();
        match &field.shape {
            Shape::Table { columns } => self.table(at, pointer, columns),
            Shape::File => Widget::File {
                to: if self.attach.is_empty() { String::new() } else { format!("{}?field={at}", self.attach) },
            },
            Shape::Choice { options } => self.choice(at, field, options, is_cell),
            Shape::Person => self.link(at, field, &["person".to_owned()]),
            Shape::Link { to } => self.link(at, field, to),
            _ if field.many => Widget::Area { value: value(), is_list: true },
            Shape::Text { max } => Widget::Line { kind: "text", value: value(), max: *max },
            Shape::Markdown { .. } => Widget::Area { value: value(), is_list: false },
            Shape::Decimal { .. } => Widget::Line { kind: "text", value: value(), max: 30 },
            Shape::Date { .. } => Widget::Line { kind: "date", value: value(), max: 0 },
            Shape::Instant { .. } => Widget::Line { kind: "datetime-local", value: value(), max: 0 },
            Shape::YesNo => self.yes_no(at, field, is_cell),
            Shape::Money => Widget::Money { amount: part("amount"), currency: part("currency") },
            Shape::Number { units, .. } => {
                let chosen = part("unit");
                let unit = |u: &String| Pick { value: u.clone(), label: u.clone(), is_chosen: *u == chosen };
                Widget::Amount { amount: part("amount"), part: "amount", units: units.iter().map(unit).collect() }
            }
            Shape::Duration => self.duration(value(), part("count"), &part("unit")),
        }
    }

    fn duration(&self, whole: String, count: String, unit: &str) -> Widget {
        if !whole.is_empty() && simple(&whole).is_none() {
            return Widget::Line { kind: "text", value: whole, max: 30 };
        }
        let (count, unit) = simple(&whole).map_or((count, unit.to_owned()), |(c, u)| (c.to_owned(), u.to_owned()));
        let chosen = if unit.is_empty() { "M" } else { &unit };
        let units = [("D", "unit-days"), ("W", "unit-weeks"), ("M", "unit-months"), ("Y", "unit-years")];
        let pick = |(value, key): (&str, &str)| Pick {
            value: value.into(),
            label: self.t.say(key).into_owned(),
            is_chosen: value == chosen,
        };
        Widget::Amount { amount: count, part: "count", units: units.map(pick).into() }
    }

    /// The choice of leaving it open.
    fn open(&self, is_chosen: bool) -> Pick {
        Pick { value: String::new(), label: self.t.say("value-missing").into_owned(), is_chosen }
    }

    fn choice(&self, at: &str, field: &Field, options: &[(String, String)], is_cell: bool) -> Widget {
        let pick = |(id, label): &(String, String)| Pick {
            value: id.clone(),
            label: label.clone(),
            is_chosen: self.typed.all(at).any(|v| v == id),
        };
        let mut picks: Vec<Pick> = options.iter().map(pick).collect();
        if field.many {
            return Widget::Checks(picks);
        }
        let is_few = picks.len() <= SIDE_BY_SIDE && !is_cell;
        let is_open = picks.iter().all(|p| !p.is_chosen);
        if field.required != Required::Always || !is_few {
            picks.insert(0, self.open(is_open));
        }
        if is_few { Widget::Radios(picks) } else { Widget::Select(picks) }
    }

    fn yes_no(&self, at: &str, field: &Field, is_cell: bool) -> Widget {
        let chosen = self.typed.get(at);
        let pick = |key: &str| Pick {
            value: key.to_owned(),
            label: self.t.say(key).into_owned(),
            is_chosen: chosen == Some(key),
        };
        let mut picks = vec![pick("yes"), pick("no")];
        if field.required != Required::Always || is_cell {
            picks.insert(0, self.open(chosen.is_none()));
        }
        if is_cell { Widget::Select(picks) } else { Widget::Radios(picks) }
    }

    fn link(&self, at: &str, field: &Field, kinds: &[String]) -> Widget {
        let all = self.picks.of(kinds);
        let chosen: Vec<&str> = self.typed.all(at).flat_map(|v| v.split([',', ';'])).map(str::trim).collect();
        let pick = |(number, name): &(String, String)| Pick {
            value: number.clone(),
            label: format!("{number} {name}"),
            is_chosen: chosen.contains(&number.as_str()),
        };
        let near = || all.iter().take(NEAR).map(pick).collect::<Vec<_>>();
        let is_listed = (1..=LISTED).contains(&all.len());
        if field.many {
            if is_listed && all.len() <= SIDE_BY_SIDE {
                return Widget::Checks(all.iter().map(pick).collect());
            }
            let named =
                |v: &&str| all.iter().find(|(n, _)| n == v).map_or((*v).to_owned(), |(n, name)| format!("{n} {name}"));
            let picked = chosen.iter().filter(|v| !v.is_empty()).map(|v| Pick {
                value: (*v).to_owned(),
                label: named(v),
                is_chosen: true,
            });
            let near = if is_listed { all.iter().map(pick).collect() } else { near() };
            return Widget::Finds { picked: picked.collect(), near };
        }
        let value = chosen.first().map_or(String::new(), |v| (*v).to_owned());
        let is_among = value.is_empty() || all.iter().any(|(n, _)| *n == value);
        if !is_listed || !is_among {
            return Widget::Find { value, near: near() };
        }
        let mut picks: Vec<Pick> = all.iter().map(pick).collect();
        picks.insert(0, self.open(value.is_empty()));
        Widget::Select(picks)
    }

    fn table(&self, at: &str, pointer: &str, columns: &[Field]) -> Widget {
        let row = |n: &dyn std::fmt::Display| -> Vec<Control> {
            let cell = |c: &Field| {
                self.control(&format!("{at}.{n}.{}", c.name), &format!("{pointer}/{n}/{}", c.name), c, true)
            };
            columns.iter().map(cell).collect()
        };
        let more = usize::from(self.more == Some(at));
        let count = (self.typed.rows(at) + more).max(1);
        Widget::Table {
            heads: columns.iter().map(|c| c.label.clone()).collect(),
            rows: (0..count).map(|n| row(&n)).collect(),
            blank: row(&"#"),
        }
    }
}

/// The anchor of what a pointer names.
pub fn anchor(pointer: &str) -> String {
    format!("f{}", pointer.replace('/', "-"))
}

/// A problem as a sentence; what our messages set in code is quoted.
pub fn said(problem: &Problem) -> String {
    let mut sentence = String::with_capacity(problem.message.len());
    let mut is_open = false;
    for (n, letter) in problem.message.chars().enumerate() {
        match letter {
            '`' => {
                is_open = !is_open;
                sentence.push(if is_open { '\u{201c}' } else { '\u{201d}' });
            }
            other if n == 0 => sentence.extend(other.to_uppercase()),
            other => sentence.push(other),
        }
    }
    sentence
}
