//! A client of a push server: one real WebSocket, one real HTTP request at a time.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use sidewire_backend::{Answer, request};
use sidewire_hub::signing;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) const KEY: &str = "dev-key";
pub(crate) const SECRET: &str = "dev-secret";
pub(crate) const EVENTS: &str = "/apps/dev-app/events";

pub(crate) type Case = fn(Peer) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the server is, and a channel of the case's own: all cases share one server.
#[derive(Clone)]
pub(crate) struct Peer {
    address: String,
    pub(crate) channel: String,
}

pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) id: String,
}

impl Peer {
    pub(crate) fn new(address: &str, case: &str) -> Self {
        let name: String = case.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
        Self { address: address.to_owned(), channel: format!("private-session-{name}") }
    }

    /// A connection that has been greeted.
    pub(crate) async fn open(&self) -> Socket {
        let mut socket =
            self.open_at("/app/dev-key?protocol=7&client=js&version=8.6.0&flash=false").await.unwrap();
        let greeting = socket.frame().await;
        assert_eq!(greeting["event"], "pusher:connection_established");
        let data: Value = serde_json::from_str(greeting["data"].as_str().unwrap()).unwrap();
        socket.id = data["socket_id"].as_str().unwrap().to_owned();
        socket
    }

    /// An upgrade; the error is the HTTP status.
    pub(crate) async fn open_at(&self, path: &str) -> Result<Socket, u16> {
        Socket::connect(self.url(path)).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// A connection subscribed to the case's channel.
    pub(crate) async fn subscribed(&self) -> Socket {
        let mut socket = self.open().await;
        socket.subscribe(&self.channel).await;
        socket
    }

    /// A signed POST of an event.
    pub(crate) async fn publish(&self, body: &Value) -> Answer {
        self.post(EVENTS, &body.to_string()).await
    }

    /// Publishes to the case's channel and expects success.
    pub(crate) async fn event(&self, name: &str, data: Value) {
        let answer = self.publish(&json!({ "name": name, "channels": [self.channel], "data": data })).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"ok":true}"#));
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        let query = signing::sign_query(KEY, SECRET, "POST", path, now_s(), Some(body.as_bytes()), &[]);
        self.send("POST", &format!("{path}?{query}"), Some("application/json"), body).await
    }

    pub(crate) async fn get(&self, path: &str, extra: &[(&str, &str)]) -> Answer {
        let query = signing::sign_query(KEY, SECRET, "GET", path, now_s(), None, extra);
        self.send("GET", &format!("{path}?{query}"), None, "").await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        uri: &str,
        content_type: Option<&str>,
        body: &str,
    ) -> Answer {
        let mut builder = Request::builder().method(method).uri(uri);
        if let Some(content_type) = content_type {
            builder = builder.header("content-type", content_type);
        }
        let built = builder.body(Full::from(body.to_owned())).unwrap();
        request(&self.address, built).await.unwrap()
    }
}

impl Socket {
    /// An upgrade; the error is the HTTP status.
    pub(crate) async fn connect(to: impl IntoClientRequest + Unpin) -> Result<Self, u16> {
        match connect_async(to).await {
            Ok((stream, _)) => Ok(Self { stream, id: String::new() }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// The next text frame, decoded.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.message().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("expected a text frame, got {other:?}"),
        }
    }

    /// The next frame of any kind; `None` at the end.
    pub(crate) async fn message(&mut self) -> Option<Message> {
        timeout(Duration::from_secs(5), self.stream.next())
            .await
            .expect("a frame in 5 s")
            .and_then(Result::ok)
    }

    /// The next frame, which must be an error without a channel: code and message.
    pub(crate) async fn error(&mut self) -> (u64, String) {
        let frame = self.frame().await;
        assert_eq!((&frame["event"], frame.get("channel")), (&json!("pusher:error"), None), "{frame}");
        (frame["data"]["code"].as_u64().unwrap(), frame["data"]["message"].as_str().unwrap().to_owned())
    }

    /// How the connection ends: the close frame's code and reason, or `None` without one.
    pub(crate) async fn end(&mut self) -> Option<(u16, String)> {
        match self.message().await {
            Some(Message::Close(frame)) => frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
            None => None,
            Some(other) => panic!("expected the end, got {other:?}"),
        }
    }

    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
        self.stream.close(Some(frame)).await.unwrap();
    }

    pub(crate) fn auth(&self, channel: &str) -> String {
        signing::channel_signature(KEY, SECRET, &self.id, channel)
    }

    /// Subscribes and expects the acknowledgement.
    pub(crate) async fn subscribe(&mut self, channel: &str) {
        let auth = self.auth(channel);
        self.ask(json!({ "channel": channel, "auth": auth })).await;
        self.expect_subscribed(channel).await;
    }

    pub(crate) async fn ask(&mut self, data: Value) {
        self.send(&json!({ "event": "pusher:subscribe", "data": data })).await;
    }

    pub(crate) async fn expect_subscribed(&mut self, channel: &str) {
        let acknowledged =
            json!({ "event": "pusher_internal:subscription_succeeded", "channel": channel, "data": "{}" });
        assert_eq!(self.frame().await, acknowledged);
    }

    /// Frames are answered in order, so a pong as the next frame proves that nothing was said before it.
    pub(crate) async fn expect_silence(&mut self) {
        self.send(&json!({ "event": "pusher:ping", "data": {} })).await;
        assert_eq!(self.frame().await, json!({ "event": "pusher:pong" }));
    }

    pub(crate) async fn expect_event(&mut self, name: &str, channel: &str, data: &str) {
        assert_eq!(self.frame().await, json!({ "event": name, "channel": channel, "data": data }));
    }
}

pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// `[("sentence", case), ...]` from async functions.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        vec![$((stringify!($name), (|peer| Box::pin($name(peer))) as crate::peer::Case)),+]
    };
}
pub(crate) use cases;
