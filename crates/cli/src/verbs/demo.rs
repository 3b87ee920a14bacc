//! A guided story: a year of a small organization, what an auditor would find, and proof that nothing was altered unseen.

mod tamper;
mod year;

use std::{cmp::Reverse, path::PathBuf};

use aims_app::{Aims, AsOf, Query, checks::Question};
use aims_conformity::{State, Verdict};
use aims_store::Access;
use tempfile::TempDir;

use crate::{
    args::Demo,
    fault::Fault,
    out::Out,
    plain::plain,
    render::{BAD, HEAD, paint, verdict},
    session::Session,
};

use super::{init::publish_key, proof, sample, verifier};

/// Causes that are told; what else was found is counted.
const CAUSES_TOLD: usize = 4;
/// Characters of a line.
const WIDTH: usize = 110;

pub fn demo(session: &Session, args: &Demo) -> Result<(), Fault> {
    let story = Story { out: session.out, place: Place::new(session, args)? };
    let aims = story.year()?;
    story.registers(&aims)?;
    story.findings(&aims)?;
    aims.close()?;
    story.proof()?;
    story.next()
}

/// Where it plays.
struct Place {
    dir: PathBuf,
    /// The bundle lies beside the organization, in a folder that goes afterwards.
    beside: TempDir,
    kept: bool,
}

impl Place {
    fn new(session: &Session, args: &Demo) -> Result<Place, Fault> {
        let beside = sample::temporary()?;
        let (dir, kept) = match session.dir_named() {
            Some(dir) => (dir.to_owned(), true),
            None if args.keep => (sample::temporary()?.keep().join("lindenfeld"), true),
            None => (beside.path().join("lindenfeld"), false),
        };
        Ok(Place { dir, beside, kept })
    }

    fn bundle(&self) -> PathBuf {
        self.beside.path().join("bundle")
    }
}

struct Story {
    out: Out,
    place: Place,
}

impl Story {
    fn heading(&self, text: &str) -> Result<(), Fault> {
        self.out.data(&format!("\n{}\n", paint(HEAD, text)))
    }

    fn line(&self, text: &str) -> Result<(), Fault> {
        self.out.data(&format!("  {text}\n"))
    }

    /// The daybook, month by month.
    fn year(&self) -> Result<Aims, Fault> {
        self.out.data(&format!(
            "{}\n",
            paint(HEAD, "1  A year at Lindenfeld Mutual, an insurer that ranks claims with AI")
        ))?;
        let mut year = year::Year::new(self.out);
        let aims = sample::play(&self.place.dir, &mut |told| year.tell(told))?;
        year.end()?;
        publish_key(&aims, &self.place.dir)?;
        Ok(aims)
    }

    fn registers(&self, aims: &Aims) -> Result<(), Fault> {
        self.heading("2  What is on record")?;
        let mut registers = Vec::new();
        for kind in aims.kinds().by_id.values() {
            let query = Query { kind: Some(kind.id.clone()), limit: Some(1), ..Query::default() };
            let (_, all) = aims.list(&query)?;
            registers.extend(
                (all > 0).then(|| (all, if all == 1 { kind.title.to_lowercase() } else { kind.plural.to_lowercase() })),
            );
        }
        let records: u64 = registers.iter().map(|(n, _)| n).sum();
        registers.sort_by_key(|(n, _)| Reverse(*n));
        let most = registers.iter().take(8).map(|(n, of)| format!("{n} {of}"));
        self.line(&format!(
            "{records} records in {} registers: {}, ...",
            registers.len(),
            most.collect::<Vec<_>>().join(", ")
        ))
    }

    fn findings(&self, aims: &Aims) -> Result<(), Fault> {
        self.heading("3  What an auditor finds on 20 November 2026, when the first internal audit begins")?;
        let checked = aims.check(&Question::as_of(AsOf::parse(sample::AUDIT_DAY)?))?;
        let mut found: Vec<&Verdict> = checked.verdicts.iter().filter(|v| v.state > State::NoRuleYet).collect();
        found.sort_by_key(|verdict| Reverse(verdict.state));
        let causes = by_cause(&found);
        for cause in causes.iter().take(CAUSES_TOLD) {
            self.finding(aims, cause)?;
        }
        let told: usize = causes.iter().take(CAUSES_TOLD).map(Vec::len).sum();
        self.line(&format!("and {} more: `aims check` tells all of them", found.len().saturating_sub(told)))?;
        verdict::summary(&checked).lines().flat_map(wrapped).try_for_each(|line| self.line(&line))
    }

