//! One WebSocket. Dropping it detaches the handlers first, so a retired socket can never call back.

use std::rc::Weak;

use sidewire_core::ConnectionId;
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{Arrival, Driver};

pub(super) struct Socket {
    pub(super) connection: ConnectionId,
    inner: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Fails only for an address that no browser would take, such as one that the page's CSP forbids.
    pub(super) fn open(driver: &Weak<Driver>, connection: ConnectionId, url: &str) -> Result<Self, JsValue> {
        let socket = WebSocket::new(url)?;
        let tell = move |driver: &Weak<Driver>, arrival: Arrival| {
            if let Some(driver) = driver.upgrade() {
                driver.feed(arrival);
            }
        };
        let (on_open, on_message, on_close) = (driver.clone(), driver.clone(), driver.clone());
        let opened = Closure::<dyn FnMut()>::new(move || tell(&on_open, Arrival::Opened(connection)));
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(driver) = on_message.upgrade() {
                driver.frame(connection, &event);
            }
        });
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            tell(&on_close, Arrival::Closed(connection, event.code(), event.reason()));
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { connection, inner: socket, _opened: opened, _message: message, _closed: closed })
    }

    /// Sends only on an open socket, so that "already in CLOSING or CLOSED state" cannot happen.
    pub(super) fn send(&self, text: &str) {
        if self.inner.ready_state() == WebSocket::OPEN {
            // The core learns of a failed send from the close that follows it.
            let _ = self.inner.send_with_str(text);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        if matches!(self.inner.ready_state(), WebSocket::CONNECTING | WebSocket::OPEN) {
            let _ = self.inner.close_with_code(1000);
        }
    }
}
