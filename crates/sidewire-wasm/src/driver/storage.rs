//! One call of the host's storage.

use js_sys::{Array, Promise};
use sidewire_core::{StorageAnswer, StorageCall, StorageFailure};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::convert;
use crate::host::RawHost;

/// An answer, owned until the engine has read it.
pub(super) enum Stored {
    Done,
    Value(Option<String>),
    Keys(Vec<String>),
}

impl Stored {
    pub(super) fn answer(&self) -> StorageAnswer<'_> {
        match self {
            Self::Done => StorageAnswer::Done,
            Self::Value(value) => StorageAnswer::Value(value.as_deref()),
            Self::Keys(keys) => StorageAnswer::Keys(keys),
        }
    }
}

/// What kind of answer a call gets.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Done,
    Value,
    Keys,
}

impl Kind {
    pub(super) fn of(call: &StorageCall) -> Self {
        match call {
            StorageCall::Keys => Self::Keys,
            StorageCall::Load { .. } => Self::Value,
            StorageCall::Save { .. } | StorageCall::Remove { .. } => Self::Done,
        }
    }
}

/// Asks the host, at once: the page may be on its way out.
pub(super) fn begin(host: &RawHost, call: &StorageCall) -> Result<Promise, JsValue> {
    match call {
        StorageCall::Keys => host.store("keys", "", ""),
        StorageCall::Load { key } => host.store("load", key, ""),
        StorageCall::Save { key, value } => host.store("save", key, value),
        StorageCall::Remove { key } => host.store("remove", key, ""),
    }
}

/// Waits for the answer.
pub(super) async fn finish(begun: Result<Promise, JsValue>, kind: Kind) -> Result<Stored, StorageFailure> {
    let failed = |error: JsValue| match convert::error_text(&error).as_str() {
        "quota" => StorageFailure::Quota,
        _ => StorageFailure::Failed,
    };
    let value = JsFuture::from(begun.map_err(failed)?).await.map_err(failed)?;
    Ok(match kind {
        Kind::Done => Stored::Done,
        Kind::Value => Stored::Value(value.as_string()),
        Kind::Keys => {
            let keys = value.dyn_into::<Array>().unwrap_or_default();
            Stored::Keys(keys.iter().filter_map(|key| key.as_string()).collect())
        }
    })
}
