//! The process itself: how fast it is there, and how much of the machine it takes.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::spawn::{self, program};
use crate::table::{self, count, mebibytes, median, millis, verdict};
use crate::talk::{Talk, hello};

pub fn run() {
    table::title("The process");
    println!("Medians of 21 runs (of 5 for the Python server), with warm file caches.\n");
    let product = spawn::product();
    let python = spawn::peer("BENCH_PYTHON");
    let ours = (version(&product, 21), initialize(&product, 21));
    let theirs = python.as_ref().map(|path| (version(path, 5), initialize(path, 5)));
    let told = |value: Option<f64>, show: fn(f64) -> String| value.map_or("-".into(), show);
    table::head(&["", "itential-mcp", "Python 0.14.1", "target", ""]);
    let rows: [Row; 5] = [
        ("`version`, ms", ours.0, theirs.map(|t| t.0), millis, "5", 0.005),
        (
            "stdio: start to initialize answer, ms",
            ours.1.0,
            theirs.map(|t| t.1.0),
            millis,
            "10",
            0.010,
        ),
        ("stdio: resident MiB after it", ours.1.1, theirs.map(|t| t.1.1), mebibytes, "8", 8192.0),
        ("http: resident MiB after one request", http(&product), None, mebibytes, "8", 8192.0),
        ("binary, MiB (stripped)", size(&product), None, mebibytes, "6.5", 6656.0),
    ];
    for (what, ours, theirs, show, target, bound) in rows {
        let target = format!("below {target}");
        table::row([what, &show(ours), &told(theirs, show), &target, verdict(ours < bound)]);
    }
    if let Some(musl) = program("BENCH_MUSL") {
        let cells = [("version", version(&musl, 21)), ("initialize", initialize(&musl, 21).0)];
        for (what, time) in cells {
            table::row([&format!("musl: {what}, ms"), &millis(time), "-", "", ""]);
        }
        let resident = mebibytes(initialize(&musl, 3).1);
        table::row(["musl: resident MiB", &resident, "-", "", ""]);
        table::row(["musl: binary, MiB (stripped)", &mebibytes(size(&musl)), "-", "", ""]);
    }
    let bytes = |path: &Path| count(tools_list(path) as f64);
    let theirs = python.as_deref().map_or("-".into(), bytes);
    table::row(["tools/list, bytes", &bytes(&product), &theirs, "", ""]);
    println!();
}

/// What, our value, theirs, how it is shown, the target as shown and as a bound.
type Row = (&'static str, f64, Option<f64>, fn(f64) -> String, &'static str, f64);

/// Seconds from start to end of `version`.
pub fn version(path: &Path, runs: usize) -> f64 {
    let times: Vec<f64> = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            let status = spawn::command(path).arg("version").stdout(Stdio::null()).status();
            assert!(status.expect("it starts").success());
            begun.elapsed().as_secs_f64()
        })
        .collect();
    median(&times)
}

/// Seconds from start to the first answer, and KiB resident then.
pub fn initialize(path: &Path, runs: usize) -> (f64, f64) {
    let (times, rss): (Vec<f64>, Vec<f64>) = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            let mut talk = Talk::start(spawn::command(path));
            talk.ask(hello());
            let time = begun.elapsed().as_secs_f64();
            (time, talk.rss())
        })
        .unzip();
    (median(&times), median(&rss))
}

fn tools_list(path: &Path) -> usize {
    let mut talk = Talk::start(spawn::command(path));
    talk.ask(hello());
    talk.tell(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    talk.ask(json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})).len()
}

/// KiB resident after one request over HTTP.
pub fn http(path: &Path) -> f64 {
    let mut product = spawn::command(path);
    product.arg("run");
    let served = spawn::serve_product(product, "http", false);
    let target = served.target();
    let mut client = target.connect().expect("the server accepts");
    client.open_session(&target).expect("a session is opened");
    std::thread::sleep(Duration::from_millis(200));
    served.rss() as f64
}

fn size(path: &Path) -> f64 {
    std::fs::metadata(path).map_or(0.0, |meta| meta.len() as f64 / 1024.0)
}
