//! Spreadsheets: CSV and XLSX to rows.
#![no_main]

use aims_exchange::table::{COLUMNS_MAX, ROWS_MAX, grid};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let read = grid(bytes);
    assert_eq!(read, grid(bytes), "the same file gives the same rows");
    match read {
        Err(unreadable) => assert!(!unreadable.to_string().is_empty(), "refused without a word"),
        Ok(grid) => {
            assert!((1..=ROWS_MAX + 1).contains(&grid.rows.len()));
            assert!(grid.rows.iter().all(|row| row.cells.len() <= COLUMNS_MAX));
            assert!(grid.rows.windows(2).all(|pair| pair[0].number < pair[1].number), "rows stand in order");
        }
    }
});
