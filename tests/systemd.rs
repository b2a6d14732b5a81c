//! Under a service manager: what it is told, and the sockets that it passes. Here the tests are the
//! manager; `packaging/tests/systemd` boots the real one.
#![cfg(target_os = "linux")]

mod support;

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use itential_mcp::http::{Exchange, Handler, Options, Response, Server};
use rustix::time::{ClockId, clock_gettime};
use support::certificates::{self, Authority};
use support::http_server::initialize;
use support::scratch::Scratch;
use support::served::Served;
use support::{PATIENCE, Platform, eventually, program, raw_http, signal};

/// A service manager that listens.
struct Manager {
    socket: UnixDatagram,
    /// What `NOTIFY_SOCKET` says.
    place: String,
}

impl Manager {
    /// At a path.
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).expect("a free path");
        Self::with(socket, path.to_str().expect("made of text").to_owned())
    }

    /// At a name that no folder holds.
    fn abstractly() -> Self {
        let name = format!("itential-mcp-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a short name");
        Self::with(UnixDatagram::bind_addr(&address).expect("a free name"), format!("@{name}"))
    }

    fn with(socket: UnixDatagram, place: String) -> Self {
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket takes a time-out");
        Self { socket, place }
    }

    /// The next thing it is told.
    fn hears(&self) -> String {
        let mut message = [0; 4096];
        let length = self.socket.recv(&mut message).expect("something is told");
        String::from_utf8(message[..length].to_vec()).expect("text")
    }

    /// The first thing that it is told with this line in it.
    fn hears_of(&self, line: &str) -> String {
        loop {
            let message = self.hears();
            if message.lines().any(|told| told == line) {
                return message;
            }
        }
    }

    /// What it has been told and not yet looked at.
    fn heard(&self) -> Vec<String> {
        self.socket.set_nonblocking(true).expect("a socket may wait or not");
        let mut message = [0; 4096];
        let mut all = Vec::new();
        while let Ok(length) = self.socket.recv(&mut message) {
            all.push(String::from_utf8_lossy(&message[..length]).into_owned());
        }
        self.socket.set_nonblocking(false).expect("a socket may wait or not");
        all
    }

    /// The program as this manager starts it.
    fn starts(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).env("NOTIFY_SOCKET", &self.place);
        command
    }
}

const SERVE: &[&str] = &["run", "--sandbox", "--transport", "http", "--port", "0"];

fn value<'a>(message: &'a str, name: &str) -> &'a str {
    let mut lines = message.lines().filter_map(|line| line.split_once('='));
    let found = lines.find(|(told, _)| *told == name);
    found.unwrap_or_else(|| panic!("no {name} in {message}")).1
}

fn serving(command: Command) -> Served {
    Served::spawn(command).unwrap_or_else(|(status, log)| panic!("ended with {status}: {log}"))
}

#[test]
fn it_says_when_clients_can_come_and_when_they_no_longer_can() {
    let scratch = Scratch::new();
    for manager in [Manager::at(&scratch.path().join("notify")), Manager::abstractly()] {
        let arguments = [SERVE, &["--stop-grace", "100"]].concat();
        let mut served = serving(manager.starts(&arguments));
        let begins = manager.hears();
        assert!(value(&begins, "EXTEND_TIMEOUT_USEC").parse::<u64>().is_ok(), "{begins}");
        let ready = manager.hears_of("READY=1");
        assert_eq!(value(&ready, "STATUS"), format!("Serves MCP at {}", served.url));
        assert_eq!(raw_http::request(served.port, "GET", "/status/livez", &[], None).status, 200);
        signal("TERM", served.pid());
        let stops = manager.hears_of("STOPPING=1");
        let most: u64 = value(&stops, "EXTEND_TIMEOUT_USEC").parse().expect("a number");
        assert!(most > 100_000_000, "longer than stop_grace: {stops}");
        assert!(served.wait().success());
    }
}

