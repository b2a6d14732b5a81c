//! `get_devices` of a network of 10,000, from a platform that answers in 20 ms.

use std::time::{Duration, Instant};

use itential_mcp::sandbox::{Options, Sandbox};
use serde_json::json;

use crate::spawn::{self, Served};
use crate::table::{self, count, median, millis, verdict};

const DEVICES: usize = 10_000;
const ROUNDS: usize = 5;

pub fn run() {
    table::title("10,000 devices");
    println!(
        "`get_devices` of {DEVICES} devices from the simulated platform, which answers every request \
         in 20 ms; both servers over plain HTTP, medians of {ROUNDS} calls in turn.\n"
    );
    let latency = Duration::from_millis(20);
    let options = Options { latency, devices: DEVICES, ..Options::default() };
    let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), options).expect("a free port");
    let platform = sandbox.addr().port().to_string();
    let configure = |command: &mut std::process::Command| {
        for (name, value) in [
            ("HOST", "127.0.0.1"),
            ("PORT", &platform),
            ("DISABLE_TLS", "true"),
            ("USER", "admin"),
            ("PASSWORD", "admin"),
            ("TIMEOUT", "60"),
        ] {
            command.env(format!("ITENTIAL_MCP_PLATFORM_{name}"), value);
        }
    };
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    configure(&mut product);
    let mut servers = vec![("itential-mcp", spawn::serve_product(product, "http", false))];
    if let Some(path) = spawn::peer("BENCH_PYTHON") {
        let mut python = spawn::command(path);
        python.args(["run", "--transport", "http"]);
        configure(&mut python);
        servers.push(("Python 0.14.1", spawn::at_port(python, Duration::from_secs(30))));
    }
    let mut times = vec![Vec::new(); servers.len()];
    let mut sizes = vec![0; servers.len()];
    for round in 0..=ROUNDS {
        for (at, (_, served)) in servers.iter().enumerate() {
            let (time, size) = get_devices(served);
            sizes[at] = size;
            // The first call logs in.
            if round > 0 {
                times[at].push(time.as_secs_f64());
            }
        }
    }
    let medians: Vec<f64> = times.iter().map(|times| median(times)).collect();
    table::head(&["server", "milliseconds", "answer bytes", "RSS after MiB", ""]);
    for (((name, served), time), size) in servers.iter().zip(&medians).zip(&sizes) {
        let met = match medians.as_slice() {
            [ours, theirs] if *name == "itential-mcp" => {
                format!(
                    "{:.1} x as fast; target 5 x: {}",
                    theirs / ours,
                    verdict(theirs / ours >= 5.0)
                )
            }
            _ => String::new(),
        };
        let rss = table::mebibytes(served.rss() as f64);
        table::row([*name, &millis(*time), &count(*size as f64), &rss, &met]);
    }
    println!();
}

fn get_devices(served: &Served) -> (Duration, usize) {
    let target = served.target();
    let mut client = target.connect().expect("the server accepts");
    let session = client.open_session(&target).expect("a session is opened");
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "get_devices", "arguments": {}}});
    let request = target.post(&session, &call);
    let begun = Instant::now();
    let answer = client.ask(&request).expect("the server answers");
    let time = begun.elapsed();
    let text = answer.text();
    assert!(!text.contains("\"isError\":true"), "{text:.500}");
    (time, answer.body.len())
}
