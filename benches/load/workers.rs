//! Many calls at once, and calls that never end.

use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bystander::{self, Seen};
use crate::client::{Client, Target};
use crate::spawn::{self, Served};
use crate::table::{self, verdict};

const CALLS: usize = 400;
const SLOW: Duration = Duration::from_secs(1);
/// The platform answers within an hour, which is never.
const NEVER_MS: u64 = 3_600_000;
/// Until the calls that hang have come as far as they come.
const SETTLE: Duration = Duration::from_secs(2);
const QUESTIONS: usize = 20;
const PROMPT: Duration = Duration::from_millis(50);

pub fn run() {
    let peer = spawn::peer("BENCH_PYTHON");
    at_once(peer.as_deref());
    meanwhile(peer.as_deref());
}

fn at_once(peer: Option<&Path>) {
    table::title("Many calls at once");
    println!(
        "{CALLS} clients with a session each call `get_adapters` at the same moment; the platform \
         answers each request after {} s.\n",
        SLOW.as_secs()
    );
    table::head(&["server", "served", "last one after s", "target", ""]);
    let rules = json!([answers("/health/adapters", 1000), answers("/health/applications", 0)]);
    for (name, requests, target) in
        [("itential-mcp, `max_requests = 512`", "512", 2.0), ("itential-mcp", "128", 5.0)]
    {
        let platform = spawn::sandbox(&rules);
        let served = product(&platform, &[("PLATFORM_MAX_REQUESTS", requests)], &[]);
        let (answered, last) = together(&served.target());
        let met = verdict(answered == CALLS && last < target);
        let cells = [answered.to_string(), format!("{last:.1}"), format!("all in {target} s")];
        table::row([name, &cells[0], &cells[1], &cells[2], met]);
    }
    if let Some(path) = peer {
        let platform = spawn::sandbox(&rules);
        let served = python(path, &platform);
        let (answered, last) = together(&served.target());
        table::row(["Python 0.14.1", &answered.to_string(), &format!("{last:.1}"), "", ""]);
    }
    println!();
}

/// The platform's answer to `path` is an empty list after so many milliseconds. The Python server does
/// not read every state that a real one names.
fn answers(path: &str, delay_ms: u64) -> Value {
    json!({"match": {"path": path}, "delay_ms": delay_ms, "times": 100_000,
        "replace": {"results": [], "total": 0}})
}

/// How many of the calls were served, and when the last one was.
fn together(target: &Target) -> (usize, f64) {
    // Logs in, so that nobody measures that.
    let mut first = target.connect().expect("the server accepts");
    let session = first.open_session(target).expect("a session is opened");
    first.ask(&call(target, &session, 1, "get_applications", json!({}))).expect("an answer");
    let barrier = Barrier::new(CALLS);
    let one = || {
        let mut client = target.connect().expect("the server accepts");
        let session = client.open_session(target).expect("a session is opened");
        let request = call(target, &session, 1, "get_adapters", json!({}));
        barrier.wait();
        let begun = Instant::now();
        let answer = client.ask(&request).ok()?;
        let text = answer.text();
        let served = answer.status == 200 && text.contains("\"result\"");
        (served && !text.contains("\"isError\":true")).then(|| begun.elapsed().as_secs_f64())
    };
    let times: Vec<f64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..CALLS).map(|_| scope.spawn(one)).collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).collect()
    });
    (times.len(), times.iter().copied().fold(0.0, f64::max))
}

/// What hangs, and with what settings.
struct Hanging {
    what: &'static str,
    calls: usize,
    tool: &'static str,
    arguments: fn() -> Value,
    rules: fn() -> Value,
    settings: &'static [(&'static str, &'static str)],
    options: &'static [&'static str],
    /// Whether the Python server has that.
    python: bool,
}

