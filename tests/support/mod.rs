//! Starts the real program and talks to it; ends whatever it started.
#![allow(dead_code, reason = "each test file uses its part of the harness")]

pub mod certificates;
pub mod document;
pub mod facts;
pub mod form;
pub mod house;
pub mod http_server;
pub mod key_server;
#[cfg(unix)]
pub mod machine;
pub mod oauth;
pub mod provider;
pub mod raw_http;
pub mod schema;
pub mod scratch;
pub mod served;
pub mod site;
pub mod speaker;
#[cfg(unix)]
pub mod terminal;
pub mod tokens;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for anything. Tests never depend on how long something takes, only that it ends;
/// what must not wait for a slow thing is tried beside one that takes [`HANG`].
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than any test waits, and any machine is slow.
pub const HANG: Duration = Duration::from_secs(600);

/// The program, with nothing of this process's environment that could configure it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_itential-mcp"));
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("ITENTIAL_") || name_text.to_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    // What a server keeps is kept among what the tests build.
    command.env_remove("STATE_DIRECTORY").env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// A shell for these commands, which finds the program by its name and begins as [`program`] does.
pub fn shell(commands: &str) -> Command {
    let program = program();
    let mut shell = Command::new("sh");
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let home = Path::new(program.get_program()).parent().expect("the program is in a folder");
    let others = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{others}", home.display()));
    shell.args(["-ec", commands]).stdin(Stdio::null());
    shell
}

/// A simulated platform in a process of its own.
pub struct Platform {
    child: Child,
    pub url: String,
    pub port: u16,
}

impl Platform {
    pub fn start() -> Self {
        let mut child = program()
            .args(["sandbox", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the sandbox says where it listens");
        let at = line.find("http://").unwrap_or_else(|| panic!("no address in {line:?}"));
        let url: String = line[at..].chars().take_while(|c| !c.is_whitespace()).collect::<String>();
        let url = url.trim_end_matches('/').to_owned();
        let port = url.rsplit(':').next().and_then(|p| p.parse().ok()).expect("a port in the url");
        Self { child, url, port }
    }

    /// Environment that points the program at this platform.
    pub fn env(&self) -> Vec<(String, String)> {
        [
            ("ITENTIAL_MCP_PLATFORM_HOST", "127.0.0.1".to_owned()),
            ("ITENTIAL_MCP_PLATFORM_PORT", self.port.to_string()),
            ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The same, for a program that waits for its answers as long as [`HANG`].
    pub fn patient_env(&self) -> Vec<(String, String)> {
        let mut env = self.env();
        env.push(("ITENTIAL_MCP_PLATFORM_TIMEOUT".into(), HANG.as_secs().to_string()));
        env
    }

    /// Sets the fault rules.
    pub fn faults(&self, rules: Value) {
        let (status, body) = self.control("PUT", "/sandbox/faults", Some(&rules));
        assert_eq!(status / 100, 2, "{body}");
    }

    /// Holds the next answer to `path` back for [`HANG`]. A server that is to bear it needs
    /// [`Platform::patient_env`].
    pub fn hang(&self, path: &str) {
        self.faults(json!([{"match": {"path": path}, "delay_ms": HANG.as_millis() as u64}]));
    }

    /// Waits until the platform has received a request to `path`.
    pub fn wait_for(&self, method: &str, path: &str) {
        eventually(&format!("{method} {path} at the platform"), || self.count(method, path) > 0);
    }

    /// Removes every fault rule.
    pub fn heal(&self) {
        self.control("DELETE", "/sandbox/faults", None);
    }

    /// The requests that the platform has received.
    pub fn requests(&self) -> Vec<Value> {
        let (_, body) = self.control("GET", "/sandbox/requests", None);
        body.as_array().or_else(|| body["requests"].as_array()).cloned().unwrap_or_default()
    }

    /// Requests to `path` by `method`.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.requests().iter().filter(|r| r["method"] == method && r["path"] == path).count()
    }

    /// One control request.
    pub fn control(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(Value::to_string);
        let answer = raw_http::request(self.port, method, path, &[], body.as_deref());
        let json = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, json)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program serving stdio.
pub struct StdioServer {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
    next_id: u64,
    /// Every line received, for checks over all of them.
    pub seen: Vec<Value>,
}

impl StdioServer {
    /// Starts `run` with this environment and these further arguments.
    pub fn start(env: &[(String, String)], arguments: &[&str]) -> Self {
        let mut command = program();
        command.arg("run").args(arguments).envs(env.iter().cloned());
        Self::spawn(command)
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("stdout is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let stderr = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let stdin = child.stdin.take();
        Self { child, stdin, lines, stderr: Some(stderr), next_id: 1, seen: Vec::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes raw bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(bytes).and_then(|()| stdin.flush()).expect("the program reads");
    }

    pub fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    /// The next message.
    pub fn receive(&mut self) -> Value {
        self.try_receive(PATIENCE).expect("a message in time")
    }

    /// The next message, if one comes in time.
    pub fn try_receive(&mut self, patience: Duration) -> Option<Value> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                let value: Value = serde_json::from_str(&line)
                    .unwrap_or_else(|e| panic!("not JSON ({e}): {line}"));
                self.seen.push(value.clone());
                Some(value)
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Sends a request without waiting; gives its id.
    pub fn ask(&mut self, method: &str, params: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// The answer to `id`; whatever else arrives before is kept in `seen`.
    pub fn answer(&mut self, id: u64) -> Value {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
        panic!("no answer to {id}")
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    pub fn initialize(&mut self, version: &str) -> Value {
        let answer = self.request(
            "initialize",
            json!({
                "protocolVersion": version,
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"}
            }),
        );
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        answer
    }

    /// The result of a tool call.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.request("tools/call", json!({"name": tool, "arguments": arguments}))["result"].clone()
    }

    /// Closes the input, and waits for the end: status, rest of the output, log.
    pub fn finish(mut self) -> (ExitStatus, Vec<Value>, String) {
        drop(self.stdin.take());
        let status = self.wait();
        let mut rest = Vec::new();
        while let Some(message) = self.try_receive(PATIENCE) {
            rest.push(message);
        }
        (status, rest, self.log())
    }

    /// Waits for the program to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        wait(&mut self.child)
    }

    fn log(&mut self) -> String {
        self.stderr.take().map(|t| t.join().unwrap_or_default()).unwrap_or_default()
    }
}

impl Drop for StdioServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for a process to end by itself.
pub fn wait(child: &mut Child) -> ExitStatus {
    let mut status = None;
    eventually("the end of the program", || {
        status = child.try_wait().expect("a child of ours");
        status.is_some()
    });
    status.expect("it has come")
}

/// Sends a signal (`TERM`, `INT`, `HUP`) to a program that a test has started.
#[cfg(unix)]
pub fn signal(name: &str, pid: u32) {
    let kill = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()), "{name} was not sent");
}

/// Runs the program to its end: exit code, stdout, stderr.
pub fn run(env: &[(String, String)], arguments: &[&str]) -> (i32, String, String) {
    let output = program()
        .args(arguments)
        .envs(env.iter().cloned())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Parameters of a request of 2026-07-28.
pub fn modern(extra: Value) -> Value {
    modern_of("2026-07-28", extra)
}

/// Parameters of a request of a stateless revision.
pub fn modern_of(revision: &str, extra: Value) -> Value {
    let mut params = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": revision,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}
    }});
    if let (Some(params), Some(extra)) = (params.as_object_mut(), extra.as_object()) {
        for (key, value) in extra {
            params.insert(key.clone(), value.clone());
        }
    }
    params
}
