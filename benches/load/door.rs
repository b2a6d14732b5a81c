//! Clients that try to be the only ones.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::bystander::{self, Seen};
use crate::client::Target;
use crate::spawn::{self, Served};
use crate::table::{self, count, mebibytes, verdict};

const TIME: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(50);
const SESSIONS: usize = 1000;
/// The Python server opens sessions slowly.
const MOST_TIME: Duration = Duration::from_secs(20);
const PROBES: usize = 240;
/// The attackers compete with the server for the cores: this is their share, not the server's queue.
const SOON: Duration = Duration::from_millis(250);
const PROMPT: Duration = Duration::from_millis(50);

/// A way to keep a server busy, from so many connections.
struct Attack {
    name: &'static str,
    connections: usize,
    run: fn(&Target, &AtomicBool),
}

const ATTACKS: &[Attack] = &[
    Attack { name: "chunks of a byte with long extensions", connections: 3, run: tiny_chunks },
    Attack { name: "pipelined requests without end", connections: 4, run: pipeline },
];

pub fn run() {
    table::title("Nobody blocks the door");
    println!(
        "For {} s, clients keep the server busy: {}. Meanwhile somebody asks for `/status/healthz` over a \
         new connection every {} ms (a peer that has no such route says so, which counts).\n",
        TIME.as_secs(),
        ATTACKS
            .iter()
            .map(|a| format!("{} with {}", a.connections, a.name))
            .collect::<Vec<_>>()
            .join("; "),
        PAUSE.as_millis(),
    );
    let servers = servers();
    table::head(&[&["attack", "server"], bystander::COLUMNS.as_slice()].concat());
    for attack in ATTACKS {
        for (name, served) in &servers {
            let target = served.target();
            let over = AtomicBool::new(false);
            let mut seen = Seen::default();
            thread::scope(|scope| {
                for _ in 0..attack.connections {
                    scope.spawn(|| (attack.run)(&target, &over));
                }
                let end = Instant::now() + TIME;
                while Instant::now() < end {
                    thread::sleep(PAUSE);
                    seen.ask(&target, &get(&target, "/status/healthz"));
                }
                over.store(true, Ordering::Relaxed);
            });
            seen.row(&[attack.name, name], SOON, *name == "itential-mcp");
        }
    }
    println!();
    drop(servers);
    sessions();
    readiness();
}

/// Ours without a platform, which nothing here needs, and its peers.
fn servers() -> Vec<(&'static str, Served)> {
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    let mut servers = vec![("itential-mcp", spawn::serve_product(product, "http", false))];
    if let Some(path) = spawn::peer("BENCH_RMCP") {
        servers.push(("rmcp 3.11", spawn::announced(Command::new(path), false)));
    }
    if let Some(path) = spawn::peer("BENCH_PYTHON") {
        let mut python = spawn::command(path);
        python.args(["run", "--transport", "http"]);
        servers.push(("Python 0.14.1", spawn::at_port(python, Duration::from_secs(60))));
    }
    servers
}

fn get(target: &Target, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", target.address).into_bytes()
}

/// Sends a body of tiny chunks at 2 MB/s, again when it is refused.
fn tiny_chunks(target: &Target, over: &AtomicBool) {
    let block = format!("1;{}\r\nx\r\n", "e".repeat(250)).repeat(80);
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        target.address
    );
    while !over.load(Ordering::Relaxed) {
        let Ok(mut socket) = TcpStream::connect(target.address) else { return };
        let _ = socket.set_write_timeout(Some(Duration::from_secs(1)));
        let mut sent = socket.write_all(head.as_bytes());
        while sent.is_ok() && !over.load(Ordering::Relaxed) {
            sent = socket.write_all(block.as_bytes());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Asks without waiting for answers, which are taken and thrown away.
fn pipeline(target: &Target, over: &AtomicBool) {
    let block = get(target, "/status/livez").repeat(400);
    while !over.load(Ordering::Relaxed) {
        let Ok(mut writer) = TcpStream::connect(target.address) else { return };
        let _ = writer.set_write_timeout(Some(Duration::from_secs(1)));
        let mut reader = writer.try_clone().expect("a socket");
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut buffer = vec![0; 64 * 1024];
                while reader.read(&mut buffer).is_ok_and(|count| count > 0) {}
            });
            while !over.load(Ordering::Relaxed) && writer.write_all(&block).is_ok() {}
            let _ = writer.shutdown(Shutdown::Both);
        });
    }
}

