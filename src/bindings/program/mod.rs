//! Tools that run a program of the operator: arguments go to it as JSON, and JSON comes back.
//!
//! ```text
//!   call ──▶ place in the line ──▶ trusted? ──▶ start ──▶ listen ──▶ end of all its processes ──▶ judge
//!                                                │ gate: the platform, while it runs
//! ```
//!
//! - `manifest.rs`: what is said of a program; `trusted.rs`: whether its file is the operator's.
//! - `start.rs`, `folder.rs`: how it is started, and where it works.
//! - `run.rs`, `pipes.rs`, `heard.rs`: one run; `under_way.rs`: all of them, and their processes.
//! - `gate.rs`, `desk.rs`, `relay.rs`: the platform for a program.
//! - `answer.rs`: what a run means for the caller.

mod answer;
mod desk;
mod folder;
mod gate;
mod heard;
mod manifest;
#[cfg(unix)]
mod pipes;
#[cfg(any(test, not(unix)))]
mod pipes_by_threads;
mod random;
mod relay;
mod run;
mod runner;
mod start;
mod trusted;
mod under_way;

pub use manifest::{KEYS, Program, Variable};
pub use runner::Runner;
pub use start::become_program;
pub use under_way::end_all;
