//! Bodies that come and go piece by piece.

mod multipart;

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;

pub use multipart::receive;

/// Pieces on their way to a reader.
const PIECES: usize = 4;
/// A sender who is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);

/// What is sent into a channel, as the body of an answer.
pub struct Channel(pub mpsc::Receiver<Bytes>);

impl http_body::Body for Channel {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(http_body::Frame::data(bytes))))
    }
}

/// The body of a request for whoever reads it where it may block.
pub struct Upload {
    /// What its sender calls it; empty where the body is the file and nothing else.
    pub name: String,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    left: Bytes,
}

impl Upload {
    /// Takes pieces in as they come, at most `most` bytes, on the runtime that asks.
    pub fn of(body: Body, most: usize) -> Upload {
        let (to, from) = mpsc::channel(PIECES);
        tokio::spawn(pump(body, most, to));
        Upload { name: String::new(), pieces: from, left: Bytes::new() }
    }
}

async fn pump(mut body: Body, most: usize, to: mpsc::Sender<io::Result<Bytes>>) {
    let mut taken = 0_usize;
    loop {
        let piece = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(None) => return,
            Ok(Some(Ok(frame))) => Ok(frame.into_data().unwrap_or_default()),
            Ok(Some(Err(error))) => Err(io::Error::other(error)),
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
        };
        taken += piece.as_ref().map_or(0, Bytes::len);
        // One byte more than is taken is enough to be told that it is too much.
        let ends = piece.is_err() || taken > most + 1;
        if to.send(piece).await.is_err() || ends {
            return;
        }
    }
}

impl io::Read for Upload {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.left = piece?,
            }
        }
        let count = to.len().min(self.left.len());
        to.iter_mut().zip(&self.left).for_each(|(to, from)| *to = *from);
        self.left.advance(count);
        Ok(count)
    }
}
