//! YAML: every place lies in the file, the limits hold, no key stands twice.
#![no_main]

use std::collections::BTreeSet;

use aims_framework::yaml::{ContentError, Limits, Node, Value, parse, parse_documents};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { bytes: 8192, depth: 16 };

fuzz_target!(|text: &str| {
    match parse("f.yaml", text, LIMITS) {
        Ok(node) => hold(&node, text, LIMITS.depth),
        Err(errors) => all_have_places(&errors),
    }
    match parse_documents("f.yaml", text, LIMITS) {
        Ok(nodes) => nodes.iter().for_each(|node| hold(node, text, LIMITS.depth)),
        Err(errors) => all_have_places(&errors),
    }
});

fn all_have_places(errors: &[ContentError]) {
    assert!(!errors.is_empty(), "refused without a word");
    assert!(errors.iter().all(|e| e.line >= 1 && e.column >= 1 && !e.message.is_empty()));
}

fn hold(node: &Node, text: &str, depth: usize) {
    // A lone carriage return ends a line in YAML too.
    let lines = text.matches(['\n', '\r']).count() + 1;
    assert!(node.line >= 1 && node.line <= lines + 1, "line {} lies outside the file", node.line);
    assert!(node.column >= 1);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(nodes) => {
            assert!(depth > 0, "deeper than allowed");
            nodes.iter().for_each(|node| hold(node, text, depth - 1));
        }
        Value::Map(members) => {
            assert!(depth > 0, "deeper than allowed");
            let keys: BTreeSet<&str> = members.iter().map(|(key, _)| key.text.as_str()).collect();
            assert_eq!(keys.len(), members.len(), "a key stands twice");
            members.iter().for_each(|(_, node)| hold(node, text, depth - 1));
        }
    }
}
