//! One HTTP/1.1 request on a connection of its own, in plain text: push servers of ours are near by.

use std::io;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: hyper::HeaderMap,
    /// The body as text.
    pub body: String,
}

/// Sends `request` (with a path as its URI) to `address`, which is `host:port`. There is no deadline: wrap it in one.
pub async fn request(address: &str, mut request: Request<Full<Bytes>>) -> io::Result<Answer> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let host = address.parse().map_err(io::Error::other)?;
    request.headers_mut().insert(hyper::header::HOST, host);
    // The connection is driven beside the request; dropping both at the end closes it.
    let exchange = async {
        let response = sender.send_request(request).await?;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await?.to_bytes();
        Ok::<_, hyper::Error>((head, bytes))
    };
    tokio::pin!(exchange);
    let driven = async {
        // An error here shows up in the exchange as well.
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    let (head, bytes) = tokio::select! {
        done = &mut exchange => done.map_err(io::Error::other)?,
        () = driven => return Err(io::ErrorKind::ConnectionAborted.into()),
    };
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}
