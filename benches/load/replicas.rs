//! One, two and three processes behind a balancer, with the files in packaging/balancer.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use itential_mcp::http::{Exchange, Listen, Options, Response, Server};
use serde_json::json;

use crate::client::{Client, PATIENCE, Target};
use crate::spawn::{self, Served};
use crate::table::{self, count, millis};
use crate::throughput::{Measured, measure, medians};

const LATENCY: Duration = Duration::from_millis(200);
const SLICE: Duration = Duration::from_secs(2);
/// So that every caller has many turns.
const CALLS_SLICE: Duration = Duration::from_secs(8);
const ROUNDS: usize = 3;
/// More than three processes ask the platform at once.
const CALLERS: usize = 480;
const PORTS: [&str; 3] = ["8001", "8002", "8003"];

pub fn run() {
    println!(
        "Generator, balancer, servers and platform share the machine. Calls: `get_devices` by {CALLERS} \
         callers at once, from a platform that takes {} ms and is asked twice for each; a process asks it for at most 128 things \
         at once (`max_requests`). Lists: `prompts/list` over 64 connections, which needs no \
         platform: what a balancer costs. Medians of {ROUNDS} runs.\n",
        LATENCY.as_millis()
    );
    let platform = platform();
    let port = platform.local_addr().port().to_string();
    let servers: Vec<Served> = PORTS.iter().map(|_| serve(&port)).collect();
    let at = |address| Target { address, tls: None };
    table::head(&["", "processes", "calls/s", "p99 ms", "lists/s", "p99 ms"]);
    show("none", 1, &servers, &at(servers[0].address));
    for (name, program, file) in
        [("nginx", "nginx", "nginx.conf"), ("HAProxy", "haproxy", "haproxy.cfg")]
    {
        for processes in 1..=servers.len() {
            match Balancer::start(program, file, &servers[..processes]) {
                Some(balancer) => show(name, processes, &servers, &at(balancer.address)),
                None => eprintln!("SKIPPED: {program} is not installed"),
            }
        }
    }
    println!();
}

fn show(name: &str, processes: usize, servers: &[Served], target: &Target) {
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list", "params": {"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {}}}});
    let headers = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: prompts/list\r\n";
    let of = |request: Vec<u8>, connections, slice| {
        let prepare = |_: &mut Client| request.clone();
        let run = |_| measure(&servers[0], target, &prepare, connections, slice);
        // The first run warms up.
        medians(&(0..=ROUNDS).map(run).skip(1).collect::<Vec<Measured>>())
    };
    let calls = of(target.call("get_devices", json!({})), CALLERS, CALLS_SLICE);
    let lists = of(target.post(headers, &list), 64, SLICE);
    let cells = [count(calls.rate), millis(calls.p99), count(lists.rate), millis(lists.p99)];
    table::row([name, &processes.to_string()].into_iter().chain(cells.iter().map(String::as_str)));
}

fn serve(platform: &str) -> Served {
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    for (name, value) in [("HOST", "127.0.0.1"), ("PORT", platform), ("DISABLE_TLS", "true")] {
        product.env(format!("ITENTIAL_MCP_PLATFORM_{name}"), value);
    }
    product.env("ITENTIAL_MCP_SERVER_STATE_KEY", "5e0f6a0c8d4b49d7a3c1e2b4f6870915");
    spawn::serve_product(product, "http", false)
}

/// A platform with ten devices.
fn platform() -> Server {
    let device = |number: usize| json!({"name": format!("device-{number}"), "host": "Gateway"});
    let devices: Vec<_> = (0..10).map(device).collect();
    let body = json!({"total": 10, "return_count": 10, "start_index": 0, "list": devices});
    let body: Arc<str> = body.to_string().into();
    let handler = move |exchange: Exchange| {
        let body = Arc::clone(&body);
        thread::spawn(move || {
            if exchange.request.path == "/login" {
                let cookie = "token=token-1; Path=/";
                let answer = Response::text(200, "token-1").with_header("Set-Cookie", cookie);
                return exchange.respond(answer);
            }
            thread::sleep(LATENCY);
            exchange.respond(Response::json(200, body.to_string()));
        });
    };
    let options = Options { max_connections: 4000, ..Options::default() };
    let options = Options { max_connections_per_address: 4000, ..options };
    let listen = Listen::Name("127.0.0.1".into(), 0);
    Server::start(listen, options, Arc::new(handler)).expect("a free port")
}

/// A balancer in the foreground, ended when dropped.
struct Balancer {
    child: Child,
    address: std::net::SocketAddr,
    place: PathBuf,
}

impl Balancer {
    /// With our file, but for the ports. None when there is no such program.
    fn start(program: &str, file: &str, servers: &[Served]) -> Option<Self> {
        let packaged = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/balancer");
        let text = fs::read_to_string(format!("{packaged}/{file}")).expect("it is packaged");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("it is bound");
        drop(free);
        let mut text = text
            .replace("listen 8080", &format!("listen {address}"))
            .replace("bind :8080", &format!("bind {address}"));
        for (at, port) in PORTS.iter().enumerate() {
            text = match servers.get(at) {
                Some(server) => text.replace(port, &server.address.port().to_string()),
                None => text
                    .lines()
                    .filter(|line| !line.contains(port))
                    .fold(String::new(), |text, line| text + line + "\n"),
            };
        }
        let place = std::env::temp_dir().join(format!("load-{}-{file}", std::process::id()));
        fs::create_dir_all(&place).expect("a temporary directory");
        let config = place.join(file);
        fs::write(&config, text).expect("the directory is ours");
        let here = place.display();
        let whole = place.join("whole.conf");
        let frame = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nevents {{ worker_connections 4096; }}\n\
             http {{\naccess_log off;\nclient_body_temp_path {here}/body;\n\
             proxy_temp_path {here}/proxy;\nfastcgi_temp_path {here}/fastcgi;\n\
             uwsgi_temp_path {here}/uwsgi;\nscgi_temp_path {here}/scgi;\n\
             include {};\n}}\n",
            config.display()
        );
        fs::write(&whole, frame).expect("the directory is ours");
        let mut command = Command::new(program);
        match program {
            "nginx" => command.args(["-e", "stderr", "-c"]).arg(whole),
            _ => command.args(["-db", "-f"]).arg(config),
        };
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:/usr/sbin"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let balancer = Self { child, address, place };
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "{program} does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Some(balancer)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.place);
    }
}
