//! A command on its way: run in a batch, answered once its transaction is on disk.

use std::sync::mpsc::SyncSender;

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

/// A command that waits for its turn.
pub(crate) struct Pending<F, R, E> {
    command: Option<F>,
    done: Option<Result<R, E>>,
    spoiled: Option<Spoiled>,
    answer: SyncSender<Result<R, WriteError<E>>>,
}

impl<F, R, E> Pending<F, R, E> {
    pub fn new(command: F, answer: SyncSender<Result<R, WriteError<E>>>) -> Pending<F, R, E> {
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
        // Whoever asked may have gone away.
        let _ = self.answer.send(answer);
    }
}