/// A thousand sessions from one address, and whoever comes then.
fn sessions() {
    println!(
        "{SESSIONS} times `initialize` from one address over one connection, for at most {} s; then a \
         new client opens a session and lists the tools, and so does the first one again.\n",
        MOST_TIME.as_secs()
    );
    let servers = servers();
    table::head(&["server", "opened", "in s", "MiB more", "new client", "first one", ""]);
    for (name, served) in servers {
        let target = served.target();
        let lists = |session: &str| {
            let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
            let answer = target.connect().and_then(|mut c| c.ask(&target.post(session, &list)));
            answer.is_ok_and(|a| a.status == 200 && a.text().contains("\"tools\""))
        };
        let mut client = target.connect().expect("the server accepts");
        let first = client.open_session(&target).expect("a session is opened");
        lists(&first);
        let (rss, begun) = (served.rss(), Instant::now());
        let mut opened = 0;
        while opened < SESSIONS
            && begun.elapsed() < MOST_TIME
            && client.open_session(&target).is_ok()
        {
            opened += 1;
        }
        let time = begun.elapsed().as_secs_f64();
        let more = mebibytes(served.rss().saturating_sub(rss) as f64);
        let new = client.open_session(&target).is_ok_and(|session| lists(&session));
        let old = lists(&first);
        let met = match name {
            "itential-mcp" => verdict(opened == SESSIONS && new && old),
            _ => "",
        };
        let told = |served| if served { "served" } else { "not served" };
        let cells = [count(opened as f64), format!("{time:.1}"), more];
        table::row([name, &cells[0], &cells[1], &cells[2], told(new), told(old), met]);
    }
    println!();
}

/// Many ask whether the server is ready, and the platform does not say.
fn readiness() {
    println!(
        "{PROBES} times `/status/readyz` at once while the platform does not answer; meanwhile \
         another client asks for a prompt and for the tools.\n"
    );
    let hangs =
        |path: &str| json!({"match": {"path": path}, "delay_ms": 600_000, "times": 100_000});
    let rules = json!([hangs("/whoami"), hangs("/health/*")]);
    let mut trials = Vec::new();
    let platform = spawn::sandbox(&rules);
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    spawn::at_platform(&mut product, platform.address.port());
    trials.push(("itential-mcp", spawn::serve_product(product, "http", false)));
    if let Some(path) = spawn::peer("BENCH_PYTHON") {
        let mut python = spawn::command(path);
        python.args(["run", "--transport", "http"]);
        spawn::at_platform(&mut python, platform.address.port());
        trials.push(("Python 0.14.1", spawn::at_port(python, Duration::from_secs(60))));
    }
    table::head(&[&["question", "server"], bystander::COLUMNS.as_slice()].concat());
    for (name, served) in trials {
        let target = served.target();
        let mut client = target.connect().expect("the server accepts");
        let session = client.open_session(&target).expect("a session is opened");
        let ask = |method: &str, params| {
            target.post(
                &session,
                &json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}),
            )
        };
        let probes: Vec<_> = (0..PROBES)
            .filter_map(|_| {
                let mut probe = target.connect().ok()?;
                probe.send(&get(&target, "/status/readyz")).ok().map(|()| probe)
            })
            .collect();
        let prompt = json!({"name": "health_review", "arguments": {}});
        let mut questions = vec![("tools/list", ask("tools/list", json!({})))];
        if name == "itential-mcp" {
            questions.push(("prompts/get", ask("prompts/get", prompt)));
        }
        for (question, request) in questions {
            let mut seen = Seen::default();
            while seen.ask(&target, &request) && seen.asked() < 20 {}
            seen.row(&[question, name], PROMPT, name == "itential-mcp");
        }
        drop(probes);
    }
    println!();
}
