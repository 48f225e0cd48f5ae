//! Drills: one short story about one mechanism each, in a world that the seed draws. Every seed runs one of them
//! beside its plan, so that what chance seldom brings together is looked at all the same.

mod connection;
mod pairs;
mod reading;
mod sessions;
mod store;
mod strain;
mod streams;

use sidewire_core::Status;

use crate::action::{Fault, Path, UserAction};
use crate::log::ServerKind;
use crate::rng::Rng;
use crate::world::{World, WorldConfig};

/// One story.
#[derive(Clone, Copy, Debug)]
pub struct Drill {
    /// What it is called.
    pub name: &'static str,
    play: fn(&WorldConfig) -> World,
}

const fn drill(name: &'static str, play: fn(&WorldConfig) -> World) -> Drill {
    Drill { name, play }
}

/// All of them.
pub const DRILLS: &[Drill] = &[
    drill("a socket goes deaf", connection::deaf),
    drill("the machine sleeps", connection::sleep),
    drill("the panel is looked at again", connection::looked_at),
    drill("the network is back", connection::back_online),
    drill("the push server closes every socket", connection::flapping),
    drill("the push server forbids to come back", connection::refused),
    drill("a subscription is not answered", connection::unanswered),
    drill("an acknowledgement comes again", connection::acknowledged_again),
    drill("the socket changes while a signature is made", connection::late_signature),
    drill("everything is quiet", connection::quiet),
    drill("events that tell nothing", reading::pokes),
    drill("the log cannot be read", reading::failing),
    drill("a server that always has more", reading::stuck),
    drill("a page comes long after it was read", reading::slow_page),
    drill("a push comes before the first page", reading::early_push),
    drill("many agents finish", reading::finishes),
    drill("polling with nothing to tell", reading::idle),
    drill("a message that cannot be read", reading::poison),
    drill("a session is left while it is read", reading::left),
    drill("the token expires", sessions::expired),
    drill("the token is good for nothing", sessions::useless),
    drill("a session is refused", sessions::forbidden),
    drill("a run through all tabs", sessions::tabs),
    drill("a run through all tabs in haste", sessions::haste),
    drill("more sessions than are kept", sessions::many),
    drill("a server with many words", sessions::wordy),
    drill("the agent falls silent", sessions::typing),
    drill("one user after another", sessions::sign_out),
    drill("stopped while reading", sessions::stop),
    drill("an event of another session", sessions::foreign),
    drill("several sends, one of them twice", sessions::sends),
    drill("the host starts again", sessions::restart),
    drill("a server that is slow", strain::slow),
    drill("a signature that takes a while", strain::patient),
    drill("a server that is busy", strain::busy),
    drill("polling a server that was busy", strain::seldom),
    drill("calls while the token expires", sessions::calls),
    drill("calls to a busy server", strain::calls),
    drill("much to read and to sign", strain::much),
    drill("sends that do not get through", sessions::trouble),
    drill("much is unsent and nobody signed in", sessions::unsent),
    drill("the panel is closed and opened again", store::reopened),
    drill("the panel was closed for long", store::away),
    drill("something is written before a slow page", store::written_meanwhile),
    drill("a session is left in a chain of pages", store::left_in_a_chain),
    drill("another user on the same machine", store::next_user),
    drill("the store hangs", store::hanging),
    drill("the store is full", store::full),
    drill("an answer that streams", streams::pieces),
    drill("two promises: a deaf socket", pairs::deaf),
    drill("two promises: a moment without a socket", pairs::missed),
    drill("two promises: a hole", pairs::hole),
    drill("two promises: push is away for long", pairs::away),
    drill("two promises: a subscription without an answer", pairs::unanswered),
    drill("two promises: many agents finish", pairs::finishes),
    drill("two promises: waking up", pairs::woken),
    drill("two promises: back online", pairs::back_online),
    drill("somebody reads back to the beginning", reading::older),
    drill("the log is cut", reading::cut),
];

impl Drill {
    /// The drill that belongs to a seed.
    pub fn of(seed: u64) -> Self {
        let index = usize::try_from(seed % DRILLS.len() as u64).unwrap_or(0);
        DRILLS.get(index).copied().unwrap_or(drill("a socket goes deaf", connection::deaf))
    }

    /// Plays it in the world that a seed draws.
    pub fn play(self, seed: u64, print: bool) -> World {
        let mut rng = Rng::new(seed ^ 0xd211_d211_d211_d211);
        let kinds = [ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times];
        let base = rng.between(1, 30);
        (self.play)(&WorldConfig {
            seed,
            kind: rng.pick(&kinds, ServerKind::Revisions),
            echoes_ids: rng.chance(750),
            history: rng.index(20),
            latency: (base, base + rng.below(30)),
            jitter: 1000,
            timers_first: rng.chance(500),
            record: false,
            print,
            ..WorldConfig::default()
        })
    }
}

/// A world whose first session is shown and live.
fn joined(config: &WorldConfig) -> World {
    let mut world = World::new(config.clone());
    world.start(0);
    becomes(&mut world, 10_000, Status::Connected, "L4", "after a start without faults");
    world.run_for(1000);
    world
}

/// The same, whose subscription is not answered within so many milliseconds; from then on they are.
fn unanswered_for(config: &WorldConfig, millis: u64) -> World {
    let mut world = World::new(config.clone());
    world.network.lose_acknowledgements = true;
    world.start(0);
    world.run_for(millis);
    world.network.lose_acknowledgements = false;
    world
}

/// A machine that slept for five minutes and wakes beside a socket that died meanwhile. Here the monotonic clock stands
/// still; `Fault::Freeze` is the other kind of sleep.
fn woken_beside_a_dead_socket(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.sleep(0);
    world.run_for(5000);
    world.fault(Fault::HalfOpen);
    world.sleep(300_000);
    world
}

/// The network was away for long, and the browser tells that it is back.
fn back_after_long(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    world.run_for(200_000);
    world.fault(Fault::Dials(Path::Good));
    world.user(UserAction::Online(false));
    world.run_for(6000);
    world.user(UserAction::Online(true));
    world
}

fn becomes(world: &mut World, within: u64, status: Status, rule: &'static str, when: &str) {
    if !world.run_while(within, |world| world.engine.status() == status) {
        world.broken(rule, format!("still {:?} {within} ms {when}", world.engine.status()));
    }
}

fn leaves(world: &mut World, within: u64, rule: &'static str, when: &str) {
    if !world.run_while(within, |world| world.engine.status() != Status::Connected) {
        world.broken(rule, format!("still connected {within} ms {when}"));
    }
}

/// At most so many reads may have been made since there were `before`.
fn at_most(world: &mut World, reads: u64, before: u64, rule: &'static str, when: &str) {
    let made = world.stats.fetches - before;
    if made > reads {
        world.broken(rule, format!("{made} reads, not {reads}, {when}"));
    }
}
