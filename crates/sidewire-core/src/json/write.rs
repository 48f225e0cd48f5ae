//! Writing objects without a tree.

use super::write_str;
use crate::decimal;

/// Writes one object, field after field, to the end of a text. Names are written as they are.
#[derive(Debug)]
pub struct ObjectWriter<'a> {
    out: &'a mut String,
    begun: bool,
}

impl<'a> ObjectWriter<'a> {
    /// Opens an object.
    pub fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, begun: false }
    }

    /// A field with a text, or with `null`.
    pub fn text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        let out = self.name(name);
        match value {
            Some(value) => write_str(out, value),
            None => out.push_str("null"),
        }
        self
    }

    /// A field with a text, or no field at all.
    pub fn text_if_any(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if value.is_some() {
            self.text(name, value);
        }
        self
    }

    /// A field with a whole number, or with `null`.
    pub fn number(&mut self, name: &str, value: Option<u64>) -> &mut Self {
        let out = self.name(name);
        match value {
            Some(value) => decimal::push(out, value),
            None => out.push_str("null"),
        }
        self
    }

    /// A field with `true` or `false`.
    pub fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A field whose value is JSON already.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name).push_str(json);
        self
    }

    /// Closes the object.
    pub fn end(&mut self) {
        self.out.push('}');
    }

    /// Begins a field; its value is to be appended.
    pub fn name(&mut self, name: &str) -> &mut String {
        self.out.push_str(if self.begun { ",\"" } else { "\"" });
        self.begun = true;
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }
}
