//! Memory under attack: how far a server grows, and what it holds ten seconds later.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Target;
use crate::spawn::{self, Served, program};
use crate::table::{self, mebibytes, verdict};

/// When a server is idle again.
const LATER: Duration = Duration::from_secs(10);
/// What it may hold then above what it held before.
const BACK_KIB: u64 = 64 << 10;
/// The bytes of the arguments of a call; a message has 4 MiB.
const ARGUMENTS: usize = (4 << 20) - 1000;
const LIST_BYTES: usize = 60 << 20;

/// What is done to a server at once.
struct Trial {
    name: &'static str,
    calls: usize,
    tool: &'static str,
    arguments: fn() -> String,
    most_mib: u64,
}

const TRIALS: &[Trial] = &[
    one("H8: 4 MiB of `[]`", || many("[]", usize::MAX)),
    one("H8: 4 MiB of `{\"a\":{}}`", || many("{\"a\":{}}", usize::MAX)),
    one("H8: as many of them as are read", || many("{\"a\":{}}", 100_000)),
    one("H8: as many short texts", || many("\"abcdefgh\"", 240_000)),
    one("H8: as many numbers", || many("1234567", 180_000)),
    Trial { name: "H8: 8 calls of objects at once", calls: 8, most_mib: 256, ..TRIALS_OBJECTS },
    Trial {
        name: "H9: 8 calls, endless answers of the platform",
        calls: 8,
        tool: "get_health",
        arguments: || "{}".into(),
        most_mib: 256,
    },
    Trial {
        name: "H9: a valid list of 60 MiB",
        calls: 1,
        tool: "get_device_groups",
        arguments: || "{}".into(),
        most_mib: 128,
    },
];

const TRIALS_OBJECTS: Trial = one("", || many("{\"a\":{}}", 100_000));

const fn one(name: &'static str, arguments: fn() -> String) -> Trial {
    Trial { name, calls: 1, tool: "run_nothing", arguments, most_mib: 96 }
}

fn many(one: &str, most: usize) -> String {
    let list = format!("{one},").repeat(most.min(ARGUMENTS / (one.len() + 1)));
    format!("{{\"message\":\"\",\"x\":[{}]}}", list.trim_end_matches(','))
}

pub fn run() {
    table::title("Memory");
    println!(
        "Resident MiB above those of the idle process, over plain HTTP: the peak, and what is left {} \
         s later. Each trial has a process of its own. rmcp has its echo tool only, and no platform.\n",
        LATER.as_secs()
    );
    let platform = platform();
    table::head(&["", "server", "peak", "target", "later", "target", ""]);
    for trial in TRIALS {
        measure(trial, "itential-mcp", &product(&spawn::product(), platform), true);
        if let Some(musl) = program("BENCH_MUSL") {
            measure(trial, "itential-mcp, musl", &product(&musl, platform), true);
        }
        if let Some(path) = program("BENCH_PYTHON") {
            let mut python = spawn::command(path);
            python.args(["run", "--transport", "http"]);
            spawn::at_platform(&mut python, platform);
            let served = spawn::at_port(python, Duration::from_secs(60));
            measure(trial, "Python 0.14.1", &served, false);
        }
        if let (Some(path), false) = (program("BENCH_RMCP"), trial.name.starts_with("H9")) {
            let trial = Trial { tool: "echo", ..*trial };
            measure(&trial, "rmcp 3.11", &spawn::announced(Command::new(path), false), false);
        }
    }
    println!();
}

fn product(path: &Path, platform: u16) -> Served {
    let mut product = spawn::command(path);
    product.arg("run");
    spawn::at_platform(&mut product, platform);
    spawn::serve_product(product, "http", false)
}

fn measure(trial: &Trial, name: &str, served: &Served, ours: bool) {
    let target = served.target();
    let arguments = (trial.arguments)();
    call(&target, trial.tool, "{}");
    thread::sleep(Duration::from_millis(300));
    let idle = served.rss();
    served.forget_peak();
    thread::scope(|threads| {
        for _ in 0..trial.calls {
            threads.spawn(|| call(&target, trial.tool, &arguments));
        }
    });
    let peak = served.peak().saturating_sub(idle);
    thread::sleep(LATER);
    let later = served.rss().saturating_sub(idle);
    let met = peak < trial.most_mib << 10 && later < BACK_KIB;
    table::row([
        trial.name,
        name,
        &mebibytes(peak as f64),
        &format!("below {}", trial.most_mib),
        &mebibytes(later as f64),
        "below 64",
        if ours { verdict(met) } else { "" },
    ]);
}

/// One call in a session of its own. Whatever the answer is, it is one, or the connection breaks.
fn call(target: &Target, tool: &str, arguments: &str) {
    let mut client = target.connect().expect("the server accepts");
    let session = client.open_session(target).expect("a session is opened");
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                         "params": {"name": tool, "arguments": "?"}});
    let head = target.post(&session, &message);
    let body = message.to_string().replace("\"?\"", arguments);
    let head = String::from_utf8(head).expect("text");
    let head = head.split("Content-Length").next().expect("a head").to_owned();
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let _ = client.ask(request.as_bytes());
}

/// A platform whose lists are long and whose health has no end. Its port.
fn platform() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let list = Arc::new(list());
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let list = Arc::clone(&list);
            // A server that has had enough goes away.
            thread::spawn(move || drop(answer(socket, &list)));
        }
    });
    port
}

fn list() -> String {
    let group = |number: usize| -> Value {
        json!({"id": format!("{number:024x}"), "name": format!("group-{number}"), "description": "",
               "devices": ["router-1", "router-2", "router-3"], "created": "2025-01-01T00:00:00Z"})
    };
    let count = LIST_BYTES / (group(100_000).to_string().len() + 1);
    Value::Array((0..count).map(group).collect()).to_string()
}

fn answer(mut socket: TcpStream, list: &str) -> std::io::Result<()> {
    use std::io::{BufRead, BufReader, Read};

    let mut reader = BufReader::new(socket.try_clone()?);
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap_or(0);
        } else if path.is_empty() {
            path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        }
        if line.is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    socket
        .write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n")?;
    if path.starts_with("/login") {
        return socket.write_all(
            b"Set-Cookie: token=token-1; Path=/\r\nContent-Length: 9\r\n\r\n\"token-1\"",
        );
    }
    if path.starts_with("/health") {
        socket.write_all(b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n")?;
        let chunk = format!("10000\r\n{}\r\n", "{\"a\":1},".repeat(0x2000));
        // Enough for a server without a bound to show it, and an end for the machine's sake.
        for _ in 0..1536 {
            socket.write_all(chunk.as_bytes())?;
        }
        return Ok(());
    }
    socket.write_all(format!("Content-Length: {}\r\n\r\n", list.len()).as_bytes())?;
    socket.write_all(list.as_bytes())
}
