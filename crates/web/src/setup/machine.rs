//! The setup held against the machine: folders, files that hold secrets, the port.

use std::{
    fs,
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use super::SetupRefused;

/// Longest file that holds a secret.
const SECRET_MAX: u64 = 4 * 1024;

/// The text of a file that holds a secret, without the line break at its end.
pub fn secret(file: &Path, key: &str, path: &Path) -> Result<String, SetupRefused> {
    let at = path.display();
    let refuse = |reason: String, fix: &str| SetupRefused::new(file, key, reason, fix);
    let about =
        fs::metadata(path).map_err(|e| refuse(format!("`{at}` cannot be read ({e})"), "name a file that is there"))?;
    if !about.is_file() || about.len() > SECRET_MAX {
        return Err(refuse(format!("`{at}` is no small file"), "name a file that holds the secret and nothing else"));
    }
    if others_read(&about) {
        let fix = "let its owner alone read it: chmod 600";
        return Err(refuse(format!("`{at}` holds a secret and can be read by others"), fix));
    }
    let text = fs::read_to_string(path)
        .map_err(|e| refuse(format!("`{at}` cannot be read ({e})"), "write it as plain text"))?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    if text.is_empty() {
        return Err(refuse(format!("`{at}` is empty"), "write the secret into it"));
    }
    Ok(text)
}

#[cfg(unix)]
fn others_read(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_read(_: &fs::Metadata) -> bool {
    false
}

/// The data folder has to be there and be ours to write, and its key ours alone.
pub fn data(file: &Path, key: &str, folder: &Path) -> Result<(), SetupRefused> {
    let at = folder.display();
    let refuse = |reason: String, fix: &str| SetupRefused::new(file, key, reason, fix);
    let fix = "make the folder, and let the server's user own it";
    let about = fs::metadata(folder).map_err(|e| refuse(format!("`{at}` cannot be read ({e})"), fix))?;
    if !about.is_dir() {
        return Err(refuse(format!("`{at}` is no folder"), "name a folder"));
    }
    fs::read_dir(folder).map_err(|e| refuse(format!("`{at}` cannot be read ({e})"), fix))?;
    let probe = folder.join(".writable");
    fs::write(&probe, b"").map_err(|e| refuse(format!("`{at}` cannot be written ({e})"), fix))?;
    // What cannot be taken away again is empty, and in nobody's way.
    let _ = fs::remove_file(&probe);
    let own = folder.join("server.key");
    if fs::metadata(&own).is_ok_and(|about| others_read(&about)) {
        let reason = format!("`{}` seals what must be read again and can be read by others", own.display());
        return Err(refuse(reason, "let its owner alone read it: chmod 600"));
    }
    Ok(())
}

/// The port has to be free. It is let go again: whoever is quicker is told when the server begins to listen.
pub fn port(file: &Path, key: &str, listen: SocketAddr) -> Result<(), SetupRefused> {
    let Err(error) = TcpListener::bind(listen) else { return Ok(()) };
    let (reason, fix) = match error.kind() {
        ErrorKind::AddrInUse => (format!("{listen} is in use"), "end the other server, or choose another port"),
        ErrorKind::PermissionDenied => {
            (format!("{listen} cannot be listened on ({error})"), "choose a port above 1023, and put a proxy before it")
        }
        _ => (format!("{listen} cannot be listened on ({error})"), "name an address of this machine"),
    };
    Err(SetupRefused::new(file, key, reason, fix))
}