#[test]
fn a_reload_begins_and_ends() {
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", "[server]\nread_only = false\n");
    let manager = Manager::at(&scratch.path().join("notify"));
    let served = serving(manager.starts(&[SERVE, &["--config", &file]].concat()));
    manager.hears_of("READY=1");
    for (text, told) in [("read_only = true", ""), ("read_only = perhaps", "refused")] {
        scratch.write("mcp.conf", format!("[server]\n{text}\n"));
        let before = microseconds();
        signal("HUP", served.pid());
        let begins = manager.hears_of("RELOADING=1");
        let at: i64 = value(&begins, "MONOTONIC_USEC").parse().expect("a number");
        assert!((before..=microseconds()).contains(&at), "{begins}");
        let ends = manager.hears();
        assert!(ends.starts_with("READY=1\n"), "{ends}");
        let status = value(&ends, "STATUS");
        assert!(status.starts_with("Serves MCP at "), "{status}");
        assert_eq!(status.contains("the last reload was refused"), !told.is_empty(), "{status}");
    }
}

fn microseconds() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[test]
fn it_is_not_ready_before_the_platform_was_tried() {
    let scratch = Scratch::new();
    let manager = Manager::at(&scratch.path().join("notify"));
    let platform = Platform::start();
    platform.hang("/login");
    let arguments = ["run", "--transport", "http", "--port", "0", "--test-connection-on-startup"];
    let mut command = manager.starts(&arguments);
    command.envs(platform.patient_env()).stderr(Stdio::null()).stdin(Stdio::null());
    let mut child = command.args(["--startup-test-timeout", "500"]).spawn().expect("it starts");
    platform.wait_for("POST", "/login");
    let told = manager.heard();
    child.kill().and_then(|()| child.wait()).expect("it runs");
    assert!(!told.iter().any(|message| message.contains("READY=1")), "{told:?}");
    let most: u64 = value(&told[0], "EXTEND_TIMEOUT_USEC").parse().expect("a number");
    assert!(most > 500_000_000, "the test may take that long: {told:?}");
}

#[test]
fn why_nothing_is_served_is_its_status() {
    let scratch = Scratch::new();
    let manager = Manager::at(&scratch.path().join("notify"));
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let command = manager.starts(&["run", "--sandbox", "--transport", "http", "--port", &port]);
    let (status, said) = refused(Served::spawn(command));
    assert_eq!(status.code(), Some(3), "{said}");
    let told = manager.heard();
    let last = told.last().expect("something is told");
    assert!(value(last, "STATUS").contains("the port is in use"), "{told:?}");
    assert!(!told.iter().any(|message| message.contains("READY=1")), "{told:?}");
}

fn refused(result: Result<Served, (ExitStatus, String)>) -> (ExitStatus, String) {
    match result {
        Ok(served) => panic!("serves: {}", served.stop()),
        Err(ended) => ended,
    }
}

#[test]
fn nobody_is_told_where_nobody_listens() {
    for (place, said) in
        [("/nonexistent/notify", "could not be told"), ("vsock:2:1", "told nothing")]
    {
        let mut command = program();
        command.args(SERVE).env("NOTIFY_SOCKET", place);
        let served = serving(command);
        served.log_line(said);
        assert_eq!(raw_http::request(served.port, "GET", "/status/livez", &[], None).status, 200);
    }
}

/// Stops one thread of a process until its standard input ends, as only a debugger can.
const FREEZE: &str = r"
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
thread = int(sys.argv[1])
if libc.ptrace(SEIZE, thread, 0, 0) or libc.ptrace(INTERRUPT, thread, 0, 0):
    sys.exit('ptrace: %d' % ctypes.get_errno())
libc.waitpid(thread, 0, 0x40000000)
print('frozen', flush=True)
sys.stdin.read()
if libc.ptrace(DETACH, thread, 0, 0):
    sys.exit('detach: %d' % ctypes.get_errno())
";

