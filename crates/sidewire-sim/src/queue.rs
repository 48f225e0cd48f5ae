//! What happens when: a queue ordered by time and, at one time, by the order in which things were planned.

use std::collections::BTreeMap;

use crate::action::{Action, UserAction};

/// Everything planned.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    items: BTreeMap<(u64, u64), Action>,
    serial: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: u64, action: Action) {
        self.serial += 1;
        self.items.insert((at, self.serial), action);
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.items.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, u64, Action)> {
        self.items.pop_first().map(|((at, serial), action)| (at, serial, action))
    }

    /// Puts an item back for later without changing its place among its equals.
    pub(crate) fn defer(&mut self, until: u64, serial: u64, action: Action) {
        self.items.insert((until, serial), action);
    }

    /// Drops everything that travels between the servers and a client that is no more.
    pub(crate) fn forget_client(&mut self) {
        self.items.retain(|_, action| {
            !matches!(
                action,
                Action::Dial(_)
                    | Action::Down(..)
                    | Action::Up(..)
                    | Action::Arrive(_)
                    | Action::Answer(..)
                    | Action::Stored(..)
                    | Action::User(UserAction::Renewed(_))
            )
        });
    }
}
