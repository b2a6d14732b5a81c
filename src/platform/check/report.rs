//! What the connection test found.

use std::time::Duration;

use serde_json::Value;

use crate::time::Utc;

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
    pub suggestion: Vec<String>,
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
