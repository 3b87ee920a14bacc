//! The configuration file: every key is known, and each has its own reason where it is refused.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use aims_app::{
    accounts::{Address, Provider, Secret},
    jobs::{Mail, Security},
};
use aims_framework::yaml::did_you_mean;
use toml::{Table, Value};

use super::{Setup, SetupRefused, machine};
use crate::server::{Network, Proxies};

/// Bytes of a configuration file.
const FILE_MAX: usize = 64 * 1024;

/// Keys of the file, of each of its sections.
const ROOT: [&str; 6] = ["listen", "public_url", "data", "trusted_proxies", "oidc", "mail"];
const STORE: &str = "store";
const OIDC: [&str; 5] = ["id", "name", "issuer", "client_id", "client_secret_file"];
const MAIL: [&str; 7] = ["host", "port", "security", "user", "password_file", "authority_file", "from"];

/// Reads a configuration file, and holds it against the machine.
///
/// # Errors
/// The first thing that cannot be right.
pub fn read(file: &Path) -> Result<Setup, SetupRefused> {
    let refuse = |reason: String, fix: &str| SetupRefused::new(file, "(file)", reason, fix);
    let text = fs::read_to_string(file).map_err(|e| refuse(format!("cannot be read ({e})"), "name a readable file"))?;
    if text.len() > FILE_MAX {
        return Err(refuse(format!("is longer than {FILE_MAX} bytes"), "name the server's configuration file"));
    }
    let table: Table = text.parse().map_err(|error| unreadable(file, &text, &error))?;
    let setup = Section { file, at: String::new(), table: &table }.setup()?;
    machine::data(file, "data", &setup.data)?;
    machine::port(file, "listen", setup.listen)?;
    Ok(setup)
}

/// What is no TOML, such as a key that stands twice: with its line.
fn unreadable(file: &Path, text: &str, error: &toml::de::Error) -> SetupRefused {
    let line =
        error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
    let key = text.lines().nth(line - 1).and_then(|line| line.split('=').next()).map_or("(file)", str::trim);
    let reason = format!("line {line}: {}", error.message());
    SetupRefused::new(file, key, reason, "write it as TOML, each key once")
}

/// One section, with where it stands.
struct Section<'t> {
    file: &'t Path,
    at: String,
    table: &'t Table,
}

impl<'t> Section<'t> {
    fn refuse(&self, key: &str, reason: impl Into<String>, fix: impl Into<String>) -> SetupRefused {
        SetupRefused::new(self.file, &format!("{}{key}", self.at), reason, fix)
    }

