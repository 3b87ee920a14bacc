//! The ledger: acts in sentences, entries and tiles as files, checkpoint, receipts, bundle.

use aims_app::{LedgerLine, access::Power};
use aims_ledger::tree::{Resource, TILE_WIDTH, TileId, TileSource as _, encode_bundle, parse_path};
use aims_store::StoreError;

use super::{
    answers::{Page, ReceiptLine, Signed, Told},
    doc::{CURSOR, Doc, Given, LIMIT, of, word},
    page::only,
    veil::Veil,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    route::{Asks, Method, Route},
};

static ACTS: Doc = Doc::new("What happened, in sentences, newest first", Given::Json(of::<Page<Told>>))
    .about("`cursor` is the number of the entry before which to go on.")
    .query(&[LIMIT, CURSOR]);
static ENTRY: Doc = Doc::new("The exact bytes of an entry", Given::File("application/json")).also(&[404]);
static CHECKPOINT: Doc = Doc::new("The newest signed checkpoint", Given::Json(of::<Signed>));
static RECEIPT: Doc = Doc::new("Proof that an entry is in the ledger", Given::Json(of::<ReceiptLine>)).also(&[404]);
static NOTE: Doc = Doc::new("The newest checkpoint, as C2SP tlog-checkpoint lays it out", Given::File("text/plain"));
static BUNDLE: Doc = Doc::new("Take a bundle away, for an auditor", Given::File("application/gzip"))
    .about("A `tar.gz` with everything that `aims-verify` needs. That it was taken is an act in the ledger. Without `personal=with`, personal values stay behind.")
    .query(&[word("personal", "Whether personal values come along.", &["with", "without"])])
    .also(&[507]);
static TILE: Doc = Doc::new("A tile of the ledger, as C2SP tlog-tiles lays it out", Given::File("application/octet-stream"))
    .about("`tile/LEVEL/INDEX[.p/WIDTH]` for hashes, `tile/entries/INDEX[.p/WIDTH]` for entries, `checkpoint` for the signed note.")
    .also(&[404]);

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/o/{org}/ledger/acts", "api-ledger", Asks::Member, acts, &ACTS).slow(),
    Route::read("/api/v1/o/{org}/ledger/entries/{seq}", "api-entry", Asks::Member, entry, &ENTRY).slow(),
    Route::read("/api/v1/o/{org}/ledger/checkpoint", "api-checkpoint", Asks::Member, checkpoint, &CHECKPOINT).slow(),
    Route::read("/api/v1/o/{org}/ledger/receipts/{seq}", "api-receipt", Asks::Member, receipt, &RECEIPT).slow(),
    Route::write(Method::Post, "/api/v1/o/{org}/bundle", "api-bundle", Asks::Member, bundle, &BUNDLE),
    Route::read("/o/{org}/ledger/tile/{*tile}", "api-tile", Asks::Member, tile, &TILE).slow(),
    Route::read("/o/{org}/ledger/checkpoint", "api-tile-checkpoint", Asks::Member, note, &NOTE).slow(),
];

fn failed(error: StoreError) -> Refused {
    aims_app::Failure::Store(error).into()
}

/// Entries as entries are for those who verify.
fn must_verify(call: &Call<'_>) -> Result<(), Refused> {
    let sight = call.live()?.sight(None)?;
    must(call.seat(&sight)?.decide_power(Power::Verify))
}

fn acts(call: &Call<'_>) -> Answered {
    only(call, &ACTS, &[])?;
    must_verify(call)?;
    let limit = call.query.all("limit").next().map_or(Some(50), |l| l.parse().ok()).filter(|l| (1..=200).contains(l));
    let limit = limit.ok_or_else(|| Refused::unclear("limit_out_of_range", "The limit runs from 1 to 200."))?;
    let says = "This cursor is not of this list. Begin again without it.";
    let before = call.query.get("cursor").map(str::parse::<u64>).transpose();
    let before = before.map_err(|_| Refused::unclear("cursor_unknown", says))?;
    let aims = call.live()?.aims();
    let size = aims.store().snapshot().and_then(|s| s.size()).map_err(failed)?;
    let end = before.map_or(size, |before| before.min(size));
    let lines = aims.acts(Some(end), limit)?;
    let next = end.checked_sub(limit).filter(|at| *at > 0).map(|at| at.to_string());
    let sight = call.live()?.sight(None)?;
    let seat = call.seat(&sight)?;
    let veil = Veil::new(&sight, &seat);
    let told = lines.into_iter().map(|line| told(&veil, line)).collect();
    Answer::json(&Page {
        as_of: size.checked_sub(1),
        all: usize::try_from(size).unwrap_or(usize::MAX),
        next,
        items: told,
    })
}

