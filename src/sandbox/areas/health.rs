//! Health: the platform's own state, its adapters and its applications, and their start and stop.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{SEED_MS, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, results_envelope};
use crate::sandbox::routing::{Area, Route, get, put};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "adapters", key: "id" },
        Collection { name: "applications", key: "id" },
    ],
};

/// Health, and the life of adapters and applications.
const ROUTES: &[Route] = &[
    get("/health/status", status),
    get("/health/system", system),
    get("/health/server", server),
    get("/health/adapters", |world, call| list(ADAPTERS, world, call)),
    get("/health/adapters/{}", |world, call| describe("adapters", "Adapter", world, call)),
    get("/health/applications", |world, call| list(APPLICATIONS, world, call)),
    get("/health/applications/{}", |world, call| {
        describe("applications", "Application", world, call)
    }),
    put("/adapters/{}/start", |world, call| start("adapters", "Adapter", world, call)),
    put("/adapters/{}/stop", |world, call| stop("adapters", "Adapter", world, call)),
    put("/adapters/{}/restart", |world, call| restart("adapters", "Adapter", world, call)),
    put("/applications/{}/start", |world, call| start("applications", "Application", world, call)),
    put("/applications/{}/stop", |world, call| stop("applications", "Application", world, call)),
    put("/applications/{}/restart", |world, call| {
        restart("applications", "Application", world, call)
    }),
];

/// Without `limit` only 25 come back, and nothing but `total` says that there are more.
const ADAPTERS: Listing = Listing {
    collection: "adapters",
    filters: Filters::Pairs,
    fields: &["id", "state", "package_id", "version"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: results_envelope,
};

const APPLICATIONS: Listing = Listing { collection: "applications", ..ADAPTERS };

/// The adapter that never comes up, so that waiting for it meets DEAD.
pub const DIES_ON_START: &str = "lab-terminal";

fn list(listing: Listing, world: &World, call: &Incoming) -> Answered {
    listing.answer(world, call)
}

fn describe(kind: &'static str, what: &str, world: &World, call: &Incoming) -> Answered {
    Ok(world.require(kind, what, call.param(0))?.clone().into())
}

fn start(kind: &'static str, what: &str, world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    enter(kind, what, world, id, "STOPPED", json!({"state": "STARTING"}))?;
    let up = match id {
        DIES_ON_START => json!({"state": "DEAD", "uptime": 0, "pid": null}),
        _ => running(),
    };
    world.after(1.0, kind, id, up);
    accepted(what, id, "start")
}

fn stop(kind: &'static str, what: &str, world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    enter(kind, what, world, id, "RUNNING", json!({"state": "STOPPING"}))?;
    world.after(1.0, kind, id, stopped());
    accepted(what, id, "stop")
}

/// The old process still answers RUNNING for a moment; a client must not take it for the new one.
fn restart(kind: &'static str, what: &str, world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    enter(kind, what, world, id, "RUNNING", json!({}))?;
    world.after(0.3, kind, id, json!({"state": "STOPPING"}));
    world.after(0.6, kind, id, stopped());
    world.after(0.6, kind, id, json!({"state": "STARTING"}));
    world.after(1.2, kind, id, running());
    accepted(what, id, "restart")
}

/// Merges `change` into a row that is in state `from`, and drops what was going to happen to it.
fn enter(
    kind: &'static str,
    what: &str,
    world: &mut World,
    id: &str,
    from: &str,
    change: Value,
) -> Result<(), Refusal> {
    let row = world.require_mut(kind, what, id)?;
    let state = row.get("state").and_then(Value::as_str).unwrap_or("unknown");
    if state != from {
        return Err(Refusal::invalid(format!("{what} '{id}' is {state}, not {from}")));
    }
    merge(row, change);
    world.forget(kind, id);
    Ok(())
}

fn running() -> Value {
    let now = now_ms();
    json!({
        "state": "RUNNING",
        "uptime": 0.5,
        "pid": 40_000 + now % 20_000,
        "timestamp": now,
        "connection": {"state": "ONLINE"},
    })
}

fn stopped() -> Value {
    json!({
        "state": "STOPPED", "uptime": 0, "pid": null, "timestamp": now_ms(),
        "connection": null, "memoryUsage": null, "cpuUsage": null,
    })
}

fn accepted(what: &str, id: &str, verb: &str) -> Answered {
    Ok(json!({"status": "OK", "message": format!("{what} {id}: {verb} requested")}).into())
}

fn status(world: &mut World, _: &Incoming) -> Answered {
    let all = |kind| {
        let running = |row: &Value| row.get("state") == Some(&json!("RUNNING"));
        if world.rows(kind).iter().all(running) { "running" } else { "degraded" }
    };
    Ok(json!({
        "host": "sandbox-iap-1",
        "serverId": "5f3c9a0e8d7b41c2a6e4f1d0",
        "serverName": null,
        "services": [
            {"service": "redis", "status": "running"},
            {"service": "mongo", "status": "running"},
        ],
        "timestamp": now_ms(),
        "apps": all("applications"),
        "adapters": all("adapters"),
    })
    .into())
}

/// Clock rates are fractional on some hosts and counters exceed 32 bits.
fn system(_: &mut World, _: &Incoming) -> Answered {
    let times = json!({
        "user": 98_231_450, "nice": 1_020, "sys": 41_882_310, "idle": 8_123_456_780_u64, "irq": 0,
    });
    Ok(json!({
        "arch": "x64",
        "release": "5.14.0-427.el9.x86_64",
        "uptime": 4_032_112.46,
        "freemem": 9_663_676_416_u64,
        "totalmem": 33_285_996_544_u64,
        "loadavg": [0.15, 0.22, 0],
        "cpus": [
            {"model": "Intel(R) Xeon(R) Gold 6338", "speed": 2000, "times": times},
            {"model": "Intel(R) Xeon(R) Gold 6338", "speed": 1995.312, "times": times},
        ],
    })
    .into())
}

/// The Node build lacks some of the usual version keys and has one of its own.
fn server(_: &mut World, _: &Incoming) -> Answered {
    Ok(json!({
        "version": "15.8.10-2023.2.44",
        "release": "2023.2.9",
        "arch": "x64",
        "platform": "linux",
        "versions": {
            "node": "20.11.1", "acorn": "8.11.3", "ares": "1.27.0", "brotli": "1.0.9",
            "cjs_module_lexer": "1.2.2", "cldr": "44.0", "icu": "74.1", "llhttp": "8.1.1",
            "modules": "115", "napi": "9", "nghttp2": "1.58.0", "openssl": "3.0.13+quic",
            "simdutf": "4.0.4", "tz": "2023c", "undici": "5.28.3", "unicode": "15.1",
            "uv": "1.46.0", "v8": "11.3.244.8-node.17", "zlib": "1.3.0.1-motley",
            "simdjson": "3.7.0",
        },
        "memoryUsage": {
            "rss": 512_475_136.5, "heapTotal": 301_989_888, "heapUsed": 251_658_240,
            "external": 8_912_896, "arrayBuffers": null,
        },
        "cpuUsage": {"user": 120_345_678, "system": 23_456_789},
        "uptime": 345_600.9,
        "pid": 1,
        "startedAt": SEED_MS,
        "dependencies": {"@itential/service": "3.1.12", "express": "4.19.2"},
    })
    .into())
}
