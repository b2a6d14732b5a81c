//! The Python server as a black box: what both servers do without a platform.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::spawn::{self, Served};
use crate::table::{self, count, micros};
use crate::throughput::{Measured, measure, medians};

const CONNECTIONS: usize = 8;
const ROUNDS: usize = 3;
const SLICE: Duration = Duration::from_secs(1);

pub fn run() {
    table::title("Beside the Python server");
    println!(
        "The whole product, plain HTTP, {CONNECTIONS} kept-alive connections with a session each, \
         medians of {ROUNDS} runs in turn.\n"
    );
    let mut product = spawn::command(spawn::product());
    product.arg("run");
    let mut servers = vec![("itential-mcp", spawn::serve_product(product, "http", false))];
    if let Some(path) = spawn::peer("BENCH_PYTHON") {
        let mut python = spawn::command(path);
        python.args(["run", "--transport", "http"]);
        servers.push(("Python 0.14.1", spawn::at_port(python, Duration::from_secs(60))));
    }
    table::head(&["request", "server", "req/s", "p50 us", "p99 us", "CPU us/req", "answer bytes"]);
    for method in ["ping", "tools/list"] {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method});
        let mut runs = vec![Vec::new(); servers.len()];
        let mut bytes = vec![0; servers.len()];
        for _ in 0..ROUNDS {
            for (at, (_, served)) in servers.iter().enumerate() {
                let (measured, length) = one(served, &message);
                runs[at].push(measured);
                bytes[at] = length;
            }
        }
        for ((name, _), (runs, bytes)) in servers.iter().zip(runs.iter().zip(&bytes)) {
            let Measured { rate, p50, p99, cpu } = medians(runs);
            let cells = [count(rate), micros(p50), micros(p99), micros(cpu), count(*bytes as f64)];
            table::row([method, name].into_iter().chain(cells.iter().map(String::as_str)));
        }
    }
    println!();
}

fn one(served: &Served, message: &Value) -> (Measured, usize) {
    let target = served.target();
    // A session each: in one session two requests with the same id must not run at the same time.
    let prepare = |client: &mut Client| {
        let session = client.open_session(&target).expect("a session is opened");
        target.post(&session, message)
    };
    let mut client = target.connect().expect("the server accepts");
    let request = prepare(&mut client);
    let length = client.ask(&request).expect("the server answers").body.len();
    (measure(served, &target, &prepare, CONNECTIONS, SLICE), length)
}
