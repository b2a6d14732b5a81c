//! New TLS connections: handshake, one call, close.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Target;
use crate::spawn::{self, Served};
use crate::table::{self, count, median, verdict};

const CLIENTS: usize = 8;
const ROUNDS: usize = 5;
/// The system counts CPU in steps of 10 ms.
const SLICE: Duration = Duration::from_secs(3);
/// Connections to a server whose instructions are counted.
const COUNTED: usize = 300;
/// How many times as fast as the peer.
const TARGET: f64 = 1.2;

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
    table::head(&["handshake", "server", "connections/s", "CPU us/connection", "target", ""]);
    for resume in [false, true] {
        let measured = measured(servers.iter().map(|(_, served)| served), resume, request);
        let rates: Vec<f64> = measured.iter().map(|one| one.0).collect();
        for (at, ((name, _), (_, cpu))) in servers.iter().zip(&measured).enumerate() {
            let kind = if resume { "resumed" } else { "new" };
            let (target, met) = match rates.as_slice() {
                [ours, theirs] if at == 0 => {
                    let ratio = ours / theirs;
                    let met = verdict(ratio >= TARGET);
                    (format!("{TARGET} x rmcp"), format!("{ratio:.2} x: {met}"))
                }
                _ => Default::default(),
            };
            let cpu = count(cpu * 1e6);
            table::row([kind, name, &count(rates[at]), &cpu, &target, &met]);
        }
    }
    println!();
    instructions();
}

/// Connections per second and seconds of CPU for one, of servers in turn.
fn measured<'a>(
    servers: impl Iterator<Item = &'a Served> + Clone,
    resume: bool,
    request: fn(&Target) -> Vec<u8>,
) -> Vec<(f64, f64)> {
    let mut runs = vec![(Vec::new(), Vec::new()); servers.clone().count()];
    for round in 0..=ROUNDS {
        for (served, runs) in servers.clone().zip(&mut runs) {
            let (rate, cpu) = measure(served, resume, request);
            // The first round warms up.
            if round > 0 {
                runs.0.push(rate);
                runs.1.push(cpu);
            }
        }
    }
    runs.iter().map(|(rates, cpu)| (median(rates), median(cpu))).collect()
}

/// The same of two servers that speak TLS, with this request over each connection.
pub fn in_turn(
    servers: &[Served; 2],
    resume: bool,
    request: fn(&Target) -> Vec<u8>,
) -> [(f64, f64); 2] {
    let measured = measured(servers.iter(), resume, request);
    [measured[0], measured[1]]
}

/// Rates depend on what else the machine does; instructions do not.
fn instructions() {
    let mut commands = vec![("itential-mcp", spawn::echo_command as fn() -> Command)];
    if spawn::program("BENCH_RMCP").is_some() {
        let rmcp = || Command::new(spawn::program("BENCH_RMCP").expect("it is there"));
        commands.push(("rmcp 3.11", rmcp));
    }
    if spawn::counting(&commands[0].1()).is_none() {
        return println!("**SKIPPED: no valgrind, which counts instructions.**\n");
    }
    println!(
        "Instructions of the server in user space for one such connection, as valgrind counts them over \
         {COUNTED} of one client.\n"
    );
    table::head(&["handshake", "server", "thousand instructions"]);
    for resume in [false, true] {
        for (name, command) in &commands {
            let [start, end] = [1, COUNTED + 1].map(|times| counted(&command(), resume, times));
            let kind = if resume { "resumed" } else { "new" };
            table::row([kind, name, &count((end - start) / COUNTED as f64 / 1e3)]);
        }
    }
    println!();
}

/// Instructions from the start to the end of a server that is connected to so often.
fn counted(command: &Command, resume: bool, times: usize) -> f64 {
    let (command, log) = spawn::counting(command).expect("it was there a moment ago");
    let served = spawn::announced(command, true);
    let target = served.target_with(resume);
    let request = request(&target);
    (0..times).for_each(|_| connect(&target, &request));
    served.end();
    let log = std::fs::read_to_string(log).unwrap_or_default();
    let total = log.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok());
    total.unwrap_or_default()
}

fn request(target: &Target) -> Vec<u8> {
    target.call("echo", json!({"message": "x".repeat(300)}))
}

fn connect(target: &Target, request: &[u8]) {
    let mut client = target.connect().expect("the server accepts");
    let answer = client.ask(request).expect("the server answers");
    assert_eq!(answer.status, 200);
}

fn measure(served: &Served, resume: bool, request: fn(&Target) -> Vec<u8>) -> (f64, f64) {
    let target = served.target_with(resume);
    let request = request(&target);
    let before = served.cpu();
    let end = Instant::now() + SLICE;
    let total: usize = thread::scope(|scope| {
        let one = || {
            let mut done = 0;
            while Instant::now() < end {
                connect(&target, &request);
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
