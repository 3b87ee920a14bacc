//! Named checks of clause 9: monitoring, internal audit, management review.

use std::collections::{BTreeSet, HashMap};

use aims_register::{Entry, Pointing, Value};
use jiff::civil::Date;

use super::{
    Predicate,
    shared::{Finding, interval, moment, named, rows},
};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[
    Predicate {
        name: "audits-follow-importance",
        about: "No AI system of high tier in scope is named by fewer audits, carried out or planned, than a system of lower tier, \
                counting only audits since the system of high tier was recorded.",
        reads: &["ai-system", "audit"],
        run: audits_follow_importance,
    },
    Predicate {
        name: "auditors-independent-before",
        about: "Nobody who led the audit or audited carried out a run of an audited process, or held the role of owner of an \
                audited system, within the organization's own look-back before the audit.",
        reads: &["aims-process", "process-run", "role-assignment", "parameter"],
        run: auditors_independent_before,
    },
    Predicate {
        name: "review-lists-earlier-decisions",
        about: "The last management review names, under actions from earlier reviews, every record to which a decision of an \
                earlier review led and which is open or changed since the review before.",
        reads: &["management-review", "aims-action", "change", "resource-plan", "objective"],
        run: review_lists_earlier_decisions,
    },
    Predicate {
        name: "review-counts-nonconformities",
        about: "What the last management review says of nonconformities has the number of those raised since the review before, \
                or of all raised up to then, as the register counts them.",
        reads: &["management-review", "nonconformity"],
        run: review_counts_nonconformities,
    },
];

fn audits_follow_importance<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let audits = audits_by_day(engine);
    let systems =
        engine.register.of_kind("ai-system").filter(|s| !matches!(s.state(), Some("candidate" | "inception")));
    let in_scope = systems.filter(|s| !s.ended() && s.field("in_scope").and_then(Value::flag) == Some(true));
    let (mut high, others): (Vec<_>, Vec<_>) = in_scope.partition(|s| s.text("tier") == Some("high"));
    let others: BTreeSet<_> = others.into_iter().map(Entry::slot).collect();
    // from the last audit back: each system of high tier is compared where only audits since it was recorded are counted
    high.sort_by_key(|s| std::cmp::Reverse(s.recorded()));
    let (mut counted, mut times) = (audits.iter().rev().peekable(), HashMap::new());
    let mut most: Option<(usize, Entry<'a>)> = None;
    for system in high {
        while let Some((_, named)) = counted.next_if(|(day, _)| *day >= day_of(system.recorded())) {
            for one in named {
                let count = times.entry(one.slot()).and_modify(|n| *n += 1).or_insert(1_usize);
                if others.contains(&one.slot()) && most.is_none_or(|(top, _)| *count > top) {
                    most = Some((*count, *one));
                }
            }
        }
        let own = times.get(&system.slot()).copied().unwrap_or(0);
        if let Some((count, other)) = most.filter(|(count, _)| *count > own) {
            found.lapsed(system, format!("named by {own} audits, {} of lower tier by {count}", other.number()));
        }
    }
    found.outcome()
}

/// Audits that were not rejected, by their day, with the systems that each names.
fn audits_by_day<'a>(engine: &Engine<'a>) -> Vec<(Date, Vec<Entry<'a>>)> {
    let audits = engine.register.of_kind("audit").filter(|a| a.state() != Some("rejected"));
    let named = |audit: Entry<'a>| {
        let mut systems: Vec<_> = audit.linked("systems").collect();
        systems.sort_by_key(|s| s.slot());
        systems.dedup_by_key(|s| s.slot());
        systems
    };
    let mut dated: Vec<_> =
        audits.filter_map(|a| Some((moment(a, "planned_at").map(day_of)?, a.recorded(), named(a)))).collect();
    dated.sort_by_key(|(day, recorded, _)| (*day, *recorded));
    dated.into_iter().map(|(day, _, systems)| (day, systems)).collect()
}

fn auditors_independent_before<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(audit) = subject else {
        found.nothing("no audit to look at");
        return found.outcome();
    };
    found.witness(audit);
    let Some(back) = interval(engine, "aud-indep-months", false) else {
        found.undefined(audit, "aud-indep-months", "P12M");
        return found.outcome();
    };
    let Some(end) = moment(audit, "done_at").or_else(|| moment(audit, "planned_at")).map(day_of) else {
        return found.outcome();
    };
    let Ok(begin) = end.checked_sub(back) else { return found.outcome() };
    let auditors: Vec<_> = audit.linked("auditors").chain(audit.linked("lead")).collect();
    for run in runs(audit) {
        let within = moment(run, "date").map(day_of).is_some_and(|day| begin <= day && day <= end);
        if within && run.linked("by").any(|p| auditors.contains(&p)) {
            found.lacks_field(audit, "auditors", format!("an auditor carried out {}", run.number()));
        }
    }
    for assignment in engine.register.of_kind("role-assignment").filter(|a| owned(*a, audit, begin, end)) {
        if assignment.linked("person").any(|p| auditors.contains(&p)) {
            found.lacks_field(audit, "auditors", format!("an auditor was owner by {}", assignment.number()));
        }
    }
    found.outcome()
}

