//! Measures the server from outside, beside its peers. See `benches/run.sh`, which builds and
//! installs what this needs; `load PART...` runs parts of it and prints their tables in Markdown.

mod bindings;
mod bystander;
mod client;
mod crowd;
mod devices;
mod door;
mod echo;
mod faults;
mod handshakes;
mod memory;
mod musl;
mod peers;
mod process;
mod replicas;
mod spawn;
mod table;
mod talk;
mod throughput;
mod tokens;
mod workers;

/// What stands in docs/scaling.md, and is measured only when it is named.
const REPLICAS: &str = "replicas";

/// A part of the measurements: its name and what runs it.
const PARTS: &[(&str, fn())] = &[
    ("throughput", throughput::run),
    ("tokens", tokens::run),
    ("handshakes", handshakes::run),
    ("python", peers::run),
    ("devices", devices::run),
    ("crowd", crowd::run),
    ("workers", workers::run),
    ("door", door::run),
    ("process", process::run),
    ("static", musl::run),
    ("bindings", bindings::run),
    ("memory", memory::run),
    ("faults", faults::run),
    (REPLICAS, replicas::run),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [word, files @ ..] = words.as_slice()
        && word == "echo"
    {
        return echo::serve(files);
    }
    // The other threads of a measurement would wait for the one that failed.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::exit(101);
    }));
    for (name, run) in PARTS {
        if words.is_empty() && *name != REPLICAS || words.iter().any(|word| word == name) {
            eprintln!("measuring: {name}");
            run();
        }
    }
}
