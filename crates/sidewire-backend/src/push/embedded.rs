//! The hub with sockets: one lock around it, one queue and one task per WebSocket.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use sidewire_hub::{Client, HttpRequest, Hub, HubConfig, Output, Publication};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};

use super::Event;
use crate::clock;

/// Frames waiting for one socket. A reader that falls further behind is cut off: unlike a frame left out in silence,
/// a lost connection makes the client catch up.
const QUEUE: usize = 1024;
/// How long one frame may take to be written, and how long the peer may take to answer a close frame.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);
/// The hub's own limit is 10 MB; one byte more lets it say so itself.
const BODY_LIMIT: usize = 10 * 1024 * 1024 + 1;

/// A hub that serves sockets. Clones share it.
#[derive(Clone)]
pub(crate) struct HubHost(Arc<Inner>);

struct Inner {
    started: Instant,
    app_id: String,
    state: Mutex<Room>,
    /// The next deadline may have changed.
    rearm: Notify,
}

struct Room {
    hub: Hub,
    seats: HashMap<Client, mpsc::Sender<Order>>,
    next: u64,
    /// Sockets whose task has not ended; more than the hub knows while closing handshakes run.
    attended: usize,
}

enum Order {
    Text(String),
    Close(u16, String),
}

/// A socket's place in the hub; leaving is dropping it.
struct Seat {
    host: HubHost,
    client: Client,
    orders: mpsc::Receiver<Order>,
}

impl HubHost {
    /// Starts the timer task, which ends with the last clone.
    pub(crate) fn new(config: HubConfig, app_id: &str) -> Self {
        let room = Room { hub: Hub::new(config), seats: HashMap::new(), next: 1, attended: 0 };
        let host = Self(Arc::new(Inner {
            started: Instant::now(),
            app_id: app_id.to_owned(),
            state: Mutex::new(room),
            rearm: Notify::new(),
        }));
        tokio::spawn(keep_time(Arc::downgrade(&host.0)));
        host
    }

    pub(crate) fn publish(&self, event: &Event) {
        let channels = [event.channel()];
        let publication = Publication {
            name: event.name,
            channels: &channels,
            data: &event.data,
            except_socket_id: None,
            idempotency_key: event.idempotency_key.as_deref(),
        };
        self.with(|hub, now| hub.publish(now, &self.0.app_id, &publication));
    }

