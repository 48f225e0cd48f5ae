//! One list of cases over a real WebSocket and real HTTP, run over both push servers: the embedded hub and the real
//! Sockudo 5.2.0. What both must do was seen on Sockudo. What the client relies upon runs over other servers as well.

#[cfg(test)]
mod http_cases;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod portable_cases;
#[cfg(test)]
mod socket_cases;

#[cfg(test)]
mod suite {
    use std::io::Write as _;
    use std::time::Duration;

    use clap::Parser as _;
    use serde_json::{Value, json};
    use sidewire_backend::{Backend, Settings};
    use tokio_tungstenite::tungstenite::Message;

    use crate::peer::{Case, Peer};
    use crate::{http_cases, portable_cases, socket_cases};

    fn cases() -> Vec<(&'static str, Case)> {
        [portable_cases::all(), socket_cases::all(), http_cases::all()].concat()
    }

    /// Past libtest's capture: these lines are the suite's report.
    fn report(line: &str) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    async fn start(push: &str) -> (Backend, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().to_str().unwrap();
        let args = ["x", "--api-port", "0", "--push-port", "0", "--data-dir", data, "--push", push];
        (Backend::start(Settings::parse_from(args)).await.unwrap(), dir)
    }

    async fn run(push: &str) {
        let (backend, _dir) = start(push).await;
        let url = backend.push_url().unwrap().to_owned();
        let failed = failures(push, url.trim_start_matches("ws://"), cases()).await;
        backend.stop().await;
        assert!(failed.is_empty(), "not conforming over {push}: {failed:#?}");
    }

    /// Runs `cases` at a server that is already there; the names of those that failed.
    async fn failures(push: &str, address: &str, cases: Vec<(&'static str, Case)>) -> Vec<&'static str> {
        let mut failed = Vec::new();
        let total = cases.len();
        for (name, case) in cases {
            let peer = Peer::new(address, name);
            let outcome = tokio::time::timeout(Duration::from_secs(20), tokio::spawn(case(peer))).await;
            if !matches!(outcome, Ok(Ok(()))) {
                failed.push(name);
            }
        }
        report(&format!("conformance over {push}: {} of {total} cases passed", total - failed.len()));
        failed
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn conformance_embedded_hub() {
        run("embedded").await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn conformance_real_sockudo() {
        if std::env::var_os("SIDEWIRE_SOCKUDO").is_none() {
            report(
                "SKIPPED conformance_real_sockudo: SIDEWIRE_SOCKUDO does not name a Sockudo 5.2.0 program",
            );
            return;
        }
        run("sockudo").await;
    }

    /// Any other server of the protocol: what the client relies upon. `npm run test:servers` names one.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "needs a server at SIDEWIRE_PUSH_ADDRESS"]
    async fn conformance_another_server() {
        let address = std::env::var("SIDEWIRE_PUSH_ADDRESS").expect("SIDEWIRE_PUSH_ADDRESS, host:port");
        let failed = failures(&address, &address, portable_cases::all()).await;
        assert!(failed.is_empty(), "not conforming over {address}: {failed:#?}");
    }

    /// Here the embedded server differs on purpose: Sockudo leaves frames out and keeps the socket open.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_embedded_server_cuts_off_a_slow_reader_instead_of_leaving_frames_out() {
        const BATCHES: usize = 40;
        let (backend, _dir) = start("embedded").await;
        let peer = Peer::new(backend.push_url().unwrap().trim_start_matches("ws://"), "slow");
        let mut socket = peer.subscribed().await;
        let padding = "x".repeat(20_000);
        for batch in 0..BATCHES {
            let event = |n: usize| json!({ "name": (batch * 100 + n).to_string(), "channel": peer.channel, "data": padding });
            let batch: Vec<Value> = (0..100).map(event).collect();
            let answer =
                peer.post("/apps/dev-app/batch_events", &json!({ "batch": batch }).to_string()).await;
            assert_eq!(answer.status, 200);
        }
        let mut read = 0;
        while let Some(Message::Text(text)) = socket.message().await {
            let frame: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(frame["event"], read.to_string());
            read += 1;
        }
        assert!((1000..BATCHES * 100).contains(&read), "{read} frames arrived before the end");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn stopping_either_server_closes_every_socket_with_4200() {
        let real = std::env::var_os("SIDEWIRE_SOCKUDO").is_some();
        for push in ["embedded", "sockudo"].into_iter().filter(|push| *push == "embedded" || real) {
            let (backend, _dir) = start(push).await;
            let url = backend.push_url().unwrap().to_owned();
            let peer = Peer::new(url.trim_start_matches("ws://"), "drain");
            let mut sockets = [peer.open().await, peer.open().await];
            backend.stop().await;
            for socket in &mut sockets {
                assert_eq!(socket.error().await, (4200, "Server shutting down".to_owned()), "{push}");
                assert_eq!(socket.end().await, Some((4200, "Server shutting down".to_owned())), "{push}");
            }
            assert!(tokio::net::TcpStream::connect(url.trim_start_matches("ws://")).await.is_err(), "{push}");
        }
    }
}
