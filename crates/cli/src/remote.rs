//! A running server in place of a folder: `--server URL`. Verbs become requests of its API; what it answers is told as what a folder answers.

mod acts;
mod asks;

use std::{env, io::Read as _, net::IpAddr, path::Path, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Method, Request, Response, Uri},
};

use crate::{
    args::{Global, Verb},
    fault::{Fault, REFUSED, STORE, USAGE},
    session::Session,
};

/// The variable that holds the token where no file does.
const TOKEN: &str = "AIMS_TOKEN";
/// A server that does not answer in this time is told of.
const CONNECT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes of an answer at most; a bundle is written as it comes and has no bound.
const ANSWER_MAX: u64 = 256 << 20;

/// A server, one organization on it, and the token that says who asks.
pub struct Server {
    agent: Agent,
    /// Without a slash at the end.
    url: String,
    org: Option<String>,
    token: String,
}

/// A name and value of a query.
type Asked<'a> = (&'a str, Option<String>);

impl Server {
    /// The server that the flags name, if they do.
    ///
    /// # Errors
    /// An address that is neither https nor this machine, no token, flags that belong to a folder.
    pub fn of(global: &Global) -> Result<Option<Server>, Fault> {
        let Some(url) = &global.server else { return Ok(None) };
        if global.dir.is_some() || global.person.is_some() {
            let fault =
                Fault::usage("server_and_folder", "`--dir` and `--as` belong to a folder, `--server` to a server");
            return Err(fault.hint("on a server, the token says who acts"));
        }
        let url = checked(url)?;
        let token = token(global.token_file.as_deref())?;
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .proxy(None)
            .http_status_as_error(false);
        Ok(Some(Server { agent: config.build().into(), url, org: global.org.clone(), token }))
    }

    /// Where the organization's part of the API begins: as named, or the only one that the token opens.
    fn base(&self) -> Result<String, Fault> {
        let org = match &self.org {
            Some(org) => org.clone(),
            None => self.only_one()?,
        };
        Ok(format!("/api/v1/o/{}", part(&org)))
    }

    fn only_one(&self) -> Result<String, Fault> {
        let all: Value = self.read(self.ask(Method::GET, "/api/v1/organizations", &[], None, &[])?)?;
        let slugs: Vec<&str> = all.as_array().into_iter().flatten().filter_map(|o| o["slug"].as_str()).collect();
        match slugs.as_slice() {
            [one] => Ok((*one).to_owned()),
            [] => Err(Fault::usage("organization_unknown", "the token opens no organization on this server")),
            several => {
                let fault = Fault::usage("organization_unclear", "the token opens more than one organization");
                Err(fault.hint(format!("say which with `--org`: {}", several.join(", "))))
            }
        }
    }

    /// Something that is looked at.
    fn get<T: DeserializeOwned>(&self, path: &str, query: &[Asked<'_>]) -> Result<T, Fault> {
        self.read(self.ask(Method::GET, &(self.base()? + path), query, None, &[])?)
    }

    /// Something that is done.
    fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        headers: &[(&str, String)],
    ) -> Result<T, Fault> {
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.read(self.ask(method, &(self.base()? + path), &[], Some(("application/json", bytes)), headers)?)
    }

    /// A file that goes up.
    fn upload(&self, query: &[Asked<'_>], content: Vec<u8>) -> Result<Value, Fault> {
        let body = Some(("application/octet-stream", content));
        self.read(self.ask(Method::POST, &(self.base()? + "/evidence"), query, body, &[])?)
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[Asked<'_>],
        body: Option<(&str, Vec<u8>)>,
        headers: &[(&str, String)],
    ) -> Result<Response<Body>, Fault> {
        let said: Vec<String> =
            query.iter().filter_map(|(name, value)| Some(format!("{name}={}", part(value.as_ref()?)))).collect();
        let query = if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) };
        let mut request = Request::builder().method(method).uri(format!("{}{path}{query}", self.url));
        request = request.header("authorization", format!("Bearer {}", self.token)).header("accept", "*/*");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let (kind, bytes) = body.unwrap_or(("application/json", Vec::new()));
        let request = request.header("content-type", kind).body(bytes);
        let request = request.map_err(|e| Fault::usage("server_malformed", e.to_string()))?;
        let answered = self.agent.run(request).map_err(|error| unreachable_now(&self.url, &error))?;
        if answered.status().is_success() { Ok(answered) } else { Err(refused(answered)) }
    }

