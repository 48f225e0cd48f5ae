//! Pusher protocol 7: the only place that knows its event names and double encoding.

use crate::time::Duration;
use std::borrow::Cow;

use crate::ids::SocketId;
use crate::json::{self, Json, Next, Reader};
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

/// The `data` of an event: bytes that should hold a value. One level of string encoding is unwrapped already.
pub(crate) type Data<'a> = Option<&'a [u8]>;

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

    /// The field that is wrong; empty for the frame itself.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::NotJson => "",
            Self::NoEvent => "event",
            Self::BadHandshake => "data.socket_id",
        }
    }
}

/// Reads one text message. `buffer` takes the text of its data.
pub(crate) fn decode<'a>(bytes: &'a [u8], buffer: &'a mut Vec<u8>) -> Result<ServerFrame<'a>, FrameError> {
    let mut reader = Reader::new(bytes);
    if !reader.enter(b'{') {
        return Err(FrameError::NotJson);
    }
    let (mut name, mut channel, mut data) = (None, None, Payload::Missing);
    loop {
        match reader.field(&["event", "channel", "data"]) {
            Next::Field(0) => name = reader.value().as_str(),
            Next::Field(1) => channel = reader.value().as_str(),
            Next::Field(_) => {
                let length = reader.text_in(buffer);
                data = length.map_or_else(|| Payload::Value(reader.value()), Payload::Text);
            }
            Next::Other => {
                reader.value();
            }
            Next::End => break,
        }
    }
    reader.end().map_err(|_| FrameError::NotJson)?;
    let name = name.filter(|name| !name.is_empty()).ok_or(FrameError::NoEvent)?;
    let data = match data {
        Payload::Missing => None,
        Payload::Value(value) => Some(value.raw()),
        Payload::Text(length) => buffer.get(..length),
    };
    if name.starts_with("pusher") {
        return protocol_frame(name, channel, data);
    }
    Ok(ServerFrame::Event { name, channel, data })
}

/// The `data` of a frame: absent, a value, or a text of this length in the buffer.
enum Payload<'a> {
    Missing,
    Value(Json<'a>),
    Text(usize),
}

fn protocol_frame<'a>(
    name: Cow<'a, str>,
    channel: Option<Cow<'a, str>>,
    data: Data<'a>,
) -> Result<ServerFrame<'a>, FrameError> {
    Ok(match name.as_ref() {
        "pusher:connection_established" => return established(data),
        "pusher_internal:subscription_succeeded" => {
            channel.map_or(ServerFrame::Other, |channel| ServerFrame::Subscribed { channel })
        }
        "pusher:error" => error(data),
        "pusher:ping" => ServerFrame::Ping,
        "pusher:pong" => ServerFrame::Pong,
        protocol if protocol.starts_with("pusher:") || protocol.starts_with("pusher_internal:") => {
            ServerFrame::Other
        }
        _ => ServerFrame::Event { name, channel, data },
    })
}

fn established<'a>(data: Data<'_>) -> Result<ServerFrame<'a>, FrameError> {
    let data = data.and_then(|data| json::parse(data).ok()).ok_or(FrameError::BadHandshake)?;
    let socket = data.get("socket_id").and_then(Json::as_str).and_then(|id| SocketId::parse(&id));
    let seconds = data.get("activity_timeout").and_then(Json::as_integer);
    Ok(ServerFrame::Established {
        socket: socket.ok_or(FrameError::BadHandshake)?,
        // A server that announces nonsense must neither silence nor flood us.
        activity_timeout: seconds.map(|s| Duration::from_secs(s.clamp(5, 120))),
    })
}

