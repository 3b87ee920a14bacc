//! From HTTP to a row and back.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header, request::Parts};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::Pairs,
    headers, pages,
    route::{BODY_MAX, Class, Pace, Route},
    seat,
    server::Server,
    stream::{Upload, receive},
    wall,
};

/// A body that is kept in memory has come in this time.
const BODY_TIME: Duration = Duration::from_secs(60);

/// What came in, before anyone looked at it.
struct Asked {
    parts: Parts,
    params: Vec<(String, String)>,
    body: Bytes,
    file: Mutex<Option<Upload>>,
    nonce: String,
    id: String,
    /// The peer, or who is behind a proxy that is trusted; loopback where there is no connection, as in tests.
    address: IpAddr,
}

/// Answers one request by one row.
pub async fn drive(
    State(server): State<Arc<Server>>,
    route: &'static Route,
    params: Vec<(String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (nonce, id) = (server.draw(), server.draw());
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::LOCALHOST.into(), |c| c.0.ip());
    let address = server.address_of(peer, &parts.headers);
    let mut asked = Asked { parts, params, body: Bytes::new(), file: Mutex::new(None), nonce, id, address };
    if let Err(refused) = wall::check(&server, &asked.parts).and_then(|()| wall::has_row(route)) {
        return finish(&server, route, &asked, Err(refused));
    }
    let is_large = route.body_max > BODY_MAX;
    if is_large && route.class == Class::Page && is_parted(&asked.parts) {
        // Nobody sends a file who may not send this at all.
        if let Err(refused) = admitted(&server, route, &asked) {
            return finish(&server, route, &asked, Err(refused));
        }
        match receive(&asked.parts.headers, body, route.body_max).await {
            Ok((fields, file)) => (asked.body, asked.file) = (fields, Mutex::new(file)),
            Err(refused) => return finish(&server, route, &asked, Err(refused)),
        }
    } else if is_large && route.class == Class::Api {
        asked.file = Mutex::new(Some(Upload::of(body, route.body_max)));
    } else {
        match take(body, route).await {
            Ok(body) => asked.body = body,
            Err(refused) => return finish(&server, route, &asked, Err(refused)),
        }
    }
    match route.pace {
        Pace::Quick => settle(&server, route, &asked),
        Pace::Slow => {
            let settled = tokio::task::spawn_blocking(move || settle(&server, route, &asked)).await;
            settled.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
        }
    }
}

/// Whether the body comes in parts, as a form with a file sends it.
fn is_parted(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    kind.get(..20).is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/form-data;"))
}

/// The body, as long as the row allows.
async fn take(body: Body, route: &'static Route) -> Result<Bytes, Refused> {
    let most = route.body_max.min(BODY_MAX);
    if most == 0 {
        return Ok(Bytes::new());
    }
    let Ok(taken) = timeout(BODY_TIME, Limited::new(body, most).collect()).await else {
        let says = "The rest of this did not come in time. Send it again.";
        return Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", says));
    };
    match taken {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let says = format!("This is longer than the {} KiB that are taken here.", most / 1024);
            Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", says))
        }
        Err(_) => Err(Refused::unclear("body_incomplete", "The request ended before its body did. Send it again.")),
    }
}

fn settle(server: &Arc<Server>, route: &'static Route, asked: &Asked) -> Response {
    let answered = catch_unwind(AssertUnwindSafe(|| answer(server, route, asked)));
    let answered = answered.unwrap_or_else(|_| Err(Refused::internal("a row panicked")));
    finish(server, route, asked, answered)
}

/// Whether whoever asks may ask at all; what they may do is decided where it is known.
fn admitted(server: &Arc<Server>, route: &'static Route, asked: &Asked) -> Result<(), Refused> {
    seat::admit(&called(server, route, asked)?)
}

fn called<'c>(server: &'c Arc<Server>, route: &'static Route, asked: &'c Asked) -> Result<Call<'c>, Refused> {
    let visitor = seat::visitor(server, route, &asked.parts.headers, asked.address)?;
    let org = asked.params.iter().find(|(name, _)| name == "org").map(|(_, value)| value.as_str());
    let member = org.map(|org| seat::member(server, &visitor, org)).transpose()?.flatten();
    Ok(call(server, route, asked, visitor, member))
}

fn answer(server: &Arc<Server>, route: &'static Route, asked: &Asked) -> Answered {
    let call = called(server, route, asked)?;
    seat::guard(server, route, &asked.parts, &call.visitor, &asked.body)?;
    seat::admit(&call)?;
    (route.does)(&call)
}

