//! Small plain objects for JavaScript. One type for all of them: each derived `Serialize` is code of its own.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_wasm_bindgen::Serializer as JsSerializer;
use wasm_bindgen::JsValue;

/// A value as `JSON.parse` would give it; what is missing is `null`.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Null,
    Flag(bool),
    Number(f64),
    Text(&'a str),
    Object(Fields<'a>),
}

/// Names and values in the order written.
pub(crate) type Fields<'a> = &'a [(&'static str, Value<'a>)];

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in *fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// The object with these fields.
pub(crate) fn object(fields: Fields<'_>) -> JsValue {
    Value::Object(fields).serialize(&JsSerializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// A text, or `null`.
pub(crate) fn text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, Value::Text)
}

/// A count.
pub(crate) fn number(value: u64) -> Value<'static> {
    Value::Number(crate::convert::count(value))
}

/// The same, or `null`.
pub(crate) fn number_if_any(value: Option<u64>) -> Value<'static> {
    value.map_or(Value::Null, number)
}
