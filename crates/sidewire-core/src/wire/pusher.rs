//! Pusher protocol 7: the only place that knows its event names and double encoding.

use crate::time::Duration;
use std::borrow::Cow;

use crate::ids::SocketId;
use crate::json::{self, Json, Kind};
use crate::limits::{MAX_DETAIL, cut};

/// One frame from the server, in the engine's words.
#[derive(Debug)]
pub(crate) enum ServerFrame<'a> {
    /// The handshake is complete.
    Established { socket: SocketId, activity_timeout: Option<Duration> },
    /// A subscription was acknowledged. Only the channel is named, not which subscription.
    Subscribed { channel: Cow<'a, str> },
    /// An error frame. The socket stays open; only a close event ends it.
    Error { code: Option<u16>, message: String },
    /// The server asks whether we live.
    Ping,
    /// An answer to our ping.
    Pong,
    /// An application event.
    Event { name: Cow<'a, str>, channel: Option<Cow<'a, str>>, data: Data<'a> },
    /// A protocol event that means nothing to us.
    Other,
}

/// The `data` of an event: absent, a value, or text that should hold a value.
#[derive(Debug)]
pub(crate) enum Data<'a> {
    Missing,
    Value(Json<'a>),
    Text(Cow<'a, [u8]>),
}

impl Data<'_> {
    /// The value inside, unwrapping one level of string encoding.
    pub(crate) fn json(&self) -> Option<Json<'_>> {
        match self {
            Self::Missing => None,
            Self::Value(value) => Some(*value),
            Self::Text(text) => json::parse(text).ok(),
        }
    }
}

/// Why a frame cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    NotJson,
    NoEvent,
    BadHandshake,
}

impl FrameError {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "frame is not a JSON object",
            Self::NoEvent => "frame has no event name",
            Self::BadHandshake => "handshake has no usable socket id",
        }
    }
}

/// Reads one text message.
pub(crate) fn decode(bytes: &[u8]) -> Result<ServerFrame<'_>, FrameError> {
    let frame = json::parse(bytes).map_err(|_| FrameError::NotJson)?;
    if frame.kind() != Kind::Object {
        return Err(FrameError::NotJson);
    }
    let [name, channel, data] = frame.pick(["event", "channel", "data"]);
    let name = name.and_then(Json::as_str).filter(|n| !n.is_empty());
    let name = name.ok_or(FrameError::NoEvent)?;
    let channel = channel.and_then(Json::as_str);
    let data = match data {
        None => Data::Missing,
        Some(value) if value.kind() == Kind::String => Data::Text(value.as_bytes()),
        Some(value) => Data::Value(value),
    };
    match name.as_ref() {
        "pusher:connection_established" => established(&data),
        "pusher_internal:subscription_succeeded" => {
            Ok(channel.map_or(ServerFrame::Other, |channel| ServerFrame::Subscribed { channel }))
        }
        "pusher:error" => Ok(error(&data)),
        "pusher:ping" => Ok(ServerFrame::Ping),
        "pusher:pong" => Ok(ServerFrame::Pong),
        protocol if protocol.starts_with("pusher:") || protocol.starts_with("pusher_internal:") => {
            Ok(ServerFrame::Other)
        }
        _ => Ok(ServerFrame::Event { name, channel, data }),
    }
}

fn established<'a>(data: &Data<'_>) -> Result<ServerFrame<'a>, FrameError> {
    let data = data.json().ok_or(FrameError::BadHandshake)?;
    let socket = data.get("socket_id").and_then(Json::as_str).and_then(|id| SocketId::parse(&id));
    let seconds = data.get("activity_timeout").and_then(Json::as_integer);
    Ok(ServerFrame::Established {
        socket: socket.ok_or(FrameError::BadHandshake)?,
        // A server that announces nonsense must neither silence nor flood us.
        activity_timeout: seconds.map(|s| Duration::from_secs(s.clamp(5, 120))),
    })
}

fn error<'a>(data: &Data<'_>) -> ServerFrame<'a> {
    let value = data.json();
    let code = value.and_then(|v| v.get("code")).and_then(Json::as_integer);
    let message = value.and_then(|v| v.get("message")).and_then(Json::as_str);
    ServerFrame::Error {
        code: code.and_then(|c| u16::try_from(c).ok()),
        message: cut(message.as_deref().unwrap_or("no message"), MAX_DETAIL),
    }
}

