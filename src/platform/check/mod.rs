//! The connection test: one step after the other, until one fails, within one deadline.

mod advice;
mod handshake;
mod render;
mod steps;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cancel::CancelToken;
use crate::config;
use crate::time::Utc;

pub use render::{human, json};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As it should.
    Passed,
    /// Not as it should; the checks behind it were not run.
    Failed,
    /// It does not apply here.
    Skipped,
    /// It works, but not safely.
    Warning,
}

/// One step of the test.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// `configuration`, `dns`, `tcp`, `tls`, `authentication`, `health` or `api_access`.
    pub name: &'static str,
    /// How it ended.
    pub status: Status,
    /// One line for people.
    pub message: String,
    /// How long it took.
    pub duration: Duration,
    /// What was found, in order.
    pub details: Vec<(&'static str, Value)>,
    /// What to do about a failure, one line per idea.
    pub suggestion: Vec<&'static str>,
    /// Kind and text of the failure.
    pub error: Option<(&'static str, String)>,
}

/// What the test found.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Whether no check failed.
    pub success: bool,
    /// The checks that were run, in order.
    pub checks: Vec<Check>,
    /// How long all of it took.
    pub duration: Duration,
    /// When it began.
    pub begun: Utc,
    /// Version of the platform, if it told one.
    pub platform_version: Option<String>,
    /// Who the platform says is logged in.
    pub authenticated_user: Option<String>,
}

impl Report {
    /// The message of the check that failed.
    pub fn error(&self) -> Option<&str> {
        let failed = self.checks.iter().find(|check| check.status == Status::Failed);
        failed.map(|check| check.message.as_str())
    }
}

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
