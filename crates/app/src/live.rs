//! An organization that is being served: open for writing, its records and what is said about them in memory, brought up to date after each act.
//!
//! Pages and the API read a [`Standing`]; none of them looks at all records of the store. After each act [`Live::act`] takes in the entries
//! that came since, so that whoever acted sees it, and what can change is decided again. Earlier moments are built when they are asked for,
//! and the last few are kept.

mod alike;
mod bounds;
mod names;
mod past;
mod recall;
mod standing;

use std::{
    cell::RefCell,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use aims_framework::standard::Frameworks;
use aims_record::Actor;
use aims_store::{Access, Chance, Clock};
use jiff::{SignedDuration, Timestamp};

use crate::{
    ActToSign, Aims, AsOf, Done, Failure, Step, accounts::Assertion, chance::SystemChance, clock::SystemClock,
};

use past::Pasts;
pub use standing::Standing;

/// Time passes for verdicts in steps of this length at most.
const PASSES_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// What is told up to which entry there is something to know.
type Watcher = Box<dyn Fn(u64) + Send + Sync>;

/// One organization, served.
pub struct Live {
    aims: Aims,
    frameworks: &'static Frameworks,
    now: RwLock<Standing>,
    pasts: Mutex<Pasts>,
    /// Held by whoever gives a name that no two records may share.
    naming: Mutex<()>,
    watchers: Mutex<Vec<Watcher>>,
}

/// What a page looks at: how things stand, or how they stood.
pub enum Sight<'l> {
    /// Now; acts wait while this is held.
    Now(RwLockReadGuard<'l, Standing>, Looking),
    /// At an earlier moment.
    Then(Arc<Standing>),
}

impl std::ops::Deref for Sight<'_> {
    type Target = Standing;

    fn deref(&self) -> &Standing {
        match self {
            Sight::Now(standing, _) => standing,
            Sight::Then(standing) => standing,
        }
    }
}

