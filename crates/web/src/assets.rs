//! Files that pages ask for, under names that hold their digest, so that they are kept for ever and never stale.

use std::{collections::BTreeMap, io::Write as _, sync::LazyLock};

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Name, media type, content.
const FILES: [(&str, &str, &[u8]); 6] = [
    ("aims.css", "text/css; charset=utf-8", include_bytes!("../assets/aims.css")),
    ("aims.js", "text/javascript; charset=utf-8", include_bytes!("../assets/aims.js")),
    ("passkey.js", "text/javascript; charset=utf-8", include_bytes!("../assets/passkey.js")),
    ("mark.svg", "image/svg+xml", include_bytes!("../assets/mark.svg")),
    ("favicon-32.png", "image/png", include_bytes!("../assets/favicon-32.png")),
    ("favicon.svg", "image/svg+xml", include_bytes!("../assets/favicon.svg")),
];

/// One file, ready to go out.
pub struct Asset {
    /// Its path with the digest.
    pub path: String,
    /// Media type.
    pub kind: &'static str,
    /// As it is.
    pub plain: Bytes,
    /// Compressed.
    pub gzip: Bytes,
}

static ASSETS: LazyLock<BTreeMap<&'static str, Asset>> =
    LazyLock::new(|| FILES.iter().map(|(name, kind, content)| (*name, Asset::of(name, kind, content))).collect());

impl Asset {
    fn of(name: &str, kind: &'static str, content: &'static [u8]) -> Asset {
        let digest = hex::encode(Sha256::digest(content));
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let path = format!("/static/{stem}.{}.{ending}", digest.get(..12).unwrap_or(&digest));
        Asset { path, kind, plain: Bytes::from_static(content), gzip: compressed(content).into() }
    }

    /// The file of this name in the source.
    pub fn path_of(name: &str) -> &'static str {
        ASSETS.get(name).map_or("", |asset| asset.path.as_str())
    }

    /// The file that a path names.
    pub fn at(path: &str) -> Option<&'static Asset> {
        ASSETS.values().find(|asset| asset.path == path)
    }
}

fn compressed(content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = gzip.write_all(content).and_then(|()| gzip.finish());
    written.unwrap_or_default()
}
