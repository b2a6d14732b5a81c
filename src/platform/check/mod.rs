//! The connection test: one step after the other, until one fails, within one deadline.

mod advice;
mod handshake;
mod render;
mod report;
mod steps;

use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::config;
use crate::time::Utc;

pub use render::{human, json};
pub use report::{Check, Report, Status};

/// Tests the way to `platform`: configuration, name lookup, TCP, TLS, a real login, health and API
/// access. All steps together take no longer than `timeout`.
pub fn run(platform: &config::Platform, timeout: Duration) -> Report {
    let (begun, started) = (Utc::now(), Instant::now());
    let token = CancelToken::new();
    let finished = CancelToken::new();
    let mut walk = steps::Walk::new(platform, started + timeout, timeout, token.clone());
    let mut checks = Vec::new();
    std::thread::scope(|threads| {
        // Every wait below notices the token, so one timer bounds them all.
        threads.spawn(|| {
            if finished.sleep(timeout) {
                token.cancel();
            }
        });
        for (name, step) in steps::STEPS {
            let check = walk.check(name, *step);
            let failed = check.status == Status::Failed;
            checks.push(check);
            if failed {
                break;
            }
        }
        finished.cancel();
    });
    Report {
        success: checks.iter().all(|check| check.status != Status::Failed),
        checks,
        duration: started.elapsed(),
        begun,
        platform_version: walk.platform_version,
        authenticated_user: walk.authenticated_user,
    }
}
