//! Bundles in which sealed values and personal payloads do not name each other, and sound ones that look like it.

use super::{Content, Model, canonical, commitment};
use serde_json::{Map, Value, json};

type Sealing = fn(&mut Model);

/// What is wrong with the last entry, and what a verifier says of it.
const WRONG: [(&str, Sealing); 11] = [
    ("its field `contact` is sealed, but not", |m| m.record_of(json!({"contact": dangling()}), vec![])),
    ("its field `contact` is sealed, but not", |m| m.set_of("amended", json!({"contact": dangling()}), vec![])),
    ("its field `contact` is sealed, but not", |m| {
        let (c, content) = m.personal(&["mail"]);
        m.record_of(json!({"contact": dangling(), "mail": {"sealed": c}}), vec![content]);
    }),
    // The seal of another entry, which is about somebody else.
    ("its field `contact` is sealed, but not", |m| {
        let (other, content) = m.personal(&["contact"]);
        m.record_of(json!({"contact": {"sealed": other}}), vec![content]);
        let (c, content) = m.personal(&["mail"]);
        m.set_of("amended", json!({"contact": {"sealed": other}, "mail": {"sealed": c}}), vec![content]);
    }),
    ("its field `contact` is sealed, but not", |m| m.record_of(json!({"contact": {"sealed": [1]}}), vec![])),
    ("its field `contact` is sealed, but not", |m| {
        let (c, content) = m.personal(&["contact"]);
        m.set_of("moved", json!({"contact": {"sealed": c}}), vec![content]);
    }),
    ("has a personal payload that none of its values names", |m| {
        let content = m.personal(&[]).1;
        m.record_of(json!({"contact": "by hand"}), vec![content]);
    }),
    ("has a personal payload that none of its values names", |m| {
        let content = m.personal(&["contact"]).1;
        m.set_of("moved", json!({}), vec![content]);
    }),
    ("has a personal payload that none of its values names", |m| {
        let content = m.personal(&["contact"]).1;
        m.append("exported", None, vec![Content::Record(json!({})), content], "done");
    }),
    ("has a personal payload that none of its values names", |m| {
        let content = m.personal(&["contact"]).1;
        m.record_of(json!({"contact": "by hand"}), vec![content]);
        m.withheld = true;
        m.payloads.last_mut().unwrap().withheld = true;
    }),
    ("has the field `mail`, which its act does not seal with it", |m| {
        let (c, content) = m.personal(&["contact", "mail"]);
        m.record_of(json!({"contact": {"sealed": c}, "mail": "by hand"}), vec![content]);
    }),
];

const SOUND: [Sealing; 3] = [
    |m| {
        let (c, content) = m.personal(&["contact", "mail"]);
        let (other, more) = m.personal(&["phone"]);
        let fields = json!({"contact": {"sealed": c}, "mail": {"sealed": c}, "phone": {"sealed": other}});
        m.record_of(fields, vec![content, more]);
    },
    // Neither a member among others nor what stands inside of a value is a seal.
    |m| m.record_of(json!({"a": {"sealed": 1, "too": 2}, "b": [dangling()], "c": {"d": dangling()}, "e": {}}), vec![]),
    |m| m.set_of("moved", json!({"note": "{\"sealed\":\"no\"}"}), vec![]),
];

fn dangling() -> Value {
    json!({"sealed": "ab".repeat(32)})
}

/// A log before the entry in question.
fn model() -> Model {
    let mut model = Model::random(31, 40, false);
    model.record();
    model
}

/// Bundles whose last entry is wrong, each with what a verifier says of it.
pub fn wrong() -> Vec<(&'static str, Model)> {
    let made = |(what, sealing): (&'static str, Sealing)| {
        let mut model = model();
        sealing(&mut model);
        (what, model)
    };
    WRONG.map(made).into()
}

pub fn sound() -> Vec<Model> {
    let made = |sealing: Sealing| {
        let mut model = model();
        sealing(&mut model);
        model
    };
    SOUND.map(made).into()
}

/// A body that is not understood, with another payload beside it: what that one stands for cannot be told.
pub fn not_understood() -> Model {
    let mut model = model();
    let id = model.ids.last().unwrap().clone();
    let content = model.personal(&["contact"]).1;
    let body = json!({"later": 1, "material": [], "set": {}, "unset": []});
    model.act("amended", &id, vec![content], body, |_, _| {});
    model
}

impl Model {
    /// A personal payload with a value for each name, and its commitment.
    fn personal(&mut self, names: &[&str]) -> (String, Content) {
        let fields: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), "Ben".into())).collect();
        let (body, salt) = (json!({"fields": fields}), self.chance.bytes32());
        let c = commitment(&salt, canonical(&body).as_bytes());
        (c, Content::Personal(body, self.people[1].clone(), salt))
    }

    /// A new record with these fields.
    fn record_of(&mut self, fields: Value, contents: Vec<Content>) {
        let id = self.chance.uuid();
        self.begin(id, fields, contents);
    }

    /// An act on the newest record that sets these fields and nothing else.
    fn set_of(&mut self, act: &str, set: Value, contents: Vec<Content>) {
        let id = self.ids.last().unwrap().clone();
        let from = self.records[&id].state["state"].clone();
        let body = match act {
            "moved" => json!({"from": from, "set": set, "settled": false, "to": from, "verb": "move"}),
            _ => json!({"material": [], "set": set, "unset": []}),
        };
        self.act(act, &id, contents, body, |state, _| {
            state["fields"].as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
        });
    }
}
