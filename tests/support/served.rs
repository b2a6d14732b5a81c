//! The real program as a server on a port of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{PATIENCE, eventually, program, wait};

/// Ended with the test.
pub struct Served {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    /// What it said where MCP is served.
    pub url: String,
    pub port: u16,
}

impl Served {
    /// Starts the program with these arguments and waits until it serves.
    pub fn start(env: &[(String, String)], arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(arguments).envs(env.iter().cloned());
        Self::spawn(command).unwrap_or_else(|(status, log)| panic!("ended with {status}: {log}"))
    }

    /// The same, or how it ended and what it said.
    pub fn spawn(mut command: Command) -> Result<Self, (ExitStatus, String)> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Self::given(command)
    }

    /// The same, with the standard input and output that it is given.
    pub fn given(mut command: Command) -> Result<Self, (ExitStatus, String)> {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let sink = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                sink.lock().expect("no panic").push_str(&format!("{line}\n"));
            }
        });
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = log.lock().expect("no panic").clone();
            if let Some((_, rest)) = said.split_once("serves MCP at ")
                && let Some((url, _)) = rest.split_once(' ')
            {
                let authority = url.split('/').nth(2).expect("an address in the url");
                let port = authority.rsplit(':').next().and_then(|port| port.parse().ok());
                let port = port.expect("a port in the address");
                let (url, reader) = (url.to_owned(), Some(reader));
                return Ok(Self { child, log, reader, url, port });
            }
            if child.try_wait().expect("a child of ours").is_some() {
                let _ = reader.join();
                let said = log.lock().expect("no panic").clone();
                return Err((wait(&mut child), said));
            }
            assert!(Instant::now() < deadline, "neither served nor ended: {said}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for it to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        wait(&mut self.child)
    }

    /// Waits for a line of its log that holds `part`.
    pub fn log_line(&self, part: &str) -> String {
        let mut found = None;
        eventually(&format!("'{part}' in the log"), || {
            found = self.log().lines().find(|line| line.contains(part)).map(str::to_owned);
            found.is_some()
        });
        found.expect("it has come")
    }

    /// Ends it by a signal: everything that it has said.
    #[cfg(unix)]
    pub fn stop(mut self) -> String {
        super::signal("TERM", self.pid());
        self.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.log()
    }

    /// Everything on standard error so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
