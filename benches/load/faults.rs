//! Clients that hold on to a connection, and a system out of file descriptors.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use itential_mcp::limits;
use rustls::{ClientConnection, Stream};
use serde_json::json;

use crate::client::{Target, trusting};
use crate::spawn::{self, CERTIFICATES, Served};
use crate::table::{self, median, millis, verdict};

const CLIENTS: usize = 200;
const GRACE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(500);

/// One way to be a burden: what is sent at first, what every half second, and how long the server
/// may put up with it.
struct Fault {
    name: &'static str,
    start: fn(&Target) -> Vec<u8>,
    drip: &'static [u8],
    /// Whether the client reads what it is told.
    reads: bool,
    /// Whether TLS is spoken at all.
    speaks: bool,
    deadline: Duration,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "connects and says nothing",
        start: |_| Vec::new(),
        drip: b"",
        reads: true,
        speaks: false,
        deadline: limits::HEAD_TIME,
    },
    Fault {
        name: "head, a byte at a time",
        start: |_| b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_vec(),
        drip: b"a",
        reads: true,
        speaks: true,
        deadline: limits::HEAD_TIME,
    },
    Fault {
        name: "body, a byte at a time",
        start: |_| {
            b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
              Content-Length: 100000\r\n\r\n{"
                .to_vec()
        },
        drip: b" ",
        reads: true,
        speaks: true,
        deadline: limits::BODY_TIME,
    },
    Fault {
        name: "asks for much and reads nothing",
        start: |target| {
            let headers = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n";
            let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {}}}});
            target.post(headers, &message).repeat(20)
        },
        // Only who writes hears that the other side has gone.
        drip: b"P",
        reads: false,
        speaks: true,
        // An answer of 100 KiB gets a second or two more.
        deadline: Duration::from_secs(limits::WRITE_TIME.as_secs() + 2),
    },
];

pub fn run() {
    table::title("Faults");
    println!(
        "{CLIENTS} clients of each kind at once, over plain HTTP and over TLS at the same time. All \
         must be gone {} s after the deadline, while `/status/healthz` answers everybody.\n",
        GRACE.as_secs()
    );
    table::head(&["client", "", "deadline s", "last one gone after s", "still there", ""]);
    let servers = [false, true].map(product);
    let over = AtomicBool::new(false);
    let health = thread::scope(|scope| {
        let health = servers.each_ref().map(|served| scope.spawn(|| watch(served, &over)));
        let mut trials = Vec::new();
        for served in &servers {
            for fault in FAULTS {
                trials.push((served, fault, scope.spawn(|| burden(served, fault))));
            }
        }
        for (served, fault, trial) in trials {
            let (last, left) = trial.join().expect("the trial ends");
            let wire = if served.target().tls.is_some() { "TLS" } else { "plain" };
            let cells = [
                wire.to_owned(),
                fault.deadline.as_secs().to_string(),
                format!("{:.1}", last.as_secs_f64()),
                left.to_string(),
                verdict(left == 0).to_owned(),
            ];
            table::row([fault.name].into_iter().chain(cells.iter().map(String::as_str)));
        }
        over.store(true, Ordering::Relaxed);
        health.map(|watcher| watcher.join().expect("the watcher ends"))
    });
    println!();
    table::head(&["health meanwhile", "asked", "answered", "median ms", "slowest ms", ""]);
    for ((asked, times), wire) in health.iter().zip(["plain", "TLS"]) {
        let slowest = times.iter().copied().fold(0.0, f64::max);
        let numbers = [asked.to_string(), times.len().to_string()];
        let (middle, slowest) = (millis(median(times)), millis(slowest));
        let met = verdict(*asked == times.len());
        table::row([wire, &numbers[0], &numbers[1], &middle, &slowest, met]);
    }
    println!();
    scarce_files();
}

fn product(tls: bool) -> Served {
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    spawn::serve_product(product, "http", tls)
}

/// Asks for health over a new connection again and again: how often, and how long each answer took.
fn watch(served: &Served, over: &AtomicBool) -> (usize, Vec<f64>) {
    let target = served.target();
    let (mut asked, mut times) = (0, Vec::new());
    while !over.load(Ordering::Relaxed) {
        asked += 1;
        let begun = Instant::now();
        if healthy(&target) {
            times.push(begun.elapsed().as_secs_f64());
        }
        thread::sleep(Duration::from_millis(50));
    }
    (asked, times)
}

