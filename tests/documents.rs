//! Every block of every document is tried. Commands are run as they stand, against the simulated
//! platform, on a [machine](support::machine) where others are played; configurations are checked by
//! the program. What is not tried like that has a row in [`rows::ROWS`], which says who tries it, or why
//! nobody does.

#![cfg(unix)]

#[path = "documents/rows.rs"]
mod rows;
mod support;

use std::path::Path;

use itential_mcp::cli::command::{HELP, VERSION};
use itential_mcp::cli::commands::COMMANDS;
use rows::{Fate, ROWS, Row};
use support::Platform;
use support::certificates::Authority;
use support::document::{Block, all_blocks, documents};
use support::machine::{Machine, has};

/// What a fence calls commands.
const COMMANDS_OF: [&str; 4] = ["sh", "bash", "shell", "console"];

/// What it calls that which others have said or written: there is nothing to try.
const SHOWN: [&str; 3] = ["", "text", "mermaid"];

const HOW: &str = "A block is run (sh, bash, console) or checked (ini, json, yaml, toml, nginx) as it \
     stands, in a folder that stands for /, where certificates, secrets and a platform are at hand; \
     tests/support/machine.rs says what is played there, such as systemctl, docker and cargo. If a \
     block needs more, or somebody else tries it, give it a row in tests/documents/rows.rs.";

fn row(block: &Block) -> Option<&'static Row> {
    let mut rows = ROWS.iter();
    rows.find(|row| row.document == block.document && block.text.contains(row.part))
}

/// The blocks of one document, in their order, on one machine: what is wrong with them.
fn try_document(document: &str, platform: &Platform) -> Vec<String> {
    let blocks = all_blocks(document);
    let tried = |block: &&Block| {
        !matches!(row(block).map(|row| &row.fate), Some(Fate::By(_) | Fate::Not(_)))
    };
    let mut blocks = blocks.iter().filter(tried).peekable();
    let mut wrong = Vec::new();
    if blocks.peek().is_none() {
        return wrong;
    }
    let machine = furnished(platform);
    let mut before = String::new();
    for block in blocks {
        let fate = row(block).map_or(&Fate::Run, |row| &row.fate);
        if let Fate::Given(files) = fate {
            for (path, text) in *files {
                machine.write(path, &machine.ported(text));
            }
        }
        let found = if COMMANDS_OF.contains(&block.language.as_str()) {
            if !matches!(fate, Fate::After) {
                before.clear();
            }
            before += &commands_of(block);
            run(&machine, platform, &before)
        } else {
            check(&machine, block)
        };
        wrong.extend(found.map(|found| format!("{document}:{}: {found}", block.line)));
    }
    wrong
}

/// What is wrong with these commands.
fn run(machine: &Machine, platform: &Platform, commands: &str) -> Option<String> {
    let mut tools = ["openssl", "jq"].into_iter();
    if let Some(missing) = tools.find(|name| commands.contains(name) && !has(name)) {
        eprintln!("SKIPPED: {missing} is not installed for\n{commands}");
        return None;
    }
    let commands = machine.placed(&machine.ported(commands));
    let commands = here(&commands);
    let mut env = platform.env();
    env.push(("CURL_CA_BUNDLE".into(), machine.path("/download/server.pem")));
    let ended = machine.shell(&commands, &env);
    let well = ended.well && !ended.stderr.contains("ERROR");
    (!well).then(|| format!("this fails:\n{commands}\nIt says:\n{}", ended.said))
}

/// What people type of it.
fn commands_of(block: &Block) -> String {
    if block.language != "console" {
        return block.text.clone();
    }
    let typed = block.text.lines().filter_map(|line| line.strip_prefix("$ "));
    typed.map(|line| format!("{line}\n")).collect()
}

/// A machine where what documents take for granted is there.
fn furnished(platform: &Platform) -> Machine {
    let machine = Machine::equipped();
    let authority = Authority::new("documents");
    let (certificate, key) = authority.issue(&["localhost", "127.0.0.1"]);
    for folder in ["/download", "/path/to", "/etc/itential-mcp"] {
        for name in ["server", "client"] {
            machine.write(&format!("{folder}/{name}.pem"), &certificate);
            machine.write(&format!("{folder}/{name}.key"), &key);
        }
        for name in ["ca", "internal-ca", "clients-ca"] {
            machine.write(&format!("{folder}/{name}.pem"), &authority.pem());
        }
        machine.write(&format!("{folder}/clients-crl.pem"), &authority.revoke(&[], 24));
    }
    for secret in ["itential", "mcp-operator"] {
        machine.write(&format!("/run/secrets/{secret}"), "admin");
    }
    let conf = format!(
        "[server]\ntransport = http\nhost = 127.0.0.1\nport = {}\n\
         certificate_file = /etc/itential-mcp/server.pem\n\
         private_key_file = /etc/itential-mcp/server.key\n\n[platform]\nhost = 127.0.0.1\n\
         port = {}\ndisable_tls = true\n",
        machine.port(8443),
        platform.port
    );
    machine.write("/etc/itential-mcp/mcp.conf", &conf);
    machine
}

/// With the names that documents give to hosts as names of this one.
fn here(text: &str) -> String {
    text.replace("platform.example.com", "127.0.0.1")
        .replace("mcp.example.com", "localhost")
        .replace("mcp-backend.internal", "localhost")
}