    /// Refuses a key that is not known here.
    fn known(&self, keys: &[&str]) -> Result<(), SetupRefused> {
        match self.table.keys().find(|key| !keys.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let near = did_you_mean(key, keys.iter().copied());
                Err(self.refuse(
                    key,
                    format!("is no key here{near}"),
                    format!("take it out, or write one of {}", keys.join(", ")),
                ))
            }
        }
    }

    fn text(&self, key: &str) -> Result<Option<&'t str>, SetupRefused> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(_) => Err(self.refuse(key, "has to be text", "write it between quotes")),
        }
    }

    fn need(&self, key: &str, example: &str) -> Result<&'t str, SetupRefused> {
        self.text(key)?.ok_or_else(|| self.refuse(key, "is missing", format!("add it, such as {key} = \"{example}\"")))
    }

    /// A path; one that does not begin at the root begins at the file's folder.
    fn path(&self, text: &str) -> PathBuf {
        self.file.parent().unwrap_or(Path::new(".")).join(text)
    }

    fn secret(&self, key: &str) -> Result<Option<Secret>, SetupRefused> {
        let Some(path) = self.text(key)? else { return Ok(None) };
        let text = machine::secret(self.file, &format!("{}{key}", self.at), &self.path(path))?;
        Ok(Some(Secret::new(text)))
    }

    /// The file of a secret that is read when it is needed; that others cannot read it is seen now.
    fn secret_file(&self, key: &str) -> Result<Option<PathBuf>, SetupRefused> {
        self.secret(key)?;
        Ok(self.text(key)?.map(|path| self.path(path)))
    }

    fn setup(&self) -> Result<Setup, SetupRefused> {
        self.known(&[ROOT.as_slice(), &[STORE]].concat())?;
        self.store()?;
        Ok(Setup {
            listen: self.listen()?,
            public_url: self.public_url()?,
            data: self.path(self.need("data", "/var/lib/aims")?),
            proxies: self.proxies()?,
            providers: self.providers()?,
            mail: self.mail()?,
        })
    }

    fn listen(&self) -> Result<SocketAddr, SetupRefused> {
        let text = self.need("listen", "127.0.0.1:8420")?;
        let fix = "write an address with its port, such as 127.0.0.1:8420 or [::1]:8420";
        text.parse().map_err(|_| self.refuse("listen", format!("`{text}` is no address with a port"), fix))
    }

    fn public_url(&self) -> Result<String, SetupRefused> {
        let text = self.need("public_url", "https://aims.example.org")?;
        let fix = "write https://HOST, and let a proxy speak TLS; http is for localhost alone";
        match Address::new(text) {
            Ok(address) => Ok(address.origin().to_owned()),
            Err(_) if text.starts_with("http://") => {
                Err(self.refuse("public_url", "is http, so that passwords and cookies would go in the clear", fix))
            }
            Err(_) => Err(self.refuse("public_url", format!("`{text}` is no scheme and host"), fix)),
        }
    }

    /// Nothing can be chosen here: the key stands for those who look for it.
    fn store(&self) -> Result<(), SetupRefused> {
        let Some(section) = self.section(STORE)? else { return Ok(()) };
        section.known(&["synchronous"])?;
        match section.text("synchronous")? {
            None | Some("FULL") => Ok(()),
            Some(other) => Err(section.refuse(
                "synchronous",
                format!("`{other}` lets a power cut take acts that were acknowledged"),
                "write FULL, or leave it out",
            )),
        }
    }

    fn section(&self, key: &str) -> Result<Option<Section<'t>>, SetupRefused> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(Section { file: self.file, at: format!("{}{key}.", self.at), table })),
            Some(_) => Err(self.refuse(key, "has to be a section", format!("write [{key}] on a line of its own"))),
        }
    }

    fn proxies(&self) -> Result<Proxies, SetupRefused> {
        const KEY: &str = "trusted_proxies";
        let fix = "write a list of addresses or networks, such as [\"10.0.0.0/8\"]";
        let Some(value) = self.table.get(KEY) else { return Ok(Proxies::default()) };
        let list = value.as_array().ok_or_else(|| self.refuse(KEY, "has to be a list", fix))?;
        let network = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            text.parse::<Network>()
                .map_err(|()| self.refuse(KEY, format!("`{text}` is no address and no network"), fix))
        };
        Ok(Proxies(list.iter().map(network).collect::<Result<_, _>>()?))
    }

    fn providers(&self) -> Result<Vec<Provider>, SetupRefused> {
        let Some(value) = self.table.get("oidc") else { return Ok(Vec::new()) };
        let list = value.as_array().filter(|list| list.iter().all(Value::is_table));
        let list = list.ok_or_else(|| {
            self.refuse("oidc", "has to be a list of sections", "write [[oidc]] before each provider")
        })?;
        let mut providers: Vec<Provider> = Vec::new();
        for (n, table) in list.iter().filter_map(Value::as_table).enumerate() {
            let section = Section { file: self.file, at: format!("oidc[{n}]."), table };
            let provider = section.provider()?;
            if providers.iter().any(|p| p.id == provider.id) {
                let reason = format!("`{}` is the id of another provider", provider.id);
                return Err(section.refuse("id", reason, "give each provider an id of its own"));
            }
            providers.push(provider);
        }
        Ok(providers)
    }

    fn provider(&self) -> Result<Provider, SetupRefused> {
        self.known(&OIDC)?;
        let id = self.need("id", "entra")?;
        if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(self.refuse(
                "id",
                format!("`{id}` stands in addresses"),
                "use lower-case letters, digits and hyphens",
            ));
        }
        let issuer = self.need("issuer", "https://login.example.org")?;
        let loopback = Address::new(issuer).is_ok();
        if !issuer.starts_with("https://") && !loopback {
            return Err(self.refuse("issuer", "is not https", "write the issuer exactly as its tokens do, with https"));
        }
        Ok(Provider {
            id: id.to_owned(),
            name: self.text("name")?.unwrap_or(id).to_owned(),
            issuer: issuer.to_owned(),
            client_id: self.need("client_id", "aims")?.to_owned(),
            client_secret: self.secret("client_secret_file")?,
        })
    }

    fn mail(&self) -> Result<Option<Mail>, SetupRefused> {
        let Some(section) = self.section("mail")? else { return Ok(None) };
        section.known(&MAIL)?;
        let host = section.need("host", "smtp.example.org")?.to_owned();
        let security = section.security(&host)?;
        Ok(Some(Mail {
            port: section.port(security)?,
            user: section.text("user")?.map(str::to_owned),
            password_file: section.secret_file("password_file")?,
            authority_file: section.text("authority_file")?.map(|path| section.path(path)),
            from: section.sender()?,
            security,
            host,
        }))
    }

    fn security(&self, host: &str) -> Result<Security, SetupRefused> {
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        match self.text("security")? {
            None | Some("starttls") => Ok(Security::StartTls),
            Some("tls") => Ok(Security::Tls),
            Some("none-on-loopback") if loopback => Ok(Security::None),
            Some("none-on-loopback") => {
                let reason = format!("`{host}` is not this machine, so that links would go in the clear");
                Err(self.refuse("security", reason, "write starttls or tls"))
            }
            Some(other) => Err(self.refuse(
                "security",
                format!("`{other}` is not known"),
                "write starttls, tls or none-on-loopback",
            )),
        }
    }

    fn port(&self, security: Security) -> Result<u16, SetupRefused> {
        let usual = match security {
            Security::StartTls => 587,
            Security::Tls => 465,
            Security::None => 25,
        };
        let Some(value) = self.table.get("port") else { return Ok(usual) };
        let port = value.as_integer().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
        port.ok_or_else(|| self.refuse("port", "is no port", "write a number from 1 to 65535"))
    }

    fn sender(&self) -> Result<String, SetupRefused> {
        let from = self.need("from", "AIMS <aims@example.org>")?;
        if from.contains(char::is_control) || !from.contains('@') {
            return Err(self.refuse("from", "is no address on one line", "write it such as AIMS <aims@example.org>"));
        }
        Ok(from.to_owned())
    }
}

/// All keys: of the file, of a provider, of mail.
#[cfg(test)]
pub(super) fn known_keys() -> (Vec<&'static str>, Vec<&'static str>, Vec<&'static str>) {
    ([ROOT.as_slice(), &[STORE]].concat(), OIDC.into(), MAIL.into())
}
