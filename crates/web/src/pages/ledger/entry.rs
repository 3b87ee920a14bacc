//! One entry: its sentence, its bytes, its leaf, and the receipt that proves it.

use aims_app::access::Power;
use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::Reader,
};

use super::{Told, told};

#[derive(Template)]
#[template(path = "ledger-entry.html")]
struct Page<'c> {
    frame: Frame<'c>,
    told: Option<Told>,
    /// The entry's bytes, as hashed; nothing where it is about what may not be read.
    json: Option<String>,
    /// SHA-256 of the passkey's key that signed it.
    passkey: Option<String>,
    leaf: String,
    /// Hashes from the leaf to the root.
    proof: Vec<String>,
    size: u64,
    earlier: Option<String>,
    later: Option<String>,
}

/// The entry that the address names, where it was known then and they may see entries.
fn named(call: &Call<'_>, reader: &Reader<'_>) -> Result<u64, Refused> {
    if !reader.seat.has(Power::Verify) {
        return Err(Refused::absent());
    }
    let seq: u64 = call.param("seq").parse().map_err(|_| Refused::absent())?;
    if reader.standing.last_entry().is_none_or(|last| seq > last) { Err(Refused::absent()) } else { Ok(seq) }
}

pub(super) fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let seq = named(call, &reader)?;
    let failed = |e: aims_store::StoreError| Refused::internal(e.to_string());
    let reading = call.live()?.aims().store().snapshot().map_err(failed)?;
    let bytes = reading.entry(seq).map_err(failed)?.ok_or_else(Refused::absent)?;
    let size = sight.last_entry().map_or(0, |last| last + 1);
    let proof = reading.proof(seq, size).map_err(failed)?;
    let entry: Option<aims_store::Entry> = serde_json::from_slice(&bytes).ok();
    let passkey = entry.as_ref().and_then(|e| e.sig.as_ref()).and_then(|sig| sig.fingerprint());
    let about = entry.and_then(|e| e.obj).map(|obj| obj.id);
    let open = about.is_none_or(|id| sight.register().get(&id).is_some_and(|e| reader.reads(e)));
    let to = |n: u64| call.at(&format!("/ledger/{n}"));
    let title = format!("{} #{seq}", call.tongue.say("entry"));
    Answer::page(&Page {
        told: told(call, &reader, Some(seq + 1), 1)?.pop(),
        json: open.then(|| String::from_utf8_lossy(&bytes).into_owned()),
        passkey,
        leaf: aims_ledger::hash::leaf_hash(&bytes).to_string(),
        proof: proof.iter().map(ToString::to_string).collect(),
        size,
        earlier: seq.checked_sub(1).map(to),
        later: (seq + 1 < size).then(|| to(seq + 1)),
        frame: Frame::of(call, &sight, "ledger", title)?.from(&[(&*call.tongue.say("nav-ledger"), "/ledger")]),
    })
}

pub(super) fn receipt(call: &Call<'_>) -> Answered {
    let seq = {
        let sight = call.sight()?;
        named(call, &Reader::of(call, &sight)?)?
    };
    let receipt = call.live()?.aims().receipt(&format!("#{seq}"))?;
    Ok(Answer::File {
        kind: "application/octet-stream",
        name: format!("entry-{seq}.tlog-proof"),
        body: receipt.proof.into(),
    })
}