fn error<'a>(data: Data<'_>) -> ServerFrame<'a> {
    let value = data.and_then(|data| json::parse(data).ok());
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

    fn with_frame<T>(text: &str, look: impl FnOnce(Result<ServerFrame<'_>, FrameError>) -> T) -> T {
        look(decode(text.as_bytes(), &mut Vec::new()))
    }

    fn handshake(text: &str) -> (SocketId, Option<Duration>) {
        with_frame(text, |frame| match frame {
            Ok(ServerFrame::Established { socket, activity_timeout }) => (socket, activity_timeout),
            other => panic!("no handshake: {other:?}"),
        })
    }

    #[test]
    fn reads_the_handshake_with_its_string_inside_a_string() {
        let text = r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"4764167139.5692875859\",\"activity_timeout\":120}"}"#;

        let (socket, activity_timeout) = handshake(text);

        assert_eq!(socket.as_str(), "4764167139.5692875859");
        assert_eq!(activity_timeout, Some(Duration::from_secs(120)));
    }

    // Fault 47.
    #[test]
    fn clamps_an_absurd_activity_timeout() {
        for (given, seconds) in [("0", 5), ("1000000000", 120), ("\"30\"", 30)] {
            let text = format!(
                r#"{{"event":"pusher:connection_established","data":{{"socket_id":"1.2","activity_timeout":{given}}}}}"#
            );
            assert_eq!(handshake(&text).1, Some(Duration::from_secs(seconds)), "{given}");
        }
    }

    #[test]
    fn accepts_event_data_as_value_string_plain_text_or_nothing() {
        let cases = [
            (r#"{"event":"e","channel":"c","data":{"a":1}}"#, Some(r#"{"a":1}"#)),
            (r#"{"event":"e","channel":"c","data":"{\"a\":1}"}"#, Some(r#"{"a":1}"#)),
            (r#"{"event":"e","channel":"c","data":"plain"}"#, Some("plain")),
            (r#"{"data":"over","event":"e","channel":"c","data":"written"}"#, Some("written")),
            (r#"{"event":"e","channel":"c"}"#, None),
        ];
        for (text, expected) in cases {
            with_frame(text, |frame| {
                let Ok(ServerFrame::Event { data, .. }) = frame else { panic!("{text}") };
                assert_eq!(data, expected.map(str::as_bytes), "{text}");
            });
        }
    }

    /// Sockudo writes an object, Soketi too, Laravel Reverb a string of JSON.
    #[test]
    fn reads_an_error_as_object_and_as_string_of_json() {
        for data in [r#"{"code":4009,"message":"no"}"#, r#""{\"code\":4009,\"message\":\"no\"}""#] {
            let text = format!(r#"{{"event":"pusher:error","data":{data}}}"#);
            with_frame(&text, |frame| {
                let Ok(ServerFrame::Error { code, message }) = frame else { panic!("{text}") };
                assert_eq!((code, message.as_str()), (Some(4009), "no"));
            });
        }
    }

    /// Soketi leaves the empty data out.
    #[test]
    fn an_acknowledgement_needs_no_data() {
        let text = r#"{"event":"pusher_internal:subscription_succeeded","channel":"c"}"#;
        with_frame(text, |frame| {
            assert!(matches!(frame, Ok(ServerFrame::Subscribed { channel }) if channel == "c"));
        });
    }

    #[test]
    fn broken_frames_are_typed_errors() {
        for (text, error) in [
            ("", FrameError::NotJson),
            ("[1]", FrameError::NotJson),
            (r#"{"event":"e","data":"\x"}"#, FrameError::NotJson),
            (r#"{"event":"e","data":"{}"} 1"#, FrameError::NotJson),
            (r#"{"event":""}"#, FrameError::NoEvent),
            (r#"{"event":7}"#, FrameError::NoEvent),
            (r#"{"event":"pusher:connection_established","data":"{}"}"#, FrameError::BadHandshake),
        ] {
            with_frame(text, |frame| assert_eq!(frame.unwrap_err(), error, "{text}"));
        }
    }

    #[test]
    fn unknown_protocol_events_are_no_application_events() {
        for name in ["pusher:cache_miss", "pusher_internal:member_added", "pusher:new_message"] {
            let text = format!(r#"{{"event":"{name}","channel":"c","data":"{{}}"}}"#);
            with_frame(&text, |frame| assert!(matches!(frame, Ok(ServerFrame::Other)), "{name}"));
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
