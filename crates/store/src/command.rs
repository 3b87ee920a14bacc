//! A command on its way: run in a batch, answered once its transaction is on disk.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::{
    draft::Draft,
    error::{Fault, WriteError},
};

/// How a batch ended for those that ran without refusal.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// On disk.
    Saved,
    /// Not on disk, for sure.
    NotSaved(Fault),
    /// The commit itself failed.
    Unknown(String),
    /// Nothing was tried.
    Stopped(String),
}

impl Outcome {
    /// Why a batch was not saved, if it was not, for those who built on it.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Outcome::Saved => None,
            Outcome::NotSaved(fault) => Some(fault.clone()),
            Outcome::Unknown(reason) | Outcome::Stopped(reason) => Some(Fault::Storage(reason.clone())),
        }
    }
}

/// How a single command ended beside the others of its batch.
#[derive(Clone, Debug)]
pub(crate) enum Spoiled {
    /// It panicked.
    Panicked,
    /// The database refused something.
    Failed(String),
}

/// A command without its types.
pub(crate) trait Command: Send {
    /// Runs it; false where it refuses.
    fn run(&mut self, draft: &Draft<'_>) -> bool;
    /// Notes that it alone failed.
    fn spoil(&mut self, how: Spoiled);
    /// Answers the one who waits.
    fn settle(self: Box<Self>, outcome: &Outcome);
}

/// Gives the next command of a batch, told how many have run and how to ask whether the batch before is still under way.
pub(crate) type More<'a> = dyn FnMut(usize, &dyn Fn() -> bool) -> Option<Box<dyn Command>> + 'a;

/// Answers a whole batch.
pub(crate) fn answer_all(ran: Vec<Box<dyn Command>>, outcome: &Outcome) {
    ran.into_iter().for_each(|command| command.settle(outcome));
}

/// A command that waits for its turn.
pub(crate) struct Pending<F, R, E> {
    command: Option<F>,
    done: Option<Result<R, E>>,
    spoiled: Option<Spoiled>,
    answer: Answer<Result<R, WriteError<E>>>,
}

impl<F, R, E> Pending<F, R, E> {
    pub fn new(command: F, answer: Answer<Result<R, WriteError<E>>>) -> Pending<F, R, E> {
        Pending { command: Some(command), done: None, spoiled: None, answer }
    }
}

impl<F, R, E> Command for Pending<F, R, E>
where
    F: FnOnce(&Draft<'_>) -> Result<R, E> + Send,
    R: Send,
    E: Send,
{
    fn run(&mut self, draft: &Draft<'_>) -> bool {
        self.done = self.command.take().map(|command| command(draft));
        matches!(self.done, Some(Ok(_)))
    }

    fn spoil(&mut self, how: Spoiled) {
        self.spoiled = Some(how);
    }

    fn settle(self: Box<Self>, outcome: &Outcome) {
        let answer = match (self.spoiled, outcome, self.done) {
            (Some(Spoiled::Panicked), ..) => Err(WriteError::Panicked),
            (Some(Spoiled::Failed(reason)), ..) => Err(WriteError::Failed(reason)),
            (None, Outcome::Saved, Some(Ok(done))) => Ok(done),
            (None, Outcome::Saved, Some(Err(refusal))) => Err(WriteError::Refused(refusal)),
            (None, Outcome::NotSaved(Fault::Full), _) => Err(WriteError::StorageFull),
            (None, Outcome::NotSaved(Fault::Storage(reason) | Fault::Other(reason)), _) => {
                Err(WriteError::Failed(reason.clone()))
            }
            (None, Outcome::Unknown(reason), _) => Err(WriteError::Unknown(reason.clone())),
            (None, Outcome::Stopped(reason), _) => Err(WriteError::Stopped(reason.clone())),
            (None, Outcome::Saved, None) => Err(WriteError::Panicked),
        };
        self.answer.send(answer);
    }
}

/// The writer's end of one answer. A channel would do, but its receiver spins before it sleeps: with many clients that
/// takes the processor away from the writer whom they wait for.
pub(crate) struct Answer<T>(Arc<Slot<T>>);

/// The end of the one who waits.
pub(crate) struct Answered<T>(Arc<Slot<T>>);

struct Slot<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

enum State<T> {
    Awaited,
    Here(T),
    /// Nobody will answer.
    Gone,
}

/// Both ends of one answer.
pub(crate) fn answer<T>() -> (Answer<T>, Answered<T>) {
    let slot = Arc::new(Slot { state: Mutex::new(State::Awaited), changed: Condvar::new() });
    (Answer(Arc::clone(&slot)), Answered(slot))
}

impl<T> Answer<T> {
    pub fn send(self, answer: T) {
        self.0.set(State::Here(answer));
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.0.set(State::Gone);
    }
}

impl<T> Slot<T> {
    /// The first word stands.
    fn set(&self, state: State<T>) {
        let mut now = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*now, State::Awaited) {
            *now = state;
            drop(now);
            self.changed.notify_one();
        }
    }
}

impl<T> Answered<T> {
    /// Waits for the answer; `None` where none will come.
    pub fn recv(self) -> Option<T> {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let awaited = |state: &mut State<T>| matches!(state, State::Awaited);
        let mut state = self.0.changed.wait_while(state, awaited).unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Gone) {
            State::Here(answer) => Some(answer),
            State::Awaited | State::Gone => None,
        }
    }
}
