//! `get_devices` of a network of 10,000, from a platform that answers in 20 ms.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use itential_mcp::http::{Exchange, Listen, Options, Response, Server};
use serde_json::{Value, json};

use crate::spawn::{self, Served};
use crate::table::{self, count, median, millis, verdict};

const DEVICES: usize = 10_000;
const LATENCY: Duration = Duration::from_millis(20);
const ROUNDS: usize = 5;

pub fn run() {
    table::title("10,000 devices");
    println!(
        "`get_devices` of {DEVICES} devices from a platform that answers every request in 20 ms with \
         100 devices a page; both servers over plain HTTP, medians of {ROUNDS} calls in turn. \
         `return_count` holds the number of all devices: with the page's own count, as real platforms \
         send it, the Python server stops after the first 100.\n"
    );
    let platform = platform();
    let platform = platform.local_addr().port();
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    spawn::at_platform(&mut product, platform);
    let mut servers = vec![("itential-mcp", spawn::serve_product(product, "http", false))];
    if let Some(path) = spawn::peer("BENCH_PYTHON") {
        let mut python = spawn::command(path);
        python.args(["run", "--transport", "http"]);
        spawn::at_platform(&mut python, platform);
        servers.push(("Python 0.14.1", spawn::at_port(python, Duration::from_secs(60))));
    }
    let mut times = vec![Vec::new(); servers.len()];
    let mut sizes = vec![0; servers.len()];
    let mut begun = vec![Duration::ZERO; servers.len()];
    for round in 0..=ROUNDS {
        for (at, (_, served)) in servers.iter().enumerate() {
            let (time, size) = get_devices(served);
            sizes[at] = size;
            // The first call logs in.
            if round > 0 {
                times[at].push(time.as_secs_f64());
            } else {
                begun[at] = served.cpu();
            }
        }
    }
    let medians: Vec<f64> = times.iter().map(|times| median(times)).collect();
    table::head(&["server", "milliseconds", "CPU ms", "devices", "RSS after MiB", ""]);
    for (at, ((name, served), time)) in servers.iter().zip(&medians).enumerate() {
        let cpu = millis((served.cpu() - begun[at]).as_secs_f64() / ROUNDS as f64);
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
        table::row([*name, &millis(*time), &cpu, &count(sizes[at] as f64), &rss, &met]);
    }
    println!();
}

/// A platform with ready pages: the sandbox filters and sorts, which would be measured too.
fn platform() -> Server {
    let device = |number: usize| {
        json!({"name": format!("device-{number:05}"), "device-type": "network_cli",
            "ipaddress": "10.0.0.1", "port": 22, "ostype": "cisco-ios", "host": "AutomationGateway"})
    };
    let devices: Arc<Vec<Value>> = Arc::new((0..DEVICES).map(device).collect());
    let handler = move |exchange: Exchange| {
        let devices = Arc::clone(&devices);
        thread::spawn(move || {
            thread::sleep(LATENCY);
            let answer = answer(&devices, &exchange);
            exchange.respond(answer);
        });
    };
    let listen = Listen::Name("127.0.0.1".into(), 0);
    Server::start(listen, Options::default(), Arc::new(handler)).expect("a free port")
}

fn answer(devices: &[Value], exchange: &Exchange) -> Response {
    let request = &exchange.request;
    match request.path.as_str() {
        "/login" => {
            Response::text(200, "token-1").with_header("Set-Cookie", "token=token-1; Path=/")
        }
        "/configuration_manager/devices" => {
            let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let option = |name: &str| {
                let value = asked.pointer(&format!("/options/{name}")).and_then(Value::as_u64);
                value.and_then(|value| usize::try_from(value).ok()).unwrap_or_default()
            };
            let start = option("start");
            let page: Vec<&Value> =
                devices.iter().skip(start).take(option("limit").min(100)).collect();
            let body = json!({"entity": "device", "total": DEVICES, "unique_device_count": DEVICES,
                "return_count": DEVICES, "start_index": start, "list": page});
            Response::json(200, body.to_string())
        }
        _ => Response::json(200, "{}"),
    }
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
    // Names in the text, where JSON stands within JSON; the structured content has them once more.
    (time, text.matches("\\\"device-0").count())
}
