//! Signing a record with a passkey: what is to be signed is decided first, then the same decision is made again with the signature.

use aims_ledger::commitment;
use aims_record::Actor;
use aims_store::{ActSignature, EntryObject, act_challenge};

use super::{Besides, Case, Done, Step, Wish};
use crate::{Aims, Failure, accounts::Assertion, resolve::Known};

/// A signature that is to be given with a passkey, with what is done after it in the same transaction. It is good for this version of the
/// record alone.
#[derive(Clone, Debug)]
pub struct ActToSign {
    /// What the authenticator signs: what `docs/formats/acts.md` (Passkey signatures) makes of the act.
    pub challenge: [u8; 32],
    steps: Vec<Step>,
    salt: [u8; 32],
}

impl ActToSign {
    /// What is done when the signature comes, the signature first.
    pub fn wishes(&self) -> impl Iterator<Item = &Wish> {
        self.steps.iter().map(|step| &step.wish)
    }
}

impl Aims {
    /// Decides whether the actor may sign, and what their passkey is to sign. The first step is the signature; whether the others may follow
    /// is decided when they do. Nothing is written.
    ///
    /// # Errors
    /// [`Failure::Refused`] as signing itself would be; where the first step is none.
    pub fn prepare_signature(&self, actor: &Actor, steps: Vec<Step>) -> Result<ActToSign, Failure> {
        let mut salt = [0; 32];
        self.chance.fill(&mut salt);
        let Some(Step { wish: wish @ Wish::Sign { .. }, why, .. }) = steps.first().cloned() else {
            return Err(Failure::usage("nothing_to_sign", "Nothing here is signed."));
        };
        let case = self.case(actor);
        let org = self.store.about().org.clone();
        let challenge = self.store.write(move |draft| -> Result<[u8; 32], Failure> {
            let accepted = case.decide(draft, case.propose(draft, wish)?, why)?;
            let said = accepted.act.to_bytes();
            let said = said.map_err(|error| Failure::usage("not_recorded", error.to_string()))?;
            let object = EntryObject { id: accepted.id, kind: accepted.kind, ver: accepted.version, prev: None };
            let body = commitment(&salt, &said).to_string();
            Ok(act_challenge(&org, &case.actor.pid, accepted.act.word(), &object, &body))
        })?;
        Ok(ActToSign { challenge, steps, salt })
    }

    /// Signs with what the passkey answered, and does what follows. The assertion was verified by
    /// [`Entrance::sign_act`](crate::accounts::Entrance::sign_act).
    ///
    /// # Errors
    /// [`Failure::Append`] where the record changed since: nothing is written, and the signature is worth nothing.
    pub fn sign_with_passkey(
        &self,
        actor: &Actor,
        to_sign: ActToSign,
        assertion: &Assertion,
        idem: Option<String>,
    ) -> Result<Vec<Done>, Failure> {
        let ActToSign { steps, salt, .. } = to_sign;
        let malformed =
            |reason| Failure::usage("passkey_refused", format!("the passkey's answer has {reason}; start again"));
        let sig = assertion.to_signature().map_err(malformed)?;
        let besides = Besides { sig: Some(ActSignature { salt, sig }), ..Besides::default() };
        self.together(actor, steps, idem, besides)
    }

    pub(super) fn case(&self, actor: &Actor) -> Case {
        let (kinds, clock, actor, sw) = (self.kinds.clone(), self.clock.clone(), actor.clone(), self.software());
        Case { kinds, clock, actor, sw, known: Known::default(), sig: None }
    }
}