/// What is wrong with what is no command.
fn check(machine: &Machine, block: &Block) -> Option<String> {
    let text = &block.text;
    let wrong = match block.language.as_str() {
        "ini" | "conf" => {
            let whole = text.lines().any(|line| line.starts_with('['));
            let text = if whole { text.clone() } else { format!("[server]\n{text}") };
            machine.write("/checked.conf", &machine.ported(&text));
            let command =
                format!("itential-mcp config check --config {}", machine.path("/checked.conf"));
            let ended = machine.shell(&command, &[]);
            (!ended.well || ended.said.contains("unknown")).then_some(ended.said)
        }
        "nginx" if !has("nginx") => {
            eprintln!("SKIPPED: nginx is not installed for\n{text}");
            None
        }
        "nginx" => {
            let within = |name: &str, text: &str| format!("{name} {{\n{text}\n}}\n");
            let server = text.trim_start().starts_with("server");
            let server = if server { text.clone() } else { within("server", text) };
            let whole = format!("pid nginx.pid;\nevents {{}}\n{}", within("http", &server));
            machine.write("/nginx.conf", &here(&machine.ported(&whole)));
            let (prefix, file) = (machine.path("/"), machine.path("/nginx.conf"));
            let command = format!("nginx -t -e stderr -p {prefix} -c {file}");
            let ended = machine.shell(&command, &[]);
            (!ended.well).then_some(ended.said)
        }
        "json" => serde_json::from_str::<serde_json::Value>(text).err().map(|e| e.to_string()),
        "yaml" => yaml_rust2::YamlLoader::load_from_str(text).err().map(|e| e.to_string()),
        "toml" => text.parse::<toml::Table>().err().map(|e| e.to_string()),
        shown if SHOWN.contains(&shown) => {
            let typed =
                ["$ ", "# itential-mcp", "itential-mcp ", "sudo ", "cargo ", "curl ", "apt"];
            let typed = text.lines().find(|line| typed.iter().any(|word| line.starts_with(word)));
            typed.map(|line| format!("'{line}' is a command: call the block sh or console"))
        }
        other => Some(format!("nothing is known about blocks of '{other}'")),
    };
    wrong.map(|wrong| format!("{wrong}\n{text}"))
}

#[test]
fn every_block_of_every_document_is_tried() {
    let platform = Platform::start();
    let documents = documents();
    assert!(documents.len() > 15, "{documents:?}");
    // Each has a machine of its own; all that is wrong is told at once.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves = documents.chunks(documents.len().div_ceil(2)).map(|half| {
            scope.spawn(|| half.iter().flat_map(|one| try_document(one, &platform)).collect())
        });
        let halves: Vec<std::thread::ScopedJoinHandle<Vec<String>>> = halves.collect();
        halves.into_iter().flat_map(|half| half.join().expect("no panic")).collect()
    });
    assert!(wrong.is_empty(), "{}\n\n{HOW}", wrong.join("\n\n"));
}

#[test]
fn every_row_is_about_one_block_and_whoever_tries_it_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let blocks: Vec<Block> = documents().iter().flat_map(|one| all_blocks(one)).collect();
    for one in ROWS {
        let of = blocks.iter().filter(|block| block.document == one.document);
        let found = of.filter(|block| block.text.contains(one.part)).count();
        let right = if one.part.is_empty() { found > 0 } else { found == 1 };
        assert!(right, "{}: {found} blocks hold '{}'", one.document, one.part);
        if let Fate::Not(why) = one.fate {
            assert!(why.split(' ').count() > 3, "{}: '{why}' is no reason", one.document);
        }
        let Fate::By(by) = one.fate else { continue };
        let (file, name) = by.split_once("::").unwrap_or((by, ""));
        let text =
            std::fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(name.is_empty() || text.contains(&format!("fn {name}()")), "{file} has no {name}");
        let document = Path::new(one.document).file_name().and_then(|name| name.to_str());
        assert!(
            document.is_some_and(|name| text.contains(name)),
            "{file} knows nothing of {document:?}"
        );
    }
}

/// Within sentences: commands and options that are there.
#[test]
fn commands_that_sentences_name_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for document in documents() {
        // What it was like stands there, too.
        if document == "CHANGELOG.md" {
            continue;
        }
        let text = std::fs::read_to_string(root.join(&document)).expect("it was found");
        for code in text.split('`').skip(1).step_by(2) {
            let Some(words) = code.strip_prefix("itential-mcp ") else { continue };
            // What the program says, which begins with its name, too.
            if words.contains('…') {
                continue;
            }
            seen += 1;
            let words: Vec<&str> = words.split_whitespace().collect();
            let command =
                words.iter().find_map(|word| COMMANDS.iter().find(|one| one.name == *word));
            let run = || COMMANDS.iter().find(|one| one.name == "run").expect("it is there");
            let command = command.or_else(|| words[0].starts_with('-').then(run));
            let command = command.unwrap_or_else(|| panic!("{document}: no command in `{code}`"));
            let mut flags = command.flags();
            flags.extend([HELP, VERSION]);
            for option in words.iter().filter_map(|word| word.strip_prefix("--")) {
                let name = option.split('=').next().unwrap_or(option);
                assert!(
                    flags.iter().any(|flag| flag.name == name),
                    "{document}: --{name} in `{code}`"
                );
            }
        }
    }
    assert!(seen > 10, "only {seen} were found");
}