/// A line of the ledger; of a record that may not be read nothing is told but that there was an act.
pub fn told(veil: &Veil<'_>, line: LedgerLine) -> Told {
    let LedgerLine { seq, ts, act, sentence, record } = line;
    if record.as_deref().is_some_and(|number| veil.hides(number)) {
        return Told { seq, ts, act: "veiled".into(), sentence: super::veil::VEILED.into(), record: None };
    }
    Told { seq, ts, act, sentence: veil.text(&sentence), record }
}

fn number(call: &Call<'_>) -> Result<u64, Refused> {
    call.param("seq").trim_start_matches('#').parse().map_err(|_| Refused::absent())
}

fn entry(call: &Call<'_>) -> Answered {
    only(call, &ENTRY, &[])?;
    must_verify(call)?;
    let seq = number(call)?;
    let bytes = call.live()?.aims().store().snapshot().and_then(|s| s.entry(seq)).map_err(failed)?;
    let body = bytes.ok_or_else(Refused::absent)?.into();
    Ok(Answer::File { kind: "application/json", name: format!("entry-{seq}.json"), body })
}

fn checkpoint(call: &Call<'_>) -> Answered {
    only(call, &CHECKPOINT, &[])?;
    must_verify(call)?;
    let aims = call.live()?.aims();
    Answer::json(&Signed { checkpoint: aims.checkpoint()?, key: aims.store().verifier_key().to_string() })
}

fn note(call: &Call<'_>) -> Answered {
    only(call, &NOTE, &[])?;
    must_verify(call)?;
    let body = call.live()?.aims().checkpoint()?.into();
    Ok(Answer::File { kind: "text/plain", name: "checkpoint".into(), body })
}

fn receipt(call: &Call<'_>) -> Answered {
    only(call, &RECEIPT, &[])?;
    must_verify(call)?;
    let seq = number(call)?;
    let aims = call.live()?.aims();
    if seq >= aims.store().snapshot().and_then(|s| s.size()).map_err(failed)? {
        return Err(Refused::absent());
    }
    let aims_app::bundle::ReceiptFor { seq, entry, proof, key } = aims.receipt(&format!("#{seq}"))?;
    Answer::json(&ReceiptLine { seq, entry, proof, key })
}

fn bundle(call: &Call<'_>) -> Answered {
    only(call, &BUNDLE, &[])?;
    {
        let sight = call.live()?.sight(None)?;
        must(call.seat(&sight)?.decide_power(Power::Export))?;
    }
    let without = match call.query.get("personal") {
        None | Some("without") => true,
        Some("with") => false,
        Some(_) => return Err(Refused::unclear("personal_unclear", "`personal` is `with` or `without`.")),
    };
    crate::pages::ledger::packed(call, without)
}

fn tile(call: &Call<'_>) -> Answered {
    only(call, &TILE, &[])?;
    must_verify(call)?;
    let path = format!("tile/{}", call.param("tile"));
    let resource = parse_path(&path).map_err(|_| Refused::absent())?;
    let reading = call.live()?.aims().store().snapshot().map_err(failed)?;
    let size = reading.size().map_err(failed)?;
    let body = match resource {
        Resource::Tile(tile) if is_there(tile, size) => reading.tile(tile).map_err(failed)?,
        Resource::Entries(bundle) => {
            let from = bundle.index().saturating_mul(u64::from(TILE_WIDTH));
            let end = from.saturating_add(u64::from(bundle.width()));
            if end > size {
                return Err(Refused::absent());
            }
            let mut entries: Vec<Vec<u8>> = Vec::new();
            let keep = &mut |_, bytes: &[u8]| {
                entries.push(bytes.to_vec());
                Ok(())
            };
            reading.each_entry(from..end, keep).map_err(failed)?;
            encode_bundle(entries.iter().map(Vec::as_slice)).map_err(|e| Refused::internal(e.to_string()))?
        }
        Resource::Tile(_) => return Err(Refused::absent()),
    };
    Ok(Answer::File { kind: "application/octet-stream", name: path.replace('/', "-"), body: body.into() })
}

/// Whether a tree of this size has so many hashes there.
fn is_there(tile: TileId, size: u64) -> bool {
    TileId::at_size(tile.level(), tile.index(), size).is_some_and(|full| full.width() >= tile.width())
}