fn healthy(target: &Target) -> bool {
    let request = b"GET /status/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    target.connect().and_then(|mut client| client.ask(request)).is_ok_and(|a| a.status == 200)
}

/// A client that misbehaves.
struct Nuisance {
    socket: TcpStream,
    tls: Option<ClientConnection>,
}

/// Runs one fault: when the last client was gone, and how many were not in time.
fn burden(served: &Served, fault: &Fault) -> (Duration, usize) {
    let target = served.target();
    let begun = Instant::now();
    let mut crowd: Vec<Nuisance> = (0..CLIENTS).map(|_| Nuisance::new(&target, fault)).collect();
    // Each has its own deadline from its own start; the last one to start counts.
    let all_there = begun.elapsed();
    let mut last = begun.elapsed();
    while !crowd.is_empty() && begun.elapsed() < all_there + fault.deadline + GRACE {
        thread::sleep(STEP);
        crowd.retain_mut(|client| client.stays(fault));
        if !crowd.is_empty() {
            last = begun.elapsed();
        }
    }
    (last, crowd.len())
}

impl Nuisance {
    fn new(target: &Target, fault: &Fault) -> Self {
        let socket = TcpStream::connect(target.address).expect("the server accepts");
        if !fault.reads {
            // A small window: what the server cannot send is not hidden in our kernel.
            rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 8 * 1024)
                .expect("the size of a buffer can be set");
        }
        let mut tls = target.tls.as_ref().filter(|_| fault.speaks).map(|_| {
            let name = rustls::pki_types::ServerName::try_from("localhost").expect("a host name");
            ClientConnection::new(trusting(&CERTIFICATES.authority, true), name)
                .expect("a sound configuration")
        });
        let start = (fault.start)(target);
        let mut wire = &socket;
        match &mut tls {
            None => wire.write_all(&start),
            Some(tls) => Stream::new(tls, &mut wire).write_all(&start),
        }
        .expect("the server takes the beginning");
        socket.set_nonblocking(true).expect("a socket can");
        Self { socket, tls }
    }

    /// Goes on with it: whether the connection is still there.
    fn stays(&mut self, fault: &Fault) -> bool {
        let mut wire = &self.socket;
        if !fault.drip.is_empty() {
            let sent = match &mut self.tls {
                None => wire.write(fault.drip),
                Some(tls) => Stream::new(tls, &mut wire).write(fault.drip),
            };
            if lost(sent) {
                return false;
            }
        }
        if fault.reads {
            let mut chunk = [0; 4096];
            loop {
                match wire.read(&mut chunk) {
                    Ok(0) => return false,
                    Ok(_) => {}
                    Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
                }
            }
        }
        true
    }
}

fn lost(sent: io::Result<usize>) -> bool {
    sent.is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock)
}

/// 200 idle clients against 64 file descriptors.
fn scarce_files() {
    let mut shell = spawn::command("sh");
    shell.args(["-c", "ulimit -n 64; exec \"$0\" run \"$@\""]).arg(spawn::product());
    let served = spawn::serve_product(shell, "http", false);
    let target = served.target();
    let crowd: Vec<_> =
        (0..CLIENTS).filter_map(|_| TcpStream::connect(target.address).ok()).collect();
    thread::sleep(Duration::from_secs(3));
    let cpu = served.cpu();
    drop(crowd);
    let begun = Instant::now();
    while !healthy(&target) && begun.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(20));
    }
    let again = begun.elapsed();
    thread::sleep(Duration::from_millis(500));
    table::head(&["64 file descriptors, 200 clients", "", "target", ""]);
    let met = verdict(again < Duration::from_secs(2));
    table::row(["serving again after, ms", &millis(again.as_secs_f64()), "below 2000", met]);
    let lines = served.log_lines();
    table::row(["lines in the log", &lines.to_string(), "few", verdict(lines < 20)]);
    table::row(["CPU ms in 3 s", &millis(cpu.as_secs_f64()), "", ""]);
    println!();
}
