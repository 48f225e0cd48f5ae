//! The `sidewire-backend` program: see `--help`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use sidewire_backend::{Backend, Settings};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    // stdout carries the one line that scripts read; everything else goes to stderr.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(settings.log)
        .init();
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(std::io::stderr(), "sidewire-backend: {sentence}");
            ExitCode::from(2)
        }
    }
}

async fn run(settings: Settings) -> Result<(), String> {
    // Installed before anything is started, so that an early signal still ends the push server's process.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let mut backend = tokio::select! {
        started = Backend::start(settings) => started.map_err(|error| error.to_string())?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    // A closed stdout (a script that read one line and went on) is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{}", backend.ready_line());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        why = backend.push_server_ended() => {
            backend.stop().await;
            return Err(why);
        }
    }
    backend.stop().await;
    Ok(())
}
