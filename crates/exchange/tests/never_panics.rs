//! Whatever the bytes are, reading ends with a reading or an error, and twice with the same.

mod common;

use aims_exchange::Format;
use common::{check_against_kinds, read};
use proptest::prelude::*;

const SEEDS: &[(Format, &[u8])] = &[
    (Format::CycloneDx, include_bytes!("fixtures/cycle.cdx.json")),
    (Format::CycloneDx, include_bytes!("fixtures/reference.cdx.json")),
    (Format::Spdx, include_bytes!("fixtures/small.spdx.json")),
    (Format::Croissant, include_bytes!("fixtures/odd.croissant.json")),
    (Format::ModelCard, include_bytes!("fixtures/twice.md")),
    (Format::ModelCard, include_bytes!("fixtures/injection.md")),
    (Format::DatasetCard, include_bytes!("fixtures/old-names.md")),
];

fn twice(format: Format, bytes: &[u8]) {
    let first = read(format, "file.md", bytes);
    assert_eq!(first, read(format, "file.md", bytes));
    if let Ok(reading) = first {
        check_against_kinds("mutated", &reading);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn on_flipped_and_cut_bytes(seed in 0..SEEDS.len(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in prop::option::of(any::<prop::sample::Index>())) {
        let (format, bytes) = SEEDS[seed];
        let mut bytes = bytes.to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        twice(format, &bytes);
    }

    #[test]
    fn on_values_of_another_shape(seed in 0..4_usize, at in any::<prop::sample::Index>(), value in prop::sample::select(vec!["null", "[]", "{}", "0", "-1e999", "\"\"", "\" \"", "[[1]]", "{\"a\":{\"b\":[null]}}", "true", "\"x\\u202e\"", "NaN"])) {
        let (format, bytes) = SEEDS[seed];
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let starts: Vec<usize> = text.match_indices(": ").map(|(n, _)| n + 2).collect();
        let start = starts[at.index(starts.len())];
        let length = text[start..].find([',', '\n', '}']).unwrap_or(0);
        twice(format, format!("{}{value}{}", &text[..start], &text[start + length..]).as_bytes());
    }

    #[test]
    fn on_random_cards(text in "(---\n)?([a-z_]{1,8}: [\\PC]{0,12}\n){0,4}(---\n)?(#{0,3} ?[\\PC]{0,20}\n|- \\*\\*[a-z]{1,6}:\\*\\* .{0,10}\n|<!--|-->|```\n){0,12}") {
        twice(Format::ModelCard, text.as_bytes());
        twice(Format::DatasetCard, text.as_bytes());
    }
}