fn call<'c>(
    server: &'c Arc<Server>,
    route: &'static Route,
    asked: &'c Asked,
    visitor: seat::Visitor,
    member: Option<seat::Member>,
) -> Call<'c> {
    let accept = asked.parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Call {
        server,
        route,
        path: asked.parts.uri.path(),
        params: asked.params.clone(),
        query: Pairs::read(asked.parts.uri.query().unwrap_or_default().as_bytes()),
        headers: &asked.parts.headers,
        body: asked.body.clone(),
        file: &asked.file,
        tongue: visitor.tongue(accept),
        visitor,
        member,
        nonce: asked.nonce.clone(),
        id: asked.id.clone(),
        address: asked.address,
    }
}

/// An answer as HTTP; a refusal becomes a page or a problem document.
fn finish(server: &Arc<Server>, route: &'static Route, asked: &Asked, answered: Answered) -> Response {
    let again = answered.as_ref().err().and_then(|refused| refused.retry_after);
    let answered = answered.or_else(|refused| {
        if let Some(inside) = &refused.inside {
            server.log(&asked.id, &format!("{} {}: {inside}", route.method.word(), route.path));
        }
        tell(server, route, asked, &refused)
    });
    let mut response = match answered {
        Ok(answer) => respond(answer),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    };
    if let Some(seconds) = again {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers::set(response.headers_mut(), route.class, &asked.nonce, server.is_secure());
    if let Ok(id) = HeaderValue::from_str(&asked.id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// What a refusal looks like to whoever asked.
fn tell(server: &Arc<Server>, route: &'static Route, asked: &Asked, refused: &Refused) -> Answered {
    if route.class == Class::Api {
        return Ok(crate::api::problem(refused, &asked.id));
    }
    let visitor = seat::visitor(server, route, &asked.parts.headers, asked.address).unwrap_or_default();
    let org = asked.params.iter().find(|(name, _)| name == "org").map(|(_, value)| value.as_str());
    let member = org.and_then(|org| seat::member(server, &visitor, org).ok()).flatten();
    let call = call(server, route, asked, visitor, member);
    if refused.code == "sign_in_required" {
        let next = pages::confirm::page_of(&call);
        return Answer::see(format!("/sign-in{}", crate::form::query([("next", next.as_str())].into_iter())));
    }
    if refused.code == "step_up_required" && call.visitor.seated().is_some() {
        return Answer::see(pages::confirm::before(&call)?);
    }
    pages::refused::page(&call, refused)
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::builder();
    let (status, body) = match answer {
        Answer::Page { status, html } => {
            response = response.header(header::CONTENT_TYPE, "text/html; charset=utf-8");
            (status, Bytes::from(html))
        }
        Answer::Fresh { html, cookie } => {
            response =
                response.header(header::CONTENT_TYPE, "text/html; charset=utf-8").header(header::SET_COOKIE, cookie);
            (StatusCode::OK, Bytes::from(html))
        }
        Answer::Json { status, body, version } => {
            let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
            response = response.header(header::CONTENT_TYPE, kind);
            if let Some(version) = version {
                response = response.header(header::ETAG, format!("\"{version}\""));
            }
            (status, body)
        }
        Answer::See { to, cookie } => {
            response = response.header(header::LOCATION, to);
            if let Some(cookie) = cookie {
                // Who signs out leaves nothing behind in the browser.
                if cookie.ends_with("Max-Age=0") {
                    response = response.header("clear-site-data", "\"cache\", \"cookies\", \"storage\"");
                }
                response = response.header(header::SET_COOKIE, cookie);
            }
            (StatusCode::SEE_OTHER, Bytes::new())
        }
        Answer::Stream { kind, name, body } => {
            let mut response = response.header(header::CONTENT_TYPE, kind);
            if let Some(name) = name {
                let kept = format!("attachment; filename*=UTF-8''{}", crate::form::segment(&name));
                response = response.header(header::CONTENT_DISPOSITION, kept);
            }
            return response.body(body).unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR));
        }
        Answer::File { kind, name, body } => {
            response = response.header(header::CONTENT_TYPE, kind).header(
                header::CONTENT_DISPOSITION,
                format!("attachment; filename*=UTF-8''{}", crate::form::segment(&name)),
            );
            (StatusCode::OK, body)
        }
        Answer::Static { kind, body, gzip } => {
            response = response.header(header::CONTENT_TYPE, kind).header(header::VARY, "accept-encoding");
            if gzip {
                response = response.header(header::CONTENT_ENCODING, "gzip");
            }
            (StatusCode::OK, body)
        }
    };
    response.status(status).body(Body::from(body)).unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from("Something failed here. Nothing was saved."));
    *response.status_mut() = status;
    response
}
