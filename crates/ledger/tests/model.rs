//! The tree against a naive model: the recursive definitions of RFC 6962 section 2.1, written down as they stand.

mod shared;

use aims_ledger::proof::{verify_consistency, verify_inclusion};
use aims_ledger::tree::{Frontier, Tree, bundles_at, decode_bundle, encode_bundle, tiles_at};
use aims_ledger::{Hash, leaf_hash, node_hash};
use proptest::prelude::*;
use shared::MemoryTiles;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn split(count: usize) -> usize {
    let mut power = 1;
    while power * 2 < count {
        power *= 2;
    }
    power
}

fn model_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&model_root(left), &model_root(right))
        }
    }
}

fn model_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (model_path(index, left), model_root(right))
    } else {
        (model_path(index - middle, right), model_root(left))
    };
    path.push(sibling);
    path
}

fn model_subproof(old: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if complete { Vec::new() } else { vec![model_root(leaves)] };
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut proof, sibling) = if old <= middle {
        (model_subproof(old, left, complete), model_root(right))
    } else {
        (model_subproof(old - middle, right, false), model_root(left))
    };
    proof.push(sibling);
    proof
}

/// A log grown in batches of these sizes.
fn grown(batches: &[usize]) -> (Vec<Hash>, MemoryTiles) {
    let all = leaves(batches.iter().sum());
    let mut tiles = MemoryTiles::default();
    let mut rest = all.as_slice();
    for batch in batches {
        let (now, later) = rest.split_at(*batch);
        let growth = tiles.grow((all.len() - rest.len()) as u64, now);
        rest = later;
        assert_eq!(growth.size, (all.len() - rest.len()) as u64);
        assert_eq!(growth.frontier.root(), growth.root);
    }
    (all, tiles)
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash::new(bytes)
}

#[test]
fn the_frontier_has_the_models_root_at_every_small_size() {
    let all = leaves(300);
    let mut frontier = Frontier::new();
    for (size, leaf) in all.iter().enumerate() {
        assert_eq!(frontier.root(), model_root(&all[..size]), "size {size}");
        let again = Frontier::from_peaks(frontier.size(), frontier.peaks().to_vec()).unwrap();
        assert_eq!(again, frontier);
        frontier.append(*leaf);
    }
    assert!(Frontier::from_peaks(3, vec![all[0]]).is_err());
}

#[test]
fn all_proofs_of_all_small_trees() {
    let (all, tiles) = grown(&[40]);
    let tree = Tree::new(&tiles, 40);
    for size in 0..=40_usize {
        let root = model_root(&all[..size]);
        assert_eq!(tree.root_at(size as u64).unwrap(), root);
        for index in 0..size {
            let proof = tree.inclusion_proof(index as u64, size as u64).unwrap();
            assert_eq!(proof, model_path(index, &all[..size]));
            verify_inclusion(&all[index], index as u64, size as u64, &proof, &root).unwrap();
        }
        for old in 1..=size {
            let proof = tree.consistency_proof(old as u64, size as u64).unwrap();
            assert_eq!(proof, model_subproof(old, &all[..size], true));
            verify_consistency(old as u64, size as u64, &proof, &model_root(&all[..old]), &root).unwrap();
        }
    }
}

#[test]
fn a_log_of_three_levels() {
    let (all, tiles) = grown(&[65_000, 3000, 2000]);
    let ids = tiles_at(70_000).collect::<Vec<_>>();
    let count = |level, full| ids.iter().filter(|id| id.level() == level && id.is_full() == full).count();
    // The example of C2SP tlog-tiles.
    assert_eq!((count(0, true), count(0, false), count(1, true)), (273, 1, 1));
    assert_eq!((count(1, false), count(2, false), ids.len()), (1, 1, 277));
    let mut kept = tiles.0.keys().copied().collect::<Vec<_>>();
    kept.sort_unstable();
    assert_eq!(kept, ids);
    let tree = Tree::new(&tiles, 70_000);
    let root = model_root(&all);
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let proof = tree.inclusion_proof(index, 70_000).unwrap();
        verify_inclusion(&all[index as usize], index, 70_000, &proof, &root).unwrap();
    }
}

#[test]
fn questions_beyond_the_tree_are_refused() {
    let (_, tiles) = grown(&[5]);
    let tree = Tree::new(&tiles, 5);
    assert!(tree.root_at(6).is_err());
    assert!(tree.inclusion_proof(5, 5).is_err());
    assert!(tree.inclusion_proof(0, 6).is_err());
    assert!(tree.consistency_proof(4, 3).is_err());
    assert!(tree.subtree(3, 0).is_err());
    assert!(tree.subtree(64, 0).is_err());
    assert!(tree.subtree(0, u64::MAX).is_err());
    assert_eq!(tree.consistency_proof(0, 5).unwrap(), []);
}

