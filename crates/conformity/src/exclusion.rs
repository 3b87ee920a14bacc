//! Controls that the statement of applicability in force leaves out.

use aims_register::{Entry, Pointing, Value};

use crate::{Reason, State, blocks::Engine};

/// That a control is left out, by which record, and what contradicts it.
pub(crate) struct Exclusion<'a> {
    pub(crate) soa: Entry<'a>,
    pub(crate) alarms: Vec<Reason>,
}

impl<'a> Engine<'a> {
    /// Whether the one statement of applicability in force leaves this control out, with a justification.
    pub(crate) fn excluded(&self, control: &str) -> Option<Exclusion<'a>> {
        let mut in_force = self.register.of_kind("soa").filter(|s| s.state() == Some("in-force"));
        let (soa, None) = (in_force.next()?, in_force.next()) else { return None };
        let rows = soa.field("entries").into_iter().flat_map(Value::each);
        let about: Vec<_> =
            rows.filter(|row| named(*row).is_some_and(|c| c.text("annex_ref") == Some(control))).collect();
        let [row] = about.as_slice() else { return None };
        let out = row.column("applicable").and_then(Value::flag) == Some(false);
        let justified = row.column("justification").is_some_and(Value::is_set);
        (out && justified).then(|| Exclusion { soa, alarms: named(*row).map(alarms).unwrap_or_default() })
    }
}

fn named(row: Value<'_>) -> Option<Entry<'_>> {
    row.column("control")?.record()
}

/// Open risks and obligations that name the control.
fn alarms(control: Entry<'_>) -> Vec<Reason> {
    let naming = ["risk", "obligation"]
        .into_iter()
        .flat_map(|kind| control.pointing(Pointing { kind: Some(kind), field: None }).filter(|r| !r.ended()));
    let mut numbers: Vec<_> = naming.map(|r| r.number()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let alarm = |number: &str| Reason {
        state: State::Excluded,
        say: format!("alarm: excluded, although {number} names the control {}", control.number()),
        missing: Vec::new(),
        next: None,
        need: "exclusion".to_owned(),
    };
    numbers.into_iter().map(alarm).collect()
}
