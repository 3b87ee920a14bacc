//! Who depends on whom: finds a cycle without calling itself, however long the chain is.

use std::collections::{BTreeMap, HashMap};

/// A path that returns to where it began, if there is one.
pub(crate) fn cycle<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Option<Vec<&'a str>> {
    let mut done: HashMap<&str, bool> = HashMap::new();
    for start in edges.keys() {
        if done.contains_key(start) {
            continue;
        }
        let mut path = vec![(*start, 0)];
        done.insert(start, false);
        while let Some((node, next)) = path.last_mut() {
            let Some(target) = edges.get(node).and_then(|t| t.get(*next)) else {
                done.insert(node, true);
                path.pop();
                continue;
            };
            *next += 1;
            match done.get(target) {
                Some(true) => {}
                Some(false) => {
                    let round = path.iter().map(|(n, _)| *n).skip_while(|n| n != target);
                    return Some(round.chain([*target]).collect());
                }
                None => {
                    done.insert(target, false);
                    path.push((target, 0));
                }
            }
        }
    }
    None
}

/// The path as a person reads it, shortened in the middle.
pub(crate) fn path_in_words(path: &[&str]) -> String {
    let shown: Vec<&str> = path.iter().take(8).copied().collect();
    let more = if path.len() > shown.len() { " -> …" } else { "" };
    format!("{}{more}", shown.join(" -> "))
}