    /// Closes every socket with 4200 and refuses new ones; returns when they are gone, or after a short while.
    pub(crate) async fn drain(&self) {
        self.with(Hub::drain);
        for _ in 0..50 {
            if self.room().attended == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Does something with the hub at the present time and hands out what it says.
    fn with<T>(&self, act: impl FnOnce(&mut Hub, u64) -> T) -> T {
        let now = self.now_ms();
        let mut room = self.room();
        let result = act(&mut room.hub, now);
        room.hand_out();
        drop(room);
        self.0.rearm.notify_one();
        result
    }

    /// Lets the hub do what is due; returns when it wants to be rung next. Does not wake the timer task, which calls it.
    fn ring(&self) -> Option<u64> {
        let now = self.now_ms();
        let mut room = self.room();
        room.hub.handle_timeout(now);
        room.hand_out();
        room.hub.poll_timeout()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a seat for an upgrade request, unless the hub refuses it.
    fn seat(&self, path_and_query: &str) -> Result<Seat, sidewire_hub::Refusal> {
        let (sender, orders) = mpsc::channel(QUEUE);
        let client = {
            let mut room = self.room();
            let client = Client(room.next);
            room.next += 1;
            room.attended += 1;
            room.seats.insert(client, sender);
            client
        };
        let seat = Seat { host: self.clone(), client, orders };
        self.with(|hub, now| hub.open(now, client, path_and_query))?;
        Ok(seat)
    }
}

impl Room {
    fn hand_out(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { client, text } => self.order(client, Order::Text(text)),
                Output::Close { client, code, reason } => {
                    self.order(client, Order::Close(code, reason));
                    self.seats.remove(&client);
                }
                // Without a sender the socket's task ends, and the connection with it.
                Output::Drop { client } => {
                    self.seats.remove(&client);
                }
            }
        }
    }

    fn order(&mut self, client: Client, order: Order) {
        let Some(seat) = self.seats.get(&client) else {
            return;
        };
        if seat.try_send(order).is_err() {
            self.seats.remove(&client);
            self.hub.closed(client);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        {
            let mut room = self.host.room();
            room.seats.remove(&self.client);
            room.attended = room.attended.saturating_sub(1);
        }
        self.host.with(|hub, _| hub.closed(self.client));
    }
}

/// Rings the hub when it wants to be rung, and looks once a second whether anyone still holds it.
async fn keep_time(host: Weak<Inner>) {
    while let Some(inner) = host.upgrade() {
        let host = HubHost(inner);
        let due = host.ring().map(|ms| host.0.started + Duration::from_millis(ms));
        let latest = Instant::now() + Duration::from_secs(1);
        tokio::select! {
            () = sleep_until(due.unwrap_or(latest).min(latest)) => {}
            () = host.0.rearm.notified() => {}
        }
    }
}

/// The push port: `/app/<key>` for sockets, `/apps/...` and `/up` for publishers.
pub(crate) fn router(host: HubHost) -> Router {
    Router::new().fallback(serve).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(host)
}

async fn serve(
    State(host): State<HubHost>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    body: Bytes,
) -> Response {
    if !uri.path().starts_with("/app/") {
        return api(&host, &method, &uri, &headers, &body);
    }
    let Ok(upgrade) = upgrade else {
        return (StatusCode::BAD_REQUEST, "Missing Upgrade header").into_response();
    };
    let path_and_query = uri.path_and_query().map_or("/", |both| both.as_str());
    match host.seat(path_and_query) {
        Ok(seat) => upgrade.on_upgrade(move |socket| attend(socket, seat)),
        Err(refusal) => (status(refusal.status), refusal.body).into_response(),
    }
}

fn api(host: &HubHost, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
    let request = HttpRequest {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or(""),
        content_type: headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()),
        body,
    };
    let answer = host.with(|hub, now| hub.http(now, clock::now_s(), &request));
    let kind = if answer.json { "application/json" } else { "text/plain; charset=utf-8" };
    let mut response = (status(answer.status), [(header::CONTENT_TYPE, kind)], answer.body).into_response();
    // As on Sockudo: no keep-alive on the API.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    if let Some(seconds) = answer.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A socket's life.
async fn attend(mut socket: WebSocket, mut seat: Seat) {
    loop {
        tokio::select! {
            order = seat.orders.recv() => match order {
                Some(Order::Text(text)) => {
                    let written = timeout(WRITE_DEADLINE, socket.send(Message::Text(text.into()))).await;
                    if !matches!(written, Ok(Ok(()))) {
                        return;
                    }
                }
                Some(Order::Close(code, reason)) => {
                    let frame = CloseFrame { code, reason: reason.into() };
                    let _ = socket.send(Message::Close(Some(frame))).await;
                    return settle(socket).await;
                }
                None => return,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => seat.heard(&text),
                Some(Ok(Message::Binary(bytes))) => seat.heard(&String::from_utf8_lossy(&bytes)),
                Some(Ok(Message::Ping(_))) => {
                    seat.host.with(|hub, now| hub.receive_ws_ping(now, seat.client));
                }
                Some(Ok(Message::Pong(_))) => {}
                // Reading on sends the echo of the client's code and reason.
                Some(Ok(Message::Close(_))) => return settle(socket).await,
                Some(Err(_)) | None => return,
            },
        }
    }
}

impl Seat {
    fn heard(&self, text: &str) {
        self.host.with(|hub, now| hub.receive(now, self.client, text));
    }
}

/// Reads until the closing handshake is over: cutting the connection earlier could destroy the frames under way.
async fn settle(mut socket: WebSocket) {
    let _ = timeout(CLOSE_DEADLINE, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
}
