//! The driver in a page.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod common;

wasm_bindgen_test_configure!(run_in_browser);

// Fault 101.
#[wasm_bindgen_test]
async fn servers_away_are_told_and_retried() {
    common::servers_away_are_told_and_retried().await;
}

// Needs the reference backend, which `npm test` starts and names at compile time.
#[cfg(sidewire_backend)]
#[wasm_bindgen_test]
async fn a_conversation_over_push() {
    common::a_conversation_over_push().await;
}

#[wasm_bindgen_test]
fn settings_that_do_not_hold_together_are_refused_with_a_code_and_a_sentence() {
    let options = common::local_options("http://127.0.0.1:3005", "http://127.0.0.1:3000");

    let Err(error) = common::Rig::new(&options, "token") else { panic!("accepted") };

    let code = js_sys::Reflect::get(&error, &"code".into()).ok().and_then(|code| code.as_string());
    assert_eq!(code.as_deref(), Some("bad_config"));
    assert_eq!(js_sys::Error::from(error).message(), "url must start with wss:// or ws://");
}

#[wasm_bindgen_test]
async fn without_a_key_the_client_polls_and_says_why() {
    let options = common::object(&[("apiBase", format!("http://{}", common::NOWHERE).into())]);
    let rig = common::Rig::new(&options.unchecked_into(), "token").unwrap();

    rig.client.start_sync("s1").unwrap();
    rig.until("fallback", |rig| rig.snapshot("state").as_string().as_deref() == Some("fallback")).await;

    assert_eq!(rig.snapshot("reasonLabel").as_string().as_deref(), Some("Pusher not configured"));
    assert_eq!(rig.counter("socketsOpened"), 0);
}

#[wasm_bindgen_test]
async fn without_a_token_there_is_no_request_at_all() {
    let options =
        common::local_options(&format!("ws://{}", common::NOWHERE), &format!("http://{}", common::NOWHERE));
    let rig = common::Rig::new(&options, "").unwrap();

    rig.client.start_sync("s1").unwrap();
    rig.until("failed", |rig| rig.snapshot("state").as_string().as_deref() == Some("failed")).await;

    assert_eq!(rig.snapshot("reason").as_string().as_deref(), Some("no_token"));
    assert_eq!(
        rig.counter("socketsOpened") + rig.counter("authRequests") + rig.counter("messageRequests"),
        0
    );
}

// Faults 148 and 149.
#[wasm_bindgen_test]
async fn a_send_from_inside_a_listener_is_queued_and_a_throwing_listener_stops_nothing() {
    let slot: Rc<RefCell<Option<Rc<sidewire_wasm::RawClient>>>> = Rc::default();
    let inner = Rc::clone(&slot);
    let sent = Rc::new(RefCell::new(0));
    let count = Rc::clone(&sent);
    let on_event = Closure::<dyn FnMut(JsValue) -> Result<(), JsValue>>::new(move |_event: JsValue| {
        let client = inner.borrow().clone();
        if let Some(client) = client.filter(|_| *count.borrow() < 3) {
            *count.borrow_mut() += 1;
            client.send_message("again".to_owned(), None, None, None).unwrap();
        }
        Err(JsValue::from_str("a listener's own mistake"))
    });
    let token =
        Closure::<dyn FnMut() -> js_sys::Promise>::new(|| js_sys::Promise::resolve(&JsValue::from_str("t")));
    let host = common::object(&[
        ("onEvent", AsRef::<JsValue>::as_ref(&on_event).clone()),
        ("onTimeline", js_sys::Function::new_no_args("").into()),
        ("token", AsRef::<JsValue>::as_ref(&token).clone()),
    ]);
    let options =
        common::local_options(&format!("ws://{}", common::NOWHERE), &format!("http://{}", common::NOWHERE));
    let client = Rc::new(sidewire_wasm::RawClient::new(&options, host.unchecked_into(), 1.0, 2.0).unwrap());
    client.start_sync("s1").unwrap();
    slot.replace(Some(Rc::clone(&client)));

    client.send_message("first".to_owned(), None, None, None).unwrap();

    assert_eq!(*sent.borrow(), 3);
    assert_eq!(client.row_keys(0, 10).len(), 9, "a life and four rows, each once");
    slot.take();
    client.close();
}

