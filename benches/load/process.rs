//! The process itself: how fast it is there, and how much of the machine it takes.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::spawn::{self, program};
use crate::table::{self, count, mebibytes, median, millis, verdict};
use crate::talk::{Talk, hello};

/// What is measured, how it is shown, and what it should be below.
type Row = (&'static str, fn(f64) -> String, f64);

const ROWS: [Row; 5] = [
    ("`version`, ms", millis, 0.005),
    ("stdio: start to initialize answer, ms", millis, 0.010),
    ("stdio: resident MiB after it", mebibytes, 8192.0),
    ("http: resident MiB after one request", mebibytes, 8192.0),
    ("binary, MiB (stripped)", mebibytes, 6656.0),
];

pub fn run() {
    table::title("The process");
    println!(
        "Medians of 21 runs (of 5 for the Python server), with warm file caches. Targets are for the released \
         binary (musl); gnu is the one that cargo builds by itself.\n"
    );
    let gnu = spawn::product();
    let python = spawn::peer("BENCH_PYTHON");
    let ours = |path: &Path| {
        let (start, resident) = initialize(path, 21);
        [version(path, 21), start, resident, http(path), size(path)].map(Some)
    };
    let musl = program("BENCH_MUSL").map_or([None; 5], |path| ours(&path));
    let theirs = python.as_ref().map_or([None; 5], |path| {
        let (start, resident) = initialize(path, 5);
        [Some(version(path, 5)), Some(start), Some(resident), None, None]
    });
    table::head(&["", "itential-mcp", "gnu", "Python 0.14.1", "target", ""]);
    for ((((what, show, bound), musl), gnu), theirs) in
        ROWS.into_iter().zip(musl).zip(ours(&gnu)).zip(theirs)
    {
        let told = |value: Option<f64>| value.map_or("-".into(), show);
        let met = musl.map_or("", |musl| verdict(musl < bound));
        let target = format!("below {}", show(bound));
        table::row([what, &told(musl), &told(gnu), &told(theirs), &target, met]);
    }
    let bytes = |path: &Path| count(tools_list(path) as f64);
    let theirs = python.as_deref().map_or("-".into(), bytes);
    let ours = bytes(&gnu);
    table::row(["tools/list, bytes", &ours, &ours, &theirs, "", ""]);
    println!();
}

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
