//! Acts: decided and appended in one transaction.

use std::sync::Arc;

use aims_ledger::Hash;
use aims_record::{Accepted, Actor, Ask, Fields, File, Kinds, Proposal, Refusal, decide};
use aims_store::{ActSignature, Clock, Deed, Draft, Envelope, Idem, Outcome, Software};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Aims, Failure,
    clock::SetClock,
    grants::{self, Watch},
    organization::person_who_acts,
    resolve::{Known, resolve_fields, resolve_word},
    standing::{Ground, Sealer},
};

mod passkey;
mod rehearse;

pub use passkey::ActToSign;

/// What someone wishes done. Records are named by number, key or id; field values are as written in files, links being such names too.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the members are those of `aims_record::Proposal`, with names for ids")]
pub enum Wish {
    Record { id: Option<String>, kind: String, key: Option<String>, fields: Fields },
    Amend { record: String, seen: Option<u64>, set: Fields, unset: Vec<String> },
    Link { record: String, seen: Option<u64>, field: String, to: String },
    Unlink { record: String, seen: Option<u64>, field: String, to: String },
    Attach { record: String, seen: Option<u64>, field: Option<String>, file: File },
    Sign { record: String, seen: Option<u64>, meaning: Option<String>, digest: Option<String> },
    Move { record: String, seen: Option<u64>, verb: String },
    Withdraw { record: String, seen: Option<u64> },
    Dispose { record: String, basis: String },
    Erase { record: String, approvers: Vec<String>, basis: String, rule: String },
}

/// One wish among several that are done together or not at all.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it was asked for, such as a file and line; empty where that is clear.
    pub at: String,
    /// What.
    pub wish: Wish,
    /// Why, Markdown.
    pub why: Option<String>,
}

impl Step {
    /// A wish of its own.
    pub fn of(wish: Wish) -> Step {
        Step { at: String::new(), wish, why: None }
    }
}

/// What one person does at one moment of a story.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// When.
    pub at: Timestamp,
    /// Who: key, number or id.
    pub by: String,
    /// What.
    pub step: Step,
}

/// An act that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The word of the act, such as `amended`.
    pub act: String,
    /// The record's id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its version now.
    pub version: u64,
    /// Its state now.
    pub state: String,
    /// The entry.
    pub seq: u64,
    /// The entry's leaf hash, hex: a receipt for it can be asked for.
    pub leaf: String,
    /// The moment.
    pub ts: String,
}

/// Something about the organization as a whole that goes into the ledger, such as that a bundle was exported.
pub(crate) struct Noted {
    /// The entry's `act`.
    pub act: String,
    /// What is said, an object.
    pub body: Value,
}

/// What goes with steps into the same transaction.
#[derive(Default)]
pub(crate) struct Besides {
    /// An entry about the organization as a whole.
    pub noted: Option<Noted>,
    /// The passkey's signature of the step that signs.
    pub sig: Option<ActSignature>,
}

/// Everything a command on the writer thread needs.
struct Case {
    kinds: Arc<Kinds>,
    clock: Arc<dyn Clock>,
    actor: Actor,
    sw: Software,
    known: Known,
    sig: Option<ActSignature>,
}

impl Aims {
    /// Does one act.
    ///
    /// # Errors
    /// [`Failure::Refused`] where the decision is no; nothing has changed then.
    pub fn act(&self, actor: &Actor, wish: Wish, why: Option<String>) -> Result<Vec<Done>, Failure> {
        self.act_together(actor, vec![Step { at: String::new(), wish, why }], None)
    }

    /// Does all steps in one transaction, or none.
    ///
    /// # Errors
    /// [`Failure::RefusedAt`] names the step that was refused.
    pub fn act_together(&self, actor: &Actor, steps: Vec<Step>, idem: Option<String>) -> Result<Vec<Done>, Failure> {
        self.together(actor, steps, idem, Besides::default())
    }

    /// Does all steps with what goes beside them, in one transaction.
    pub(crate) fn together(
        &self,
        actor: &Actor,
        steps: Vec<Step>,
        idem: Option<String>,
        besides: Besides,
    ) -> Result<Vec<Done>, Failure> {
        self.must_be_sound()?;
        let idem = idem.map(|key| asked_as(key, actor, &steps));
        let mut steps = steps;
        let mut known = Known::default();
        for step in &mut steps {
            if let Wish::Record { id, key, .. } = &mut step.wish {
                let id = id.get_or_insert_with(|| self.chance.id());
                known.extend(key.iter().map(|key| (key.clone(), id.clone())));
            }
        }
        let case = Case {
            kinds: self.kinds.clone(),
            clock: self.clock.clone(),
            actor: actor.clone(),
            sw: self.software(),
            known,
            sig: besides.sig,
        };
        Ok(self.store.write(move |draft| case.carry_out(draft, steps, idem, besides.noted))?)
    }
}

