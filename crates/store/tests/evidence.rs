//! Files: what is taken, what is refused, and that a refused one leaves nothing behind.

mod shared;

use std::{
    fs,
    io::{self, Read},
    path::Path,
    time::Duration,
};

use aims_record::ActBody;
use aims_store::{AppendError, EvidenceError, Offer, Payload, WriteError};
use serde_json::json;
use shared::*;

fn files(dir: &Path) -> usize {
    let folders = fs::read_dir(dir.join("evidence")).unwrap();
    folders.map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn a_file_is_kept_under_its_digest_once() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let first = put(&organization, "report.txt", b"measured").unwrap();
    let second = put(&organization, "again.txt", b"measured").unwrap();
    assert_eq!((first.file.len, first.file.mime.as_str(), first.file.name.as_str()), (8, "text/plain", "report.txt"));
    assert_eq!(first.file.sha256, second.file.sha256);
    assert_ne!(first.c, second.c);
    assert_eq!(files(dir.path()), 1);
    let mut content = String::new();
    organization.open_evidence(&first.file.sha256).unwrap().read_to_string(&mut content).unwrap();
    assert_eq!(content, "measured");
}

#[test]
fn an_act_commits_to_the_files_it_brings() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let evidence = put(&organization, "report.txt", b"measured").unwrap();
    let stranger = aims_record::File { sha256: "0".repeat(64), ..evidence.file.clone() };
    let refused = append(&organization, recorded(&id(1), "SYS-0001", json!({ "report": stranger })));
    assert!(matches!(refused, Err(WriteError::Refused(AppendError::EvidenceMissing { .. }))), "{refused:?}");
    append(&organization, recorded(&id(1), "SYS-0001", json!({ "report": evidence.file }))).unwrap();
    let mut attach = envelope(on(
        &id(2),
        "ai-system",
        1,
        ActBody::Recorded {
            key: None,
            fields: fields(json!({ "reports": [evidence.file] })),
            kind: "ai-system".into(),
            number: "SYS-0002".into(),
            state: "planned".into(),
        },
    ));
    attach.evidence = vec![evidence.clone()];
    organization.write(move |draft| draft.append(attach)).unwrap();
    let payload = organization.snapshot().unwrap().payload(&evidence.c.to_string()).unwrap();
    assert_eq!(payload, Some(Payload::File { sha256: evidence.file.sha256.clone() }));
    // Named by two records: it stays until both are disposed of.
    for (record, left) in [(1, 1), (2, 0)] {
        let disposed =
            ActBody::Disposed { basis: "term".into(), number: format!("SYS-000{record}"), rule: "P6Y".into() };
        append(&organization, on(&id(record), "ai-system", 2, disposed)).unwrap();
        assert_eq!(files(dir.path()), left);
    }
    assert!(organization.verify(&mut |_, _| {}).unwrap().is_sound());
}

#[test]
fn b23_b25_b26_b27_what_is_refused_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    assert!(matches!(put(&organization, "empty.txt", b""), Err(EvidenceError::Empty)));
    let mut endless = io::repeat(b'x').take((100 << 20) + 1);
    let offer = Offer { name: "big.txt".into(), ..Offer::default() };
    let refused = organization.put_evidence(&offer, &mut endless).unwrap_err();
    assert_eq!(refused.to_string(), "file_too_large: Limit 100 MiB");
    let offer = Offer { name: "a.txt".into(), expected_sha256: Some("0".repeat(64)), ..Offer::default() };
    let refused = organization.put_evidence(&offer, &mut &b"measured"[..]).unwrap_err().to_string();
    assert!(refused.contains(&"0".repeat(64)) && refused.matches(char::is_alphanumeric).count() > 128, "{refused}");
    assert!(matches!(put(&organization, &"x".repeat(256), b"a"), Err(EvidenceError::NameTooLong(256))));
    assert!(matches!(put(&organization, "", b"a"), Err(EvidenceError::NameMissing)));
    assert!(matches!(
        organization.put_evidence(&Offer { name: "cut.txt".into(), ..Offer::default() }, &mut BrokenOff),
        Err(EvidenceError::Incomplete(_))
    ));
    assert_eq!(files(dir.path()), 0);
}

