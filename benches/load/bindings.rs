//! Tools made from what the platform offers: what hundreds of them cost at start and in lists.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::json;

use crate::spawn;
use crate::table::{self, count, median, millis, verdict};
use crate::talk::{Talk, hello};

/// Enough for the platform's whole lists to be read, as they are for many.
const FEW: usize = 9;
const MANY: usize = 500;

pub fn run() {
    table::title("Tools from the platform");
    println!(
        "Start on stdio until `tools/list` is answered, medians of 21 runs, and the list asked for again \
         (medians of 200), with so many `[tool:NAME]` sections. {FEW} and {MANY} read the same lists of the \
         platform.\n"
    );
    let platform = spawn::sandbox(&json!([]));
    table::head(&["sections", "start, ms", "list again, ms", "list, bytes"]);
    let measured = [0, FEW, MANY].map(|sections| {
        let file = configuration(sections);
        let (mut starts, mut again, mut bytes) = (Vec::new(), Vec::new(), 0);
        for _ in 0..21 {
            let begun = Instant::now();
            let mut talk = Talk::start(command(&platform, &file));
            talk.ask(hello());
            bytes = talk.ask(list()).len();
            starts.push(begun.elapsed().as_secs_f64());
            for _ in 0..10 {
                let begun = Instant::now();
                talk.ask(list());
                again.push(begun.elapsed().as_secs_f64());
            }
        }
        let (start, again) = (median(&starts), median(&again));
        let cells = [sections.to_string(), millis(start), millis(again), count(bytes as f64)];
        table::row(cells);
        start
    });
    let [_, few, many] = measured;
    let more = many - few;
    println!(
        "\n{MANY} take {} ms more than {FEW}; target: below 100 ({}).\n",
        millis(more),
        verdict(more < 0.1)
    );
}

fn command(platform: &spawn::Served, file: &str) -> std::process::Command {
    let mut command = spawn::command(spawn::product());
    spawn::at_platform(&mut command, platform.address.port());
    command.args(["--config", file]);
    command
}

/// A configuration with so many tools, each for another automation as far as there are some.
fn configuration(sections: usize) -> String {
    let mut text = String::new();
    for number in 0..sections {
        let audit = 32 + number % 20;
        let route = audit - 12;
        let _ = write!(
            text,
            "[tool:audit_{number}]\ntype = endpoint\nname = Audit route {route:03}\n\
             automation = Nightly Audit {audit:03}\n"
        );
    }
    let file =
        std::env::temp_dir().join(format!("bindings-{}-{sections}.conf", std::process::id()));
    std::fs::write(&file, text).expect("a temporary file");
    file.display().to_string()
}

fn list() -> serde_json::Value {
    json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
}
