//! Artefacts of the format `model-card`.
#![no_main]

use aims_exchange::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| aims_fuzz::exchange(Format::ModelCard, bytes));
