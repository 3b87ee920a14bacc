//! Makes a bundle to try a verifier on: `make_bundle FOLDER ENTRIES [SEED] [rich]`.
//!
//! Without `rich` it is for measuring: entries of about 750 bytes, bodies of about 400, a quarter of the acts begin a record.
//! Prints the verifier key.

#[path = "../tests/maker/mod.rs"]
mod maker;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(folder), Some(Ok(entries))) = (arguments.first(), arguments.get(1).map(|n| n.parse())) else {
        eprintln!("make_bundle FOLDER ENTRIES [SEED] [rich]");
        std::process::exit(2);
    };
    let seed = arguments.get(2).and_then(|n| n.parse().ok()).unwrap_or(1);
    let model = maker::Model::random(seed, entries, arguments.get(3).is_none_or(|word| word != "rich"));
    maker::files::write(&model.files(), folder.as_ref());
    println!("{}", model.vkey());
}
