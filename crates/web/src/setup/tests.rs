//! B-53: what a server refuses to start with, each in one line with file, key, reason and fix.

use std::{fs, net::TcpListener, path::PathBuf};

use aims_app::jobs::Security;
use tempfile::TempDir;

use super::*;

const EXAMPLE: &str = include_str!("../../../../docs/formats/server.example.toml");

/// A folder with a configuration file, a data folder, and the files that the example names.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::create_dir(place.path("data")).unwrap();
        for secret in ["mail-password", "entra-secret"] {
            place.secret(secret, 0o600);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    #[cfg(unix)]
    fn secret(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::write(self.path(name), "s3cret\n").unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn read(&self, text: &str) -> Result<Setup, SetupRefused> {
        let file = self.path("aims.toml");
        fs::write(&file, text).unwrap();
        read(&file)
    }

    /// The refusal of the smallest file with this in it; its line names the file and the key.
    fn refusal(&self, key: &str, text: &str) -> String {
        let refused = self.read(text).expect_err(key);
        let line = refused.to_string();
        assert_eq!(refused.key, key, "{line}");
        assert!(refused.file.ends_with("aims.toml") && line.lines().count() == 1 && line.contains("; "), "{line}");
        line
    }
}

/// What has to be there, on a port that is free.
fn least() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    format!("listen = \"{free}\"\npublic_url = \"https://aims.example.org\"\ndata = \"data\"\n")
}

fn with(more: &str) -> String {
    least() + more
}

#[test]
fn the_example_of_every_key_is_taken() {
    let place = Place::new();
    // The example's port may be in use where the test runs.
    let listen = least().lines().next().unwrap().to_owned();
    let setup = place.read(&EXAMPLE.replace("listen = \"127.0.0.1:8420\"", &listen)).unwrap();
    assert_eq!(setup.public_url, "https://aims.example.org");
    assert_eq!(setup.data, place.path("data"));
    assert_eq!(setup.proxies.0.len(), 2);
    let mail = setup.mail.unwrap();
    let password = std::fs::read_to_string(mail.password_file.unwrap()).unwrap();
    assert_eq!((mail.port, mail.security, password.trim()), (587, Security::StartTls, "s3cret"));
    let provider = &setup.providers[0];
    assert_eq!((provider.id.as_str(), provider.client_secret.as_ref().unwrap().reveal()), ("entra", "s3cret"));
}

#[test]
fn the_example_names_every_key() {
    let table: toml::Table = EXAMPLE.parse().unwrap();
    let keys = |table: &toml::Table| table.keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let all = |known: &[&str]| known.iter().map(|k| (*k).to_owned()).collect::<std::collections::BTreeSet<_>>();
    let (root, oidc, mail) = super::read::known_keys();
    assert_eq!(keys(&table), all(&root));
    assert_eq!(keys(table["mail"].as_table().unwrap()), all(&mail));
    assert_eq!(keys(table["oidc"][0].as_table().unwrap()), all(&oidc));
}

#[test]
fn the_least_is_taken() {
    let setup = Place::new().read(&least()).unwrap();
    assert!(setup.mail.is_none() && setup.providers.is_empty() && setup.proxies.0.is_empty());
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    let place = Place::new();
    assert!(place.refusal("lisen", &with("lisen = \"x\"")).contains("listen"));
    assert!(place.refusal("mail.hosst", &with("[mail]\nhosst = \"x\"")).contains("host"));
    place.refusal("oidc[0].secret", &with("[[oidc]]\nsecret = \"x\""));
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let place = Place::new();
    place.secret("mail-password", 0o644);
    let mail = "[mail]\nhost = \"smtp.example.org\"\nfrom = \"a@example.org\"\npassword_file = \"mail-password\"";
    assert!(place.refusal("mail.password_file", &with(mail)).contains("chmod 600"));
    place.secret("data/server.key", 0o640);
    assert!(place.refusal("data", &least()).contains("server.key"));
}

#[test]
fn http_is_for_loopback_alone() {
    let place = Place::new();
    let http = |url: &str| least().replace("https://aims.example.org", url);
    assert!(place.refusal("public_url", &http("http://aims.example.org")).contains("in the clear"));
    place.refusal("public_url", &http("aims.example.org"));
    assert_eq!(place.read(&http("http://localhost:8420")).unwrap().public_url, "http://localhost:8420");
}

#[test]
fn a_port_twice_is_refused() {
    let place = Place::new();
    place.refusal("listen", &with("listen = \"127.0.0.1:8421\""));
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!(
        "listen = \"{}\"\npublic_url = \"https://a.example.org\"\ndata = \"data\"",
        other.local_addr().unwrap()
    );
    assert!(place.refusal("listen", &taken).contains("in use"));
}

#[test]
fn a_folder_that_cannot_be_read_is_refused() {
    let place = Place::new();
    assert!(place.refusal("data", &least().replace("\"data\"", "\"nowhere\"")).contains("cannot be read"));
    fs::write(place.path("file"), "").unwrap();
    place.refusal("data", &least().replace("\"data\"", "\"file\""));
}

#[test]
fn less_than_full_synchronous_is_refused() {
    assert!(
        Place::new().refusal("store.synchronous", &with("[store]\nsynchronous = \"NORMAL\"")).contains("power cut")
    );
}

#[test]
fn what_is_missing_or_makes_no_sense_is_refused() {
    let place = Place::new();
    place.refusal("listen", "public_url = \"https://a.example.org\"\ndata = \"data\"");
    place.refusal("trusted_proxies", &with("trusted_proxies = [\"proxy.example.org\"]"));
    place.refusal(
        "mail.security",
        &with("[mail]\nhost = \"smtp.example.org\"\nfrom = \"a@b.org\"\nsecurity = \"none-on-loopback\""),
    );
    place.refusal("mail.from", &with("[mail]\nhost = \"localhost\"\nfrom = \"a@b.org\\r\\nBcc: c@d.org\""));
    place.refusal("mail.port", &with("[mail]\nhost = \"localhost\"\nfrom = \"a@b.org\"\nport = 70000"));
    place.refusal(
        "oidc[0].issuer",
        &with("[[oidc]]\nid = \"x\"\nissuer = \"http://login.example.org\"\nclient_id = \"y\""),
    );
    let two = "[[oidc]]\nid = \"x\"\nissuer = \"https://login.example.org\"\nclient_id = \"y\"\n";
    place.refusal("oidc[1].id", &with(&two.repeat(2)));
}
