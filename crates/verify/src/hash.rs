//! SHA-256 over short messages. Blocks go to the compression function as they lie in the input, and what begins and ends
//! a message is put together on the stack: for messages of a few hundred bytes a general hasher's buffer costs more than that.

use crate::hexadecimal::Hash;
use sha2::block_api::compress256;

const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// SHA-256 of `prefix || message`; the prefix has at most 63 bytes.
pub(crate) fn sha256_of<const N: usize>(prefix: &[u8; N], message: &[u8]) -> Hash {
    const { assert!(N < 64) };
    let mut state = START;
    let mut block = [0; 64];
    let (head, room) = block.split_at_mut(N);
    head.copy_from_slice(prefix);
    let bits = (N + message.len()) as u64 * 8;
    let Some((first, rest)) = message.split_at_checked(room.len()) else {
        room.split_at_mut(message.len()).0.copy_from_slice(message);
        finish(&mut state, block.split_at(N + message.len()).0, bits);
        return bytes_of(&state);
    };
    room.copy_from_slice(first);
    compress256(&mut state, &[block]);
    let (blocks, tail) = rest.as_chunks::<64>();
    compress256(&mut state, blocks);
    finish(&mut state, tail, bits);
    bytes_of(&state)
}

/// The last bytes of a message, fewer than a block has, with what SHA-256 puts behind them.
fn finish(state: &mut [u32; 8], tail: &[u8], bits: u64) {
    let mut blocks = [[0; 64]; 2];
    let end = if tail.len() < 56 { 1 } else { 2 };
    let (used, _) = blocks.split_at_mut(end);
    let bytes = used.as_flattened_mut();
    let (content, padding) = bytes.split_at_mut(tail.len());
    content.copy_from_slice(tail);
    padding.iter_mut().take(1).for_each(|byte| *byte = 0x80);
    padding.split_at_mut(padding.len() - 8).1.copy_from_slice(&bits.to_be_bytes());
    compress256(state, used);
}

/// SHA-256 of `0x01 || left || right`: two blocks, of which all but the hashes is known beforehand.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    let mut blocks = [[0; 64]; 2];
    let bytes = blocks.as_flattened_mut();
    let parts: [&[u8]; 4] = [&[1], left, right, &[0x80]];
    let mut room = &mut bytes[..];
    for part in parts {
        let (to, rest) = std::mem::take(&mut room).split_at_mut(part.len());
        to.copy_from_slice(part);
        room = rest;
    }
    room.split_at_mut(room.len() - 8).1.copy_from_slice(&(65u64 * 8).to_be_bytes());
    let mut state = START;
    compress256(&mut state, &blocks);
    bytes_of(&state)
}

fn bytes_of(state: &[u32; 8]) -> Hash {
    let mut hash = [0; 32];
    hash.as_chunks_mut::<4>().0.iter_mut().zip(state).for_each(|(to, word)| *to = word.to_be_bytes());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn every_length_hashes_as_the_library_does() {
        let message: Vec<u8> = (0..700u32).map(|n| (n * 7 + n / 256) as u8).collect();
        for len in 0..message.len() {
            let message = &message[..len];
            let expected = |prefix: &[u8]| Sha256::new().chain_update(prefix).chain_update(message).finalize();
            assert_eq!(sha256_of(&[], message)[..], expected(&[])[..], "{len}");
            assert_eq!(sha256_of(&[0], message)[..], expected(&[0])[..], "{len}");
            assert_eq!(sha256_of(&[2; 33], message)[..], expected(&[2; 33])[..], "{len}");
            assert_eq!(sha256_of(&[7; 63], message)[..], expected(&[7; 63])[..], "{len}");
        }
    }

    #[test]
    fn nodes_hash_as_the_library_does() {
        let (left, right) = ([3; 32], [0xfe; 32]);
        let expected = Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize();
        assert_eq!(node(&left, &right)[..], expected[..]);
    }
}
