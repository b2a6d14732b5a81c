//! The Itential Platform over HTTPS: login, requests, paging, retries and errors.
//!
//! A [`Client`] is shared by everybody. A tool gets an [`Api`], which is the client together with
//! the [`CancelToken`](crate::cancel::CancelToken) of its call; every wait below it ends soon after
//! that token is cancelled.
//!
//! How long things take at most: one attempt of a request is bounded by `timeout`. Reads
//! ([`Api::get`], [`Api::search`] and the lists) may be attempted up to
//! [`PLATFORM_ATTEMPTS`](crate::limits::PLATFORM_ATTEMPTS) times; a new attempt begins only within
//! `timeout` of the first, so a read ends within twice `timeout`. A write is sent once, and once
//! more only when the platform refused it unread because the session had expired. A login that
//! becomes necessary on the way has a budget of its own of the same size.

mod agent;
mod api;

pub mod check;
mod client;
mod connection;
mod error;
mod exchange;
mod explain;
mod list;
mod path;
mod proxy;
mod secure;
mod session;
mod text;
mod trust;

pub(crate) use agent::{Setup, build as build_agent};
pub use api::Api;

pub use client::Client;
pub use error::{Error, ErrorKind, Target};
pub(crate) use explain::tls_cause;
pub use list::{Listed, Listing, Style};
pub use path::Path;
pub(crate) use trust::Trust;
