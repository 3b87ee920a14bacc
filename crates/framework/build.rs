//! Says that the program changes when a file is added to `content/`: the files are built in, and a new one would go unnoticed.

fn main() {
    println!("cargo::rerun-if-changed=../../content");
}