    fn read<T: DeserializeOwned>(&self, answer: Response<Body>) -> Result<T, Fault> {
        let strange = |why: String| {
            let fault = Fault::usage(
                "server_strange",
                format!("`{}` answers what this program does not read: {why}", self.url),
            );
            fault.hint("is it a server of aims, and of the same version?").exiting(STORE)
        };
        let mut bytes = Vec::new();
        let body = answer.into_body().into_reader().take(ANSWER_MAX).read_to_end(&mut bytes);
        body.map_err(|e| strange(e.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|e| strange(e.to_string()))
    }
}

/// A value as a part of an address.
fn part(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// https, or http on this machine: a token goes over no wire in the clear.
fn checked(url: &str) -> Result<String, Fault> {
    let malformed = |why: &str| {
        let fault = Fault::usage("server_malformed", format!("`{url}` {why}"));
        fault.hint("write it as `https://aims.example.org`, or `http://localhost:8420` on the same machine")
    };
    let parsed: Uri = url.parse().map_err(|_| malformed("is no address"))?;
    let host = parsed.host().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match parsed.scheme_str() {
        Some("https") => {}
        Some("http") if here => {}
        Some("http") => return Err(malformed("would send the token in the clear")),
        _ => return Err(malformed("is no address of a server")),
    }
    if !matches!(parsed.path(), "" | "/") || parsed.query().is_some() {
        return Err(malformed("goes on behind the server's name"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// From a file, or the variable; never from an argument, which everyone on the machine can read.
fn token(file: Option<&Path>) -> Result<String, Fault> {
    let said = match file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|e| Fault::file(path, &e))?),
        None => env::var(TOKEN).ok(),
    };
    let token = said.map(|token| token.trim().to_owned()).filter(|token| token.starts_with("aims_pat_"));
    token.ok_or_else(|| {
        let fault = Fault::usage("token_missing", "a server asks who you are: give a token");
        fault.hint(format!(
            "make one on the page `My account`, tokens; then `--token-file FILE`, or the variable {TOKEN}"
        ))
    })
}

fn unreachable_now(url: &str, error: &ureq::Error) -> Fault {
    let fault = Fault::usage("server_unreachable", format!("`{url}` does not answer: {error}")).exiting(STORE);
    match error {
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => fault.hint("its certificate is not one that is trusted here"),
        _ => fault.hint("is it running, and reached from here under this name?"),
    }
}

/// A problem document (RFC 9457) as a failure.
fn refused(answer: Response<Body>) -> Fault {
    let status = answer.status().as_u16();
    let again = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let mut text = String::new();
    let _ = answer.into_body().into_reader().take(1 << 20).read_to_string(&mut text);
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let said = |name: &str| problem[name].as_str().map(str::to_owned);
    let code = said("code").unwrap_or_else(|| format!("http_{status}"));
    let mut message = said("detail").unwrap_or_else(|| format!("the server answers {status}"));
    for one in problem["errors"].as_array().into_iter().flatten() {
        let (pointer, says) =
            (one["pointer"].as_str().unwrap_or_default(), one["message"].as_str().unwrap_or_default());
        let allowed: Vec<&str> = one["allowed"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let allowed = if allowed.is_empty() { String::new() } else { format!("; one of: {}", allowed.join(", ")) };
        message.push_str(&format!("\n{pointer}: {says}{allowed}"));
    }
    let exit = match status {
        400 | 401 | 405 | 415 | 421 | 428 => USAGE,
        429 | 500.. => STORE,
        _ => REFUSED,
    };
    let fault = Fault::usage(&code, message).exiting(exit);
    match (status, again) {
        (401, _) => fault.hint("make another token on the page `My account`, tokens"),
        (_, Some(seconds)) => fault.hint(format!("try again in {seconds} seconds")),
        (409, None) if !problem["conflict"].is_null() => fault.hint("look at it with `aims show`, then say it again"),
        _ => fault,
    }
}

/// Does what the verb says on a server. The number is the exit code.
///
/// # Errors
/// What the server refuses; verbs that work on folders alone.
pub fn run(session: &Session, server: &Server, verb: Verb) -> Result<u8, Fault> {
    let done = match verb {
        Verb::Kinds(args) => asks::kinds(session, server, &args),
        Verb::Record(args) => acts::record(session, server, args),
        Verb::Amend(args) => acts::amend(session, server, args),
        Verb::Move(args) => acts::move_on(session, server, args),
        Verb::Sign(args) => acts::sign(session, server, args),
        Verb::Link(args) => acts::link(session, server, args, "link"),
        Verb::Unlink(args) => acts::link(session, server, args, "unlink"),
        Verb::Attach(args) => acts::attach(session, server, args),
        Verb::Withdraw(args) => acts::withdraw(session, server, args),
        Verb::Import(args) => acts::import(session, server, &args),
        Verb::Show(args) => asks::show(session, server, &args),
        Verb::History(args) => asks::history(session, server, &args),
        Verb::List(args) => asks::list(session, server, args),
        Verb::Check(args) => return asks::check(session, server, &args),
        Verb::Explain(args) => asks::explain(session, server, &args),
        Verb::Diff(args) => asks::diff(session, server, &args),
        Verb::Forecast(args) => asks::forecast(session, server, &args),
        Verb::Readiness(args) => asks::readiness(session, server, &args),
        Verb::Receipt(args) => asks::receipt(session, server, &args),
        Verb::Export(args) => asks::export(session, server, &args),
        _ => {
            let fault = Fault::usage("not_on_a_server", "this verb works on a folder: say it with `--dir`");
            return Err(fault.hint("what a server does for it, its pages say"));
        }
    };
    done.map(|()| 0)
}
