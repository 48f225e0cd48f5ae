//! JSON without a tree: read by the crate `sidewire-json`, written here.

mod text;
mod write;

pub use sidewire_json::{Elements, Fields, Json, JsonError, JsonErrorKind, Kind, parse};
pub(crate) use sidewire_json::{Next, Reader, hash, same};

pub(crate) use self::text::push_lossy;
pub use self::text::{write_str, write_units};
pub use self::write::ObjectWriter;

#[cfg(test)]
mod tests;
