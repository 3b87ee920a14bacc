//! Signing a record with a passkey: what is to be signed is decided first, then the same decision is made again with the signature.

use aims_ledger::commitment;
use aims_record::Actor;
use aims_store::{ActSignature, EntryObject, act_challenge};

use super::{Case, Done, Step, Wish};
use crate::{Aims, Failure, accounts::Assertion, resolve::Known};

/// A signature that is to be given with a passkey. It is good for this version of the record alone.
#[derive(Clone, Debug)]
pub struct ActToSign {
    /// What the authenticator signs: for [`Entrance::begin_act`](crate::accounts::Entrance::begin_act).
    pub challenge: [u8; 32],
    record: String,
    meaning: Option<String>,
    digest: Option<String>,
    why: Option<String>,
    salt: [u8; 32],
}

impl Aims {
    /// Decides whether the actor may sign, and what their passkey is to sign. Nothing is written.
    ///
    /// # Errors
    /// [`Failure::Refused`] as signing itself would be.
    pub fn prepare_signature(
        &self,
        actor: &Actor,
        record: &str,
        meaning: Option<String>,
        digest: Option<String>,
        why: Option<String>,
    ) -> Result<ActToSign, Failure> {
        let mut salt = [0; 32];
        self.chance.fill(&mut salt);
        let case = self.case(actor, None);
        let wish =
            Wish::Sign { record: record.to_owned(), seen: None, meaning: meaning.clone(), digest: digest.clone() };
        let (said_why, org) = (why.clone(), self.store.about().org.clone());
        let challenge = self.store.write(move |draft| -> Result<[u8; 32], Failure> {
            let accepted = case.decide(draft, case.propose(draft, wish)?, said_why)?;
            let said = accepted.act.to_bytes();
            let said = said.map_err(|error| Failure::usage("not_recorded", error.to_string()))?;
            let object = EntryObject { id: accepted.id, kind: accepted.kind, ver: accepted.version, prev: None };
            let body = commitment(&salt, &said).to_string();
            Ok(act_challenge(&org, &case.actor.pid, accepted.act.word(), &object, &body))
        })?;
        Ok(ActToSign { challenge, record: record.to_owned(), meaning, digest, why, salt })
    }

    /// Signs with what the passkey answered. The assertion was verified by [`Entrance::sign_act`](crate::accounts::Entrance::sign_act).
    ///
    /// # Errors
    /// [`Failure::Append`] where the record changed since: nothing is written, and the signature is worth nothing.
    pub fn sign_with_passkey(
        &self,
        actor: &Actor,
        to_sign: ActToSign,
        assertion: &Assertion,
    ) -> Result<Vec<Done>, Failure> {
        let ActToSign { record, meaning, digest, why, salt, .. } = to_sign;
        let malformed =
            |reason| Failure::usage("passkey_refused", format!("the passkey's answer has {reason}; start again"));
        let sig = assertion.to_signature().map_err(malformed)?;
        let case = self.case(actor, Some(ActSignature { salt, sig }));
        let step = Step { at: String::new(), wish: Wish::Sign { record, seen: None, meaning, digest }, why };
        Ok(self.store.write(move |draft| case.carry_out(draft, vec![step], None, None))?)
    }

    pub(super) fn case(&self, actor: &Actor, sig: Option<ActSignature>) -> Case {
        let (kinds, clock, actor, sw) = (self.kinds.clone(), self.clock.clone(), actor.clone(), self.software());
        Case { kinds, clock, actor, sw, known: Known::default(), sig }
    }
}
