//! From a seed to a plan: which server, which faults, which user. A swarm: each seed has its own mix.

mod life;

use crate::action::{Action, Fault, Mode, Path, ServerAction, UserAction};
use crate::log::ServerKind;
use crate::rng::Rng;
use crate::world::{World, WorldConfig};
use sidewire_core::Policy;

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The world it begins with.
    pub config: WorldConfig,
    /// When the faults end, on the simulator's clock.
    pub safety_ends: u64,
    /// What happens, in no particular order.
    pub actions: Vec<(u64, Action)>,
    /// What the plan holds that the liveness phase has to allow for.
    pub traits: Traits,
}

/// Properties of a plan that change how soon it may converge.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent traits, not a state")]
pub struct Traits {
    /// A close code that forbids trying again unchanged.
    pub refused: bool,
    /// 401, 403 or 404 somewhere: terminal until the token changes.
    pub denied: bool,
    /// The messages endpoint was in trouble, so a pause may be in force.
    pub rest_trouble: bool,
    /// Sockets went deaf, which takes a heartbeat to notice.
    pub half_open: bool,
    /// Replies to sends are bare.
    pub bare_replies: bool,
}

/// Everything a seed may draw from; a plan uses a subset.
const FAULTS: u64 = 20;

impl Plan {
    /// The plan of a seed.
    pub fn draw(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x51de_317e_51de_317e);
        let kinds = [ServerKind::Revisions, ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times];
        let slow = rng.pick(&[5, 30, 80, 250], 30);
        let base = rng.between(1, slow);
        let config = WorldConfig {
            seed,
            kind: rng.pick(&kinds, ServerKind::Revisions),
            echoes_ids: rng.chance(750),
            sessions: 1 + rng.pick(&[0, 0, 1, 1, 1, 2, 2, 5], 1),
            history: rng.pick(&[0, 0, 1, 3, 7, 49, 51, 120], 3),
            latency: (base, base + rng.below(slow * 2)),
            warm: Policy::default().warm_channels,
            jitter: 1000,
            key: !rng.chance(20),
            token: if rng.chance(50) { None } else { Some(true) },
            skew: i64::try_from(rng.below(1_200_000)).unwrap_or(0) - 600_000,
            zombies: if rng.chance(300) { 500 } else { 0 },
            timers_first: rng.chance(500),
            record: false,
            print: false,
            agent: rng.chance(600),
            storage: Rng::new(seed ^ 0x5707_5707_5707_5707).chance(500),
            record_trace: false,
        };
        let longest = if rng.chance(200) { 240_000 } else { 90_000 };
        let length = rng.between(5_000, longest);
        let safety_ends = 1000 + length;
        let traits = Traits { bare_replies: rng.chance(150), ..Traits::default() };
        let mut plan = Self { config, safety_ends, actions: Vec::new(), traits };
        plan.draw_user(&mut rng);
        plan.draw_server(&mut rng);
        plan.draw_faults(&mut rng);
        plan.draw_stories(&mut rng);
        // From randomness of its own: what is drawn above stays what it was.
        plan.draw_life(&mut Rng::new(seed ^ 0x11fe_11fe_11fe_11fe));
        plan.draw_calls(&mut Rng::new(seed ^ 0xca11_ca11_ca11_ca11));
        plan.draw_store(&mut Rng::new(seed ^ 0x5702_5702_5702_5702));
        plan.draw_second_thoughts(&mut Rng::new(seed ^ 0x2d7e_2d7e_2d7e_2d7e));
        plan.draw_scrolling(&mut Rng::new(seed ^ 0x01de_01de_01de_01de));
        plan
    }

    /// The world with everything planned.
    pub fn world(&self, record: bool) -> World {
        let mut world = World::new(WorldConfig { record, ..self.config.clone() });
        world.rest.bare_replies = self.traits.bare_replies;
        for (at, action) in &self.actions {
            world.plan(*at, action.clone());
        }
        world
    }

    fn time(&self, rng: &mut Rng) -> u64 {
        rng.between(1000, self.safety_ends)
    }

    fn add(&mut self, at: u64, action: Action) {
        self.actions.push((at.min(self.safety_ends), action));
    }

    fn draw_user(&mut self, rng: &mut Rng) {
        let sessions = self.config.sessions;
        if rng.chance(100) {
            self.add(1000, Action::User(UserAction::Connect));
        }
        self.add(1000 + rng.below(50), Action::User(UserAction::Start(0)));
        if self.config.token.is_none() {
            self.add(1000 + rng.below(3000), Action::User(UserAction::Token(true)));
        }
        let (rare, sends) = (rng.chance(300), rng.below(8));
        for _ in 0..sends {
            let at = self.time(rng);
            self.add(at, Action::User(UserAction::Send(rng.index(sessions))));
        }
        for _ in 0..rng.below(8) {
            let at = self.time(rng);
            match rng.below(if rare { 9 } else { 6 }) {
                0 => self.switches(rng, at),
                1 => self.add(at, Action::User(UserAction::Start(rng.index(sessions)))),
                // Tokens are renewed quietly all the time, with requests of the old one in flight.
                2 if rng.chance(500) => self.add(at, Action::User(UserAction::Token(true))),
                2 => self.add(at, Action::User(UserAction::RetryAll)),
                3 => {
                    let back = at + rng.below(60_000);
                    self.add(at, Action::User(UserAction::Visible(false)));
                    self.add(back, Action::User(UserAction::Visible(true)));
                }
                4 => {
                    let back = at + rng.below(30_000);
                    self.add(at, Action::User(UserAction::Online(false)));
                    self.add(back, Action::User(UserAction::Online(true)));
                }
                5 => self.add(at, Action::User(UserAction::Refresh)),
                6 => {
                    let back = at + rng.below(5000);
                    self.add(at, Action::User(UserAction::Stop));
                    self.add(back, Action::User(UserAction::Start(rng.index(sessions))));
                }
                7 => {
                    let back = at + rng.below(5000);
                    self.add(at, Action::User(UserAction::Token(rng.chance(500))));
                    self.add(back, Action::User(UserAction::Token(true)));
                }
                _ => self.add(at, Action::User(UserAction::Leave)),
            }
        }
    }

    /// A, B, A within a moment, or a run through all tabs.
    fn switches(&mut self, rng: &mut Rng, at: u64) {
        let sessions = self.config.sessions;
        let pause = rng.pick(&[0, 1, 20, 200, 3000], 20);
        for step in 0..rng.between(2, 6) {
            let session = usize::try_from(step).unwrap_or(0) % sessions;
            self.add(at + step * pause, Action::User(UserAction::Start(session)));
        }
    }

    fn draw_server(&mut self, rng: &mut Rng) {
        let sessions = self.config.sessions;
        let count = if rng.chance(50) { rng.between(60, 130) } else { rng.below(25) };
        let burst = rng.chance(300) || count > 50;
        let start = self.time(rng);
        for _ in 0..count {
            let at = if burst { start + rng.below(2000) } else { self.time(rng) };
            let session = if burst { 0 } else { rng.index(sessions) };
            self.add(at, Action::Server(ServerAction::Say(session)));
        }
        for _ in 0..rng.below(10) {
            let at = self.time(rng);
            let session = rng.index(sessions);
            let action = match rng.below(7) {
                0 | 1 => ServerAction::Edit(session),
                2 => ServerAction::Finish(session),
                3 => ServerAction::Typing(session, rng.chance(500)),
                4 => ServerAction::Agent(session, None, u8::try_from(rng.below(6)).unwrap_or(0)),
                _ => ServerAction::Junk(u8::try_from(rng.below(17)).unwrap_or(0)),
            };
            self.add(at, Action::Server(action));
        }
        if rng.chance(100) {
            let at = self.time(rng);
            for step in 0..rng.between(5, 25) {
                self.add(at + step * 50, Action::Server(ServerAction::Finish(0)));
            }
        }
    }

    /// Things that go together, and that chance alone would seldom bring together.
    fn draw_stories(&mut self, rng: &mut Rng) {
        let at = self.time(rng);
        let short = rng.below(self.config.latency.1 * 2 + 2);
        match rng.below(12) {
            // The token expires, and the new one is there before the old one's refusals are.
            0 => {
                let status = rng.pick(&[401, 403], 401);
                self.add(at, Action::Fault(Fault::Messages(Mode::Status(status, None))));
                self.add(at, Action::Fault(Fault::Auth(Mode::Status(status, None))));
                self.add(at, Action::User(UserAction::Refresh));
                let renewed = at + short;
                self.add(renewed, Action::Fault(Fault::Messages(Mode::Good)));
                self.add(renewed, Action::Fault(Fault::Auth(Mode::Good)));
                self.add(renewed, Action::User(UserAction::Token(true)));
            }
            // More than a page arrives while push says nothing.
            1 => {
                self.add(at, Action::Fault(Fault::LosePublishes(1000)));
                for _ in 0..rng.between(51, 110) {
                    self.add(at + rng.below(1000), Action::Server(ServerAction::Say(0)));
                }
                self.add(at + 1100, Action::Fault(Fault::LosePublishes(0)));
            }
            // The push server is too slow for the client's patience while the user goes elsewhere.
            2 => {
                self.add(at, Action::Fault(Fault::Stall(rng.between(8000, 25_000))));
                self.switches(rng, at);
                let later = at + rng.between(8000, 30_000);
                self.switches(rng, later);
            }
            // A user whose sessions are all refused, one after the other.
            3 => {
                self.traits.denied = true;
                self.add(at, Action::Fault(Fault::Auth(Mode::Status(403, None))));
                self.switches(rng, at);
                self.add(at + 25_000, Action::Fault(Fault::Auth(Mode::Good)));
            }
            _ => {}
        }
    }

    fn draw_faults(&mut self, rng: &mut Rng) {
        let mask = rng.next_u64() & rng.next_u64();
        let kinds: Vec<u64> = (0..FAULTS).filter(|kind| mask >> kind & 1 == 1).collect();
        if kinds.is_empty() {
            return;
        }
        for _ in 0..rng.below(14) {
            let at = self.time(rng);
            let longest = rng.pick(&[500, 5000, 20_000, 60_000], 5000);
            let length = rng.between(100, longest);
            let kind = rng.pick(&kinds, 0);
            self.draw_fault(rng, kind, at, length);
        }
    }

    fn draw_fault(&mut self, rng: &mut Rng, kind: u64, at: u64, length: u64) {
        let permille = rng.pick(&[50, 200, 500, 1000], 200);
        let window = |begin: Fault, end: Fault| (begin, Some(end));
        let (begin, end) = match kind {
            0 => (Fault::Cut, None),
            1 => (Fault::HalfOpen, None),
            2 => (Fault::Stall(length.min(20_000)), None),
            3 => (
                Fault::CloseCode(rng.pick(&[1000, 1001, 1006, 1011, 1012, 4100, 4200, 4201, 4301], 1006)),
                None,
            ),
            4 => (Fault::CloseCode(rng.pick(&[4000, 4001, 4004, 4009], 4001)), None),
            5 => {
                let room = self.safety_ends.saturating_sub(at);
                (Fault::Drain(room.min(length) / 2, room.min(length) / 3), None)
            }
            6 => (Fault::Kill(length.min(self.safety_ends.saturating_sub(at))), None),
            7 => window(Fault::SlowReader(permille), Fault::SlowReader(0)),
            8 => window(Fault::LosePublishes(permille), Fault::LosePublishes(0)),
            9 => window(Fault::DoublePublishes(permille), Fault::DoublePublishes(0)),
            10 => window(Fault::Scatter(rng.pick(&[20, 300, 2000], 300)), Fault::Scatter(0)),
            11 => window(Fault::Pokes(permille), Fault::Pokes(0)),
            12 => window(Fault::Auth(mode(rng)), Fault::Auth(Mode::Good)),
            13 => window(Fault::Messages(mode(rng)), Fault::Messages(Mode::Good)),
            14 => window(Fault::Interact(mode(rng)), Fault::Interact(Mode::Good)),
            15 => window(Fault::Lag(rng.pick(&[200, 1000, 8000], 1000)), Fault::Lag(0)),
            16 => (Fault::Freeze(rng.pick(&[1000, 20_000, 300_000], 1000)), None),
            17 => window(Fault::LateTimers(rng.pick(&[5, 100, 1000], 5)), Fault::LateTimers(0)),
            18 => {
                let path = rng.pick(&[Path::Refused, Path::BlackHole, Path::Dropped], Path::Refused);
                window(Fault::Dials(path), Fault::Dials(Path::Good))
            }
            // The whole network: the sockets go deaf or are cut, and nothing answers.
            _ => {
                self.add(at, Action::Fault(if rng.chance(500) { Fault::HalfOpen } else { Fault::Cut }));
                self.add(at, Action::Fault(Fault::Messages(Mode::Reset)));
                self.add(at, Action::Fault(Fault::Interact(Mode::Reset)));
                self.add(at + length, Action::Fault(Fault::Messages(Mode::Good)));
                self.add(at + length, Action::Fault(Fault::Interact(Mode::Good)));
                self.traits.half_open = true;
                self.traits.rest_trouble = true;
                window(Fault::Dials(Path::BlackHole), Fault::Dials(Path::Good))
            }
        };
        self.note_traits(begin);
        self.add(at, Action::Fault(begin));
        if let Some(end) = end {
            self.add(at + length, Action::Fault(end));
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "most faults leave no trait")]
    fn note_traits(&mut self, fault: Fault) {
        let traits = &mut self.traits;
        match fault {
            Fault::CloseCode(4000..=4099) => traits.refused = true,
            Fault::HalfOpen => traits.half_open = true,
            Fault::Auth(Mode::Status(401 | 403, _) | Mode::Coded(..)) => traits.denied = true,
            Fault::Messages(mode) => {
                traits.rest_trouble = true;
                traits.denied |= matches!(mode, Mode::Status(401 | 403 | 404, _) | Mode::Coded(..));
            }
            _ => {}
        }
    }
}

fn mode(rng: &mut Rng) -> Mode {
    let told = rng.pick(&[None, Some("1"), Some("5"), Some("30"), Some("soon")], None);
    match rng.below(10) {
        0 => Mode::Status(500, None),
        1 => Mode::Status(503, told),
        2 => Mode::Status(429, told),
        3 if rng.chance(300) => Mode::Coded(403, "SESSION_NOT_FOUND"),
        3 => Mode::Status(rng.pick(&[401, 403, 404], 403), None),
        4 => Mode::Hang,
        5 => Mode::HangAfter,
        6 => Mode::Reset,
        7 => Mode::ResetAfter,
        8 => Mode::Garbage,
        _ => Mode::Slow(rng.pick(&[300, 2000, 9000, 20_000], 2000)),
    }
}