/// The runs of the processes that were audited.
fn runs<'a>(audit: Entry<'a>) -> impl Iterator<Item = Entry<'a>> {
    let pointing = Pointing { kind: Some("process-run"), field: Some("process") };
    audit.linked("processes").flat_map(move |process| process.pointing(pointing))
}

/// Whether the assignment made somebody owner of an audited system at some time between both days.
fn owned(assignment: Entry<'_>, audit: Entry<'_>, begin: Date, end: Date) -> bool {
    let made = assignment.text("role") == Some("system-owner") && assignment.state() != Some("proposed");
    let from = moment(assignment, "from").map(day_of).is_some_and(|day| day <= end);
    let to = moment(assignment, "to").map(day_of).is_none_or(|day| day >= begin);
    let limited: Vec<_> = assignment.linked("systems").collect();
    made && from && to && audit.linked("systems").any(|s| limited.is_empty() || limited.contains(&s))
}

/// The reviews held, the latest first; that one of them is still to come is kept in the finding.
fn reviews<'a>(engine: &Engine<'a>, found: &mut Finding<'a>) -> Vec<(Date, Entry<'a>)> {
    let mut held = Vec::new();
    for review in engine.register.of_kind("management-review") {
        let (Some("done" | "approved"), Some(date)) = (review.state(), moment(review, "date")) else { continue };
        if date <= engine.at {
            held.push((day_of(date), review));
        } else {
            found.rests_on(engine.before(Some(date)));
        }
    }
    held.sort_by_key(|(date, review)| std::cmp::Reverse((*date, review.recorded())));
    held
}

fn review_lists_earlier_decisions<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let held = reviews(engine, &mut found);
    let Some(((date, last), earlier)) = held.split_first() else {
        found.nothing("no management review was held");
        return found.outcome();
    };
    found.witness(*last);
    let Some((before, _)) = earlier.first() else { return found.outcome() };
    let listed: Vec<_> = inputs(*last, "previous-actions").flat_map(|row| named(row, "evidence")).collect();
    let mut led_to: Vec<_> = Vec::new();
    for (_, review) in earlier {
        found.witness(*review);
        led_to.extend(rows(*review, "decisions").flat_map(|row| named(row, "leads_to")));
    }
    led_to.dedup();
    for record in led_to {
        let open = !record.ended() && record.state() != Some("done");
        let asked = open || day_of(record.changed()) >= *before;
        if asked && day_of(record.recorded()) <= *date && !listed.contains(&record) {
            found.lacks_field(
                *last,
                "inputs",
                format!("{} is not among the actions from earlier reviews", record.number()),
            );
        }
    }
    found.outcome()
}

/// The rows of a review's inputs about this.
fn inputs<'a, 'i>(review: Entry<'a>, item: &'i str) -> impl Iterator<Item = Value<'a>> + use<'a, 'i> {
    rows(review, "inputs").filter(move |row| row.column("item").and_then(Value::text) == Some(item))
}

fn review_counts_nonconformities<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let held = reviews(engine, &mut found);
    let Some(((date, last), earlier)) = held.split_first() else {
        found.nothing("no management review was held");
        return found.outcome();
    };
    found.witness(*last);
    let all = engine.register.of_kind("nonconformity").filter(|n| n.state() != Some("rejected"));
    let raised: Vec<Date> = all.filter_map(|n| moment(n, "raised_at").map(day_of)).filter(|day| day <= date).collect();
    let before = earlier.first().map(|(day, _)| *day);
    let since = raised.iter().filter(|day| before.is_none_or(|b| **day > b)).count();
    let right = counts(&raised, before, *date);
    let said: BTreeSet<usize> = inputs(*last, "nc-trend")
        .filter_map(|row| row.column("summary").and_then(Value::text))
        .flat_map(said)
        .collect();
    if said.is_disjoint(&right) {
        let says = format!("does not say that {since} were raised since the review before, or {} in all", raised.len());
        found.lacks_field(*last, "inputs", says);
    }
    found.outcome()
}

/// What may be counted: all, or those since the review before; with and without the days of the reviews themselves.
fn counts(raised: &[Date], before: Option<Date>, date: Date) -> BTreeSet<usize> {
    let mut counts = BTreeSet::new();
    for until in [date, date.yesterday().unwrap_or(date)] {
        let raised = || raised.iter().filter(move |day| **day <= until);
        counts.insert(raised().count());
        if let Some(before) = before {
            counts.extend([raised().filter(|d| **d > before).count(), raised().filter(|d| **d >= before).count()]);
        }
    }
    counts
}

/// Small numbers as people write them.
const WORDS: [&[&str]; 13] = [
    &["no", "none", "zero"],
    &["one", "single"],
    &["two"],
    &["three"],
    &["four"],
    &["five"],
    &["six"],
    &["seven"],
    &["eight"],
    &["nine"],
    &["ten"],
    &["eleven"],
    &["twelve"],
];

/// The numbers in a text, in digits or in words.
fn said(text: &str) -> Vec<usize> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words.filter_map(|word| word.parse().ok().or_else(|| WORDS.iter().position(|w| w.contains(&word)))).collect()
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn numbers_are_read_in_digits_and_in_words() {
        assert_eq!(said("Two were raised, 13 in all; none is open."), [2, 13, 0]);
        assert_eq!(said("It gets better."), [0_usize; 0]);
    }
}
