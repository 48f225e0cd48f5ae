//! The real Sockudo as a child process.

use std::fs::File;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::request::request;
use crate::settings::Settings;

/// A running Sockudo; dropping it kills it.
pub(crate) struct Sockudo {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// Ends a child whose parent was killed and could not do so itself. Part of util-linux; optional.
const SETPRIV: &str = "/usr/bin/setpriv";
const START_DEADLINE: Duration = Duration::from_secs(20);
const STOP_DEADLINE: Duration = Duration::from_secs(2);

impl Sockudo {
    /// Starts it on the push port and waits until it serves the app.
    pub(crate) async fn start(settings: &Settings, port: u16) -> io::Result<Self> {
        let program = program(settings.sockudo_bin.as_deref())?;
        let address = SocketAddr::new(settings.host, port);
        let log = File::create(settings.data_dir.join("sockudo.log"))?;
        let mut command = if Path::new(SETPRIV).exists() {
            let mut command = Command::new(SETPRIV);
            command.args(["--pdeathsig", "KILL", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command
            .env_clear()
            .envs(environment(settings, port)?)
            // It reads `config/config.toml` of its working directory without being asked.
            .current_dir(&settings.data_dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        let mut sockudo = Self { child: command.spawn()?, address };
        timeout(START_DEADLINE, sockudo.ready(&settings.app_id)).await.map_err(|_| {
            io::Error::new(
                io::ErrorKind::TimedOut,
                "it did not become ready; see sockudo.log in the data directory",
            )
        })??;
        Ok(sockudo)
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Returns when the process has ended by itself.
    pub(crate) async fn ended(&mut self) {
        let _ = self.child.wait().await;
    }

    /// SIGTERM, so that clients get 4200; SIGKILL if that does not help.
    pub(crate) async fn stop(&mut self) {
        if let Some(pid) = self.child.id() {
            let asked = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
            let ended = timeout(STOP_DEADLINE, self.child.wait()).await;
            if asked.is_ok() && matches!(ended, Ok(Ok(_))) {
                return;
            }
        }
        let _ = self.child.kill().await;
    }

    async fn ready(&mut self, app_id: &str) -> io::Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                let why = format!("it ended at once ({status}); see sockudo.log in the data directory");
                return Err(io::Error::other(why));
            }
            let up = Request::get(format!("/up/{app_id}")).body(Full::new(Bytes::new()));
            let up = up.map_err(io::Error::other)?;
            if request(&self.address.to_string(), up).await.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Sockudo's own names: it ignores `SOCKUDO_APP_*`. Its environment is cleared, so that no other `PORT`, `HOST` or
/// `REDIS_URL` of the user changes it.
fn environment(settings: &Settings, port: u16) -> io::Result<Vec<(&'static str, String)>> {
    let mut all = vec![
        ("HOST", settings.host.to_string()),
        ("PORT", port.to_string()),
        ("METRICS_HOST", "127.0.0.1".to_owned()),
        ("METRICS_PORT", free_port(IpAddr::from([127, 0, 0, 1]))?.to_string()),
        ("QUEUE_DRIVER", "memory".to_owned()),
        ("RATE_LIMITER_ENABLED", "false".to_owned()),
        ("SHUTDOWN_GRACE_PERIOD", "0".to_owned()),
        ("RUST_LOG", "warn".to_owned()),
        ("SOCKUDO_DEFAULT_APP_ID", settings.app_id.clone()),
        ("SOCKUDO_DEFAULT_APP_KEY", settings.app_key.clone()),
        ("SOCKUDO_DEFAULT_APP_SECRET", settings.app_secret.clone()),
        // The default for an app given by environment variables is 100.
        ("SOCKUDO_DEFAULT_APP_MAX_CONNECTIONS", "100000".to_owned()),
    ];
    all.extend(std::env::var("PATH").map(|path| ("PATH", path)));
    Ok(all)
}

fn program(chosen: Option<&Path>) -> io::Result<PathBuf> {
    let program = match chosen {
        Some(path) => path.to_owned(),
        None => cache_dir().join("sidewire/sockudo-5.2.0/bin/sockudo"),
    };
    let program = std::path::absolute(program)?;
    if program.is_file() {
        return Ok(program);
    }
    let why = format!(
        "there is no Sockudo at {}; choose it with --sockudo-bin or SIDEWIRE_SOCKUDO",
        program.display()
    );
    Err(io::Error::new(io::ErrorKind::NotFound, why))
}

fn cache_dir() -> PathBuf {
    let chosen = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    chosen.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"))
}

/// A port that is free now; another process could still be faster.
pub(crate) fn free_port(host: IpAddr) -> io::Result<u16> {
    Ok(TcpListener::bind((host, 0))?.local_addr()?.port())
}
