//! What a world begins with: the engine's configuration.

use sidewire_core::{Config, ConfigInput, Policy};

use crate::world::{API, APP_KEY, WorldConfig};

pub(crate) fn build_config(config: &WorldConfig) -> Config {
    let policy = Policy { jitter: config.jitter, warm_channels: config.warm, ..Policy::default() };
    let input = ConfigInput {
        key: config.key.then(|| APP_KEY.to_owned()),
        api_base: Some(API.to_owned()),
        storage: config.storage,
        policy,
        ..ConfigInput::default()
    };
    #[allow(clippy::expect_used, reason = "the input is the constant above")]
    let built = Config::build(input).expect("the simulator's configuration is valid");
    built
}
