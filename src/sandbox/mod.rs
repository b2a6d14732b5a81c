//! A simulated Itential Platform on loopback, for trying, training and tests.
//!
//! It speaks the platform's own routes with the platform's shapes, keeps state (jobs progress,
//! adapters stop and start, what is created can be read back), and needs a login. Its data are
//! awkward on purpose. Everything under `/sandbox/` belongs to the simulation alone: faults, expired
//! sessions, the log of requests, whole collections replaced; see `docs/sandbox.md`.
//!
//! It shares no code with the client side of this program, so that tests against it test that side
//! and not an echo of it.

mod agents;
mod clock;
mod control;
mod faults;
mod front;
mod health;
mod inventories;
mod jobs;
mod listing;
mod metrics;
mod operations;
mod query;
mod routing;
mod seed;
mod session;
mod studio;
mod world;

pub use front::{Cut, Front, Reaction};

use std::time::Duration;

use self::routing::Route;
use self::world::Collection;

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
    /// Devices of a fresh world.
    pub devices: usize,
    /// Jobs of a fresh world.
    pub jobs: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { latency: Duration::ZERO, step: Duration::from_secs(1), devices: 160, jobs: 130 }
    }
}

/// The routes of every area that needs a login.
const AREAS: &[&[Route]] = &[
    session::ROUTES,
    health::ROUTES,
    operations::ROUTES,
    jobs::ROUTES,
    studio::ROUTES,
    metrics::ROUTES,
    agents::ROUTES,
    inventories::ROUTES,
];

/// Everything there is on the platform.
const COLLECTIONS: &[Collection] = &[
    Collection { name: "accounts", key: "_id", seed: seed::accounts },
    Collection { name: "adapters", key: "id", seed: seed::adapters },
    Collection { name: "applications", key: "id", seed: seed::applications },
    Collection { name: "automations", key: "_id", seed: seed::automations },
    Collection { name: "inventories", key: "_id", seed: seed::inventories },
    Collection { name: "job_metrics", key: "_id", seed: seed::job_metrics },
    Collection { name: "jobs", key: "_id", seed: seed::jobs },
    Collection { name: "messages", key: "eventId", seed: seed::messages },
    Collection { name: "nodes", key: "_id", seed: seed::nodes },
    Collection { name: "projects", key: "_id", seed: seed::projects },
    Collection { name: "sessions", key: "sessionId", seed: seed::sessions },
    Collection { name: "task_metrics", key: "_id", seed: seed::task_metrics },
    Collection { name: "templates", key: "_id", seed: seed::templates },
    Collection { name: "transformations", key: "_id", seed: seed::transformations },
    Collection { name: "triggers", key: "_id", seed: seed::triggers },
    Collection { name: "workflows", key: "_id", seed: seed::workflows },
];
