//! Where this server may call: https to public addresses, and nowhere else unless whoever runs it says so by name (TRUST 6.8, B-47).
//!
//! The name is looked up once for each call, all addresses it has are looked at, and the connection goes to one of those: a name that changes
//! its mind between question and call gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Why an address is not called.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TargetRefused {
    /// It is no address of the web.
    #[error("this is no web address; write it as `https://HOST/PATH`")]
    Malformed,
    /// It is not https.
    #[error("only `https://` is called: what is sent would be read on the way")]
    Scheme,
    /// A name and password stand in it.
    #[error("a name or password before `@` is not sent; leave it out")]
    UserInfo,
    /// Another port than 443.
    #[error("only port 443 is called")]
    Port,
    /// It is inside of some network.
    #[error(
        "this leads into a private network or to this machine; whoever runs the server can allow it by host and port"
    )]
    Private,
}

/// Places that may be called although they are private or not https: `HOST:PORT`, exactly.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Vec<String>);

impl Allowed {
    /// These, as the configuration of the server lists them.
    pub fn new(places: Vec<String>) -> Allowed {
        Allowed(places.into_iter().map(|place| place.to_ascii_lowercase()).collect())
    }

    fn has(&self, uri: &Uri) -> bool {
        let place = place(uri);
        self.0.contains(&place)
    }

    /// Holds an address as written against the rules that need no look-up.
    ///
    /// # Errors
    /// Which rule it breaks.
    pub fn check(&self, url: &str) -> Result<Uri, TargetRefused> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        let uri: Uri = url.parse().map_err(|_| TargetRefused::Malformed)?;
        let authority = uri.authority().filter(|_| !url.contains(odd)).ok_or(TargetRefused::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(TargetRefused::UserInfo);
        }
        if authority.host().is_empty() {
            return Err(TargetRefused::Malformed);
        }
        if self.has(&uri) {
            return Ok(uri);
        }
        if uri.scheme_str() != Some("https") {
            return Err(TargetRefused::Scheme);
        }
        if authority.port().is_some() && authority.port_u16() != Some(443) {
            return Err(TargetRefused::Port);
        }
        let literal: Option<IpAddr> = bare(authority.host()).parse().ok();
        let local = authority.host().eq_ignore_ascii_case("localhost");
        if local || literal.is_some_and(|address| !is_public(address)) {
            return Err(TargetRefused::Private);
        }
        Ok(uri)
    }
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn place(uri: &Uri) -> String {
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    format!("{}:{port}", uri.host().unwrap_or_default()).to_ascii_lowercase()
}

/// Looks names up and lets no private address through.
#[derive(Debug)]
pub(super) struct Guarded {
    pub allowed: Allowed,
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let private = |address: &SocketAddr| !is_public(address.ip());
        if !self.allowed.has(uri) && found.iter().any(private) {
            return Err(ureq::Error::BadUri(TargetRefused::Private.to_string()));
        }
        Ok(found)
    }
}

/// Whether an address is somebody's on the open network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_four(four),
        IpAddr::V6(six) => is_public_six(six),
    }
}

fn is_public_four(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !reserved
}

/// Only 2000::/3 is given out; of that, what carries an address of the older kind inside is judged by it, or not at all.
fn is_public_six(address: Ipv6Addr) -> bool {
    if let Some(four) = address.to_ipv4_mapped() {
        return is_public_four(four);
    }
    let [first, second, ..] = address.segments();
    let given_out = first & 0xe000 == 0x2000;
    // 6to4; Teredo, ORCHID and others of 2001::/23; documentation.
    let odd = first == 0x2002 || (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || first == 0x3fff;
    given_out && !odd
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> Option<TargetRefused> {
        Allowed::default().check(url).err()
    }

    /// B-47, C-01.
    #[test]
    fn what_is_not_public_https_is_refused() {
        use TargetRefused::*;
        for (url, rule) in [
            ("http://hooks.example.org/a", Scheme),
            ("file:///etc/passwd", Malformed),
            ("ftp://hooks.example.org/", Scheme),
            ("//hooks.example.org/", Malformed),
            ("hooks", Scheme),
            ("", Malformed),
            ("https://user:word@hooks.example.org/", UserInfo),
            ("https://hooks.example.org@10.0.0.1/", UserInfo),
            ("https://hooks.example.org:8443/", Port),
            ("https://localhost/", Private),
            ("https://LOCALHOST/", Private),
            ("https://127.0.0.1/", Private),
            ("https://127.8.8.8/", Private),
            ("https://10.1.2.3/", Private),
            ("https://100.64.0.1/", Private),
            ("https://169.254.169.254/latest/meta-data/", Private),
            ("https://172.31.255.255/", Private),
            ("https://192.168.0.1/", Private),
            ("https://0.0.0.0/", Private),
            ("https://224.0.0.1/", Private),
            ("https://255.255.255.255/", Private),
            ("https://[::1]/", Private),
            ("https://[::]/", Private),
            ("https://[::ffff:127.0.0.1]/", Private),
            ("https://[::ffff:10.0.0.1]/", Private),
            ("https://[fd00:ec2::254]/", Private),
            ("https://[fe80::1]/", Private),
            ("https://[64:ff9b::7f00:1]/", Private),
            ("https://[2002:7f00:1::]/", Private),
            ("https://[2001::1]/", Private),
            ("https://[ff02::1]/", Private),
        ] {
            assert_eq!(refused(url), Some(rule), "{url}");
        }
        for url in [
            "https://hooks.example.org/a?b=c",
            "https://hooks.example.org:443/",
            "https://[2606:4700::1]/",
            "https://8.8.8.8/",
        ] {
            assert_eq!(refused(url), None, "{url}");
        }
    }

    /// Names and odd spellings are judged by what they stand for, when they are called.
    #[test]
    fn what_a_name_stands_for_is_looked_at_before_the_call() {
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(std::time::Duration::from_secs(5)));
        let agent = ureq::Agent::with_parts(
            config.build(),
            ureq::unversioned::transport::DefaultConnector::default(),
            Guarded { allowed: Allowed::default() },
        );
        for url in ["http://localhost:9/", "http://2130706433:9/", "http://127.1:9/", "http://0x7f000001:9/"] {
            let error = agent.get(url).call().unwrap_err();
            assert!(error.to_string().contains("private network"), "{url}: {error}");
        }
    }

    #[test]
    fn a_place_is_allowed_by_host_and_port_alone() {
        let allowed = Allowed::new(vec!["127.0.0.1:8080".into()]);
        assert!(allowed.check("http://127.0.0.1:8080/a").is_ok());
        assert!(allowed.check("http://127.0.0.1:8081/a").is_err());
        assert!(allowed.check("https://127.0.0.1/").is_err());
    }
}
