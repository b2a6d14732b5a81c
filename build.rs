//! Packs the sandbox's seeds, one JSON file for each collection, into one compressed file.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value};

const SEEDS: &str = "src/sandbox/seed";

fn main() {
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
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets it");
    let packed =
        File::create(Path::new(&folder).join("seed.json.gz")).expect("OUT_DIR is writable");
    let mut packed = GzEncoder::new(packed, Compression::best());
    packed.write_all(Value::Object(all).to_string().as_bytes()).expect("OUT_DIR has room");
    packed.finish().expect("OUT_DIR has room");
}