struct BrokenOff;

impl Read for BrokenOff {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn b24_content_and_extension_must_agree_and_active_content_is_only_for_download() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let refused = put(&organization, "invoice.pdf", b"MZ\x90\x00 program").unwrap_err();
    assert!(refused.to_string().starts_with("type_mismatch"), "{refused}");
    assert!(matches!(put(&organization, "photo.png", b"%PDF-1.7"), Err(EvidenceError::TypeMismatch { .. })));
    let download_only: [(&str, &[u8]); 7] = [
        ("other-encoding.txt", b"gr\xf6\xdfe\x01"),
        ("logo.svg", b"<svg onload=alert(1)>"),
        ("page.html", b"<!DOCTYPE html><script>"),
        ("plain.txt", b"hello <ScRiPt>alert(1)</script>"),
        ("both.pdf", b"%PDF-1.7 ... <html><script>"),
        ("zipped.pdf", b"%PDF-1.7 ... PK\x03\x04"),
        ("tool.exe", b"MZ\x90\x00"),
    ];
    for (name, content) in download_only {
        let taken = put(&organization, name, content).unwrap();
        assert!(taken.download_only, "{name}");
        assert_eq!(taken.file.mime, "application/octet-stream", "{name}");
    }
    let shown: [(&str, &[u8], &str); 4] = [
        ("a.pdf", b"%PDF-1.7 text", "application/pdf"),
        ("a.PNG", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a.json", b"{}", "application/json"),
        ("noextension", "größe".as_bytes(), "application/octet-stream"),
    ];
    for (name, content, mime) in shown {
        let taken = put(&organization, name, content).unwrap();
        assert_eq!((taken.file.mime.as_str(), taken.download_only), (mime, false), "{name}");
    }
}

#[test]
fn b24_a_marker_between_two_pieces_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    let mut content = vec![b'x'; (64 << 10) - 3];
    content.extend_from_slice(b"<script>alert(1)</script>");
    assert!(put(&organization, "long.txt", &content).unwrap().download_only);
}

#[test]
fn b26_names_are_only_ever_shown() {
    let dir = tempfile::tempdir().unwrap();
    let organization = found(dir.path());
    for name in ["\"><img onerror>.png", "a\r\nSet-Cookie: x", "CON", "\u{202e}fdp.txt", "../../etc/passwd", "🦀"] {
        let content = if name.ends_with("png") { b"\x89PNG\r\n\x1a\n".as_slice() } else { name.as_bytes() };
        let taken = put(&organization, name, content).unwrap();
        assert_eq!(taken.file.name, name);
    }
    assert_eq!(files(dir.path()), 6);
    assert!(organization.open_evidence("../../lock").is_err());
}

#[test]
fn orphans_are_collected_and_named_files_never() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    let organization = found_with(dir.path(), clock.clone(), chance()).unwrap();
    let named = put(&organization, "named.txt", b"named").unwrap();
    put(&organization, "orphan.txt", b"orphan").unwrap();
    append(&organization, recorded(&id(1), "SYS-0001", json!({ "report": named.file }))).unwrap();
    fs::write(dir.path().join("evidence/incoming/broken-off"), b"half").unwrap();
    clock.0.store(9_000_000_000_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(organization.collect_orphans(Duration::from_secs(u64::from(u32::MAX) * 9)).unwrap(), 0);
    assert_eq!(organization.collect_orphans(Duration::from_secs(3600)).unwrap(), 2);
    assert_eq!(files(dir.path()), 1);
    assert!(organization.open_evidence(&named.file.sha256).is_ok());
}