#[test]
fn a_tile_of_the_wrong_length_is_refused() {
    let (_, mut tiles) = grown(&[5]);
    tiles.0.values_mut().for_each(|bytes| bytes.push(0));
    let error = Tree::new(&tiles, 5).root_at(5).unwrap_err();
    assert_eq!(error.to_string(), "tile `tile/0/000.p/5` has 161 bytes instead of 160");
    let error = Tree::new(&MemoryTiles::default(), 5).root_at(5).unwrap_err();
    assert_eq!(error.to_string(), "tile `tile/0/000.p/5` cannot be read: no such tile");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tiles_and_root_do_not_depend_on_the_batches(batches in prop::collection::vec(0_usize..400, 0..6)) {
        let (all, tiles) = grown(&batches);
        let size = all.len() as u64;
        let mut kept = tiles.0.keys().copied().collect::<Vec<_>>();
        kept.sort_unstable();
        prop_assert_eq!(kept, tiles_at(size).collect::<Vec<_>>());
        prop_assert_eq!(Tree::new(&tiles, size).root_at(size).unwrap(), model_root(&all));
        for (id, bytes) in &tiles.0 {
            let span = 256_usize.pow(u32::from(id.level()));
            for (slot, hash) in bytes.chunks(32).enumerate() {
                let start = (id.index() as usize * 256 + slot) * span;
                let expected = model_root(&all[start..start + span]);
                prop_assert_eq!(hash, expected.as_bytes().as_slice());
            }
        }
    }

    #[test]
    fn proofs_are_the_models_and_no_flipped_bit_passes(
        (size, old, index) in (1_usize..1500).prop_flat_map(|size| (Just(size), 1..=size, 0..size)),
        bit in 0_usize..256,
        pick in any::<prop::sample::Index>(),
    ) {
        let (all, tiles) = grown(&[size]);
        let tree = Tree::new(&tiles, size as u64);
        let (root, old_root) = (model_root(&all), model_root(&all[..old]));
        let (size, old, index, leaf) = (size as u64, old as u64, index as u64, all[index]);
        prop_assert_eq!(tree.root_at(old).unwrap(), old_root);
        prop_assert_eq!(tree.frontier_at(old).unwrap().root(), old_root);

        let proof = tree.inclusion_proof(index, size).unwrap();
        prop_assert_eq!(&proof, &model_path(index as usize, &all));
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        prop_assert!(verify_inclusion(&flipped(&leaf, bit), index, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &flipped(&root, bit)).is_err());
        for other in (0..64).map(|shift| index ^ 1 << shift) {
            prop_assert!(verify_inclusion(&leaf, other, size, &proof, &root).is_err());
        }
        let longer = [proof.as_slice(), &[root]].concat();
        prop_assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
        if !proof.is_empty() {
            let mut altered = proof.clone();
            let place = pick.index(proof.len());
            altered[place] = flipped(&altered[place], bit);
            prop_assert!(verify_inclusion(&leaf, index, size, &altered, &root).is_err());
            prop_assert!(verify_inclusion(&leaf, index, size, &proof[1..], &root).is_err());
        }

        let proof = tree.consistency_proof(old, size).unwrap();
        prop_assert_eq!(&proof, &model_subproof(old as usize, &all, true));
        prop_assert_eq!(verify_consistency(old, size, &proof, &old_root, &root), Ok(()));
        prop_assert!(verify_consistency(old, size, &proof, &flipped(&old_root, bit), &root).is_err());
        prop_assert!(verify_consistency(old, size, &proof, &old_root, &flipped(&root, bit)).is_err());
        let longer = [proof.as_slice(), &[root]].concat();
        prop_assert!(verify_consistency(old, size, &longer, &old_root, &root).is_err());
        if !proof.is_empty() {
            let mut altered = proof.clone();
            let place = pick.index(proof.len());
            altered[place] = flipped(&altered[place], bit);
            prop_assert!(verify_consistency(old, size, &altered, &old_root, &root).is_err());
            prop_assert!(verify_consistency(old, size, &proof[1..], &old_root, &root).is_err());
        }
    }

    #[test]
    fn bundles_come_apart_as_they_were_put_together(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..256)) {
        let bundle = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
        let width = entries.len() as u16;
        prop_assert_eq!(decode_bundle(&bundle, width).unwrap(), entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert!(decode_bundle(&bundle, width + 1).is_err());
        if let Some((_, cut)) = bundle.split_last() {
            prop_assert!(decode_bundle(cut, width).is_err());
        }
    }

    #[test]
    fn proofs_out_of_thin_air_never_panic(
        (index, size, old) in any::<(u64, u64, u64)>(),
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::new), 0..70),
    ) {
        let root = Hash::of_empty_tree();
        prop_assert!(verify_inclusion(&root, index, size, &proof, &root).is_err());
        if old != size {
            prop_assert!(old == 0 && proof.is_empty() || verify_consistency(old, size, &proof, &root, &root).is_err());
        }
    }
}

#[test]
fn an_entry_beyond_two_bytes_of_length_is_refused() {
    let longest = vec![7; 65_535];
    assert_eq!(encode_bundle([longest.as_slice()]).unwrap().len(), 65_537);
    let error = encode_bundle([b"short".as_slice(), &[7; 65_536]]).unwrap_err();
    assert_eq!(error.to_string(), "entry 1 of the bundle has 65536 bytes; at most 65535 are allowed");
    assert_eq!(bundles_at(513).map(|bundle| bundle.path()).last().unwrap(), "tile/entries/002.p/1");
}