thread_local! {
    /// The organizations that this thread looks at.
    static LOOKS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// That this thread looks at how things stand now: while somebody waits to act, a second look beside the first would wait for ever.
pub struct Looking(usize);

impl Looking {
    fn begin(at: &Live) -> Result<Looking, Failure> {
        let at = std::ptr::from_ref(at).addr();
        LOOKS.with_borrow_mut(|looks| match looks.contains(&at) {
            true => Err(Failure::usage("internal", "how things stand is looked at twice at once")),
            false => {
                looks.push(at);
                Ok(Looking(at))
            }
        })
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        LOOKS.with_borrow_mut(|looks| looks.retain(|at| *at != self.0));
    }
}

impl Live {
    /// Opens an organization's folder with the machine's clock, and decides everything once.
    ///
    /// # Errors
    /// As [`Aims::open`].
    pub fn open(dir: &Path) -> Result<Live, Failure> {
        Live::open_with(dir, Arc::new(SystemClock), Arc::new(SystemChance))
    }

    /// Opens it with a clock and chance of the caller's.
    ///
    /// # Errors
    /// As [`Aims::open`].
    pub fn open_with(dir: &Path, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Live, Failure> {
        Live::of(Aims::open_with(dir, Access::Write, clock, chance)?)
    }

    /// Serves an organization that is open already.
    ///
    /// # Errors
    /// Where its records cannot be read.
    pub fn of(aims: Aims) -> Result<Live, Failure> {
        // What is kept about an organization points into its frameworks; they stay as long as the program.
        let kept: &'static Arc<Frameworks> = Box::leak(Box::new(Arc::clone(&aims.frameworks)));
        let frameworks: &'static Frameworks = kept;
        let now = Standing::now(&aims, frameworks)?;
        let (pasts, naming, watchers) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Live { aims, frameworks, now: RwLock::new(now), pasts, naming, watchers })
    }

    /// The organization beneath: for what goes to the ledger itself, and for imports and exports.
    pub fn aims(&self) -> &Aims {
        &self.aims
    }

    /// The frameworks in force.
    pub fn frameworks(&self) -> &'static Frameworks {
        self.frameworks
    }

    /// The clock's moment.
    pub fn moment(&self) -> Timestamp {
        self.aims.clock.now()
    }

    /// How things stand, or stood.
    ///
    /// # Errors
    /// For an earlier moment: where there is none such, or its records cannot be read.
    pub fn sight(&self, as_of: Option<AsOf>) -> Result<Sight<'_>, Failure> {
        match as_of {
            None => {
                let looking = Looking::begin(self)?;
                self.pass();
                Ok(Sight::Now(self.now.read().unwrap_or_else(PoisonError::into_inner), looking))
            }
            Some(as_of) => Ok(Sight::Then(self.past(as_of)?)),
        }
    }

    /// Does all steps in one transaction, or none, and takes them in.
    ///
    /// # Errors
    /// As [`Aims::act_together`]; `name_too_similar`, `above_appetite`, and fields beyond the organization's own bounds.
    pub fn act(&self, actor: &Actor, steps: Vec<Step>, idem: Option<String>) -> Result<Vec<Done>, Failure> {
        let wishes = steps.iter().map(|step| &step.wish);
        let bounded = bounds::refuse(&*self.sight(None)?, actor, wishes, self.moment()).map_err(Failure::from);
        let _naming = match (bounded.and_then(|()| self.name_alone(&steps)), &idem) {
            (Ok(guard), _) => guard,
            // Whoever sends again what began a record finds its own name.
            (Err(refused), Some(key)) => return self.aims.repeated(actor, &steps, key)?.ok_or(refused),
            (Err(refused), None) => return Err(refused),
        };
        let done = self.aims.act_together(actor, steps, idem)?;
        self.follow()?;
        Ok(done)
    }

    /// Signs with what a passkey answered, does what follows in one transaction, and takes it in.
    ///
    /// # Errors
    /// As [`Aims::sign_with_passkey`].
    pub fn sign(
        &self,
        actor: &Actor,
        to_sign: ActToSign,
        assertion: &Assertion,
        idem: Option<String>,
    ) -> Result<Vec<Done>, Failure> {
        bounds::refuse(&*self.sight(None)?, actor, to_sign.wishes(), self.moment())?;
        let done = self.aims.sign_with_passkey(actor, to_sign, assertion, idem)?;
        self.follow()?;
        Ok(done)
    }

    /// Refuses a name that looks like another's. Where one is given, no other is until the guard is dropped.
    fn name_alone(&self, steps: &[Step]) -> Result<Option<MutexGuard<'_, ()>>, Failure> {
        if !alike::concerns(&*self.sight(None)?, steps) {
            return Ok(None);
        }
        let guard = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        alike::refuse(&*self.sight(None)?, steps)?;
        Ok(Some(guard))
    }

    /// Takes in what was appended since: by acts, imports, or another door to the same organization.
    ///
    /// # Errors
    /// Where the store cannot be read. What was acted stands; it is taken in with the next.
    pub fn follow(&self) -> Result<(), Failure> {
        let last = {
            let mut standing = self.write();
            standing.follow(&self.aims)?;
            standing.last_entry()
        };
        let watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        last.into_iter().for_each(|last| watchers.iter().for_each(|tell| tell(last)));
        Ok(())
    }

    /// Has this told the last entry each time that entries were taken in. It must not take long: whoever acted waits for it.
    pub fn watch(&self, tell: impl Fn(u64) + Send + Sync + 'static) {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(tell));
    }

    /// Lets time pass: what lapses by itself is decided again.
    pub fn pass(&self) {
        let moment = self.moment();
        let due = |standing: &Standing| moment.duration_since(standing.at()) >= PASSES_EVERY;
        let is_due = due(&self.now.read().unwrap_or_else(PoisonError::into_inner));
        if is_due {
            self.write().pass(moment);
        }
    }

    fn past(&self, as_of: AsOf) -> Result<Arc<Standing>, Failure> {
        let which = self.aims.place(as_of)?;
        if let Some(known) = self.pasts().find(which) {
            return Ok(known);
        }
        let then = Arc::new(Standing::then(&self.aims, self.frameworks, as_of)?);
        self.pasts().keep(which, &then);
        Ok(then)
    }

    fn pasts(&self) -> MutexGuard<'_, Pasts> {
        self.pasts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Standing> {
        self.now.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs a last checkpoint and closes.
    ///
    /// # Errors
    /// Where the ledger could not be signed.
    pub fn close(self) -> Result<(), Failure> {
        self.aims.close()
    }
}
