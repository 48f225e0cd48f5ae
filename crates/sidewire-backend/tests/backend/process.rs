//! The program: its one line, its exit codes, what it leaves behind.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn program(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidewire-backend"));
    command
        .args(["--data-dir", dir.to_str().unwrap()])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ready(child: &mut Child) -> Value {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| {
        let mut log = String::new();
        child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        panic!("not ready: {line:?} {log}")
    })
}

fn terminate(child: &mut Child) -> Option<i32> {
    Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(started.elapsed() < Duration::from_secs(5), "still running 5 s after SIGTERM");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn exists(pid: &Value) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[test]
fn it_says_where_it_is_in_one_line_of_json_and_ends_on_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = program(dir.path(), &["--api-port", "0", "--push-port", "0"]).spawn().unwrap();
    let line = ready(&mut child);
    assert_eq!(
        (&line["ready"], &line["pushServer"], &line["key"]),
        (&true.into(), &"embedded".into(), &"dev-key".into())
    );
    assert!(line["api"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{line}");
    assert!(line["push"].as_str().unwrap().starts_with("ws://127.0.0.1:"), "{line}");
    assert_eq!((&line["pid"], &line["sockudoPid"]), (&child.id().into(), &Value::Null));
    assert_eq!(terminate(&mut child), Some(0));
}

#[test]
fn a_taken_port_ends_it_with_2_and_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (args, variable) in [
        (["--api-port", &port, "--push-port", "0"], "SIDEWIRE_API_PORT"),
        (["--api-port", "0", "--push-port", &port], "SIDEWIRE_PUSH_PORT"),
    ] {
        let output = program(dir.path(), &args).output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.len(), log.lines().count()),
            (Some(2), 0, 1),
            "{log}"
        );
        assert!(log.contains(&format!("port {port} ")) && log.contains(variable), "{log}");
    }
}

#[test]
fn a_missing_sockudo_ends_it_with_2_and_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let args =
        ["--api-port", "0", "--push-port", "0", "--push", "sockudo", "--sockudo-bin", "/nonexistent/sockudo"];
    let output = program(dir.path(), &args).output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), log.lines().count()), (Some(2), 1), "{log}");
    assert!(log.contains("/nonexistent/sockudo") && log.contains("--sockudo-bin"), "{log}");
}

#[test]
fn its_sockudo_ends_with_it_and_it_ends_with_its_sockudo() {
    if std::env::var_os("SIDEWIRE_SOCKUDO").is_none() {
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED its_sockudo_ends_with_it: SIDEWIRE_SOCKUDO does not name its program"
        );
        return;
    }
    let args = ["--api-port", "0", "--push-port", "0", "--push", "sockudo"];
    let dir = tempfile::tempdir().unwrap();
    let mut child = program(dir.path(), &args).spawn().unwrap();
    let pid = ready(&mut child)["sockudoPid"].clone();
    assert!(pid.is_u64() && exists(&pid), "{pid}");
    assert_eq!(terminate(&mut child), Some(0));
    assert!(!exists(&pid), "Sockudo is still there");

    let mut child = program(dir.path(), &args).spawn().unwrap();
    let pid = ready(&mut child)["sockudoPid"].clone();
    Command::new("kill").arg("-KILL").arg(pid.to_string()).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
