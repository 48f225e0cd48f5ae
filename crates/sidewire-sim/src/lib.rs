//! Deterministic simulator of the sync engine.
