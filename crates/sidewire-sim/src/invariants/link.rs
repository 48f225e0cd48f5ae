//! S6: one live socket, and no frame into one that is not open.

use sidewire_core::{ConnectionId, Effect};

use super::Broken;
use crate::few::Few;

/// The sockets that the engine opened and neither closed nor lost; true once upgraded.
#[derive(Debug, Default)]
pub(super) struct Link {
    live: Few<ConnectionId, bool>,
    last: u32,
}

impl Link {
    pub(super) fn knows(&self, connection: ConnectionId) -> bool {
        self.live.contains_key(&connection)
    }

    pub(super) fn live(&self) -> usize {
        self.live.len()
    }

    pub(super) fn opened(&mut self, connection: ConnectionId) {
        if let Some(open) = self.live.get_mut(&connection) {
            *open = true;
        }
    }

    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.live.remove(&connection);
    }

    pub(super) fn effect(&mut self, effect: &Effect) -> Option<Broken> {
        match effect {
            Effect::OpenSocket { connection, .. } => {
                if connection.as_raw() <= self.last {
                    return Some(("S6", format!("socket id {} was used before", connection.as_raw())));
                }
                self.last = connection.as_raw();
                self.live.insert(*connection, false);
                (self.live.len() > 1).then(|| ("S6", format!("{} live sockets", self.live.len())))
            }
            Effect::SendFrame { connection, text } => match self.live.get(connection) {
                Some(true) => None,
                Some(false) => Some(("S6", format!("frame before the upgrade: {text}"))),
                None => Some(("S6", format!("frame into a dead socket: {text}"))),
            },
            Effect::CloseSocket { connection } => {
                let known = self.live.remove(connection).is_some();
                (!known).then(|| ("S6", format!("closes dead socket {}", connection.as_raw())))
            }
            Effect::Request { .. }
            | Effect::CancelRequest { .. }
            | Effect::Storage { .. }
            | Effect::RenewToken => None,
        }
    }
}