/// A request's own name, with the digest of what it asks for.
fn asked_as(key: String, actor: &Actor, steps: &[Step]) -> Idem {
    Idem { key, request: Hash::sha256(format!("{} {steps:?}", actor.pid).as_bytes()) }
}

impl Aims {
    /// The first answer to a request that came before; nothing where it is new.
    ///
    /// # Errors
    /// `idempotency_mismatch`, where it asked for something else then.
    pub(crate) fn repeated(&self, actor: &Actor, steps: &[Step], key: &str) -> Result<Option<Vec<Done>>, Failure> {
        let idem = asked_as(key.to_owned(), actor, steps);
        let earlier = move |draft: &Draft<'_>| -> Result<Option<Vec<Done>>, Failure> {
            let written = draft.earlier(&idem)?;
            written.map(|written| Ok(vec![repeated(draft, written.seq)?])).transpose()
        };
        Ok(self.store.write(earlier)?)
    }
}

impl Aims {
    /// Refuses to record where the self-check found the ledger altered.
    fn must_be_sound(&self) -> Result<(), Failure> {
        let Some(says) = self.halted() else { return Ok(()) };
        let message =
            format!("nothing is recorded since the self-check found the ledger altered ({says}); reading still works");
        Err(Failure::usage("ledger_unsound", message))
    }

    /// Plays turns of a story in one transaction, or none: thousands of acts with a commit for each would take minutes. Answers how many
    /// acts each turn was.
    pub(crate) fn play(&self, clock: &Arc<SetClock>, turns: Vec<Turn>) -> Result<Vec<usize>, Failure> {
        let (kinds, clock, chance, sw) = (self.kinds.clone(), clock.clone(), self.chance.clone(), self.software());
        let one = move |draft: &Draft<'_>, Turn { at, by, mut step }: Turn| {
            clock.set(at);
            let actor = person_who_acts(draft, resolve_word(draft, &Known::new(), &by)?, &by)?;
            if let Wish::Record { id, .. } = &mut step.wish {
                id.get_or_insert_with(|| chance.id());
            }
            let (kinds, clock, sw) = (kinds.clone(), clock.clone(), sw.clone());
            let case = Case { kinds, clock, actor, sw, known: Known::new(), sig: None };
            Ok::<_, Failure>(case.carry_out(draft, vec![step], None, None)?.len())
        };
        Ok(self.store.write(move |draft| turns.into_iter().map(|turn| one(draft, turn)).collect())?)
    }
}

impl Case {
    fn carry_out(
        self,
        draft: &Draft<'_>,
        steps: Vec<Step>,
        mut idem: Option<Idem>,
        noted: Option<Noted>,
    ) -> Result<Vec<Done>, Failure> {
        if let Some(idem) = &idem
            && let Some(written) = draft.earlier(idem)?
        {
            return Ok(vec![repeated(draft, written.seq)?]);
        }
        let mut done = Vec::with_capacity(steps.len());
        let mut watch = Watch::default();
        for step in steps {
            let at = step.at.clone();
            let outcome = self.step(draft, step, &mut idem, (&mut done, &mut watch));
            outcome.map_err(|failure| match failure {
                Failure::Refused(refusal) if !at.is_empty() => Failure::RefusedAt { at, refusal: Box::new(refusal) },
                other => other,
            })?;
        }
        watch.refuse_last(draft, self.clock.now())?;
        if let Some(Noted { act, body }) = noted {
            let deed = Deed::Plain { act, outcome: Outcome::Done, reason: None, refs: Vec::new(), body: Some(body) };
            draft.append(self.envelope(deed, None))?;
        }
        Ok(done)
    }

    fn step(
        &self,
        draft: &Draft<'_>,
        step: Step,
        idem: &mut Option<Idem>,
        (done, watch): (&mut Vec<Done>, &mut Watch),
    ) -> Result<(), Failure> {
        let proposal = self.propose(draft, step.wish)?;
        let ground = Ground::new(draft, self.clock.now());
        watch.look(&ground, &proposal);
        grants::refuse(&ground, &self.actor, &proposal)?;
        ground.fault()?;
        // Only a move can be tried again, after the signature that it lacks.
        let again = matches!(proposal, Proposal::Move { .. }).then(|| (proposal.clone(), step.why.clone()));
        let accepted = match (self.decide(draft, proposal, step.why), again) {
            (Err(Failure::Refused(Refusal::SignaturesMissing { meaning, have, need, .. })), Some((proposal, why)))
                if have + 1 == need =>
            {
                let id = proposal.id().to_owned();
                let sign = Proposal::Sign { id, seen: None, meaning: Some(meaning), digest: None };
                let signed = self.decide(draft, sign, None)?;
                done.push(self.append(draft, signed, idem)?);
                self.decide(draft, now_seen(proposal), why)?
            }
            (other, _) => other?,
        };
        done.push(self.append(draft, accepted, idem)?);
        Ok(())
    }

