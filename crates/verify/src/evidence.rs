//! Evidence: every file by its SHA-256 and by each commitment to it, and no other file.

use crate::{
    folder::Folder,
    found::Use,
    report::{Checked, altered, cannot_tell},
    scan::Hash,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::{collections::HashSet, fmt::Write, io::Read};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;
/// The longest `SHA256SUMS` is one line for each file that the entries name.
const SUM_LINE: u64 = 160;

/// Checks the folder `evidence` and `SHA256SUMS`; answers how many files there are.
pub(crate) fn check(folder: &Folder, uses: &mut [Use]) -> Checked<u64> {
    uses.sort_by_key(|u| (u.file, u.seq));
    let files: Vec<&[Use]> = uses.chunk_by(|a, b| a.file == b.file).collect();
    let names: HashSet<String> = files.iter().filter_map(|uses| uses.first()).map(|u| name(&u.file)).collect();
    folder.walk("evidence", &mut |path, _| match names.contains(path) {
        true => Ok(()),
        false => Err(altered(path, "no payload in the bundle names this file")),
    })?;
    let problems = files.par_iter().map(|uses| check_file(folder, uses));
    problems.find_map_first(Result::err).map_or(Ok(()), Err)?;
    check_sums(folder, &files)?;
    Ok(files.len() as u64)
}

fn name(file: &Hash) -> String {
    let digest = hex::encode(file);
    format!("evidence/{}/{digest}", digest.get(..2).unwrap_or_default())
}

fn check_file(folder: &Folder, uses: &[Use]) -> Checked<()> {
    let Some(first) = uses.first() else { return Ok(()) };
    let name = name(&first.file);
    let (mut file, len) = folder.open(&name)?;
    if let Some(other) = uses.iter().find(|u| u.len != len) {
        return Err(altered(&name, format!("has {len} bytes, entry {} says {}", other.seq, other.len)));
    }
    let mut digest = Sha256::new();
    let mut commitments: Vec<Sha256> =
        uses.iter().map(|u| Sha256::new().chain_update([2]).chain_update(u.salt)).collect();
    let mut chunk = vec![0; CHUNK.min(usize::try_from(len).unwrap_or(CHUNK).max(1))];
    loop {
        let read = file.read(&mut chunk).map_err(|e| cannot_tell(&name, format!("cannot be read: {e}")))?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        digest.update(bytes);
        commitments.iter_mut().for_each(|c| c.update(bytes));
    }
    if digest.finalize().as_slice() != first.file {
        return Err(altered(&name, "its SHA-256 is not its name"));
    }
    for (commitment, u) in commitments.into_iter().zip(uses) {
        if commitment.finalize().as_slice() != u.c {
            return Err(altered(&name, format!("does not match the commitment in entry {}", u.seq)));
        }
    }
    Ok(())
}

fn check_sums(folder: &Folder, files: &[&[Use]]) -> Checked<()> {
    let mut wanted = String::new();
    for u in files.iter().filter_map(|uses| uses.first()) {
        // Writing to a string cannot fail.
        let _ = writeln!(wanted, "{}  {}", hex::encode(u.file), name(&u.file));
    }
    let sums = folder.read("SHA256SUMS", SUM_LINE * (files.len() as u64 + 1))?;
    if sums == wanted.as_bytes() {
        return Ok(());
    }
    let line = sums.split(|b| *b == b'\n').zip(wanted.as_bytes().split(|b| *b == b'\n')).position(|(a, b)| a != b);
    Err(altered(
        format!("SHA256SUMS, line {}", line.unwrap_or(files.len()) + 1),
        "is not the list of the evidence, sorted",
    ))
}
