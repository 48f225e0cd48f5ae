//! What a world begins with: the engine's configuration and the server's log.

use sidewire_core::{Config, ConfigInput, Policy, SessionId};

use crate::log::{Draft, ServerLog, SessionLog};
use crate::world::{API, APP_KEY, WALL_OFFSET, WorldConfig};

pub(crate) fn build_config(config: &WorldConfig) -> Config {
    let policy = Policy { jitter: config.jitter, warm_channels: config.warm, ..Policy::default() };
    let input = ConfigInput {
        key: config.key.then(|| APP_KEY.to_owned()),
        api_base: Some(API.to_owned()),
        policy,
        ..ConfigInput::default()
    };
    #[allow(clippy::expect_used, reason = "the input is the constant above")]
    let built = Config::build(input).expect("the simulator's configuration is valid");
    built
}

pub(crate) fn build_log(config: &WorldConfig) -> ServerLog {
    let sessions = (0..config.sessions).filter_map(|index| {
        let id = SessionId::parse(&format!("s{index}")).ok()?;
        Some(SessionLog { id, messages: Vec::new(), revision: 0, last_sequence: 0 })
    });
    let wall_offset = WALL_OFFSET.saturating_add_signed(config.skew);
    let mut log = ServerLog {
        kind: config.kind,
        echoes_ids: config.echoes_ids,
        wall_offset,
        sessions: sessions.collect(),
        stuck: false,
        poison: false,
        anonymous: false,
    };
    for session in 0..config.sessions {
        for index in 0..config.history {
            let role = if index % 2 == 0 { "user" } else { "assistant" };
            let content = format!("old {index}");
            let draft = Draft { role, content: &content, status: "success", origin: None, numbered: true };
            // Spread over the first second, so that times differ.
            log.append(u64::try_from(index).unwrap_or(0) * 5, session, draft);
        }
    }
    for version in log.sessions.iter_mut().flat_map(|s| &mut s.messages).flat_map(|m| &mut m.versions) {
        version.at = 0;
    }
    log
}
