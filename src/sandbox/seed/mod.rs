//! The world a fresh sandbox starts with: a small network operator's platform, with the oddities of
//! real data on purpose: nulls, missing and extra fields, unknown states, numbers in strings, names
//! with spaces, slashes and other scripts, and lists longer than a page.
//!
//! One JSON file for each collection under `seed/`; `build.rs` packs them together.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

/// Every file of `seed/` as one object, by name, compressed.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/seed.json.gz"));

/// The rows of every collection, by its name.
pub fn rows() -> BTreeMap<String, Vec<Value>> {
    let mut text = String::new();
    GzDecoder::new(PACKED).read_to_string(&mut text).expect("build.rs packed it");
    serde_json::from_str(&text).expect("build.rs read every file as a list")
}
