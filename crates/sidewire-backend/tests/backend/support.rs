//! A running backend and its users.

use clap::Parser as _;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use sidewire_backend::{Answer, Backend, Settings, request};
use tempfile::TempDir;

pub(crate) struct Server {
    pub(crate) backend: Backend,
    dir: TempDir,
}

/// A signed-in user.
pub(crate) struct User {
    pub(crate) token: String,
    api: String,
}

/// Development, no waiting, no limits.
pub(crate) const QUICK: [&str; 7] =
    ["--development", "--agent-delay-ms", "0", "--agent-step-ms", "0", "--rate-limits", "off"];

impl Server {
    pub(crate) async fn start(args: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), args).await
    }

    async fn start_in(dir: TempDir, args: &[&str]) -> Self {
        let data = dir.path().to_str().unwrap();
        let fixed = ["x", "--api-port", "0", "--push-port", "0", "--data-dir", data];
        let settings = Settings::parse_from([&fixed, args].concat());
        Self { backend: Backend::start(settings).await.unwrap(), dir }
    }

    /// Another process on the same data.
    pub(crate) async fn restart(self, args: &[&str]) -> Self {
        self.backend.stop().await;
        Self::start_in(self.dir, args).await
    }

    pub(crate) async fn sign_in(&self, name: &str) -> User {
        let nobody = self.user("");
        let answer = nobody.post("/api/dev/sign-in", &json!({ "user": name })).await;
        self.user(answer.json()["accessToken"].as_str().unwrap())
    }

    pub(crate) fn user(&self, token: &str) -> User {
        User { token: token.to_owned(), api: self.backend.api_address().to_string() }
    }
}

impl User {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], &body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, &[("content-type", "application/json")], &body.to_string()).await
    }

    pub(crate) async fn auth(&self, socket_id: &str, channel: &str) -> Answer {
        let form = format!("socket_id={socket_id}&channel_name={channel}");
        self.send("POST", "/api/pusher/auth", &[("content-type", "application/x-www-form-urlencoded")], &form)
            .await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut builder = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        if !self.token.is_empty() {
            builder = builder.header("authorization", format!("Bearer {}", self.token));
        }
        request(&self.api, builder.body(Full::from(body.to_owned())).unwrap()).await.unwrap()
    }

    /// A new session's id.
    pub(crate) async fn session(&self) -> String {
        let answer = self.post("/api/session", &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["sessionId"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn interact(&self, session: &str, content: &str, key: &str) -> Answer {
        let body = json!({ "sessionId": session, "content": content, "clientMessageId": key });
        self.post("/api/agent/interact", &body).await
    }

    pub(crate) async fn page(&self, session: &str, query: &str) -> Value {
        let answer = self.get(&format!("/api/session/{session}/messages?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.json()
    }

    /// Waits until the agent has answered everything: `count` messages, none unfinished.
    pub(crate) async fn settled(&self, session: &str, count: u64) {
        for _ in 0..500 {
            let page = self.page(session, "limit=100").await;
            let busy =
                page["messages"].as_array().unwrap().iter().any(|message| message["status"] == "streaming");
            if !busy && page["lastSequenceNumber"] == count {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the session did not come to rest with {count} messages");
    }
}

pub(crate) trait Decoded {
    fn json(&self) -> Value;
    /// Status and code of an error.
    fn error(&self) -> (u16, String);
    fn header(&self, name: &str) -> Option<&str>;
}

impl Decoded for Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("{} is no JSON: {:?}", self.status, self.body))
    }

    fn error(&self) -> (u16, String) {
        let body = self.json();
        let error = body["error"].as_object().unwrap_or_else(|| panic!("no error object: {body}"));
        assert!(error["message"].as_str().unwrap().ends_with('.'), "a sentence: {body}");
        (self.status, error["code"].as_str().unwrap().to_owned())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The sequence numbers of a page.
pub(crate) fn places(page: &Value) -> Vec<u64> {
    page["messages"].as_array().unwrap().iter().map(|m| m["sequenceNumber"].as_u64().unwrap()).collect()
}
