//! Mail through SMTP.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use lettre::{
    Message, SmtpTransport, Transport as _,
    message::{Mailbox, MultiPart, header},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use thiserror::Error;

/// So long a mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the way to the mail server is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS before anything is said (port 587); a server that does not offer it is refused.
    StartTls,
    /// None: to this very machine alone.
    None,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept secret.
    pub security: Security,
    /// Who signs in to it; nobody where it asks for none.
    pub user: Option<String>,
    /// The file that holds the password.
    pub password_file: Option<PathBuf>,
    /// The file of the authority that vouches for it, PEM; the public ones where there is none.
    pub authority_file: Option<PathBuf>,
    /// Whom mail is from: `aims@example.org`, or `Name <aims@example.org>`.
    pub from: String,
}

/// Why mail cannot be set up, or a letter cannot be sent.
#[derive(Debug, Error)]
pub enum MailRefused {
    /// A setting makes no sense.
    #[error("mail: {key}: {reason}")]
    Setting {
        /// Which.
        key: &'static str,
        /// What to do.
        reason: String,
    },
    /// An address that no mail can go to; trying again is no use.
    #[error("the address is none that mail goes to")]
    Address,
    /// The server refused it for good.
    #[error("the mail server refuses it: {0}")]
    ForGood(String),
    /// It may work later.
    #[error("the mail server: {0}")]
    ForNow(String),
}

impl MailRefused {
    /// Whether trying again may help.
    pub fn may_pass(&self) -> bool {
        matches!(self, MailRefused::ForNow(_))
    }
}

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// The way to the mail server.
pub struct Post {
    transport: SmtpTransport,
    from: Mailbox,
}

impl Post {
    /// Holds the settings against sense; the server is asked when the first mail is sent.
    ///
    /// # Errors
    /// [`MailRefused::Setting`].
    pub fn new(mail: &Mail) -> Result<Post, MailRefused> {
        let refuse = |key, reason: &str| MailRefused::Setting { key, reason: reason.to_owned() };
        let loopback = matches!(mail.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let from: Mailbox =
            mail.from.parse().map_err(|_| refuse("from", "name an address such as `aims@example.org`"))?;
        let tls = match mail.security {
            Security::None if !loopback => {
                return Err(refuse("security", "without TLS mail goes to this machine alone; say `starttls` or `tls`"));
            }
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(parameters(mail)?),
            Security::Tls => Tls::Wrapper(parameters(mail)?),
        };
        let builder = SmtpTransport::builder_dangerous(&mail.host).port(mail.port).tls(tls).timeout(Some(PATIENCE));
        let transport = match credentials(mail)? {
            Some(credentials) => builder.credentials(credentials).build(),
            None => builder.build(),
        };
        Ok(Post { transport, from })
    }

    /// Sends a letter to one address. `id` is the same each time that it is tried, so that one that arrives twice is known as one.
    ///
    /// # Errors
    /// Why not, and whether trying again may help.
    pub fn send(&self, to: &str, letter: &Letter, id: &str, written: Timestamp) -> Result<(), MailRefused> {
        let message = self.message(to, letter, id, written)?;
        self.transport.send(&message).map(|_| ()).map_err(|error| match error.is_permanent() {
            true => MailRefused::ForGood(error.to_string()),
            false => MailRefused::ForNow(error.to_string()),
        })
    }

    fn message(&self, to: &str, letter: &Letter, id: &str, written: Timestamp) -> Result<Message, MailRefused> {
        let to = to.parse().map(|address| Mailbox::new(None, address)).map_err(|_| MailRefused::Address)?;
        let host = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&letter.subject))
            .date(moment(written))
            .message_id(Some(format!("<{id}@{host}>")))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|error| MailRefused::ForGood(error.to_string()))
    }
}

/// Nothing answers mail from a machine by itself (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn moment(written: Timestamp) -> SystemTime {
    let since = Duration::from_millis(written.as_millisecond().max(0).unsigned_abs());
    SystemTime::UNIX_EPOCH + since
}

/// What stands in a header is one line (B-42).
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn parameters(mail: &Mail) -> Result<TlsParameters, MailRefused> {
    let refuse = |reason: String| MailRefused::Setting { key: "authority_file", reason };
    let mut builder = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.authority_file {
        let pem = fs::read(path).map_err(|error| refuse(format!("`{}`: {error}", path.display())))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| refuse(e.to_string()))?);
    }
    builder.build_rustls().map_err(|error| refuse(error.to_string()))
}

fn credentials(mail: &Mail) -> Result<Option<Credentials>, MailRefused> {
    let refuse = |reason: String| MailRefused::Setting { key: "password_file", reason };
    match (&mail.user, &mail.password_file) {
        (None, None) => Ok(None),
        (Some(user), Some(path)) => {
            let password = fs::read_to_string(path).map_err(|e| refuse(format!("`{}`: {e}", path.display())))?;
            Ok(Some(Credentials::new(user.clone(), password.trim_end_matches(['\r', '\n']).to_owned())))
        }
        _ => Err(refuse("`user` and `password_file` belong together; name both or neither".into())),
    }
}
