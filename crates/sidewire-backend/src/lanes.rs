//! One lane per session: events leave it one by one, in the order in which the log changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::push::{Event, Outlet};

/// How long one publish may take. What is not out by then is left to the clients' gap repair.
const DEADLINE: Duration = Duration::from_secs(2);
/// Events waiting in one lane; more are dropped, since a lane that far behind helps nobody.
const QUEUE: usize = 1024;
/// A lane unused for so long is taken down.
const IDLE: Duration = Duration::from_mins(1);

/// All lanes.
#[derive(Clone)]
pub(crate) struct Lanes(Arc<Inner>);

struct Inner {
    outlet: Outlet,
    lanes: Mutex<HashMap<String, Arc<Lane>>>,
}

/// One session's lane.
pub(crate) struct Lane {
    /// Held while the log is changed and the event is queued, so that both happen in one order.
    pub(crate) order: tokio::sync::Mutex<()>,
    /// Held by the agent's run: one at a time.
    pub(crate) agent: tokio::sync::Mutex<()>,
    queue: mpsc::Sender<Event>,
}

impl Lanes {
    pub(crate) fn new(outlet: Outlet) -> Self {
        Self(Arc::new(Inner { outlet, lanes: Mutex::default() }))
    }

    /// The session's lane; it stays up as long as it is held.
    pub(crate) fn lane(&self, session_id: &str) -> Arc<Lane> {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(session_id) {
            return Arc::clone(lane);
        }
        let (queue, events) = mpsc::channel(QUEUE);
        let lane = Arc::new(Lane {
            order: tokio::sync::Mutex::default(),
            agent: tokio::sync::Mutex::default(),
            queue,
        });
        lanes.insert(session_id.to_owned(), Arc::clone(&lane));
        tokio::spawn(work(self.clone(), session_id.to_owned(), events));
        lane
    }

    /// Whether the lane was unused and is gone now.
    fn take_down(&self, session_id: &str, events: &mpsc::Receiver<Event>) -> bool {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody can get hold of the lane while the map is locked.
        let unused =
            lanes.get(session_id).is_none_or(|lane| Arc::strong_count(lane) == 1) && events.is_empty();
        if unused {
            lanes.remove(session_id);
        }
        unused
    }
}

impl Lane {
    /// Queues an event. The caller holds `order` if the event tells of a change of the log.
    pub(crate) fn publish(&self, event: Event) {
        if let Err(error) = self.queue.try_send(event) {
            let event = error.into_inner();
            tracing::warn!(event = event.name, session = %event.session_id, "lane is full, event not published");
        }
    }
}

async fn work(lanes: Lanes, session_id: String, mut events: mpsc::Receiver<Event>) {
    loop {
        let event = match timeout(IDLE, events.recv()).await {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(_) if lanes.take_down(&session_id, &events) => return,
            Err(_) => continue,
        };
        // Neither the payload nor any secret goes into the log.
        match timeout(DEADLINE, lanes.0.outlet.publish(&event)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(event = event.name, session = %session_id, %error, "not published");
            }
            Err(_) => {
                tracing::warn!(event = event.name, session = %session_id, "publish took longer than 2 s");
            }
        }
    }
}
