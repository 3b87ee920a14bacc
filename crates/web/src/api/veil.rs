//! What someone may not read is taken out of what they may: verdicts, sentences and names speak of many records.

use aims_app::{access::Seat, live::Standing};
use aims_register::{Entry, Register};
use serde::Serialize;
use serde_json::Value;

use crate::answer::Refused;

/// What stands where a text speaks of a record that may not be read.
pub const VEILED: &str = "(about a record that you may not read)";

/// One person's view of the records.
pub struct Veil<'a> {
    register: &'a Register,
    seat: &'a Seat,
}

impl<'a> Veil<'a> {
    /// Of this seat.
    pub fn new(standing: &'a Standing, seat: &'a Seat) -> Veil<'a> {
        Veil { register: standing.register(), seat }
    }

    /// An answer as JSON, without what may not be read.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn over(&self, answer: &impl Serialize) -> Result<Value, Refused> {
        let mut value = serde_json::to_value(answer).map_err(|e| Refused::internal(e.to_string()))?;
        self.take_out(&mut value);
        Ok(value)
    }

    /// Whether a text speaks of a record that may not be read.
    pub fn hides(&self, text: &str) -> bool {
        numbers(text).any(|number| self.register.numbered(number).is_some_and(|e| self.closed(e)))
    }

    /// A text, or what stands for it.
    pub fn text(&self, text: &str) -> String {
        if self.hides(text) { VEILED.to_owned() } else { text.to_owned() }
    }

    /// Whether a record may not be read. Names of people are told with what they did, so a person is no secret.
    pub fn closed(&self, entry: Entry<'_>) -> bool {
        entry.kind() != "person" && !self.seat.reads(entry)
    }

    fn closed_id(&self, text: &str) -> bool {
        text.len() == 36 && self.register.get(text).is_some_and(|e| self.closed(e))
    }

    fn take_out(&self, value: &mut Value) {
        match value {
            Value::Array(list) => {
                list.retain(|one| !self.is_about_closed(one));
                list.iter_mut().for_each(|one| self.take_out(one));
            }
            Value::Object(members) => {
                members.retain(|name, one| !self.closed_id(name) && !self.hides(name) && !is_id_of(self, one));
                members.values_mut().for_each(|one| self.take_out(one));
            }
            Value::String(text) if self.hides(text) => VEILED.clone_into(text),
            _ => {}
        }
    }

    /// Whether an element of a list is, or is about, a record that may not be read.
    fn is_about_closed(&self, one: &Value) -> bool {
        let cites = |value: Option<&Value>| {
            let text = |name: &str| value.and_then(|v| v.get(name)).and_then(Value::as_str);
            text("number").is_some_and(|number| self.hides(number))
        };
        match one {
            Value::String(text) => self.closed_id(text) || self.hides(text),
            Value::Object(members) => {
                let subject = members.get("subject");
                let text = |name: &str| members.get(name).and_then(Value::as_str).is_some_and(|t| self.hides(t));
                cites(Some(one))
                    || cites(members.get("record"))
                    || cites(subject.and_then(|s| s.get("record")))
                    || text("subject")
                    || text("record")
            }
            _ => false,
        }
    }
}

fn is_id_of(veil: &Veil<'_>, value: &Value) -> bool {
    value.as_str().is_some_and(|text| veil.closed_id(text))
}

/// What looks like a record's number, such as `RISK-0041`.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| {
        let digits = |d: &str| d.len() >= 4 && d.bytes().all(|b| b.is_ascii_digit());
        word.split_once('-')
            .is_some_and(|(p, d)| p.bytes().all(|b| b.is_ascii_uppercase()) && !p.is_empty() && digits(d))
    })
}
