//! Servers as child processes: how they are started, found and looked at.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use serde_json::Value;

use crate::client::{Target, trusting};

/// A running server, ended when dropped.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
    tls: bool,
    log: Arc<Mutex<String>>,
}

/// The certificates of this run (EC P-256), in files.
pub struct Certificates {
    pub authority: String,
    pub certificate: String,
    pub key: String,
}

pub static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| {
    let place = std::env::temp_dir().join(format!("load-{}", std::process::id()));
    fs::create_dir_all(&place).expect("a temporary directory");
    let mut params = CertificateParams::new(Vec::new()).expect("no name is wrong");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Bench");
    let key = KeyPair::generate().expect("random numbers");
    let authority = CertifiedIssuer::self_signed(params, key).expect("sound parameters");
    let key = KeyPair::generate().expect("random numbers");
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("a host name");
    let leaf = leaf.signed_by(&key, &authority).expect("sound parameters");
    let write = |name: &str, text: &str| {
        let path = place.join(name);
        fs::write(&path, text).expect("the directory is ours");
        path.display().to_string()
    };
    let certificate = write("server.pem", &leaf.pem());
    let key = write("server.key", &key.serialize_pem());
    Certificates { authority: authority.pem(), certificate, key }
});

/// The product's binary.
pub fn product() -> PathBuf {
    program("BENCH_PRODUCT").unwrap_or_else(|| env!("CARGO_BIN_EXE_itential-mcp").into())
}

/// A program named by the environment, when there is one.
pub fn program(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Whether a peer is there; says loudly when it is not.
pub fn peer(variable: &str) -> Option<PathBuf> {
    let found = program(variable);
    if found.is_none() {
        println!("**SKIPPED: no {variable}; the peer could not be installed.**\n");
        eprintln!("SKIPPED: {variable} is not set");
    }
    found
}

/// A command that sees nothing of our environment that could configure a server.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ITENTIAL_MCP_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Our echo server.
pub fn echo(tls: bool) -> Served {
    announced(echo_command(), tls)
}

/// What starts it.
pub fn echo_command() -> Command {
    let mut echo = command(std::env::current_exe().expect("this program has a path"));
    echo.arg("echo");
    echo
}

/// What runs a server under valgrind, which counts its instructions; none without valgrind.
pub fn counting(server: &Command) -> Option<(Command, PathBuf)> {
    let there = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    there.ok().filter(|status| status.success())?;
    let log = std::env::temp_dir().join(format!("load-{}.valgrind", std::process::id()));
    let mut valgrind = command("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(format!("--log-file={}", log.display()));
    valgrind.arg(server.get_program()).args(server.get_args());
    Some((valgrind, log))
}

/// A server that prints its address and takes certificate and key as arguments.
pub fn announced(mut command: Command, tls: bool) -> Served {
    if tls {
        command.args([&CERTIFICATES.certificate, &CERTIFICATES.key]);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the server starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    lines.read_line(&mut line).expect("the server says where it is");
    let address = line.trim().parse().expect("an address");
    Served { child, address, tls, log: Arc::default() }
}

/// The product over HTTP at a free port, with more settings from `configure`.
pub fn serve_product(mut command: Command, transport: &str, tls: bool) -> Served {
    command.args(["--transport", transport, "--host", "127.0.0.1", "--port", "0"]);
    if tls {
        command.args(["--certificate-file", &CERTIFICATES.certificate]);
        command.args(["--private-key-file", &CERTIFICATES.key]);
    }
    for name in ["MAX_CONNECTIONS", "MAX_CONNECTIONS_PER_ADDRESS", "MAX_SESSIONS"] {
        command.env(format!("ITENTIAL_MCP_SERVER_{name}"), "4000");
    }
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the server starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut said = String::new();
    let address = loop {
        let mut line = String::new();
        if lines.read_line(&mut line).expect("its output can be read") == 0 {
            panic!("the server ended: {said}");
        }
        let place = line.split("://").nth(1).and_then(|rest| rest.split('/').next());
        if let Some(address) = place.and_then(|place| place.parse().ok()) {
            break address;
        }
        said.push_str(&line);
    };
    let log = Arc::new(Mutex::new(String::new()));
    let copy = Arc::clone(&log);
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(count @ 1..) = lines.read(&mut chunk) {
            copy.lock()
                .expect("nobody panics with it")
                .push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
    });
    Served { child, address, tls, log }
}

/// A simulated platform with these fault rules, in a process of its own.
pub fn sandbox(rules: &Value) -> Served {
    let mut command = command(product());
    command.args(["sandbox", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the sandbox starts");
    let mut line = String::new();
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    lines.read_line(&mut line).expect("the sandbox says where it is");
    let place = line.split("://").nth(1).and_then(|rest| rest.split(['/', ' ', '\n']).next());
    let address = place.and_then(|place| place.parse().ok()).expect("an address");
    let served = Served { child, address, tls: false, log: Arc::default() };
    let rules = rules.to_string();
    let request = format!(
        "PUT /sandbox/faults HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{rules}",
        rules.len()
    );
    let mut client = served.target().connect().expect("the sandbox accepts");
    let answer = client.ask(request.as_bytes()).expect("the sandbox answers");
    assert_eq!(answer.status / 100, 2, "{}", answer.text());
    served
}

/// Points a server at a platform at this port.
pub fn at_platform(command: &mut Command, port: u16) {
    for (name, value) in [
        ("HOST", "127.0.0.1"),
        ("PORT", &port.to_string()),
        ("DISABLE_TLS", "true"),
        ("USER", "admin"),
        ("PASSWORD", "admin"),
        ("TIMEOUT", "60"),
    ] {
        command.env(format!("ITENTIAL_MCP_PLATFORM_{name}"), value);
    }
}

/// A server that is told its port, found by trying.
pub fn at_port(mut command: Command, patience: Duration) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    command.args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("the server starts");
    let served = Served { child, address, tls: false, log: Arc::default() };
    let end = Instant::now() + patience;
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < end, "the server does not listen");
        thread::sleep(Duration::from_millis(50));
    }
    served
}

impl Served {
    pub fn target(&self) -> Target {
        self.target_with(true)
    }

    /// `resume`: whether clients come back with a session ticket.
    pub fn target_with(&self, resume: bool) -> Target {
        let tls = self.tls.then(|| trusting(&CERTIFICATES.authority, resume));
        Target { address: self.address, tls }
    }

    /// Asks it to end, and waits until it has.
    pub fn end(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        self.child.wait().expect("it is our child");
    }

    /// CPU time used so far.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = fields.iter().skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum();
        // USER_HZ is 100 on every Linux that runs this.
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory in KiB.
    pub fn rss(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// Largest resident memory in KiB since the peak was forgotten.
    pub fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Forgets the largest resident memory so far.
    pub fn forget_peak(&self) {
        let _ = fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }

    pub fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    /// Lines logged after the start.
    pub fn log_lines(&self) -> usize {
        self.log.lock().expect("nobody panics with it").lines().count()
    }

    fn status(&self, field: &str) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
