//! Which containers are open.

/// The kinds of the open containers, one bit each. A `Vec` of flags would let 5 MB of brackets cost 5 MB.
#[derive(Default)]
pub(crate) struct Nesting {
    /// The innermost up to 64 levels, innermost lowest; 1 is an object.
    top: u64,
    /// How many levels `top` holds.
    held: u32,
    /// Full words from further out. Empty, hence unallocated, up to depth 64.
    spilled: Vec<u64>,
    open: u32,
    deepest: u32,
}

impl Nesting {
    pub(crate) fn push(&mut self, object: bool) {
        if self.held == u64::BITS {
            self.spilled.push(self.top);
            self.held = 0;
        }
        self.top = (self.top << 1) | u64::from(object);
        self.held += 1;
        self.open = self.open.saturating_add(1);
        self.deepest = self.deepest.max(self.open);
    }

    pub(crate) fn pop(&mut self) {
        self.top >>= 1;
        self.held = self.held.saturating_sub(1);
        self.open = self.open.saturating_sub(1);
        if self.held == 0
            && let Some(word) = self.spilled.pop()
        {
            (self.top, self.held) = (word, u64::BITS);
        }
    }

    /// Whether the innermost container is an object; `None` outside of all.
    pub(crate) fn in_object(&self) -> Option<bool> {
        (self.held > 0).then_some(self.top & 1 == 1)
    }

    /// How many were open at once.
    pub(crate) const fn deepest(&self) -> u32 {
        self.deepest
    }
}
