//! Random acts on random records, and what each makes of the record.

use super::{Content, Known, Model, canonical, commitment};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

impl Model {
    pub fn random_act(&mut self) {
        if !self.bulk && self.chance.one_in(12) {
            let outcome = if self.chance.one_in(2) { "done" } else { "denied" };
            let contents = if self.chance.one_in(2) {
                vec![Content::Record(json!({"note": self.chance.text(3)}))]
            } else {
                vec![]
            };
            self.append("exported", None, contents, outcome);
            return;
        }
        if self.ids.is_empty() || self.chance.one_in(4) {
            self.record();
            return;
        }
        let id = self.ids[self.chance.below(self.ids.len())].clone();
        match self.chance.below(if self.bulk { 8 } else { 12 }) {
            0..=2 => self.amend(&id),
            3 => self.link(&id),
            4 => self.unlink(&id),
            5 | 6 => self.move_on(&id),
            7 => self.sign(&id),
            8 | 9 => self.attach(&id),
            10 => self.withdraw(&id),
            _ => self.dispose_or_erase(&id),
        }
    }

    fn words(&mut self, n: usize) -> String {
        if self.bulk { self.chance.plain_text(n) } else { self.chance.text(n) }
    }

    fn stamp(&self) -> Value {
        let seq = self.entries.len() as u64;
        json!({"by": self.actor(seq), "seq": seq, "ts": self.ts(seq)})
    }

