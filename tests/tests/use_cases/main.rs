//! Use cases end to end: what a person does at a terminal, and what the ledger and the records say afterwards.

mod endings;
mod evidence;
mod files;
mod imports;
mod own_kinds;
mod sooner_or_later;
mod stage;
