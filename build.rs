//! Packs the sandbox's seeds, one JSON file for each collection, into one compressed file, and finds out
//! what `version --verbose` tells.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value};

const SEEDS: &str = "src/sandbox/seed";

fn main() {
    pack_seeds();
    tell();
}

fn pack_seeds() {
    println!("cargo:rerun-if-changed={SEEDS}");
    let mut files: Vec<_> =
        fs::read_dir(SEEDS).expect(SEEDS).map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut all = Map::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let rows: Vec<Value> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("an ASCII name");
        all.insert(name.to_owned(), Value::Array(rows));
    }
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    let packed =
        File::create(Path::new(&folder).join("seed.json.gz")).expect("OUT_DIR is writable");
    let mut packed = GzEncoder::new(packed, Compression::best());
    packed.write_all(Value::Object(all).to_string().as_bytes()).expect("OUT_DIR has room");
    packed.finish().expect("OUT_DIR has room");
}

/// Hands over what `src/built.rs` reads.
fn tell() {
    let given = |name: &str| env::var(name).unwrap_or_default();
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    println!("cargo:rerun-if-changed=Cargo.lock");
    let versioned = |crate_name: &str| match locked(&lock, crate_name) {
        Some(version) => format!("{crate_name} {version}"),
        None => crate_name.to_owned(),
    };
    let compiler = output(&given("RUSTC"), &["--version"]);
    let allocator = match given("CARGO_CFG_TARGET_OS").as_str() {
        "linux" => versioned("mimalloc"),
        _ => "the system's".to_owned(),
    };
    for (name, value) in [
        ("COMMIT", commit()),
        ("TARGET", given("TARGET")),
        ("COMPILER", compiler.unwrap_or_else(|| "unknown".to_owned())),
        ("TLS", format!("{}, {}", versioned("rustls"), versioned("ring"))),
        ("AUTHORITIES", versioned("webpki-roots")),
        ("ALLOCATOR", allocator),
    ] {
        println!("cargo:rustc-env=ITENTIAL_MCP_{name}={value}");
    }
}

/// The version of a crate in Cargo.lock.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    behind.split_once('"').map(|(version, _)| version)
}

/// The commit that is built: cargo writes it into the packages that it publishes; otherwise git knows.
/// Builds for development do not ask, for each commit would have them compile everything again.
fn commit() -> String {
    println!("cargo:rerun-if-changed=.cargo_vcs_info.json");
    if let Ok(text) = fs::read_to_string(".cargo_vcs_info.json") {
        let info: Value = serde_json::from_str(&text).unwrap_or_default();
        let commit = info.pointer("/git/sha1").and_then(Value::as_str).unwrap_or("unknown");
        let dirty = info.pointer("/git/dirty") == Some(&Value::Bool(true));
        return commit.to_owned() + if dirty { "-dirty" } else { "" };
    }
    if env::var("PROFILE").as_deref() != Ok("release") {
        return "unknown: a build for development".to_owned();
    }
    let git = |words: &[&str]| output("git", words);
    let unknown = || "unknown".to_owned();
    // The sources may lie, without history of their own, within somebody else's.
    let top = git(&["rev-parse", "--show-toplevel"]).and_then(|top| fs::canonicalize(top).ok());
    if top.is_none() || top != fs::canonicalize(".").ok() {
        return unknown();
    }
    let head = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "packed-refs"].into_iter().chain(head.as_deref()) {
        if let Some(file) =
            git(&["rev-parse", "--git-path", name]).filter(|file| Path::new(file).exists())
        {
            println!("cargo:rerun-if-changed={file}");
        }
    }
    for file in ["src", "build.rs", "Cargo.toml"] {
        println!("cargo:rerun-if-changed={file}");
    }
    git(&["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]).unwrap_or_else(unknown)
}

/// What a program prints, when it succeeds.
fn output(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
