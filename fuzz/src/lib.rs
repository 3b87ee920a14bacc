//! What several fuzz targets share.

use aims_exchange::{Artefact, Format, read};

/// Reads an artefact of this format: the same bytes give the same reading, and every link leads to a draft.
pub fn exchange(format: Format, bytes: &[u8]) {
    let artefact = Artefact { name: "artefact", bytes };
    let reading = match read(format, artefact) {
        Ok(reading) => reading,
        Err(unreadable) => {
            assert!(!unreadable.to_string().is_empty(), "refused without a word");
            return;
        }
    };
    assert_eq!(reading.format, format);
    assert_eq!(read(format, artefact).as_ref().ok(), Some(&reading), "the same file gives the same drafts");
    for draft in &reading.drafts {
        assert!(!draft.key.is_empty() && !draft.kind.is_empty());
        for (_, to) in &draft.links {
            assert!(reading.draft(to).is_some(), "a link to `{to}` leads nowhere");
        }
        let fields = serde_json::Value::Object(reading.fields_to_record(draft));
        assert!(aims_ledger::canonical::value_to_vec(&fields).is_ok(), "what cannot be recorded: {fields}");
    }
}
