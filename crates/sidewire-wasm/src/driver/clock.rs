//! The host's clocks.

use js_sys::{Date, Reflect};
use sidewire_core::{Timestamp, WallTime};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Performance;

use crate::options::whole;

/// The monotonic clock of a page or a worker.
pub(super) struct Clock(Option<Performance>);

impl Clock {
    pub(super) fn of_this_scope() -> Self {
        let performance = Reflect::get(&js_sys::global(), &JsValue::from_str("performance"));
        Self(performance.ok().and_then(|value| value.dyn_into().ok()))
    }

    pub(super) fn now(&self) -> Timestamp {
        let millis = self.0.as_ref().map_or_else(Date::now, Performance::now);
        Timestamp::from_millis(whole(millis))
    }
}

pub(crate) fn wall_now() -> WallTime {
    WallTime::from_millis(whole(Date::now()))
}
