//! A form that brings a file: the fields before the file are the form, the file itself is handed on while it arrives.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode, header};
use multer::{Field, Multipart};
use tokio::sync::mpsc::{self, Sender};

use super::{PIECES, SILENCE, Upload};
use crate::answer::Refused;

/// Bytes of the fields before the file, together.
const FIELDS_MAX: usize = 64 << 10;

/// Reads the fields before the file as a form body, and readies the file, of which at most `most` bytes are handed on. A form without a file
/// has none.
///
/// # Errors
/// `multipart_expected`, `body_incomplete`, `body_too_large`.
pub async fn receive(headers: &HeaderMap, body: Body, most: usize) -> Result<(Bytes, Option<Upload>), Refused> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(kind) else {
        return Err(Refused::unclear("multipart_expected", "Send the file with the form of its page."));
    };
    let mut parts = Multipart::new(Paced { pieces: body.into_data_stream(), rests: false }, boundary);
    let mut fields = Vec::new();
    let mut left = FIELDS_MAX;
    while let Some(mut field) = next(&mut parts).await? {
        if let Some(name) = field.file_name().map(str::to_owned) {
            let (to, pieces) = mpsc::channel(PIECES);
            tokio::spawn(pump(field, most, to));
            return Ok((written(&fields), Some(Upload { name, pieces, left: Bytes::new() })));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let value = small(&mut field, &mut left).await?;
        fields.push((name, value));
    }
    Ok((written(&fields), None))
}

/// Fields as the body of a form without files.
fn written(fields: &[(String, Vec<u8>)]) -> Bytes {
    let text = fields.iter().map(|(name, value)| (name, String::from_utf8_lossy(value)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(text).finish().into()
}

async fn next(parts: &mut Multipart<'static>) -> Result<Option<Field<'static>>, Refused> {
    let next = tokio::time::timeout(SILENCE, parts.next_field()).await;
    next.map_err(|_| incomplete())?.map_err(|_| incomplete())
}

/// A whole field, while fields together stay within what is left.
async fn small(field: &mut Field<'static>, left: &mut usize) -> Result<Vec<u8>, Refused> {
    let mut value = Vec::new();
    loop {
        let piece = tokio::time::timeout(SILENCE, field.chunk()).await;
        let Some(piece) = piece.map_err(|_| incomplete())?.map_err(|_| incomplete())? else { return Ok(value) };
        let Some(rest) = left.checked_sub(piece.len()) else {
            let says = "The answers beside the file are longer than the 64 KiB that are taken here.";
            return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", says));
        };
        *left = rest;
        value.extend_from_slice(&piece);
    }
}

fn incomplete() -> Refused {
    Refused::unclear("body_incomplete", "The request ended before its body did. Send it again.")
}

/// Hands the file on until it ends, is too long, or nobody reads any more.
async fn pump(mut field: Field<'static>, most: usize, to: Sender<io::Result<Bytes>>) {
    let mut taken = 0_usize;
    loop {
        let piece = match tokio::time::timeout(SILENCE, field.chunk()).await {
            Ok(Ok(None)) => return,
            Ok(Ok(Some(piece))) => Ok(piece),
            Ok(Err(error)) => Err(io::Error::other(error)),
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
        };
        taken += piece.as_ref().map_or(0, Bytes::len);
        // What is beyond the limit is handed on once, so that whoever reads can say that it is too much.
        let ends = piece.is_err() || taken > most;
        if to.send(piece).await.is_err() || ends {
            return;
        }
    }
}

/// One piece at a time: the reader of parts would otherwise take in all that has arrived before it looks at any of it.
struct Paced {
    pieces: BodyDataStream,
    rests: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = Pin::new(&mut self.pieces).poll_next(context);
        self.rests = next.is_ready();
        next
    }
}
