//! Keep-alive throughput and latency of `tools/call`, ours and rmcp's in turn.

use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Client, Target};
use crate::spawn::{self, Served};
use crate::table::{self, count, median, micros, percentile, verdict};

const CONNECTIONS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 5;
const SLICE: Duration = Duration::from_millis(800);

/// What one slice of time showed.
#[derive(Clone, Copy)]
pub struct Measured {
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    /// Seconds of the server's CPU for one request.
    pub cpu: f64,
}

pub fn run() {
    table::title("tools/call over kept-alive connections");
    println!(
        "Requests per second; p50 and p99 of the answer time; CPU of the server for one request; \
         all in microseconds. Medians of {ROUNDS} runs, the servers taking turns.\n"
    );
    let rmcp = spawn::peer("BENCH_RMCP");
    let mut targets = Vec::new();
    table::head(&["", "connections", "server", "req/s", "p50", "p99", "CPU/req"]);
    for tls in [false, true] {
        let mut servers = vec![("itential-mcp", spawn::echo(tls))];
        if let Some(path) = &rmcp {
            servers.push(("rmcp 3.11", spawn::announced(Command::new(path), tls)));
        }
        for connections in CONNECTIONS {
            let takers: Vec<_> = servers
                .iter()
                .map(|(_, served)| {
                    let target = served.target();
                    (served, target.call("echo", json!({"message": "x".repeat(300)})))
                })
                .collect();
            let results = in_turn(&takers, connections);
            for ((name, _), result) in servers.iter().zip(&results) {
                let Measured { rate, p50, p99, cpu } = *result;
                let numbers = [count(rate), micros(p50), micros(p99), format!("{:.1}", cpu * 1e6)];
                let wire = if tls { "TLS" } else { "plain" };
                let start = [wire.to_owned(), connections.to_string(), (*name).to_owned()];
                table::row(start.iter().chain(&numbers));
            }
            if let [ours, theirs] = results.as_slice()
                && connections == 64
            {
                targets.push((tls, *ours, *theirs));
            }
        }
    }
    println!();
    if !targets.is_empty() {
        table::head(&["at 64 connections", "target", "measured", ""]);
    }
    for (tls, ours, theirs) in targets {
        let wire = if tls { "TLS" } else { "plain" };
        let ratio = ours.rate / theirs.rate;
        let cells = [
            format!("{wire}: rate"),
            "1.3 x rmcp".into(),
            format!("{ratio:.2} x"),
            verdict(ratio >= 1.3).into(),
        ];
        table::row(cells);
        let cells = [
            format!("{wire}: p99"),
            format!("below rmcp's {} us", micros(theirs.p99)),
            format!("{} us", micros(ours.p99)),
            verdict(ours.p99 < theirs.p99).into(),
        ];
        table::row(cells);
    }
    println!();
}

/// Medians of several runs in which the servers take turns, so that a busy moment of the machine
/// hits all of them.
pub fn in_turn(takers: &[(&Served, Vec<u8>)], connections: usize) -> Vec<Measured> {
    let mut runs: Vec<Vec<Measured>> = vec![Vec::new(); takers.len()];
    for round in 0..=ROUNDS {
        for ((served, request), runs) in takers.iter().zip(&mut runs) {
            let target = served.target();
            let prepare = |_: &mut Client| request.clone();
            let measured = measure(served, &target, &prepare, connections, SLICE);
            // The first round warms up.
            if round > 0 {
                runs.push(measured);
            }
        }
    }
    runs.iter().map(|runs| medians(runs)).collect()
}

pub fn medians(runs: &[Measured]) -> Measured {
    let of = |part: fn(&Measured) -> f64| median(&runs.iter().map(part).collect::<Vec<_>>());
    Measured { rate: of(|m| m.rate), p50: of(|m| m.p50), p99: of(|m| m.p99), cpu: of(|m| m.cpu) }
}

/// What makes the request of one connection.
pub type Prepare<'a> = &'a (dyn Fn(&mut Client) -> Vec<u8> + Sync);

/// Sends requests over so many connections as fast as they are answered.
pub fn measure(
    served: &Served,
    target: &Target,
    prepare: Prepare<'_>,
    connections: usize,
    time: Duration,
) -> Measured {
    let barrier = Barrier::new(connections + 1);
    let mut cpu = Duration::ZERO;
    let mut times: Vec<Duration> = Vec::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| one_connection(target, prepare, time, &barrier)))
            .collect();
        barrier.wait();
        let before = served.cpu();
        for thread in threads {
            times.extend(thread.join().expect("every request is answered"));
        }
        cpu = served.cpu() - before;
    });
    times.sort_unstable();
    Measured {
        rate: times.len() as f64 / time.as_secs_f64(),
        p50: percentile(&times, 0.5),
        p99: percentile(&times, 0.99),
        cpu: cpu.as_secs_f64() / times.len() as f64,
    }
}

fn one_connection(
    target: &Target,
    prepare: Prepare<'_>,
    time: Duration,
    barrier: &Barrier,
) -> Vec<Duration> {
    let mut client = target.connect().expect("the server accepts");
    let request = prepare(&mut client);
    let first = client.ask(&request).expect("the server answers");
    assert!(
        first.status == 200 && !first.text().contains("\"error\":{\"code\""),
        "{}",
        first.text()
    );
    barrier.wait();
    let end = Instant::now() + time;
    let mut times = Vec::new();
    let mut before = Instant::now();
    while before < end {
        let answer = client.ask(&request).expect("the server answers");
        assert_eq!(answer.status, 200);
        let now = Instant::now();
        times.push(now - before);
        before = now;
    }
    times
}
