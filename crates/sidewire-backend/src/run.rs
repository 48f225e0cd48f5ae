//! Starting and stopping everything.

use std::fs;
use std::future::{Future, IntoFuture, pending};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::json;
use sidewire_hub::{App, HubConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::agent::Agent;
use crate::api::{self, Api};
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::push::{HttpOutlet, HubHost, Outlet, Sockudo};
use crate::settings::{Push, Settings};
use crate::store::Store;
use crate::token::Tokens;
use crate::{clock, ports, push};

/// A running backend. Dropping it stops it without saying goodbye to its clients; [`Backend::stop`] does.
pub struct Backend {
    settings: Settings,
    api: SocketAddr,
    push: Option<String>,
    hub: Option<HubHost>,
    sockudo: Option<Sockudo>,
    store: Store,
    tasks: Vec<JoinHandle<()>>,
}

/// Why it did not start: one sentence for the user.
#[derive(Debug)]
pub struct StartError(String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// The push side, started.
struct PushSide {
    outlet: Outlet,
    url: Option<String>,
    hub: Option<HubHost>,
    sockudo: Option<Sockudo>,
    task: Option<JoinHandle<()>>,
}

impl Backend {
    /// Takes the ports, opens the database and starts the push server.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let dir = settings.data_dir.display();
        make_private_dir(&settings)
            .map_err(|error| StartError(format!("cannot use the data directory {dir}: {error}.")))?;
        let listener =
            ports::listen(settings.host, settings.api_port, ports::API).await.map_err(StartError)?;
        let api = listener.local_addr().map_err(|error| StartError(error.to_string()))?;
        let file = settings.data_dir.join("sidewire.sqlite");
        let broken = |error: &dyn std::fmt::Display| {
            StartError(format!("cannot open the database {}: {error}.", file.display()))
        };
        let store = Store::open(&file).await.map_err(|error| broken(&error))?;
        let secret = store.secret("token").await.map_err(|_| broken(&"it cannot be written"))?;
        let unfinished = store.fail_unfinished().await.map_err(|_| broken(&"it cannot be written"))?;
        if unfinished > 0 {
            tracing::info!(unfinished, "ended answers that the last run left unfinished");
        }
        let side = push_side(&settings).await?;
        let lanes = Lanes::new(side.outlet);
        let state = state(&settings, &store, lanes, Tokens::new(secret));
        // Only now: a failed start says one sentence.
        warn_of_risks(&settings);
        let mut tasks = vec![serve(listener, api::router(state))];
        tasks.extend(side.task);
        Ok(Self { settings, api, push: side.url, hub: side.hub, sockudo: side.sockudo, store, tasks })
    }

    /// The REST API's address.
    pub fn api_address(&self) -> SocketAddr {
        self.api
    }

    /// The push server's `ws://` URL, if there is one.
    pub fn push_url(&self) -> Option<&str> {
        self.push.as_deref()
    }

    /// One line of JSON that says where everything is.
    pub fn ready_line(&self) -> String {
        json!({
            "ready": true,
            "api": format!("http://{}", self.api),
            "push": self.push,
            "pushServer": self.settings.push.name(),
            "key": self.settings.app_key,
            "pid": std::process::id(),
            "sockudoPid": self.sockudo.as_ref().and_then(Sockudo::pid),
        })
        .to_string()
    }

    /// Returns with a sentence when a child push server has ended by itself; never if there is none.
    pub async fn push_server_ended(&mut self) -> String {
        match &mut self.sockudo {
            Some(sockudo) => {
                sockudo.ended().await;
                "Sockudo has ended; see sockudo.log in the data directory.".to_owned()
            }
            None => pending().await,
        }
    }

    /// Closes the sockets with 4200, ends the child process and the database.
    pub async fn stop(mut self) {
        if let Some(hub) = &self.hub {
            hub.drain().await;
        }
        if let Some(sockudo) = &mut self.sockudo {
            sockudo.stop().await;
        }
        for task in &self.tasks {
            task.abort();
        }
        // A request that still holds a connection must not hold up the exit.
        let _ = timeout(Duration::from_secs(1), self.store.close()).await;
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn warn_of_risks(settings: &Settings) {
    if settings.development && !settings.host.is_loopback() {
        tracing::warn!(host = %settings.host, "anyone who reaches this address can sign in as anyone");
    }
    if !settings.development && settings.app_secret == "dev-secret" {
        tracing::warn!("the app secret is the public default: set SOCKUDO_APP_SECRET");
    }
}

fn state(settings: &Settings, store: &Store, lanes: Lanes, tokens: Tokens) -> Arc<Api> {
    let agent = Agent {
        store: store.clone(),
        lanes: lanes.clone(),
        delay: Duration::from_millis(settings.agent_delay_ms),
        step: Duration::from_millis(settings.agent_step_ms),
    };
    let limits = Limits::new(settings);
    Arc::new(Api::new(settings.clone(), store.clone(), lanes, agent, tokens, limits))
}

async fn push_side(settings: &Settings) -> Result<PushSide, StartError> {
    let none = PushSide { outlet: Outlet::Nowhere, url: None, hub: None, sockudo: None, task: None };
    let http = |address: String| {
        Outlet::Http(HttpOutlet {
            address,
            app_id: settings.app_id.clone(),
            key: settings.app_key.clone(),
            secret: settings.app_secret.clone(),
        })
    };
    match settings.push {
        Push::None => Ok(none),
        Push::External => {
            let address = format!("{}:{}", settings.sockudo_host, settings.sockudo_port);
            Ok(PushSide { url: Some(format!("ws://{address}")), outlet: http(address), ..none })
        }
        Push::Embedded => embedded(settings, none).await,
        Push::Sockudo => {
            // Listening for a moment finds out whether the port is free, and which one "any" is.
            let listener =
                ports::listen(settings.host, settings.push_port, ports::PUSH).await.map_err(StartError)?;
            let port = listener.local_addr().map_err(|error| StartError(error.to_string()))?.port();
            drop(listener);
            let started = Sockudo::start(settings, port).await;
            let sockudo = started.map_err(|error| StartError(format!("cannot start Sockudo: {error}.")))?;
            let address = sockudo.address.to_string();
            Ok(PushSide {
                url: Some(format!("ws://{address}")),
                outlet: http(address),
                sockudo: Some(sockudo),
                ..none
            })
        }
    }
}

async fn embedded(settings: &Settings, none: PushSide) -> Result<PushSide, StartError> {
    let listener = ports::listen(settings.host, settings.push_port, ports::PUSH).await.map_err(StartError)?;
    let address = listener.local_addr().map_err(|error| StartError(error.to_string()))?;
    let mut config = HubConfig::with_app(App::new(&settings.app_id, &settings.app_key, &settings.app_secret));
    // Socket ids must differ from those of an earlier run: an old signature must not fit a new socket.
    config.seed = random_seed();
    let hub = HubHost::new(config, &settings.app_id);
    let task = serve(listener, push::router(hub.clone()));
    Ok(PushSide {
        outlet: Outlet::Embedded(hub.clone()),
        url: Some(format!("ws://{address}")),
        hub: Some(hub),
        task: Some(task),
        ..none
    })
}

fn random_seed() -> u64 {
    let mut bytes = [0_u8; 8];
    // Without randomness the time still tells two runs apart.
    getrandom::fill(&mut bytes)
        .map_or_else(|_| clock::now_ms().unsigned_abs(), |()| u64::from_le_bytes(bytes))
}

fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    let server = axum::serve(listener, router).into_future();
    tokio::spawn(ignore(server))
}

async fn ignore<T>(future: impl Future<Output = T>) {
    let _ = future.await;
}

fn make_private_dir(settings: &Settings) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&settings.data_dir)
}
