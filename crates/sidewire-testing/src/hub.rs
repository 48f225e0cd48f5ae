//! The hub as JavaScript holds it. Time is an argument; outputs are taken one by one.

use std::cell::RefCell;

use serde_json::json;
use sidewire_hub::{App, Client, Hub, HubConfig, Output, Publication, signing};
use wasm_bindgen::prelude::*;

/// The one app's id. Only the publish API of the hub asks for it.
const APP_ID: &str = "test-app";

/// One push server with one app.
#[wasm_bindgen]
pub struct RawHub {
    hub: RefCell<Hub>,
    key: String,
    secret: String,
}

#[wasm_bindgen]
impl RawHub {
    /// A hub without sockets.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &str, secret: &str, activity_timeout_s: u32, seed: u32) -> Self {
        let app = App::new(APP_ID, key, secret);
        let config = HubConfig { activity_timeout_s, seed: u64::from(seed), ..HubConfig::with_app(app) };
        Self { hub: RefCell::new(Hub::new(config)), key: key.to_owned(), secret: secret.to_owned() }
    }

    /// A WebSocket upgrade; the HTTP status of a refusal, or nothing if it was taken.
    pub fn open(&self, now: f64, client: u32, path_and_query: &str) -> Option<u16> {
        let opened = self.hub.borrow_mut().open(millis(now), name(client), path_and_query);
        opened.err().map(|refusal| refusal.status)
    }

    /// A text frame from a client.
    pub fn receive(&self, now: f64, client: u32, text: &str) {
        self.hub.borrow_mut().receive(millis(now), name(client), text);
    }

    /// A socket is gone.
    pub fn closed(&self, client: u32) {
        self.hub.borrow_mut().closed(name(client));
    }

    /// Every socket gets 4200; later upgrades are refused.
    pub fn drain(&self, now: f64) {
        self.hub.borrow_mut().drain(millis(now));
    }

    /// Delivers one event.
    pub fn publish(&self, now: f64, channel: String, event: &str, data: &str) {
        let channels = [channel];
        let event = Publication {
            name: event,
            channels: &channels,
            data,
            except_socket_id: None,
            idempotency_key: None,
        };
        self.hub.borrow_mut().publish(millis(now), APP_ID, &event);
    }

    /// The next thing to do as JSON: `client` and either `text`, `code` with `reason`, or nothing else for a cut.
    pub fn poll(&self) -> Option<String> {
        let output = self.hub.borrow_mut().poll_output()?;
        let value = match output {
            Output::Send { client, text } => json!({ "client": client.0, "text": text }),
            Output::Close { client, code, reason } => {
                json!({ "client": client.0, "code": code, "reason": reason })
            }
            Output::Drop { client } => json!({ "client": client.0 }),
        };
        Some(value.to_string())
    }

    /// When `handleTimeout` wants to be called.
    #[wasm_bindgen(js_name = nextTimeout)]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53")]
    pub fn next_timeout(&self) -> Option<f64> {
        self.hub.borrow().poll_timeout().map(|at| at as f64)
    }

    /// Does what is due.
    #[wasm_bindgen(js_name = handleTimeout)]
    pub fn handle_timeout(&self, now: f64) {
        self.hub.borrow_mut().handle_timeout(millis(now));
    }

    /// The `auth` of a channel for one socket.
    pub fn sign(&self, socket_id: &str, channel: &str) -> String {
        signing::channel_signature(&self.key, &self.secret, socket_id, channel)
    }

    /// How many sockets are subscribed to a channel.
    pub fn subscribers(&self, channel: &str) -> u32 {
        u32::try_from(self.hub.borrow().subscribers(APP_ID, channel)).unwrap_or(u32::MAX)
    }
}

const fn name(client: u32) -> Client {
    Client(client as u64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float casts saturate, which is meant here"
)]
const fn millis(now: f64) -> u64 {
    now as u64
}
