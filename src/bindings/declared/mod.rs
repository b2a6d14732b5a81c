//! Tools that are declared by the requests they send.
//!
//! The language is small and total: requests in order, each at most once or once for each of a bounded
//! number of items; templates and places without loops or conditions.
//!
//! - `request.rs`, `route.rs`, `pages.rs`: what is sent.
//! - `template.rs`, `pointer.rs`, `scope.rs`: how it is made of what is known.
//! - `tool.rs`, `run.rs`: a tool of such requests, and a call of it.

mod pages;
mod pointer;
mod request;
mod route;
mod run;
mod scope;
mod template;
mod tool;

pub use pages::{KEYS as PAGES_KEYS, WAYS};
pub use request::{KEYS as REQUEST_KEYS, METHODS};
pub use tool::Declared;
