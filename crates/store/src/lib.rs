//! The only SQL: one organization's entries, records and tiles in one file, and its evidence.
