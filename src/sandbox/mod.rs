//! A simulated Itential Platform on loopback, for trying, training and tests.
//!
//! It speaks the platform's own routes with the platform's shapes, keeps state (jobs progress,
//! adapters stop and start, what is created can be read back), and needs a login. Its data are
//! awkward on purpose. Everything under `/sandbox/` belongs to the simulation alone: faults, sessions
//! that expire, the log of requests, collections replaced; see `docs/sandbox.md`.
//!
//! It shares no code with the client side of this program, so that tests against it test that side
//! and not an echo of it.

mod agents;
mod clock;
mod commands;
mod compliance;
mod control;
mod delivery;
mod devices;
mod faults;
mod front;
mod gateways;
mod golden;
mod health;
mod integrations;
mod inventories;
mod jobs;
mod lifecycle;
mod listing;
mod metrics;
mod operations;
mod query;
mod routing;
mod schema;
mod seed;
mod session;
mod studio;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use self::delivery::Delivery;
use self::front::Front;
use self::routing::Route;
use self::world::Collection;
use crate::http::{self, Server};
use crate::limits;

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

/// A running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox(Server);

impl Sandbox {
    /// Serves a fresh world at `addr`, which must be a loopback address: what is under `/sandbox/`
    /// needs no login.
    ///
    /// # Errors
    /// `addr` is not loopback, or cannot be listened on.
    pub fn start(addr: SocketAddr, options: Options) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            let message = format!("the sandbox listens on loopback only, not on {}", addr.ip());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let front = Front::new(options);
        let delivery = Delivery::start()?;
        let http = http::Options {
            // All clients are on this host, and `PUT /sandbox/world` may bring a large network.
            max_connections_per_address: limits::CONNECTIONS,
            body_bytes: limits::BODIES_BYTES,
            ..http::Options::default()
        };
        let handler = move |exchange: http::Exchange| {
            let reaction = front.answer(&exchange.request);
            delivery.send(exchange.responder, reaction);
        };
        let server = Server::start(addr, http, Arc::new(handler));
        Ok(Self(server.map_err(|failed| io::Error::new(failed.error.kind(), failed.to_string()))?))
    }

    /// Where it listens; with port 0 this tells the port the system chose.
    pub fn addr(&self) -> SocketAddr {
        self.0.local_addr()
    }

    /// Stops, letting answers under way finish for a moment.
    pub fn shutdown(&self) {
        self.0.shutdown(limits::HTTP_TICK);
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
    integrations::ROUTES,
    gateways::ROUTES,
    devices::ROUTES,
    golden::ROUTES,
    compliance::ROUTES,
    commands::ROUTES,
    lifecycle::ROUTES,
];

/// Everything there is on the platform.
const COLLECTIONS: &[Collection] = &[
    Collection { name: "accounts", key: "_id", seed: seed::accounts },
    Collection { name: "adapters", key: "id", seed: seed::adapters },
    Collection { name: "applications", key: "id", seed: seed::applications },
    Collection { name: "automations", key: "_id", seed: seed::automations },
    Collection { name: "backups", key: "id", seed: |_| Vec::new() },
    Collection { name: "command_templates", key: "_id", seed: seed::command_templates },
    Collection { name: "compliance_instances", key: "id", seed: seed::compliance_instances },
    Collection { name: "compliance_plans", key: "id", seed: seed::compliance_plans },
    Collection { name: "compliance_reports", key: "id", seed: seed::compliance_reports },
    Collection { name: "config_specs", key: "id", seed: seed::config_specs },
    Collection { name: "config_trees", key: "id", seed: seed::config_trees },
    Collection { name: "config_versions", key: "key", seed: seed::config_versions },
    Collection { name: "connections", key: "cluster_id", seed: seed::connections },
    Collection { name: "device_configs", key: "name", seed: |_| Vec::new() },
    Collection { name: "device_groups", key: "id", seed: seed::device_groups },
    Collection { name: "devices", key: "name", seed: seed::devices },
    Collection { name: "executions", key: "_id", seed: seed::executions },
    Collection { name: "gateways", key: "cluster_id", seed: seed::gateways },
    Collection { name: "instances", key: "_id", seed: seed::instances },
    Collection { name: "integration_models", key: "versionId", seed: seed::integration_models },
    Collection { name: "integrations", key: "name", seed: seed::integrations },
    Collection { name: "inventories", key: "_id", seed: seed::inventories },
    Collection { name: "job_metrics", key: "_id", seed: seed::job_metrics },
    Collection { name: "jobs", key: "_id", seed: seed::jobs },
    Collection { name: "messages", key: "eventId", seed: seed::messages },
    Collection { name: "nodes", key: "_id", seed: seed::nodes },
    Collection { name: "parsers", key: "name", seed: seed::parsers },
    Collection { name: "projects", key: "_id", seed: seed::projects },
    Collection { name: "resources", key: "_id", seed: seed::resources },
    Collection { name: "services", key: "_id", seed: seed::services },
    Collection { name: "sessions", key: "sessionId", seed: seed::sessions },
    Collection { name: "task_metrics", key: "_id", seed: seed::task_metrics },
    Collection { name: "templates", key: "_id", seed: seed::templates },
    Collection { name: "transformations", key: "_id", seed: seed::transformations },
    Collection { name: "triggers", key: "_id", seed: seed::triggers },
    Collection { name: "workflows", key: "_id", seed: seed::workflows },
];