    /// Some field values; at times one of them is personal and stands sealed.
    fn values(&mut self, contents: &mut Vec<Content>) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("intended_purpose".into(), self.words(if self.bulk { 22 } else { 4 }).into());
        fields.insert(format!("field_{}", self.chance.below(4)), json!([self.chance.below(9), true, null, {"a": -3}]));
        if !self.bulk && self.chance.one_in(5) {
            let subject = self.people[self.chance.below(5)].clone();
            let body = json!({"fields": {"contact": self.words(2)}});
            let salt = self.chance.bytes32();
            fields.insert("contact".into(), json!({"sealed": commitment(&salt, canonical(&body).as_bytes())}));
            contents.push(Content::Personal(body, subject, salt));
        }
        fields
    }

    pub fn record(&mut self) {
        // The persons themselves are records too: they can be erased.
        let person = self.people.iter().find(|p| !self.records.contains_key(*p)).cloned();
        let id = person.filter(|_| !self.bulk && self.chance.one_in(2)).unwrap_or_else(|| self.chance.uuid());
        let mut contents = Vec::new();
        let fields = self.values(&mut contents);
        self.begin(id, fields.into(), contents);
    }

    /// A record begins with these fields.
    pub fn begin(&mut self, id: String, fields: Value, mut contents: Vec<Content>) {
        let number = format!("SYS-{:04}", self.ids.len());
        let mut body = json!({"fields": fields, "kind": "ai-system", "number": number, "state": "draft"});
        let stamp = self.stamp();
        let mut state = json!({"editors": [stamp["by"]], "fields": fields, "files": [], "id": id, "kind": "ai-system", "last": stamp,
            "number": number, "recorded": stamp, "signatures": [], "state": "draft", "version": 1});
        if self.chance.one_in(2) {
            body["key"] = "claims".into();
            state["key"] = "claims".into();
        }
        let Value::Object(state) = state else { return };
        self.records.insert(id.clone(), Known { kind: "ai-system".into(), state, ..Known::default() });
        contents.insert(0, Content::Record(body));
        self.append("recorded", Some(&id), contents, "done");
        self.ids.push(id);
    }

    /// Stamps the record, lets `change` work on its state, and appends the entry.
    pub fn act(
        &mut self,
        act: &str,
        id: &str,
        mut contents: Vec<Content>,
        body: Value,
        change: impl FnOnce(&mut Map<String, Value>, &Value),
    ) {
        let stamp = self.stamp();
        let known = self.records.get_mut(id).unwrap();
        known.state.insert("last".into(), stamp.clone());
        known.state.insert("version".into(), (known.ver + 1).into());
        change(&mut known.state, &stamp);
        contents.insert(0, Content::Record(body));
        self.append(act, Some(id), contents, "done");
    }

    fn lapse(&mut self, id: &str) -> Option<Value> {
        let seqs: Vec<Value> =
            self.records[id].state["signatures"].as_array().unwrap().iter().map(|s| s["seq"].clone()).collect();
        (!seqs.is_empty() && self.chance.one_in(2))
            .then(|| json!({"changed": ["intended_purpose"], "signatures": seqs}))
    }

    fn changed(&mut self, id: &str, body: &mut Value) {
        if let Some(lapse) = self.lapse(id) {
            body["lapse"] = lapse;
            body["state"] = "draft".into();
        }
        if self.chance.one_in(2) {
            body["why"] = self.words(6).into();
        }
    }

    fn amend(&mut self, id: &str) {
        let mut contents = Vec::new();
        let set = self.values(&mut contents);
        let material = if self.chance.one_in(2) { json!(["intended_purpose"]) } else { json!([]) };
        let mut body = json!({"material": material, "set": set, "unset": ["field_0", "absent"]});
        self.changed(id, &mut body);
        let of = body.clone();
        self.act("amended", id, contents, body, |state, stamp| {
            let fields = state["fields"].as_object_mut().unwrap();
            fields.remove("field_0");
            fields.extend(set);
            after_change(state, stamp, &of);
        });
    }

    fn link(&mut self, id: &str) {
        let to = self.ids[self.chance.below(self.ids.len().min(6))].clone();
        let many = !self.chance.one_in(4);
        let mut body = json!({"field": "risks", "many": many, "material": self.chance.one_in(2), "to": to});
        self.changed(id, &mut body);
        let of = body.clone();
        self.act("linked", id, vec![], body, |state, stamp| {
            let fields = state["fields"].as_object_mut().unwrap();
            let mut list: BTreeSet<String> = if many { texts(fields.get("risks")) } else { BTreeSet::new() };
            list.insert(to.clone());
            fields.insert("risks".into(), if many { json!(list) } else { to.into() });
            after_change(state, stamp, &of);
        });
    }

    fn unlink(&mut self, id: &str) {
        let mut list = texts(self.records[id].state["fields"].get("risks"));
        let to = list.first().cloned().unwrap_or_else(|| id.to_owned());
        let many = !self.chance.one_in(4);
        let mut body = json!({"field": "risks", "many": many, "material": false, "to": to});
        self.changed(id, &mut body);
        let of = body.clone();
        self.act("unlinked", id, vec![], body, |state, stamp| {
            list.remove(&to);
            let fields = state["fields"].as_object_mut().unwrap();
            if many && !list.is_empty() {
                fields.insert("risks".into(), json!(list))
            } else {
                fields.remove("risks")
            };
            after_change(state, stamp, &of);
        });
    }

    fn attach(&mut self, id: &str) {
        let bytes = match self.evidence.values().next() {
            Some(same) if self.chance.one_in(4) => same.clone(),
            _ => self.chance.text(20).into_bytes(),
        };
        let file = json!({"len": bytes.len(), "mime": "text/plain", "name": "report.txt", "sha256": hex::encode(Sha256::digest(&bytes))});
        let many = self.chance.one_in(2);
        let mut body = json!({"file": file, "many": many, "material": true});
        let field = self.chance.one_in(2);
        if field {
            body["field"] = "reports".into();
        }
        self.changed(id, &mut body);
        let of = body.clone();
        self.act("attached", id, vec![Content::Evidence(bytes)], body, |state, stamp| {
            let held = &mut state["fields"]["reports"];
            if !field {
                // Looking at an absent member writes null there.
                if held.is_null() {
                    state["fields"].as_object_mut().unwrap().remove("reports");
                }
                state["files"].as_array_mut().unwrap().push(file);
            } else if !many {
                *held = file;
            } else if let Value::Array(list) = held {
                list.push(file);
            } else {
                *held = json!([file]);
            }
            after_change(state, stamp, &of);
        });
    }

    fn move_on(&mut self, id: &str) {
        let to = ["draft", "in-force", "retired"][self.chance.below(3)];
        let from = self.records[id].state["state"].clone();
        let (set, settled) = (
            json!({"moved_at": self.ts(3), "reason": self.words(if self.bulk { 26 } else { 2 })}),
            self.chance.one_in(2),
        );
        let body = json!({"from": from, "set": set, "settled": settled, "to": to, "verb": "move"});
        self.act("moved", id, vec![], body, |state, _| {
            state.insert("state".into(), to.into());
            state["fields"].as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
            if settled {
                state.insert("editors".into(), json!([]));
            }
        });
    }

    fn sign(&mut self, id: &str) {
        let state = &self.records[id].state;
        let signed = json!({"fields": state["fields"], "files": state["files"], "id": id, "kind": state["kind"]});
        let digest = hex::encode(Sha256::digest(canonical(&signed)));
        let (meaning, role) = (self.words(3), "aims-manager");
        let body = json!({"digest": digest, "meaning": meaning, "role": role});
        self.act("signed", id, vec![], body, |state, stamp| {
            let mut signature = stamp.clone();
            signature["digest"] = digest.into();
            signature["meaning"] = meaning.into();
            signature["role"] = role.into();
            state["signatures"].as_array_mut().unwrap().push(signature);
        });
    }

    fn withdraw(&mut self, id: &str) {
        self.act("withdrawn", id, vec![], json!({}), |state, stamp| {
            state.insert("withdrawn".into(), json!({"seq": stamp["seq"]}));
        });
    }

    fn dispose_or_erase(&mut self, id: &str) {
        if self.people.iter().any(|p| p == id) {
            let body =
                json!({"approvers": self.people[..2], "basis": "asked for", "count": 1, "rule": "GDPR Article 17"});
            self.act("erased", id, vec![], body, |state, stamp| {
                state.insert("erased".into(), json!({"seq": stamp["seq"]}));
            });
            return;
        }
        let number = self.records[id].state["number"].clone();
        let body = json!({"basis": "the time is over", "number": number, "rule": "aims-record P6Y"});
        self.act("disposed", id, vec![], body, |state, stamp| {
            let disposed = json!({"basis": "the time is over", "rule": "aims-record P6Y", "seq": stamp["seq"]});
            state.retain(|name, _| ["id", "kind", "number", "version"].contains(&name.as_str()));
            state.insert("disposed".into(), disposed);
        });
        self.ids.retain(|known| known != id);
    }

    /// Takes away what may be gone: some of it, since a bundle may still hold the rest.
    pub fn drop_what_is_erased_or_disposed(&mut self) {
        let mut erased = BTreeMap::new();
        let mut disposed = BTreeMap::new();
        for (id, known) in &self.records {
            erased.insert(id.clone(), known.state.get("erased").and_then(|e| e["seq"].as_u64()).unwrap_or(0));
            disposed.insert(id.clone(), known.state.get("disposed").and_then(|e| e["seq"].as_u64()).unwrap_or(0));
        }
        let entries = &self.entries;
        let mut chance = self.chance.clone();
        self.payloads.retain(|p| {
            let gone = disposed.get(&p.obj).is_some_and(|at| p.seq < *at);
            if gone || p.n == 0 {
                return !gone || chance.one_in(3);
            }
            let entry: Value = serde_json::from_slice(&entries[p.seq as usize]).unwrap();
            let subject = entry["payload"][p.n]["subject"].as_str().unwrap_or("");
            erased.get(subject).is_none_or(|at| p.seq >= *at)
        });
        let kept: BTreeSet<&String> = self.payloads.iter().filter_map(|p| p.file.as_ref()).collect();
        self.evidence.retain(|file, _| kept.contains(file));
    }
}

fn texts(field: Option<&Value>) -> BTreeSet<String> {
    match field {
        Some(Value::String(one)) => BTreeSet::from([one.clone()]),
        Some(Value::Array(list)) => list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => BTreeSet::new(),
    }
}

fn after_change(state: &mut Map<String, Value>, stamp: &Value, body: &Value) {
    let material = body["material"] == true || body["material"].as_array().is_some_and(|m| !m.is_empty());
    let editors = state["editors"].as_array_mut().unwrap();
    if material && !editors.contains(&stamp["by"]) {
        editors.push(stamp["by"].clone());
    }
    if let Some(lapse) = body.get("lapse") {
        for signature in state["signatures"].as_array_mut().unwrap() {
            if lapse["signatures"].as_array().unwrap().contains(&signature["seq"]) {
                signature["lapsed"] = json!({"changed": lapse["changed"], "seq": stamp["seq"]});
            }
        }
    }
    if let Some(to) = body.get("state") {
        state.insert("state".into(), to.clone());
    }
}
