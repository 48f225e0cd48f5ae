//! What happens when: a queue ordered by time and, at one time, by the order in which things were planned.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::action::{Action, UserAction};

/// Everything planned. Only the keys are kept in order: an action is large, and never moves.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Time, serial number and place in `actions`; the earliest first.
    order: BinaryHeap<Reverse<(u64, u64, usize)>>,
    actions: Vec<Option<Action>>,
    /// Places without an action.
    free: Vec<usize>,
    serial: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: u64, action: Action) {
        self.serial += 1;
        self.defer(at, self.serial, action);
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.order.peek().map(|Reverse((at, _, _))| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, u64, Action)> {
        let Reverse((at, serial, place)) = self.order.pop()?;
        self.free.push(place);
        Some((at, serial, self.actions.get_mut(place)?.take()?))
    }

    /// Puts an item back for later without changing its place among its equals.
    pub(crate) fn defer(&mut self, until: u64, serial: u64, action: Action) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.actions.push(None);
            self.actions.len() - 1
        });
        if let Some(slot) = self.actions.get_mut(place) {
            *slot = Some(action);
        }
        self.order.push(Reverse((until, serial, place)));
    }

    /// Drops everything that travels between the servers and a client that is no more.
    pub(crate) fn forget_client(&mut self) {
        let Self { order, actions, free, .. } = self;
        order.retain(|Reverse((_, _, place))| {
            let Some(slot) = actions.get_mut(*place) else { return false };
            let stays = slot.as_ref().is_some_and(|action| !is_of_client(action));
            if !stays {
                *slot = None;
                free.push(*place);
            }
            stays
        });
    }
}

const fn is_of_client(action: &Action) -> bool {
    matches!(
        action,
        Action::Dial(_)
            | Action::Down(..)
            | Action::Up(..)
            | Action::Arrive(_)
            | Action::Answer(..)
            | Action::Stored(..)
            | Action::User(UserAction::Renewed(_))
    )
}

#[cfg(test)]
mod tests {
    use sidewire_core::RequestId;

    use super::*;

    fn order(queue: &mut Queue) -> Vec<(u64, String)> {
        std::iter::from_fn(|| queue.pop()).map(|(at, _, action)| (at, format!("{action:?}"))).collect()
    }

    #[test]
    fn what_is_planned_for_one_time_happens_in_the_order_of_planning() {
        let mut queue = Queue::default();
        queue.push(20, Action::User(UserAction::Stop));
        queue.push(10, Action::User(UserAction::Connect));
        queue.push(20, Action::User(UserAction::Leave));
        let Some((at, serial, first)) = queue.pop() else { panic!("nothing is planned") };
        assert_eq!(at, 10);
        // Put off, it keeps the place that it was planned in.
        queue.defer(20, serial, first);

        let happened = order(&mut queue);

        assert_eq!(
            happened,
            ["User(Stop)", "User(Connect)", "User(Leave)"].map(|what| (20, what.to_owned()))
        );
        assert_eq!(queue.next_at(), None);
    }

    #[test]
    fn what_travels_to_a_client_that_is_no_more_is_dropped_and_its_place_used_again() {
        let mut queue = Queue::default();
        for number in 1..=3 {
            queue.push(number, Action::Arrive(RequestId::from_raw(1)));
            queue.push(number, Action::User(UserAction::Stop));
        }
        queue.forget_client();
        queue.push(0, Action::User(UserAction::Connect));

        assert_eq!(order(&mut queue).len(), 4);
        assert_eq!(queue.actions.len(), 6);
    }
}