    /// What one act would mend, in at most four lines.
    fn finding(&self, aims: &Aims, cause: &[&Verdict]) -> Result<(), Fault> {
        let Some(found) = cause.first() else { return Ok(()) };
        let (glyph, style) = verdict::glyph(found.state);
        let title = aims.frameworks().item(&found.requirement).map_or("", |(_, item)| item.title());
        let also: Vec<&str> = cause.iter().skip(1).map(|v| short(&v.requirement)).collect();
        let also = if also.is_empty() { String::new() } else { format!(" (and {})", also.join(", ")) };
        let head = format!("{}: {title}{also}", short(&found.requirement));
        self.line(&format!("{} {}", paint(style, &format!("{glyph} {}", found.state)), plain(&head)))?;
        let over = found.populations.iter().find(|p| p.have < p.of).map(|p| format!(" ({p})")).unwrap_or_default();
        if let Some(reason) = found.reasons.first() {
            self.line(&format!("    why  {}", plain(&format!("{}{over}", reason.say))))?;
            reason.missing.first().map_or(Ok(()), |missing| self.line(&format!("         {}", plain(missing))))?;
        }
        found.next().map_or(Ok(()), |next| self.line(&format!("    next {}", plain(&next.command))))
    }

    fn proof(&self) -> Result<(), Fault> {
        self.heading("4  Proof: nothing was altered unseen")?;
        let aims = Aims::open(&self.place.dir, Access::Write)?;
        let actor = aims.actor(None)?;
        let key = aims.store().verifier_key().to_string();
        let exported = aims.export_bundle(&actor, &self.place.bundle(), false, &mut |_, _| {})?;
        self.line(&format!("exported a bundle of {} entries; their root is {:.16}...", exported.size, exported.root))?;
        let findings = proof::self_check(self.out, &aims)?;
        aims.close()?;
        self.line(&format!("aims verify: {}", proof::told(&findings).trim_end()))?;
        self.bundle_altered(&key)
    }

    /// The independent verifier says that the bundle is sound, and names a flipped bit.
    fn bundle_altered(&self, key: &str) -> Result<(), Fault> {
        let keys = [key.to_owned()];
        let sound = verifier::run(&self.place.bundle(), &keys, false)?;
        self.line(&format!("aims-verify, which shares no code with this program: {}", first(&sound.report)))?;
        let copy = self.place.beside.path().join("altered");
        tamper::copy(&self.place.bundle(), &copy)?;
        let place = tamper::flip(&copy.join("payloads"))?;
        self.line(&format!("then one bit of a copy is flipped, in `payloads`, byte {place}:"))?;
        let altered = verifier::run(&copy, &keys, false)?;
        self.line(&paint(BAD, &first(&altered.report)))?;
        // The report names the log first, then what contradicts.
        altered.report.lines().nth(2).map_or(Ok(()), |named| self.line(&plain(named)))
    }

    fn next(&self) -> Result<(), Fault> {
        self.heading("5  Try next")?;
        let dir = if self.place.kept { self.place.dir.display().to_string() } else { "demo-org".to_owned() };
        let dir = plain(&dir);
        let dir = format!("--dir {dir}");
        let as_of = format!("--as-of {}", sample::AUDIT_DAY);
        let mut tries = vec![
            (format!("aims check {dir} {as_of}"), "every finding in full"),
            (format!("aims explain 8.4-a {dir} {as_of}"), "how one of them was decided"),
            (format!("aims history policy-ai {dir}"), "who did what, and when an approval lapsed"),
            (format!("aims export bundle {dir} --out bundle"), "what an auditor takes away"),
            ("aims init my-org".to_owned(), "an organization of your own"),
        ];
        if !self.place.kept {
            tries.insert(0, (format!("aims demo {dir}"), "this story again, its folder kept"));
        }
        let width = tries.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
        tries.iter().try_for_each(|(command, about)| self.line(&format!("{command:width$}  {about}")))
    }
}

/// Findings that the same next act would mend, in the order of the gravest.
fn by_cause<'a>(found: &[&'a Verdict]) -> Vec<Vec<&'a Verdict>> {
    let mut causes: Vec<Vec<&Verdict>> = Vec::new();
    for verdict in found {
        let same = |cause: &&mut Vec<&Verdict>| {
            cause.first().is_some_and(|v| v.next().is_some() && v.next() == verdict.next())
        };
        match causes.iter_mut().find(same) {
            Some(cause) => cause.push(verdict),
            None => causes.push(vec![verdict]),
        }
    }
    causes
}

/// The part of an id that people say.
fn short(requirement: &str) -> &str {
    requirement.rsplit('/').next().unwrap_or(requirement)
}

/// A long line in pieces, broken between words.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        if lines.last().is_some_and(|last| last.chars().count() + word.chars().count() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}

/// The first line of a report that says something.
fn first(report: &str) -> String {
    plain(report.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
}
