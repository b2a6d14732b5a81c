//! Waiting for many sockets with few threads.
//!
//! One-shot: after an event for a socket nothing more is reported for it until it is armed again, so
//! exactly one thread holds a connection at a time. On Linux this is epoll; elsewhere poll(2), whose
//! cost grows with the number of connections but needs nothing the system may lack.

#[cfg(target_os = "linux")]
mod epoll;
mod event;
#[cfg(any(not(target_os = "linux"), test))]
mod poll;

#[cfg(target_os = "linux")]
pub use epoll::Poller;
pub use event::{Event, Interest, PING};
#[cfg(not(target_os = "linux"))]
pub use poll::Poller;
