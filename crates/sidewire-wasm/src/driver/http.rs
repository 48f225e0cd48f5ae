//! One HTTP request: token, deadline, abort, answer.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::{Request, Response};
use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use sidewire_core::limits::{MAX_BODY, scrub};
use sidewire_core::{Body, Duration, HttpFailure, HttpRequest, HttpResponse, Method};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReadableStream, ReadableStreamDefaultReader, RequestInit};

use crate::host::RawHost;
use crate::object::Value::{Object, Text};
use crate::object::object;
use crate::options::whole;

/// An answer, owned until the engine has read it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// As the engine reads it.
    pub(super) fn response(&self) -> HttpResponse<'_> {
        HttpResponse { status: self.status, retry_after: self.retry_after.as_deref(), body: &self.body }
    }
}

/// Dropping it aborts the request.
pub(super) struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts a request; the future ends with its outcome, the guard aborts it.
pub(super) fn start(
    host: RawHost,
    request: HttpRequest,
) -> Result<(Abort, impl Future<Output = Result<Answer, HttpFailure>>), HttpFailure> {
    let controller = AbortController::new().map_err(|_| HttpFailure::Network)?;
    let signal = controller.signal();
    let timer_controller = controller.clone();
    let late = Rc::new(Cell::new(false));
    let flag = Rc::clone(&late);
    let millis = timer_millis(request.timeout);
    let future = async move {
        // Held until the body is read: the deadline covers the whole exchange, the token provider included.
        let _deadline = Timeout::new(millis, move || {
            flag.set(true);
            timer_controller.abort();
        });
        let outcome = exchange(&host, request, &signal).await;
        outcome.map_err(|failure| if late.get() { HttpFailure::Timeout } else { failure })
    };
    Ok((Abort(controller), future))
}

async fn exchange(host: &RawHost, request: HttpRequest, signal: &AbortSignal) -> Result<Answer, HttpFailure> {
    let token = token(host, false).await?;
    let response = build(&request, &token, signal)?.send().await.map_err(|_| HttpFailure::Network)?;
    let mut answer = read(response).await?;
    if answer.status >= 400 {
        scrub(&mut answer.body, &token);
    }
    Ok(answer)
}

async fn token(host: &RawHost, renew: bool) -> Result<String, HttpFailure> {
    let promise = host.token(renew).map_err(|_| HttpFailure::TokenProvider)?;
    let token = JsFuture::from(promise).await.map_err(|_| HttpFailure::TokenProvider)?;
    token.as_string().filter(|token| !token.is_empty()).ok_or(HttpFailure::NoToken)
}

fn build(request: &HttpRequest, token: &str, signal: &AbortSignal) -> Result<Request, HttpFailure> {
    let bearer = ["Bearer ", token].concat();
    let mut headers = vec![("Authorization", Text(&bearer))];
    if let Some(key) = &request.idempotency_key {
        headers.push(("Idempotency-Key", Text(key.as_str())));
    }
    let body = request.body.as_ref().map(|body| match body {
        Body::Form(form) => ("application/x-www-form-urlencoded", form),
        Body::Json(json) => ("application/json", json),
    });
    headers.extend(body.map(|(kind, _)| ("Content-Type", Text(kind))));
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Patch => "PATCH",
    };
    let mut init = vec![
        ("method", Text(method)),
        ("headers", Object(&headers)),
        ("mode", Text("cors")),
        ("cache", Text("no-store")),
        ("credentials", Text("omit")),
        ("redirect", Text("error")),
        ("referrerPolicy", Text("no-referrer")),
    ];
    // A GET with a body, even an empty one, is refused.
    init.extend(body.map(|(_, text)| ("body", Text(text))));
    let init = object(&init).unchecked_into::<RequestInit>();
    init.set_signal(Some(signal));
    let request = web_sys::Request::new_with_str_and_init(&request.url, &init);
    request.map(Request::from).map_err(|_| HttpFailure::Network)
}

async fn read(response: Response) -> Result<Answer, HttpFailure> {
    let headers = response.headers();
    let told = headers.get("Content-Length").and_then(|text| text.parse().ok()).unwrap_or_default();
    if told > MAX_BODY {
        return Err(HttpFailure::TooLarge);
    }
    let body = match response.body() {
        Some(stream) => drain(&stream, told).await?,
        None => Vec::new(),
    };
    make_room_for(&body);
    Ok(Answer { status: response.status(), retry_after: headers.get("Retry-After"), body })
}

#[wasm_bindgen]
extern "C" {
    /// What a stream's reader gives.
    type Part;

    /// `undefined` at the end.
    #[wasm_bindgen(method, getter)]
    fn value(this: &Part) -> JsValue;
}

/// Reads to the end, but not past the limit: an answer may hide its length, and a packed one grows. Giving up is
/// enough: the request's guard goes with its answer, and cuts what still comes.
async fn drain(stream: &ReadableStream, told: usize) -> Result<Vec<u8>, HttpFailure> {
    let reader = stream.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
    let mut body = Vec::with_capacity(told);
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| HttpFailure::Network)?;
        let part = part.unchecked_into::<Part>().value();
        if part.is_undefined() {
            return Ok(body);
        }
        let part = part.dyn_into::<Uint8Array>().map_err(|_| HttpFailure::Network)?;
        let (begin, length) = (body.len(), part.byte_length() as usize);
        if begin + length > MAX_BODY {
            return Err(HttpFailure::TooLarge);
        }
        body.resize(begin + length, 0);
        part.copy_to(body.get_mut(begin..).unwrap_or_default());
    }
}

/// The messages of a page are kept one by one. Growing the module's memory is slow, so a large page lets it grow once
/// and not with every 64 kB.
fn make_room_for(body: &[u8]) {
    const LARGE: usize = 256 << 10;
    if body.len() > LARGE {
        drop(core::hint::black_box(Vec::<u8>::with_capacity(body.len() + body.len() / 2)));
    }
}

/// Asks the token provider whether it has a token now; with `renew`, after it was asked for another one.
pub(crate) async fn has_token(host: &RawHost, renew: bool) -> Result<(), HttpFailure> {
    token(host, renew).await.map(drop)
}

/// Milliseconds as the browser's timers take them, at most an hour: longer ones would overflow and fire at once.
pub(super) fn timer_millis(delay: Duration) -> u32 {
    u32::try_from(delay.as_millis().min(3_600_000)).unwrap_or(3_600_000)
}

/// A seed from JavaScript: 64 random bits as two halves.
pub(crate) fn seed_from(high: f64, low: f64) -> u64 {
    (whole(high) << 32) | (whole(low) & 0xFFFF_FFFF)
}