// M6
#[wasm_bindgen_test]
async fn a_queued_message_is_taken_back_and_one_on_the_wire_is_not() {
    let _fetch = common::FakeFetch::new("return undefined;");
    let options = common::object(&[("apiBase", "http://127.0.0.1:9".into())]);
    let rig = common::Rig::new(&options.unchecked_into(), "token").unwrap();
    rig.client.start_sync("s1").unwrap();
    rig.until("a token", |rig| !rig.snapshot("loadError").is_null()).await;
    let first = rig.client.send_message("first".to_owned(), None, None, None).unwrap();
    let second = rig.client.send_message("second".to_owned(), None, None, None).unwrap();

    assert!(!rig.client.cancel_message(&first, None).unwrap(), "it is on the wire");
    assert!(rig.client.cancel_message(&second, None).unwrap());
    assert!(!rig.client.cancel_message(&second, None).unwrap(), "it is gone");
    rig.until("the first one waits for another try", |rig| {
        rig.rows().iter().any(|row| row.contains(r#","queued","#))
    })
    .await;

    assert_eq!(rig.rows().len(), 1);
    assert!(
        rig.events().iter().any(|event| event.contains(&second) && event.contains(r#""state":"cancelled""#))
    );
    assert!(rig.client.cancel_message(&first, Some("s1".to_owned())).unwrap());
    assert!(rig.client.cancel_message("x", Some("not a session".to_owned())).is_err());
    rig.client.close();
}

// I3, M4
#[wasm_bindgen_test]
async fn older_messages_come_through_the_driver_and_a_gap_names_the_row_behind_it() {
    let _fetch = common::FakeFetch::new(
        r#"const page = (numbers, hasMore) => JSON.stringify({ hasMore, lastSequenceNumber: 9, messages:
             numbers.map((n) => ({ messageId: `m${n}`, content: "c", timestamp: n, sequenceNumber: n })) });
           if (url.includes("beforeSequence=8")) return page([1, 2, 5], false);
           if (url.includes("/messages")) return page([8, 9], true);"#,
    );
    let options = common::object(&[("apiBase", "http://127.0.0.1:9".into())]);
    let rig = common::Rig::new(&options.unchecked_into(), "token").unwrap();
    rig.client.start_sync("s1").unwrap();
    rig.until("the first page", |rig| rig.rows().len() == 2).await;
    assert_eq!(rig.snapshot("hasOlder"), JsValue::TRUE);

    let call = rig.client.load_older();
    assert_eq!(rig.snapshot("isLoadingOlder"), JsValue::TRUE);
    rig.until("the page before", |rig| rig.rows().len() == 5).await;

    let answer =
        format!(r#"{{"type":"callAnswered","call":{call},"body":"{{\"added\":3,\"hasOlder\":false}}","#);
    assert!(rig.events().iter().any(|event| event.starts_with(&answer)), "{:?}", rig.events());
    assert_eq!(rig.client.gaps(), [3.0, 4.0, 2.0, 6.0, 7.0, 3.0]);
    assert_eq!((rig.snapshot("hasOlder"), rig.snapshot("isLoadingOlder")), (JsValue::FALSE, JsValue::FALSE));
    let told = r#""from":3,"to":4,"cause":"not_in_log","action":"marked""#;
    assert!(rig.events().iter().any(|event| event.contains(told)), "{:?}", rig.events());
    rig.client.close();
}

// Fault 104.
#[wasm_bindgen_test]
async fn an_answer_that_hides_its_length_is_cut_at_8_mib_and_one_of_8_mib_is_read() {
    let _fetch = common::FakeFetch::new(
        r#"const flood = globalThis.flood ??= { pulled: 0, cut: false };
           const endless = flood.pulled === 0;
           if (endless) request.signal.onabort = () => (flood.cut = true);
           const page = new Uint8Array(8 << 20).fill(32);
           const text = `{"hasMore":false,"messages":[{"messageId":"m1","content":"c","sequenceNumber":1}]}`;
           new TextEncoder().encodeInto(text, page);
           let at = 0;
           return new ReadableStream({ pull(stream) {
             if (endless) flood.pulled += 1;
             else if (at === page.length) return stream.close();
             stream.enqueue(page.slice(at, at + 65536));
             if (!endless) at += 65536;
           } });"#,
    );
    let flood = |field: &str| {
        let flood = js_sys::Reflect::get(&js_sys::global(), &"flood".into()).unwrap();
        js_sys::Reflect::get(&flood, &field.into()).unwrap()
    };
    let options = common::object(&[("apiBase", "http://127.0.0.1:9".into())]);
    let rig = common::Rig::new(&options.unchecked_into(), "token").unwrap();

    rig.client.start_sync("s1").unwrap();
    rig.until("the refusal", |rig| !rig.snapshot("loadError").is_null()).await;

    let refusal = common::text(&rig.snapshot("loadError"));
    assert!(refusal.contains(r#""code":"BAD_ANSWER""#) && refusal.contains("larger than 8 MiB"), "{refusal}");
    assert_eq!(flood("cut"), JsValue::TRUE);
    let pieces = flood("pulled").as_f64().unwrap();
    assert!(
        (129.0..=131.0).contains(&pieces),
        "{pieces} pieces of 64 KiB, where the 129th is over the limit"
    );

    rig.until("the next answer", |rig| rig.rows().len() == 1).await;
    assert_eq!(rig.snapshot("loadError"), JsValue::NULL);
    rig.client.close();
}

/// Notes every delay that is asked of the browser's timers in `globalThis.delays`. Dropping it ends that.
struct NotedTimers(JsValue);

impl NotedTimers {
    fn new() -> Self {
        let real = js_sys::Reflect::get(&js_sys::global(), &"setTimeout".into()).unwrap();
        let script = "const real = globalThis.setTimeout;
            globalThis.delays = [];
            globalThis.setTimeout = (work, delay) => { delays.push(delay); return real(work, delay); };";
        js_sys::Function::new_no_args(script).call0(&JsValue::UNDEFINED).unwrap();
        Self(real)
    }

    fn longest() -> JsValue {
        js_sys::eval("Math.max(0, ...delays)").unwrap()
    }
}

impl Drop for NotedTimers {
    fn drop(&mut self) {
        js_sys::Reflect::set(&js_sys::global(), &"setTimeout".into(), &self.0).unwrap();
    }
}

// Fault 126. The browser takes a delay over 2^31 ms for none at all.
#[wasm_bindgen_test]
async fn a_wait_of_weeks_is_asked_of_the_browser_hour_by_hour() {
    const WEEKS: f64 = 3e9;
    let _fetch =
        common::FakeFetch::new(r#"return `{"hasMore":false,"messages":[],"lastSequenceNumber":0}`;"#);
    let timers = NotedTimers::new();
    let options = common::object(&[
        ("apiBase", "http://127.0.0.1:9".into()),
        ("pollActiveMs", WEEKS.into()),
        ("pollIdleMs", WEEKS.into()),
    ]);
    let rig = common::Rig::new(&options.unchecked_into(), "token").unwrap();

    rig.client.start_sync("s1").unwrap();
    rig.until("the wait for the poll", |_| NotedTimers::longest().as_f64() > Some(1e6)).await;

    assert_eq!(NotedTimers::longest(), JsValue::from(3_600_000));
    assert_eq!(rig.counter("polls"), 0);
    rig.client.close();
    drop(timers);
}

#[wasm_bindgen_test]
fn the_tab_map_survives_its_stored_form() {
    let tabs = sidewire_wasm::RawTabs::new(None, None);
    tabs.created(7, 1, Some("https://a.example/x".to_owned()), false);
    tabs.activated(7, 1);
    assert!(tabs.bound(7, Some("s7".to_owned())).unwrap());
    assert!(tabs.bound(7, Some("not a session id".to_owned())).is_err());

    let again = sidewire_wasm::RawTabs::new(Some(tabs.to_json()), None);

    assert_eq!(again.active_session(1).as_deref(), Some("s7"));
    assert!(again.binding_json(7).unwrap().contains(r#""domain":"a.example""#));
}

#[wasm_bindgen_test]
fn the_tab_map_goes_on_from_the_record_of_an_earlier_run() {
    let tabs = sidewire_wasm::RawTabs::new(None, None);
    tabs.created(7, 1, Some("https://a.example/x".to_owned()), false);
    assert!(tabs.bound(7, Some("s7".to_owned())).unwrap());
    assert!(tabs.scoped("window") && !tabs.scoped("no scope"));

    let later = sidewire_wasm::RawTabs::new(Some("garbage".to_owned()), Some(tabs.to_record()));

    assert_eq!(later.scope(), "window");
    later.created(70, 2, Some("https://a.example/x".to_owned()), false);
    assert_eq!(later.session(70).as_deref(), Some("s7"));
    assert!(later.signed_out());
    assert_eq!(later.session(70), None);
}
