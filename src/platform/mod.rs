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
//! more only when the platform refused it unread because the session had expired. A read is sent once
//! more also when its answer looks like that of an expired session. A login that
//! becomes necessary on the way has a budget of its own of the same size.
//!
//! What came of a write is one of three things: [`Written`], the platform's answer, which the caller
//! has to judge; an [`Error`] that says that nothing happened; or one that says that it
//! [may have happened](Error::may_have_happened).

mod account;
mod api;

pub mod check;
mod client;
mod connection;
mod counted;
mod disguise;
mod error;
mod exchange;
mod explain;
mod json;
mod list;
mod memory;
mod page;
mod path;
mod relayed;
mod session;
mod text;
mod words;
mod written;

pub use account::Account;
pub use api::Api;

pub use client::Client;
pub(crate) use client::believed;
pub use error::{Error, ErrorKind, NoRoute, Target};
pub use list::{Listed, Listing, Style};
pub use page::Gather;
pub use path::Path;
pub use relayed::Relayed;
pub use written::{Answer, Written};
