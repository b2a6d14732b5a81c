//! How a sandbox behaves, and what opens it.

use std::time::Duration;

/// User name for `POST /login`.
pub const USER: &str = "admin";
/// Password for `POST /login`.
pub const PASSWORD: &str = "admin";
/// Client id for `POST /oauth/token`.
pub const CLIENT_ID: &str = "sandbox-client";
/// Client secret for `POST /oauth/token`.
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// How a sandbox behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time every answer is held back, as a distant platform would.
    pub latency: Duration,
    /// Time of one step of simulated work: a task of a job, an adapter that stops.
    pub step: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { latency: Duration::ZERO, step: Duration::from_secs(1) }
    }
}
