//! The client as JavaScript holds it. Every method converts, forwards, converts.
#![expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands optional strings over by value")]

use std::cell::Cell;
use std::rc::Rc;

use sidewire_core::decimal::Decimal;
use sidewire_core::json::write_str;
use sidewire_core::timeline::write_row_json;
use sidewire_core::{
    ApiCall, CallId, ClientMessageId, Command, Config, Outgoing, Seed, SessionFields, SessionId, Timeline,
};
use wasm_bindgen::prelude::*;

use crate::convert;
use crate::driver::{Driver, clock, coded_error, http};
use crate::host::RawHost;
use crate::options::{RawOptions, config_input, records};

/// One connection and its sessions. The package's `createClient` wraps it.
#[wasm_bindgen]
pub struct RawClient {
    driver: Rc<Driver>,
    last_call: Cell<u32>,
}

#[wasm_bindgen]
impl RawClient {
    /// Checks the settings and builds a client at rest. The seed is 64 bits in two halves.
    ///
    /// Throws an `Error` with code `bad_config` and a sentence that names the setting.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &RawOptions, host: RawHost, seed_high: f64, seed_low: f64) -> Result<Self, JsValue> {
        let config = Config::build(config_input(options));
        let config = config.map_err(|error| coded_error("bad_config", &error.message()))?;
        let seed = Seed(http::seed_from(seed_high, seed_low));
        let driver = Driver::new(config, seed, host, records(options));
        driver.ask_for_token();
        Ok(Self { driver, last_call: Cell::new(0) })
    }

    /// Opens the connection with no session shown.
    pub fn connect(&self) {
        self.driver.command(Command::Connect);
    }

    /// Watches exactly this session. Throws `bad_session_id`.
    #[wasm_bindgen(js_name = startSync)]
    pub fn start_sync(&self, session: &str) -> Result<(), JsValue> {
        self.driver.command(Command::StartSync(session_id(session)?));
        Ok(())
    }

    /// Watches no session, keeps the connection.
    #[wasm_bindgen(js_name = leaveSession)]
    pub fn leave_session(&self) {
        self.driver.command(Command::LeaveSession);
    }

    /// Closes the connection.
    #[wasm_bindgen(js_name = stopSync)]
    pub fn stop_sync(&self) {
        self.driver.command(Command::StopSync);
    }

    /// Fetches what is missing in the watched session.
    pub fn refresh(&self) {
        if let Some(session) = self.driver.with_engine(|engine| engine.shown().cloned()) {
            self.driver.command(Command::Refresh(session));
        }
    }

    /// Begins to read the page before the oldest message; the answer comes as a `callAnswered` event with the
    /// returned number.
    #[wasm_bindgen(js_name = loadOlder)]
    pub fn load_older(&self) -> u32 {
        let call = self.next_call();
        self.driver.command(Command::LoadOlder(call));
        call.as_raw()
    }

    /// Shows and sends a message; returns its client id. Throws `bad_session_id` or `no_session`.
    #[wasm_bindgen(js_name = sendMessage)]
    pub fn send_message(
        &self,
        content: String,
        session: Option<String>,
        url: Option<String>,
        domain: Option<String>,
    ) -> Result<String, JsValue> {
        let session = self.session_or_shown(session.as_deref())?;
        let wall = clock::wall_now();
        let client_message_id = self.driver.with_engine(|engine| engine.mint_client_message_id(wall));
        let id = client_message_id.as_str().to_owned();
        self.driver.command(Command::Send(Outgoing {
            session,
            client_message_id,
            content,
            wall,
            url,
            domain,
        }));
        Ok(id)
    }

    /// Tries a failed message again.
    #[wasm_bindgen(js_name = retryMessage)]
    pub fn retry_message(&self, client_message_id: &str, session: Option<String>) -> Result<(), JsValue> {
        let session = self.session_or_shown(session.as_deref())?;
        if let Some(id) = ClientMessageId::from_text(client_message_id) {
            self.driver.command(Command::RetrySend(session, id));
        }
        Ok(())
    }

    /// Takes back a message that is queued or failed; tells whether it was. Throws `bad_session_id` or `no_session`.
    #[wasm_bindgen(js_name = cancelMessage)]
    pub fn cancel_message(&self, client_message_id: &str, session: Option<String>) -> Result<bool, JsValue> {
        let session = self.session_or_shown(session.as_deref())?;
        let Some(id) = ClientMessageId::from_text(client_message_id) else { return Ok(false) };
        let can = self.driver.with_engine(|engine| engine.can_cancel(&session, &id));
        self.driver.command(Command::CancelSend(session, id));
        Ok(can)
    }

    /// The client's state as a plain object, `ClientSnapshot` of the contract.
    pub fn snapshot(&self) -> JsValue {
        self.driver.snapshot()
    }

    /// The counters as a plain object, `Counters` of the contract.
    pub fn counters(&self) -> JsValue {
        self.driver.with_engine(|engine| convert::counters(engine.counters()))
    }

    /// The push server's id of the open socket.
    #[wasm_bindgen(js_name = socketId)]
    pub fn socket_id(&self) -> Option<String> {
        self.driver.with_engine(|engine| engine.socket_id().map(str::to_owned))
    }

    /// What tells rows apart, flat: first which life of the watched timeline this is, then slot and version of each
    /// of the rows `start` to `end`. Slots of another life mean other messages. Empty when nothing is watched.
    #[wasm_bindgen(js_name = rowKeys)]
    pub fn row_keys(&self, start: usize, end: usize) -> Vec<u32> {
        self.driver.with_engine(|engine| {
            let mut keys = Vec::new();
            let timeline = engine.shown().and_then(|id| engine.timeline(id));
            if let (Some(life), Some(timeline)) = (engine.timeline_life(), timeline) {
                keys.push(life);
                timeline.rows(start..end).for_each(|row| keys.extend([row.slot, row.version]));
            }
            keys
        })
    }

    /// The rows with these indices, each once, as the text of one JSON array: first which life of the watched timeline
    /// this is, then the session's id, then the rows as `write_row_json` writes them.
    #[wasm_bindgen(js_name = rowsJson)]
    pub fn rows_json(&self, indices: &[u32]) -> String {
        self.driver.with_engine(|engine| {
            let mut out = String::from("[");
            let timeline = engine.shown().and_then(|id| engine.timeline(id));
            if let (Some(life), Some(timeline)) = (engine.timeline_life(), timeline) {
                out.push_str(Decimal::of(life).as_str());
                out.push(',');
                write_str(&mut out, timeline.session().as_str());
                for row in indices.iter().filter_map(|&index| timeline.row(usize::try_from(index).ok()?)) {
                    out.push(',');
                    write_row_json(&row, &mut out);
                }
            }
            out.push(']');
            out
        })
    }

    /// Whether `newMessage` events are wanted. They cost a text each.
    #[wasm_bindgen(js_name = tellMessages)]
    pub fn tell_messages(&self, wanted: bool) {
        self.driver.tell_messages(wanted);
    }

    /// The record that `restore` takes, for the host to store.
    pub fn persist(&self) -> String {
        self.driver.with_engine(|engine| engine.persist())
    }

    /// Goes on with a stored record; an unreadable one is told once and ignored.
    pub fn restore(&self, record: String) {
        self.driver.command(Command::Restore(record));
    }

    /// The flight recorder's trace without what people wrote; nothing when recording is off.
    #[wasm_bindgen(js_name = exportTrace)]
    pub fn export_trace(&self) -> Option<String> {
        self.driver.with_engine(|engine| engine.export_trace())
    }

    /// Gaps of the watched timeline, flat: first and last missing number of each, and the row behind it.
    pub fn gaps(&self) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "sequence numbers and rows stay below 2^53")]
        let flat = |timeline: &Timeline, (from, to): (u64, u64)| {
            [from as f64, to as f64, timeline.gap_index(from) as f64]
        };
        let all = |timeline: &Timeline| timeline.gaps().flat_map(|gap| flat(timeline, gap)).collect();
        self.with_timeline(all).unwrap_or_default()
    }

    /// Whether the first page of a session was answered.
    #[wasm_bindgen(js_name = isLoaded)]
    pub fn is_loaded(&self, session: &str) -> bool {
        SessionId::parse(session).is_ok_and(|id| self.driver.with_engine(|engine| engine.is_loaded(&id)))
    }

    /// Begins `GET /api/session`; the answer comes as a `callAnswered` event with the returned number.
    #[wasm_bindgen(js_name = listSessions)]
    pub fn list_sessions(&self) -> u32 {
        self.call(ApiCall::ListSessions)
    }

    /// Begins `POST /api/session`.
    #[wasm_bindgen(js_name = createSession)]
    pub fn create_session(&self, url: Option<String>, domain: Option<String>, title: Option<String>) -> u32 {
        self.call(ApiCall::CreateSession(SessionFields { url, domain, title }))
    }

    /// Begins `PATCH /api/session/:id`. Throws `bad_session_id`.
    #[wasm_bindgen(js_name = updateSession)]
    pub fn update_session(
        &self,
        session: &str,
        url: Option<String>,
        domain: Option<String>,
        title: Option<String>,
    ) -> Result<u32, JsValue> {
        Ok(self.call(ApiCall::UpdateSession(session_id(session)?, SessionFields { url, domain, title })))
    }

    /// The page is shown or hidden.
    #[wasm_bindgen(js_name = setVisible)]
    pub fn set_visible(&self, visible: bool) {
        self.driver.command(Command::SetVisible(visible));
    }

    /// What the browser thinks of the network.
    #[wasm_bindgen(js_name = setOnline)]
    pub fn set_online(&self, online: bool) {
        self.driver.command(Command::SetOnline(online));
    }

    /// The token appeared, changed or went away: the provider is asked again.
    #[wasm_bindgen(js_name = tokenChanged)]
    pub fn token_changed(&self) {
        self.driver.ask_for_token();
    }

    /// Whose data it is from now on; `renewed` when it may be the same person under another name.
    #[wasm_bindgen(js_name = setOwner)]
    pub fn set_owner(&self, owner: String, renewed: bool) {
        self.driver.command(Command::SetOwner { owner, renewed });
    }

    /// Ends everything at once.
    pub fn close(&self) {
        self.driver.close();
    }

    fn call(&self, api_call: ApiCall) -> u32 {
        let call = self.next_call();
        self.driver.command(Command::Call(call, api_call));
        call.as_raw()
    }

    fn next_call(&self) -> CallId {
        self.last_call.set(self.last_call.get().wrapping_add(1));
        CallId::from_raw(self.last_call.get())
    }

    fn with_timeline<T>(&self, read: impl FnOnce(&Timeline) -> T) -> Option<T> {
        self.driver.with_engine(|engine| engine.shown().and_then(|id| engine.timeline(id)).map(read))
    }

    fn session_or_shown(&self, session: Option<&str>) -> Result<SessionId, JsValue> {
        match session {
            Some(session) => session_id(session),
            None => self.driver.with_engine(|engine| engine.shown().cloned()).ok_or_else(|| {
                coded_error("no_session", "no session is watched: call startSync first, or name a session")
            }),
        }
    }
}

fn session_id(text: &str) -> Result<SessionId, JsValue> {
    SessionId::parse(text).map_err(|error| coded_error("bad_session_id", error.as_str()))
}