    fn decide(&self, draft: &Draft<'_>, proposal: Proposal, why: Option<String>) -> Result<Accepted, Failure> {
        let now = self.clock.now();
        let ground = Ground::new(draft, now);
        let mut sealer = Sealer::new(draft);
        let ask = Ask { actor: &self.actor, now, proposal, why };
        let decision = decide(&self.kinds, &ground, ask, &mut sealer);
        ground.fault()?;
        sealer.fault.map_or(Ok(()), Err)?;
        Ok(decision?)
    }

    fn append(&self, draft: &Draft<'_>, accepted: Accepted, idem: &mut Option<Idem>) -> Result<Done, Failure> {
        let (id, act) = (accepted.id.clone(), accepted.act.word().to_owned());
        let sig = self.sig.clone().filter(|_| act == "signed");
        let envelope = Envelope { sig, ..self.envelope(Deed::On(accepted), idem.take()) };
        let written = draft.append(envelope)?;
        answer(draft, id, act, written.seq, written.leaf_hash.to_string(), written.ts)
    }

    fn envelope(&self, deed: Deed, idem: Option<Idem>) -> Envelope {
        Envelope {
            actor: self.actor.clone(),
            deed,
            idem,
            policy_digest: self.kinds.digest.clone(),
            sw: self.sw.clone(),
            req: None,
            evidence: Vec::new(),
            sig: None,
        }
    }

    /// Names become ids; what only the store can count is counted.
    fn propose(&self, draft: &Draft<'_>, wish: Wish) -> Result<Proposal, Failure> {
        let id = |word: &str| resolve_word(draft, &self.known, word);
        Ok(match wish {
            Wish::Record { id, kind, key, fields } => {
                let fields = self.resolve(draft, &kind, fields)?;
                Proposal::Record { id: id.unwrap_or_default(), kind, key, fields }
            }
            Wish::Amend { record, seen, set, unset } => {
                let id = id(&record)?;
                let kind = draft.shared(&id)?.map(|k| k.kind().to_owned()).unwrap_or_default();
                Proposal::Amend { id, seen, set: self.resolve(draft, &kind, set)?, unset }
            }
            Wish::Link { record, seen, field, to } => Proposal::Link { id: id(&record)?, seen, field, to: id(&to)? },
            Wish::Unlink { record, seen, field, to } => {
                Proposal::Unlink { id: id(&record)?, seen, field, to: id(&to)? }
            }
            Wish::Attach { record, seen, field, file } => Proposal::Attach { id: id(&record)?, seen, field, file },
            Wish::Sign { record, seen, meaning, digest } => Proposal::Sign { id: id(&record)?, seen, meaning, digest },
            Wish::Move { record, seen, verb } => Proposal::Move { id: id(&record)?, seen, verb },
            Wish::Withdraw { record, seen } => Proposal::Withdraw { id: id(&record)?, seen },
            Wish::Dispose { record, basis } => Proposal::Dispose { id: id(&record)?, basis },
            Wish::Erase { record, approvers, basis, rule } => {
                let id = id(&record)?;
                let approvers =
                    approvers.iter().map(|a| resolve_word(draft, &self.known, a)).collect::<Result<_, _>>()?;
                let count = draft.personal_count(&id)?;
                Proposal::Erase { id, approvers, basis, rule, count }
            }
        })
    }

    fn resolve(&self, draft: &Draft<'_>, kind: &str, fields: Fields) -> Result<Fields, Failure> {
        match self.kinds.get(kind) {
            Some(kind) => resolve_fields(draft, &self.known, kind, fields),
            None => Ok(fields),
        }
    }
}

/// The same move after a signature of the same command: the version seen is one older than what stands.
fn now_seen(proposal: Proposal) -> Proposal {
    match proposal {
        Proposal::Move { id, seen, verb } => Proposal::Move { id, seen: seen.map(|s| s + 1), verb },
        other => other,
    }
}

fn answer(draft: &Draft<'_>, id: String, act: String, seq: u64, leaf: String, ts: String) -> Result<Done, Failure> {
    let kept = draft.shared(&id)?;
    let number = kept.as_deref().map(|k| k.number().to_owned()).unwrap_or_default();
    let version = kept.as_deref().map_or(0, aims_record::Kept::version);
    let state = kept.as_deref().and_then(|k| k.live()).map_or_else(|| "disposed".to_owned(), |r| r.state.clone());
    Ok(Done { act, id, number, version, state, seq, leaf, ts })
}

/// The first answer to a request that came again.
fn repeated(draft: &Draft<'_>, seq: u64) -> Result<Done, Failure> {
    let bytes = draft.entry(seq)?.unwrap_or_default();
    let entry: aims_store::Entry =
        serde_json::from_slice(&bytes).map_err(|e| Failure::usage("internal", format!("entry {seq}: {e}")))?;
    let id = entry.obj.map(|o| o.id).unwrap_or_default();
    answer(draft, id, entry.act, seq, aims_ledger::leaf_hash(&bytes).to_string(), entry.ts)
}