#[test]
fn the_watchdog_is_fed_only_while_every_thread_comes_round() {
    let scratch = Scratch::new();
    let manager = Manager::at(&scratch.path().join("notify"));
    // A sandbox in the same process would have threads of the same names.
    let platform = Platform::start();
    let mut command = manager.starts(&["run", "--transport", "http", "--port", "0"]);
    command.env("WATCHDOG_USEC", "4000000").envs(platform.env());
    let served = serving(command);
    manager.hears_of("WATCHDOG=1");
    manager.hears_of("WATCHDOG=1");
    for (thread, what) in [("http-housekeep", "deadlines"), ("http-replies", "waiting calls")] {
        let thread = thread_of(served.pid(), thread).expect("there is such a thread");
        let mut freezer = Command::new("python3")
            .args(["-c", FREEZE, &thread])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is Python");
        let mut line = String::new();
        let out = freezer.stdout.take().expect("it is piped");
        io::BufRead::read_line(&mut io::BufReader::new(out), &mut line).expect("it is read");
        assert_eq!(line, "frozen\n");
        served.log_line(&format!("its threads for {what} hang"));
        manager.heard();
        drop(freezer.stdin.take());
        assert!(freezer.wait().expect("it ends").success());
        manager.hears_of("WATCHDOG=1");
    }
}

/// The id of a thread whose name begins like this.
fn thread_of(process: u32, name: &str) -> Option<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let threads = threads.map(|thread| thread.expect("an entry").path());
    let mut named = threads.filter(|path| {
        std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.starts_with(name))
    });
    named.next().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()))
}

#[test]
fn a_watchdog_of_another_process_is_left_alone() {
    let scratch = Scratch::new();
    let manager = Manager::at(&scratch.path().join("notify"));
    let mut command = manager.starts(SERVE);
    command.env("WATCHDOG_USEC", "4000000").env("WATCHDOG_PID", "1");
    let served = serving(command);
    // The thread would be there before the first reload.
    manager.hears_of("READY=1");
    signal("HUP", served.pid());
    manager.hears_of("READY=1");
    assert_eq!(thread_of(served.pid(), "watchdog"), None);
}

/// Answers when it is let go.
struct Held(Mutex<Receiver<()>>, Mutex<Sender<()>>);

impl Handler for Held {
    fn handle(&self, exchange: Exchange) {
        self.1.lock().expect("no panic").send(()).expect("the test waits");
        let _ = self.0.lock().expect("no panic").recv();
        exchange.respond(Response::text(200, "late\n"));
    }
}

#[test]
fn threads_that_hang_do_not_come_round() {
    let ((go, held), (entered, enters)) = (channel::<()>(), channel());
    let handler = Arc::new(Held(Mutex::new(held), Mutex::new(entered)));
    let server = Server::start(("127.0.0.1", 0), Options::default(), handler).expect("a free port");
    let comes_round = |which: usize| {
        let before = server.rounds()[which];
        eventually("another round", || server.rounds()[which] > before);
    };
    comes_round(0);
    // One client for each thread that can be held.
    let most = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let clients: Vec<TcpStream> = (0..most)
        .map(|_| {
            let mut socket = raw_http::connect(server.local_addr().port());
            raw_http::ask(&mut socket, "127.0.0.1", "GET", "/", &[], None);
            enters.recv_timeout(PATIENCE).expect("it is handled");
            socket
        })
        .collect();
    let hung = server.rounds()[0];
    comes_round(1);
    comes_round(1);
    assert_eq!(server.rounds()[0], hung, "nobody is there to come round");
    drop(go);
    eventually("another round", || server.rounds()[0] > hung);
    drop(clients);
}

/// The program as a manager starts it that passes up to two sockets.
fn passing(arguments: &[&str], sockets: Vec<OwnedFd>) -> Command {
    let program = program();
    let mut command = Command::new("sh");
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let count = sockets.len().to_string();
    let mut sockets = sockets.into_iter().map(Stdio::from);
    command.stdin(sockets.next().unwrap_or_else(Stdio::null));
    command.stdout(sockets.next().unwrap_or_else(Stdio::null));
    let script =
        "exec 3<&0 4>&1 </dev/null >/dev/null; export LISTEN_PID=${LISTEN_PID:-$$}; exec \"$@\"";
    command.args(["-c", script, "sh"]).arg(program.get_program()).args(arguments);
    command.env("LISTEN_FDS", count).env("LISTEN_FDNAMES", "first:second");
    command
}

fn listener(address: Ipv4Addr) -> (OwnedFd, u16) {
    let socket = TcpListener::bind((address, 0)).expect("a free port");
    let port = socket.local_addr().expect("it is bound").port();
    (socket.into(), port)
}

