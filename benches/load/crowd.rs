//! Memory and threads with a thousand clients that do nothing.

use std::io;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::client::{Client, Target};
use crate::spawn::{self, Served};
use crate::table::{self, mebibytes, verdict};

const CROWD: usize = 1000;
const MOST_KIB: u64 = 20 * 1024;

pub fn run() {
    table::title("A thousand idle clients");
    println!("Resident memory of the whole process, before and with {CROWD} clients.\n");
    table::head(&["", "server", "MiB before", "MiB with all", "threads before", "with all", ""]);
    for (name, tls, open) in [
        ("idle, plain", false, idle as Open),
        ("idle, TLS", true, idle),
        ("SSE streams, plain", false, stream),
        ("SSE streams, TLS", true, stream),
    ] {
        let mut product = spawn::command(spawn::product());
        product.arg("run");
        let served = spawn::serve_product(product, "http", tls);
        fill(name, "itential-mcp", &served, open, true);
    }
    if let Some(path) = spawn::peer("BENCH_RMCP") {
        for (name, tls) in [("idle, plain", false), ("idle, TLS", true)] {
            let served = spawn::announced(Command::new(&path), tls);
            fill(name, "rmcp 3.11", &served, idle, false);
        }
    }
    println!();
}

type Open = fn(&Target) -> io::Result<Client>;

fn fill(what: &str, name: &str, served: &Served, open: Open, ours: bool) {
    let target = served.target();
    drop(open(&target));
    thread::sleep(Duration::from_millis(300));
    let (rss, threads) = (served.rss(), served.threads());
    let crowd: Vec<Client> =
        (0..CROWD).map(|_| open(&target).expect("the server takes everybody")).collect();
    thread::sleep(Duration::from_millis(500));
    let (full, threads_full) = (served.rss(), served.threads());
    drop(crowd);
    let met = if ours { verdict(full < MOST_KIB && threads == threads_full) } else { "" };
    let numbers = [rss, full].map(|kib| mebibytes(kib as f64));
    let counts = [threads, threads_full].map(|threads| threads.to_string());
    table::row([what, name, &numbers[0], &numbers[1], &counts[0], &counts[1], met]);
}

/// A connection that has asked once and is kept.
fn idle(target: &Target) -> io::Result<Client> {
    let mut client = target.connect()?;
    client.ask(
        format!("GET /status/healthz HTTP/1.1\r\nHost: {}\r\n\r\n", target.address).as_bytes(),
    )?;
    Ok(client)
}

/// A session with its stream.
fn stream(target: &Target) -> io::Result<Client> {
    let mut client = target.connect()?;
    let session = client.open_session(target)?;
    let host = target.address;
    let request =
        format!("GET /mcp HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n{session}\r\n");
    client.send(request.as_bytes())?;
    assert_eq!(client.head()?, 200, "a stream was opened");
    Ok(client)
}
