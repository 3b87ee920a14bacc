//! What an act would come to, decided as it would be and then let go.

use aims_record::Actor;
use aims_store::WriteError;

use super::{Done, Step, Wish};
use crate::{Aims, Failure};

/// Why a rehearsal's transaction was let go.
enum Ended {
    Would(Vec<Done>),
    Refused(Failure),
}

impl Aims {
    /// What doing all these steps would come to. Nothing is written; numbers are those that the acts would get now.
    ///
    /// # Errors
    /// As [`Aims::act_together`].
    pub fn rehearse(&self, actor: &Actor, mut steps: Vec<Step>) -> Result<Vec<Done>, Failure> {
        for step in &mut steps {
            if let Wish::Record { id, .. } = &mut step.wish {
                id.get_or_insert_with(|| self.chance.id());
            }
        }
        let case = self.case(actor);
        let let_go = self.store.write(move |draft| -> Result<(), Ended> {
            Err(case.carry_out(draft, steps, None, None).map_or_else(Ended::Refused, Ended::Would))
        });
        match let_go {
            Err(WriteError::Refused(Ended::Would(done))) => Ok(done),
            Err(WriteError::Refused(Ended::Refused(failure))) => Err(failure),
            Ok(()) => Ok(Vec::new()),
            Err(WriteError::StorageFull) => Err(again(WriteError::StorageFull)),
            Err(WriteError::Overloaded) => Err(again(WriteError::Overloaded)),
            Err(WriteError::Failed(why)) => Err(again(WriteError::Failed(why))),
            Err(WriteError::Unknown(why)) => Err(again(WriteError::Unknown(why))),
            Err(WriteError::Panicked) => Err(again(WriteError::Panicked)),
            Err(WriteError::Stopped(why)) => Err(again(WriteError::Stopped(why))),
        }
    }
}

fn again(error: WriteError<Failure>) -> Failure {
    error.into()
}