const PASSED: &[&str] = &["run", "--sandbox", "--transport", "http", "--port", "1"];

#[test]
fn clients_come_to_every_socket_that_was_passed() {
    let ((one, first), (two, second)) =
        (listener(Ipv4Addr::LOCALHOST), listener(Ipv4Addr::LOCALHOST));
    // Whoever comes before the server is there waits.
    let early = std::thread::spawn(move || {
        raw_http::request(first, "GET", "/status/livez", &[], None).status
    });
    let served = Served::given(passing(PASSED, vec![one, two])).expect("it serves");
    assert_eq!(served.port, first);
    assert_eq!(early.join().expect("it is answered"), 200);
    let accept = [("Accept", "application/json, text/event-stream")];
    let hello = initialize("2025-11-25").to_string();
    let answer = raw_http::request(second, "POST", "/mcp", &accept, Some(&hello));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn tls_works_over_sockets_that_were_passed() {
    let scratch = Scratch::new();
    let authority = Authority::new("Passed");
    let (certificate, key) = authority.issue(&["localhost"]);
    let certificate = scratch.write("server.pem", certificate + &key);
    let (socket, port) = listener(Ipv4Addr::LOCALHOST);
    let arguments = [PASSED, &["--certificate-file", &certificate]].concat();
    let served = Served::given(passing(&arguments, vec![socket])).expect("it serves");
    assert!(served.url.starts_with("https://"), "{}", served.url);
    let mut socket = certificates::connect(port, &authority.pem(), "localhost");
    raw_http::ask(&mut socket, "localhost", "GET", "/status/livez", &[], None);
    assert_eq!(raw_http::answer(&mut socket).status, 200);
}

#[test]
fn sockets_of_another_process_are_left_alone() {
    let (socket, port) = listener(Ipv4Addr::LOCALHOST);
    let mut command = passing(SERVE, vec![socket]);
    command.env("LISTEN_PID", "1");
    let served = Served::given(command).expect("it serves");
    assert_ne!(served.port, port);
}

#[test]
fn what_no_client_can_come_to_is_refused() {
    let scratch = Scratch::new();
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let connected = TcpStream::connect(tcp.local_addr().expect("it is bound")).expect("it listens");
    let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let local = UnixListener::bind(scratch.path().join("socket")).expect("a free path");
    let file = std::fs::File::open("/dev/null").expect("it is there");
    let others: [(OwnedFd, &str); 4] = [
        (connected.into(), "it does not listen"),
        (datagrams.into(), "not a valid tcp socket"),
        (local.into(), "not a valid tcp socket"),
        (file.into(), "not a socket"),
    ];
    for (other, why) in others {
        let (good, _) = listener(Ipv4Addr::LOCALHOST);
        let (status, said) = refused(Served::given(passing(PASSED, vec![good, other])));
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains(why) && said.contains("(second)"), "{said}");
        assert!(said.contains("ListenStream="), "it says what to do: {said}");
    }
    let (good, _) = listener(Ipv4Addr::LOCALHOST);
    let mut command = passing(PASSED, vec![good]);
    command.env("LISTEN_FDS", "4000000000");
    let (_, said) = refused(Served::given(command));
    assert!(said.contains("LISTEN_FDS=4000000000 is no number of sockets"), "{said}");
}

#[test]
fn standard_input_and_sockets_do_not_go_together() {
    let (socket, _) = listener(Ipv4Addr::LOCALHOST);
    let (status, said) = refused(Served::given(passing(&["run", "--sandbox"], vec![socket])));
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("set transport to http or sse"), "{said}");
}

#[test]
fn who_can_reach_the_server_goes_by_the_sockets() {
    let ((near, _), (far, port)) = (listener(Ipv4Addr::LOCALHOST), listener(Ipv4Addr::UNSPECIFIED));
    let arguments = [PASSED, &["--strict"]].concat();
    let (_, said) = refused(Served::given(passing(&arguments, vec![near, far])));
    assert!(said.contains(&format!("everybody who reaches port {port} of 0.0.0.0")), "{said}");
}
