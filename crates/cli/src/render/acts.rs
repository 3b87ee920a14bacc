//! Acts that were done.

use aims_app::Done;

use super::count;
use crate::plain::plain;

/// One line for each act.
pub fn done(done: &[Done]) -> String {
    done.iter().map(line).collect()
}

fn line(done: &Done) -> String {
    let Done { act, number, version, state, seq, .. } = done;
    plain(&format!("{act} {number}: version {version}, {state}, entry {seq}")) + "\n"
}

/// How much was done, for many acts.
pub fn done_in_short(done: &[Done]) -> String {
    match (done.first(), done.last()) {
        (Some(first), Some(last)) if first.seq != last.seq => {
            format!("{} in the ledger: entries {} to {}\n", count(done.len(), "act"), first.seq, last.seq)
        }
        (Some(first), _) => format!("1 act in the ledger: entry {}\n", first.seq),
        _ => "nothing had to be done\n".to_owned(),
    }
}