/// The frame that subscribes to a private channel.
pub(crate) fn subscribe(channel: &str, auth: &str) -> String {
    let mut out = String::from(r#"{"event":"pusher:subscribe","data":{"auth":"#);
    json::write_str(&mut out, auth);
    out.push_str(r#","channel":"#);
    json::write_str(&mut out, channel);
    out.push_str("}}");
    out
}

/// The frame that leaves a channel.
pub(crate) fn unsubscribe(channel: &str) -> String {
    let mut out = String::from(r#"{"event":"pusher:unsubscribe","data":{"channel":"#);
    json::write_str(&mut out, channel);
    out.push_str("}}");
    out
}

/// The frame that asks whether the server lives.
pub(crate) fn ping() -> String {
    r#"{"event":"pusher:ping","data":{}}"#.to_owned()
}

/// The answer to the server's ping.
pub(crate) fn pong() -> String {
    r#"{"event":"pusher:pong","data":{}}"#.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_handshake_with_its_string_inside_a_string() {
        let text = r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"4764167139.5692875859\",\"activity_timeout\":120}"}"#;

        let ServerFrame::Established { socket, activity_timeout } = decode(text.as_bytes()).unwrap() else {
            panic!("not a handshake");
        };

        assert_eq!(socket.as_str(), "4764167139.5692875859");
        assert_eq!(activity_timeout, Some(Duration::from_secs(120)));
    }

    #[test]
    fn clamps_an_absurd_activity_timeout() {
        for (given, seconds) in [("0", 5), ("1000000000", 120), ("\"30\"", 30)] {
            let text = format!(
                r#"{{"event":"pusher:connection_established","data":{{"socket_id":"1.2","activity_timeout":{given}}}}}"#
            );
            let ServerFrame::Established { activity_timeout, .. } = decode(text.as_bytes()).unwrap() else {
                panic!("not a handshake");
            };
            assert_eq!(activity_timeout, Some(Duration::from_secs(seconds)), "{given}");
        }
    }

    #[test]
    fn accepts_event_data_as_value_string_plain_text_or_nothing() {
        let cases = [
            (r#"{"event":"e","channel":"c","data":{"a":1}}"#, Some(r#"{"a":1}"#)),
            (r#"{"event":"e","channel":"c","data":"{\"a\":1}"}"#, Some(r#"{"a":1}"#)),
            (r#"{"event":"e","channel":"c","data":"plain"}"#, None),
            (r#"{"event":"e","channel":"c"}"#, None),
        ];
        for (text, expected) in cases {
            let ServerFrame::Event { data, .. } = decode(text.as_bytes()).unwrap() else { panic!("{text}") };
            assert_eq!(data.json().map(Json::raw), expected.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn broken_frames_are_typed_errors() {
        assert_eq!(decode(b"").unwrap_err(), FrameError::NotJson);
        assert_eq!(decode(b"[1]").unwrap_err(), FrameError::NotJson);
        assert_eq!(decode(br#"{"event":""}"#).unwrap_err(), FrameError::NoEvent);
        assert_eq!(decode(br#"{"event":7}"#).unwrap_err(), FrameError::NoEvent);
        assert_eq!(
            decode(br#"{"event":"pusher:connection_established","data":"{}"}"#).unwrap_err(),
            FrameError::BadHandshake
        );
    }

    #[test]
    fn unknown_protocol_events_are_no_application_events() {
        for name in ["pusher:cache_miss", "pusher_internal:member_added", "pusher:new_message"] {
            let text = format!(r#"{{"event":"{name}","channel":"c","data":"{{}}"}}"#);
            assert!(matches!(decode(text.as_bytes()).unwrap(), ServerFrame::Other), "{name}");
        }
    }

    #[test]
    fn writes_the_subscribe_frame_that_servers_expect() {
        assert_eq!(
            subscribe("private-session-1", "k:ab"),
            r#"{"event":"pusher:subscribe","data":{"auth":"k:ab","channel":"private-session-1"}}"#
        );
    }
}
