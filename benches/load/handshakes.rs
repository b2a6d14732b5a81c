//! New TLS connections: handshake, one call, close.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::spawn::{self, Served};
use crate::table::{self, count, median, verdict};

const CLIENTS: usize = 8;
const ROUNDS: usize = 5;
const SLICE: Duration = Duration::from_secs(1);

pub fn run() {
    table::title("New TLS connections");
    println!(
        "Connect, handshake (TLS 1.3, EC P-256), one tools/call, close: {CLIENTS} clients at once, \
         medians of {ROUNDS} runs in turn.\n"
    );
    let mut servers = vec![("itential-mcp", spawn::echo(true))];
    if let Some(path) = spawn::peer("BENCH_RMCP") {
        servers.push(("rmcp 3.11", spawn::announced(Command::new(path), true)));
    }
    table::head(&["handshake", "server", "connections/s", "CPU us/connection", ""]);
    for resume in [false, true] {
        let mut runs = vec![(Vec::new(), Vec::new()); servers.len()];
        for round in 0..=ROUNDS {
            for ((_, served), runs) in servers.iter().zip(&mut runs) {
                let (rate, cpu) = measure(served, resume);
                if round > 0 {
                    runs.0.push(rate);
                    runs.1.push(cpu * 1e6);
                }
            }
        }
        let rates: Vec<f64> = runs.iter().map(|runs| median(&runs.0)).collect();
        for (((name, _), runs), rate) in servers.iter().zip(&runs).zip(&rates) {
            let kind = if resume { "resumed" } else { "new" };
            let met = match rates.as_slice() {
                [ours, theirs] if *name == "itential-mcp" => verdict(ours > theirs),
                _ => "",
            };
            table::row([kind, name, &count(*rate), &count(median(&runs.1)), met]);
        }
    }
    println!();
}

fn measure(served: &Served, resume: bool) -> (f64, f64) {
    let target = served.target_with(resume);
    let request = target.call("echo", json!({"message": "x".repeat(300)}));
    let before = served.cpu();
    let end = Instant::now() + SLICE;
    let total: usize = thread::scope(|scope| {
        let one = || {
            let mut done = 0;
            while Instant::now() < end {
                let mut client = target.connect().expect("the server accepts");
                let answer = client.ask(&request).expect("the server answers");
                assert_eq!(answer.status, 200);
                done += 1;
            }
            done
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("every client is served")).sum()
    });
    let cpu = (served.cpu() - before).as_secs_f64() / total as f64;
    (total as f64 / SLICE.as_secs_f64(), cpu)
}
