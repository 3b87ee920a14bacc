//! A management system at once: what was found by clause and grade, the gravest findings with what to do next, what lapses, proof that nothing
//! was altered unseen, and where to go from here.

mod found;
mod lapses;
mod tamper;

use std::{cmp::Reverse, collections::BTreeSet, path::PathBuf};

use aims_app::{Aims, AsOf, Query, checks::Question};
use aims_store::Access;
use tempfile::TempDir;

use crate::{
    args::Demo,
    fault::Fault,
    out::{Format, Out},
    plain::plain,
    progress::Progress,
    render::{BAD, HEAD, paint},
    session::Session,
};

use super::{
    init::publish_key,
    proof,
    sample::{self, Which},
    serve, verifier,
};

/// So far ahead is told what lapses.
const DAYS_AHEAD: u32 = 90;
/// Registers that are named; the others are counted.
const REGISTERS_NAMED: usize = 4;

pub fn demo(session: &Session, args: &Demo) -> Result<(), Fault> {
    let story = Story { out: session.out, which: args.sample, place: Place::new(session, args)? };
    let aims = story.years()?;
    story.state(&aims)?;
    aims.close()?;
    story.proof()?;
    story.next()?;
    if args.once || session.out.format() == Format::Json {
        return Ok(());
    }
    serve::demo(session.out, &story.place.dir, args.port)
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
            None if args.keep => (sample::temporary()?.keep().join("tessel"), true),
            None => (beside.path().join("tessel"), false),
        };
        Ok(Place { dir, beside, kept })
    }

    fn bundle(&self) -> PathBuf {
        self.beside.path().join("bundle")
    }
}

/// What was played, in numbers.
#[derive(Default)]
struct Played {
    acts: usize,
    by: BTreeSet<String>,
}

struct Story {
    out: Out,
    which: Which,
    place: Place,
}

impl Story {
    fn heading(&self, text: &str) -> Result<(), Fault> {
        self.out.data(&format!("\n{}\n", paint(HEAD, text)))
    }

    fn line(&self, text: &str) -> Result<(), Fault> {
        self.out.data(&format!("  {text}\n"))
    }

    fn lines(&self, text: &str) -> Result<(), Fault> {
        text.lines().try_for_each(|line| if line.is_empty() { self.out.data("\n") } else { self.line(line) })
    }

    /// Plays the daybook, and says who the organization is.
    fn years(&self) -> Result<Aims, Fault> {
        let mut played = Played::default();
        let aims = sample::play(self.out, &self.place.dir, self.which, &mut |told| {
            played.acts += told.acts;
            played.by.insert(told.by.clone());
        })?;
        publish_key(&aims, &self.place.dir)?;
        let of = match self.which {
            Which::Flawed => "with what auditors find planted in it",
            Which::Clean => "everything that is asked for in place",
        };
        self.out.data(&format!(
            "{}\n",
            paint(HEAD, "Tessel Group: a bank that builds, buys and sells AI, before its certification audit")
        ))?;
        let (acts, by) = (played.acts, played.by.len());
        self.line(&format!("{acts} acts by {by} people from 20 November 2023 to 20 November 2026, {of}"))?;
        self.line(&registers(&aims)?)?;
        Ok(aims)
    }

    /// What was found, and what lapses.
    fn state(&self, aims: &Aims) -> Result<(), Fault> {
        let as_of = || AsOf::parse(sample::DAY);
        let progress = Progress::spinner(self.out, "deciding every requirement and control");
        let checked = aims.check(&Question::as_of(as_of()?))?;
        let forecast = aims.forecast(DAYS_AHEAD, Some(as_of()?))?;
        drop(progress);
        self.heading("Findings by clause, as of 20 November 2026")?;
        self.lines(&found::table(&checked))?;
        let gravest = found::gravest(aims, &checked);
        if !gravest.is_empty() {
            self.heading("The gravest first, and what to do next")?;
            self.lines(&gravest)?;
        }
        self.heading(&format!("What lapses in the next {DAYS_AHEAD} days if nobody does anything"))?;
        self.lines(&lapses::lapses(aims.frameworks(), &forecast))
    }

    fn proof(&self) -> Result<(), Fault> {
        self.heading("Proof that nothing was altered unseen")?;
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
        self.heading("Where to go from here")?;
        let dir = if self.place.kept { self.place.dir.display().to_string() } else { "tessel".to_owned() };
        let dir = format!("--dir {}", plain(&dir));
        let as_of = format!("--as-of {}", sample::DAY);
        let mut tries = vec![
            (format!("aims check {dir} {as_of}"), "every finding in full"),
            (format!("aims explain 5.2-a {dir} {as_of}"), "how one of them was decided"),
            (format!("aims forecast {dir} {as_of} --days {DAYS_AHEAD}"), "everything that lapses, with its reason"),
            (format!("aims history policy-ai {dir}"), "who did what, and when an approval lapsed"),
            (format!("aims export bundle {dir} --out bundle"), "what an auditor takes away"),
            ("aims init my-org".to_owned(), "an organization of your own"),
        ];
        if !self.place.kept {
            let clean = if self.which == Which::Clean { " clean" } else { "" };
            tries.insert(0, (format!("aims init tessel --sample{clean}"), "this organization, in a folder that stays"));
        }
        let width = tries.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
        tries.iter().try_for_each(|(command, about)| self.line(&format!("{command:width$}  {about}")))
    }
}

/// So many records in which registers.
fn registers(aims: &Aims) -> Result<String, Fault> {
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
    let most: Vec<String> = registers.iter().take(REGISTERS_NAMED).map(|(n, of)| format!("{n} {of}")).collect();
    Ok(format!("{records} records in {} registers: {}, ...", registers.len(), most.join(", ")))
}

/// The first line of a report that says something.
fn first(report: &str) -> String {
    plain(report.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
}
