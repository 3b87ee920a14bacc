//! Paths of tiles and bundles of entries: one spelling each.
#![no_main]

use aims_ledger::tree::{Resource, decode_bundle, encode_bundle, parse_path};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(path) = str::from_utf8(bytes)
        && let Ok(resource) = parse_path(path)
    {
        assert_eq!(resource.path(), path);
        let (index, width) = match resource {
            Resource::Tile(tile) => (tile.index(), tile.width()),
            Resource::Entries(bundle) => (bundle.index(), bundle.width()),
        };
        assert!((1..=256).contains(&width) && index < u64::MAX);
    }
    let Some((width, bundle)) = bytes.split_first() else { return };
    let width = u16::from(*width) + 1;
    if let Ok(entries) = decode_bundle(bundle, width) {
        assert_eq!(entries.len(), usize::from(width));
        assert_eq!(encode_bundle(entries).as_deref(), Ok(bundle));
        assert!(decode_bundle(bundle, width % 256 + 1).is_err() || width == width % 256 + 1);
    }
});
