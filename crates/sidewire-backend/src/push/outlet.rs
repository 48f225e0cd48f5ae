//! The ways out.

use std::io;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::json;
use sidewire_hub::signing;

use super::request::request;
use super::{Event, HubHost};
use crate::clock;

/// Where events go.
pub(crate) enum Outlet {
    /// Nowhere, for tests of an outage.
    Nowhere,
    /// The hub in this process.
    Embedded(HubHost),
    /// A push server's HTTP API.
    Http(HttpOutlet),
}

/// A push server's HTTP API.
pub(crate) struct HttpOutlet {
    /// `host:port`.
    pub(crate) address: String,
    pub(crate) app_id: String,
    pub(crate) key: String,
    pub(crate) secret: String,
}

/// Why an event did not get out.
#[derive(Debug)]
pub(crate) enum PublishError {
    /// The server was not reached.
    Io(io::Error),
    /// It answered with this status.
    Status(u16),
}

impl std::fmt::Display for PublishError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "push server not reached: {error}"),
            Self::Status(status) => write!(f, "push server answered {status}"),
        }
    }
}

impl Outlet {
    /// One try, without a deadline.
    pub(crate) async fn publish(&self, event: &Event) -> Result<(), PublishError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Embedded(hub) => {
                hub.publish(event);
                Ok(())
            }
            Self::Http(outlet) => outlet.publish(event).await,
        }
    }
}

impl HttpOutlet {
    async fn publish(&self, event: &Event) -> Result<(), PublishError> {
        let mut body = json!({ "name": event.name, "channels": [event.channel()], "data": event.data });
        if let (Some(key), Some(fields)) = (&event.idempotency_key, body.as_object_mut()) {
            fields.insert("idempotency_key".to_owned(), json!(key));
        }
        let body = body.to_string();
        let path = format!("/apps/{}/events", self.app_id);
        let now_s = clock::now_s();
        let query =
            signing::sign_query(&self.key, &self.secret, "POST", &path, now_s, Some(body.as_bytes()), &[]);
        let post = Request::post(format!("{path}?{query}"))
            .header(hyper::header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| PublishError::Io(io::Error::other(error)))?;
        let answer = request(&self.address, post).await.map_err(PublishError::Io)?;
        if answer.status == 200 { Ok(()) } else { Err(PublishError::Status(answer.status)) }
    }
}
