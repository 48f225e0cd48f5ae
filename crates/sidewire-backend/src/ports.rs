//! Taking ports, and saying who has them.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

/// A port's purpose and the names under which another one is chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) what: &'static str,
    pub(crate) flag: &'static str,
    pub(crate) variable: &'static str,
}

pub(crate) const API: Purpose =
    Purpose { what: "REST API", flag: "--api-port", variable: "SIDEWIRE_API_PORT" };
pub(crate) const PUSH: Purpose =
    Purpose { what: "push server", flag: "--push-port", variable: "SIDEWIRE_PUSH_PORT" };

/// Listens on a port; the error is a sentence for the user.
pub(crate) async fn listen(host: IpAddr, port: u16, purpose: Purpose) -> Result<TcpListener, String> {
    TcpListener::bind(SocketAddr::new(host, port)).await.map_err(|error| explain(port, purpose, &error))
}

fn explain(port: u16, purpose: Purpose, error: &io::Error) -> String {
    let Purpose { what, flag, variable } = purpose;
    if error.kind() == io::ErrorKind::AddrInUse {
        let holder = holder(port).map(|name| format!(" by {name}")).unwrap_or_default();
        return format!(
            "port {port} for the {what} is already in use{holder}; choose another with {flag} or {variable}."
        );
    }
    format!("cannot listen on port {port} for the {what}: {error}; choose another with {flag} or {variable}.")
}

/// The process that listens on a port, as far as Linux tells this user.
fn holder(port: u16) -> Option<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let inode = tables.iter().flat_map(|table| table.lines()).find_map(|line| listening_inode(line, port))?;
    let socket = format!("socket:[{inode}]");
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let name = process.file_name();
        let Some(pid) = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds =
            |fd: fs::DirEntry| fs::read_link(fd.path()).is_ok_and(|target| target.as_os_str() == &*socket);
        if descriptors.flatten().any(holds) {
            let program = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (process {pid})", program.trim()));
        }
    }
    None
}

/// The socket's inode if the line of `/proc/net/tcp` is about a listener on the port.
fn listening_inode(line: &str, port: u16) -> Option<&str> {
    let mut fields = line.split_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let (_, local_port) = local.rsplit_once(':')?;
    let listening = state == "0A" && u16::from_str_radix(local_port, 16) == Ok(port);
    // From the state (fourth field) the inode (tenth) is six fields further.
    if listening { fields.nth(5) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_explained_with_its_purpose_holder_and_the_way_out() {
        let host = IpAddr::from([127, 0, 0, 1]);
        let taken = std::net::TcpListener::bind((host, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let sentence = listen(host, port, API).await.unwrap_err();
        let start = format!("port {port} for the REST API is already in use");
        assert!(sentence.starts_with(&start), "{sentence}");
        assert!(sentence.ends_with("choose another with --api-port or SIDEWIRE_API_PORT."), "{sentence}");
        if cfg!(target_os = "linux") {
            assert!(sentence.contains(&format!("(process {})", std::process::id())), "{sentence}");
        }
    }
}
