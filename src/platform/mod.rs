//! The Itential Platform over HTTPS: login, requests, paging, retries and errors.

mod cancel;

pub use cancel::CancelToken;