const HANGING: &[Hanging] = &[
    Hanging {
        what: "32 calls, the platform does not answer",
        calls: 32,
        python: true,
        ..NO_ANSWER
    },
    Hanging {
        what: "400 calls, the platform does not answer; `max_requests = 512`",
        settings: &[("PLATFORM_MAX_REQUESTS", "512")],
        python: true,
        ..NO_ANSWER
    },
    Hanging {
        what: "32 x `start_workflow` that wait for their jobs",
        calls: 32,
        tool: "start_workflow",
        arguments: || json!({"route_name": "backup-device", "data": {"device": "ams-access-sw-008"}, "wait": 600}),
        rules: || {
            json!([{"match": {"path": "/operations-manager/jobs/*"}, "times": 100_000,
                "replace": {"data": {"_id": "0123456789abcdef01234567", "status": "running"}}}])
        },
        ..NO_ANSWER
    },
    Hanging {
        what: "32 questions to people who do not answer",
        calls: 32,
        tool: "stop_adapter",
        arguments: || json!({"name": "x"}),
        rules: || json!([]),
        options: &["--confirm", "destructive"],
        ..NO_ANSWER
    },
];

const NO_ANSWER: Hanging = Hanging {
    what: "",
    calls: CALLS,
    tool: "get_adapters",
    arguments: || json!({}),
    rules: || json!([answers("/health/adapters", NEVER_MS), answers("/health/applications", 0)]),
    settings: &[],
    options: &[],
    python: false,
};

fn meanwhile(peer: Option<&Path>) {
    table::title("While calls hang");
    println!(
        "One client's calls hang for good. Over a new connection for each question another one asks for \
         health, `tools/list`, `prompts/list` and `get_applications`, which the platform answers at \
         once.\n"
    );
    table::head(&[&["what hangs", "server", "question"], bystander::COLUMNS.as_slice()].concat());
    for hanging in HANGING {
        let platform = spawn::sandbox(&(hanging.rules)());
        let served = product(&platform, hanging.settings, hanging.options);
        hang(hanging, "itential-mcp", &served, true);
        drop(served);
        if let Some(path) = peer.filter(|_| hanging.python) {
            let platform = spawn::sandbox(&(hanging.rules)());
            let served = python(path, &platform);
            hang(hanging, "Python 0.14.1", &served, false);
        }
    }
    println!();
}

fn hang(hanging: &Hanging, name: &str, served: &Served, judged: bool) {
    let target = served.target();
    let mut client = target.connect().expect("the server accepts");
    let many = client.open_session(&target).expect("a session is opened");
    let other = client.open_session(&target).expect("a session is opened");
    client.ask(&call(&target, &other, 1, "get_applications", json!({}))).expect("an answer");
    let waiting: Vec<Client> = (0..hanging.calls)
        .map(|id| {
            let request = call(&target, &many, id, hanging.tool, (hanging.arguments)());
            let mut client = target.connect().expect("the server accepts");
            client.send(&request).expect("it reads");
            client
        })
        .collect();
    thread::sleep(SETTLE);
    let list =
        |method: &str| target.post(&other, &json!({"jsonrpc": "2.0", "id": 1, "method": method}));
    let host = target.address;
    let questions = [
        ("health", format!("GET /status/healthz HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes()),
        ("tools/list", list("tools/list")),
        ("prompts/list", list("prompts/list")),
        ("get_applications", call(&target, &other, 1, "get_applications", json!({}))),
    ];
    for (question, request) in questions {
        let mut seen = Seen::default();
        // Who gets no answer once need not wait for all the others.
        for _ in 0..QUESTIONS {
            if !seen.ask(&target, &request) {
                break;
            }
        }
        seen.row(&[hanging.what, name, question], PROMPT, judged);
    }
    drop(waiting);
}

fn call(target: &Target, session: &str, id: usize, tool: &str, arguments: Value) -> Vec<u8> {
    let params = json!({"name": tool, "arguments": arguments});
    let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
    target.post(session, &call)
}

fn product(platform: &Served, settings: &[(&str, &str)], options: &[&str]) -> Served {
    let mut product = spawn::command(spawn::product());
    product.arg("run").args(options);
    configure(&mut product, platform);
    for (name, value) in settings {
        product.env(format!("ITENTIAL_MCP_{name}"), value);
    }
    spawn::serve_product(product, "http", false)
}

fn python(path: &Path, platform: &Served) -> Served {
    let mut python = spawn::command(path);
    python.args(["run", "--transport", "http"]);
    configure(&mut python, platform);
    spawn::at_port(python, Duration::from_secs(60))
}

/// Nothing here ends because the platform is too slow.
fn configure(command: &mut Command, platform: &Served) {
    spawn::at_platform(command, platform.address.port());
    command.env("ITENTIAL_MCP_PLATFORM_TIMEOUT", "600");
}
