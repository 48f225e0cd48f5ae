//! A host for the bindings, as the TypeScript half would be one, and the tests that hold in every scope.
#![allow(dead_code, reason = "each scope's test file takes what it needs")]
#![allow(missing_docs, reason = "test support")]
#![allow(unreachable_pub, reason = "shared by three test files")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counters are small")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::sleep;
use js_sys::{JSON, Object, Promise, Reflect};
use sidewire_wasm::{RawClient, RawHost, RawOptions};
use wasm_bindgen::prelude::*;

/// Where nothing listens: port 9 (discard) is refused at once.
pub const NOWHERE: &str = "127.0.0.1:9";

/// A client with everything that it told.
pub struct Rig {
    pub client: Rc<RawClient>,
    events: Rc<RefCell<Vec<String>>>,
    _on_event: Closure<dyn FnMut(JsValue)>,
    _token: Closure<dyn FnMut() -> Promise>,
}

pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), value).unwrap();
    }
    object
}

pub fn text(value: &JsValue) -> String {
    JSON::stringify(value).map_or_else(|_| "undefined".to_owned(), String::from)
}

pub fn local_options(push: &str, api: &str) -> RawOptions {
    let fields: [(&str, JsValue); 3] = [("key", key().into()), ("url", push.into()), ("apiBase", api.into())];
    object(&fields).unchecked_into()
}

/// [`RawHost`]'s `frame`, as the TypeScript half has it.
pub fn frame_reader() -> js_sys::Function {
    let body = "if (typeof event.data !== 'string') return -1;
        const { read, written } = new TextEncoder().encodeInto(event.data, buffer);
        return read < event.data.length ? -1 - event.data.length : written;";
    js_sys::Function::new_with_args("event, buffer", body)
}

fn key() -> &'static str {
    option_env!("SIDEWIRE_TEST_KEY").unwrap_or("dev-key")
}

impl Rig {
    pub fn new(options: &RawOptions, token: &'static str) -> Result<Self, JsValue> {
        let events = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&events);
        let on_event = Closure::new(move |event: JsValue| log.borrow_mut().push(text(&event)));
        let provider = Closure::new(move || Promise::resolve(&JsValue::from_str(token)));
        let host = object(&[
            ("onEvent", AsRef::<JsValue>::as_ref(&on_event).clone()),
            ("onTimeline", js_sys::Function::new_no_args("").into()),
            ("frame", frame_reader().into()),
            ("token", AsRef::<JsValue>::as_ref(&provider).clone()),
        ]);
        let client = RawClient::new(options, host.unchecked_into::<RawHost>(), 1.0, 2.0)?;
        Ok(Self { client: Rc::new(client), events, _on_event: on_event, _token: provider })
    }

    pub fn events(&self) -> Vec<String> {
        self.events.borrow().clone()
    }

    pub fn snapshot(&self, field: &str) -> JsValue {
        Reflect::get(&self.client.snapshot(), &JsValue::from_str(field)).unwrap()
    }

    pub fn counter(&self, field: &str) -> u32 {
        let value = Reflect::get(&self.client.counters(), &JsValue::from_str(field)).unwrap();
        value.as_f64().map_or(0, |number| number as u32)
    }

    pub fn rows(&self) -> Vec<String> {
        let count = (self.client.row_keys(0, usize::MAX).len() / 2) as u32;
        (0..count).map(|index| self.client.rows_json(&[index])).collect()
    }

    /// Waits until `holds`, at most ten seconds.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if holds(self) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "not within 10 s: {what}; snapshot {}, events {:?}",
            text(&self.client.snapshot()),
            self.events()
        );
    }
}

/// Answers every HTTP request of this scope by `answer`, the body of a JavaScript function of `url` and `body` that
/// gives an answer's text, or nothing for a failure. Dropping it gives the real `fetch` back.
pub struct FakeFetch(JsValue);

impl FakeFetch {
    pub fn new(answer: &str) -> Self {
        let script = format!(
            "globalThis.fetch = async (request) => {{
               const {{ url }} = request;
               const body = request.method === \"GET\" ? \"\" : await request.text();
               const text = (() => {{ {answer} }})();
               if (text === undefined) throw new TypeError(\"no network\");
               return new Response(text, {{ status: 200 }});
             }}"
        );
        let real = Reflect::get(&js_sys::global(), &"fetch".into()).unwrap();
        js_sys::Function::new_no_args(&script).call0(&JsValue::UNDEFINED).unwrap();
        Self(real)
    }
}

impl Drop for FakeFetch {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &"fetch".into(), &self.0).unwrap();
    }
}

/// Both servers are away: the client says so in its state and goes on trying, without a panic in this scope.
pub async fn servers_away_are_told_and_retried() {
    let options = local_options(&format!("ws://{NOWHERE}"), &format!("http://{NOWHERE}"));
    let rig = Rig::new(&options, "token").unwrap();

    rig.client.start_sync("s1").unwrap();
    rig.until("the failed load is told", |rig| !rig.snapshot("loadError").is_null()).await;
    rig.until("a retry is announced", |rig| rig.events().iter().any(|e| e.contains("reconnecting"))).await;

    assert_eq!(rig.snapshot("state").as_string().as_deref(), Some("connecting"));
    assert!(rig.counter("socketsOpened") >= 1);
    rig.client.close();
}

/// A real conversation with the reference backend over its push server.
#[cfg(sidewire_backend)]
pub async fn a_conversation_over_push() {
    let options = local_options(env!("SIDEWIRE_TEST_PUSH"), env!("SIDEWIRE_TEST_API"));
    let rig = Rig::new(&options, env!("SIDEWIRE_TEST_TOKEN")).unwrap();
    rig.until("the token was asked for", |rig| rig.client.socket_id().is_none()).await;
    sleep(Duration::from_millis(50)).await;

    rig.client.create_session(None, None, Some("wasm test".to_owned()));
    rig.until("the session is there", |rig| rig.events().iter().any(|e| e.contains("callAnswered"))).await;
    let answer = rig.events().into_iter().find(|e| e.contains("callAnswered")).unwrap();
    let session =
        answer.split("sessionId\\\":\\\"").nth(1).and_then(|rest| rest.split("\\\"").next()).unwrap();

    rig.client.start_sync(session).unwrap();
    rig.until("connected", |rig| rig.snapshot("state").as_string().as_deref() == Some("connected")).await;
    let id = rig.client.send_message("hello from wasm".to_owned(), None, None, None).unwrap();
    assert_eq!(rig.rows().len(), 1, "the echo is there at once");
    rig.until("the answer is finished", |rig| rig.rows().iter().any(|row| row.contains("\"success\""))).await;
    rig.until("typing ended", |rig| rig.snapshot("isServerTyping").is_falsy()).await;

    let rows = rig.rows();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows.first().is_some_and(|row| row.contains(&format!("\"{id}\",null,null,0,"))), "{rows:?}");
    assert_eq!(rig.counter("socketsOpened"), 1);
    assert_eq!(rig.counter("polls"), 0);
    rig.client.close();
}
