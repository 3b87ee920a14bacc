//! The web application, served from this process until it is told to end.

mod people;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use aims_web::{Config, Server, setup::read};

use crate::{
    args::Serve,
    fault::Fault,
    out::Out,
    render::{HEAD, paint},
    session::Session,
};

/// Where accounts and sessions lie in an organization's folder.
const ACCOUNTS: &str = "server";

pub fn serve(session: &Session, args: &Serve) -> Result<(), Fault> {
    let server = match &args.config {
        Some(file) => configured(file)?,
        None => open(&session.dir()?, args.listen, args.port, args.public_url.as_deref())?,
    };
    let server = Arc::new(server);
    run(session.out, Arc::clone(&server), "", &mut |_| set_up(&server))
}

/// A server as its configuration file says.
fn configured(file: &Path) -> Result<Server, Fault> {
    let setup = read(file).map_err(|refused| Fault::usage("setup_refused", refused.to_string()))?;
    let server = Server::open(setup.config()).map_err(|error| Fault::usage("server_not_opened", error.to_string()))?;
    for provider in setup.providers {
        let id = provider.id.clone();
        let failed =
            |refused: aims_app::accounts::Refused| Fault::usage("setup_refused", format!("oidc `{id}`: {refused}"));
        server.entrance.trust(provider).map_err(failed)?;
    }
    let server = server.behind(setup.proxies);
    Ok(match setup.mail {
        Some(mail) => server.with_mail(mail),
        None => server,
    })
}

/// Says how a server is set up that nobody can sign in to yet: on stderr alone, since output may be kept where others read it.
fn set_up(server: &Server) -> Result<(), Fault> {
    let address = server.set_up_address().map_err(|error| Fault::usage("server_not_opened", error.to_string()))?;
    if let Some(address) = address {
        // Told whatever `--quiet` says: without it nobody can ever sign in.
        anstream::eprintln!(
            "nobody can sign in yet; open this address within an hour to make the first account:\n  {address}"
        );
    }
    Ok(())
}

/// Serves a sample with accounts for five of its people, on loopback.
pub fn demo(out: Out, dir: &Path, port: u16) -> Result<(), Fault> {
    let server = Arc::new(open(dir, Ipv4Addr::LOCALHOST.into(), port, None)?);
    let told = people::let_in(&server)?;
    run(out, server, "The sample in the browser", &mut |_| out.data(&told))
}

fn open(dir: &Path, listen: IpAddr, port: u16, public_url: Option<&str>) -> Result<Server, Fault> {
    let name = dir.file_name().map_or_else(|| "organization".into(), |n| n.to_string_lossy().to_lowercase());
    let config = Config {
        data: dir.join(ACCOUNTS),
        organizations: vec![(slug(&name), dir.to_owned())],
        listen: SocketAddr::new(listen, port),
        public_url: public_url.map_or_else(|| format!("http://localhost:{port}"), str::to_owned),
    };
    Server::open(config).map_err(|error| Fault::usage("server_not_opened", error.to_string()))
}

/// A folder's name as it stands in addresses.
fn slug(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "organization".to_owned() } else { plain.to_owned() }
}

fn run(
    out: Out,
    server: Arc<Server>,
    heading: &str,
    tell: &mut dyn FnMut(&str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let public = server.config.public_url.clone();
    if !heading.is_empty() {
        out.data(&format!("\n{}\n", paint(HEAD, heading)))?;
    }
    out.data(&format!("  {public}\n"))?;
    tell(&public)?;
    out.talk("Ctrl-C ends it");
    let failed = |error: std::io::Error| Fault::usage("server_not_started", error.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let served = runtime.block_on(aims_web::serve(server, |_| {}));
    served.map_err(|error| Fault::usage("server_not_started", error.to_string()))
}
