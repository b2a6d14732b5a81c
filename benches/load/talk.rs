//! Talking to a server on stdio.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::json;

/// The beginning of every talk.
pub fn hello() -> serde_json::Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "load", "version": "1"}}})
}

/// A server on stdio.
pub struct Talk {
    child: std::process::Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Talk {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        command.args(["run", "--transport", "stdio"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, output }
    }

    /// Sends a message.
    pub fn tell(&mut self, message: serde_json::Value) {
        let input = self.child.stdin.as_mut().expect("it is piped");
        input.write_all(format!("{message}\n").as_bytes()).expect("it reads");
    }

    /// The answer to a request.
    pub fn ask(&mut self, message: serde_json::Value) -> String {
        self.tell(message);
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        assert!(line.contains("\"result\""), "{line}");
        line
    }

    /// KiB resident.
    pub fn rss(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|v| v.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
