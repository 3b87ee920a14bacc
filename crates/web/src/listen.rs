//! Connections: how many, how long, and how much they may say before they are heard (TRUST 6.5, B-56).

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderValue, header};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tower::ServiceExt as _;

/// Bytes of a request line together with its headers.
const HEAD_MAX: usize = 24 * 1024;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// In this time a request line and its headers must be there; a connection on which nothing is asked for so long is closed.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// Connections at a time; who comes later waits.
const CONNECTIONS: usize = 2048;
/// What is still being answered when the server ends has so long.
const END_TIME: Duration = Duration::from_secs(10);
/// When the system has no room for a connection, it may have some after this.
const AGAIN: Duration = Duration::from_millis(100);

/// Takes connections until `end`, and lets those that are being answered come to theirs.
pub async fn listen(listener: TcpListener, app: Router, end: impl Future<Output = ()>) {
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    let mut end = pin!(end);
    loop {
        let next = tokio::select! {
            () = &mut end => break,
            next = next(&listener, &places) => next,
        };
        match next {
            Some((stream, peer, place)) => {
                tokio::spawn(answer(stream, peer, place, app.clone(), graceful.watcher()));
            }
            None => sleep(AGAIN).await,
        }
    }
    drop(listener);
    // Who does not listen to the end of an answer loses it.
    let _ = timeout(END_TIME, graceful.shutdown()).await;
}

/// The next connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let (stream, peer) = listener.accept().await.ok()?;
    Some((stream, peer, place))
}

async fn answer(stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit, app: Router, watcher: Watcher) {
    // Small answers go at once; where that cannot be set, they go a little later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (app, ends) = (app.clone(), request.headers().contains_key(header::TRANSFER_ENCODING));
        async move {
            let mut response = app.oneshot(request).await?;
            if ends {
                // Where a proxy and we could differ on where a body ends, nothing behind it is read as another request.
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that breaks off concerns nobody else.
    let _ = watcher.watch(connection).await;
    drop(place);
}
