//! HTTP, and only here: pages, the JSON API, static files.
//!
//! Every route is a row of one registry ([`route`]): method, path, who it asks for, what it does, what it says. The router, the OpenAPI
//! document and the authorization matrix are made from the rows; nothing can be mounted beside them. What a row does is an ordinary
//! function from a [`call::Call`] to an [`answer::Answer`]; it reads the organization in memory and acts through `aims_app`.

pub mod answer;
mod api;
mod assets;
pub mod call;
mod drive;
mod evidence;
mod form;
mod frame;
mod headers;
mod intake;
mod letters;
mod listen;
mod pages;
mod reader;
pub mod route;
mod routes;
mod seat;
mod server;
pub mod setup;
mod show;
mod stream;
mod told;
mod wall;
mod words;
mod work;

pub use api::openapi;
pub use routes::routes;
pub use server::{Config, Network, Proxies, Server, ServerError, serve, slug_of};
pub use work::schedules;
