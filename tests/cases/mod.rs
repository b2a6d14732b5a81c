//! The table of tool cases: what is called, on what state of the platform, and what must come back.
//!
//! Each area's file adds rows; `tests/tool_cases.rs` runs them all against the simulated platform
//! over real HTTP and prints the table of tools and what was shown of each.

#![allow(dead_code, reason = "not every row needs every part")]

pub mod components;

use serde_json::{Value, json};

use crate::support::Platform;

/// What a case shows of its tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shows {
    /// It does what it is for.
    Main,
    /// Null, missing, extra or odd fields of one record do not fail it.
    OddRecord,
    /// Every page is read.
    Paging,
    /// What does not exist is named, with a hint.
    NotFound,
    /// What fails after a write has happened does not hide the write.
    FaultAfterWrite,
    /// A defect of the Python server that is absent here.
    Defect,
}

/// One row.
pub struct Case {
    pub tool: &'static str,
    pub shows: Shows,
    /// Why this row exists, for the one who reads its failure.
    pub because: &'static str,
    /// Fault rules of the platform (`PUT /sandbox/faults`).
    pub faults: Value,
    /// Collections to replace first (`PUT /sandbox/world/{collection}`).
    pub world: Vec<(&'static str, Value)>,
    pub arguments: Value,
    /// Whether the call must fail.
    pub fails: bool,
    pub check: Box<dyn Fn(&Seen<'_>)>,
}

/// What came of a case.
pub struct Seen<'a> {
    /// The whole result of `tools/call`.
    pub result: &'a Value,
    /// Structured content, unwrapped from `result` where the tool wraps.
    pub value: &'a Value,
    /// All text of the result.
    pub text: &'a str,
    /// The platform, to ask what it received and what it holds now.
    pub platform: &'a Platform,
}

/// A row that must succeed.
pub fn ok(
    tool: &'static str,
    shows: Shows,
    because: &'static str,
    arguments: Value,
    check: impl Fn(&Seen<'_>) + 'static,
) -> Case {
    let check = Box::new(check);
    Case { tool, shows, because, faults: json!([]), world: vec![], arguments, fails: false, check }
}

/// A row that must fail with a text that holds `says`.
pub fn fails(
    tool: &'static str,
    shows: Shows,
    because: &'static str,
    arguments: Value,
    says: &'static [&'static str],
) -> Case {
    let check = move |seen: &Seen<'_>| {
        for part in says {
            assert!(seen.text.contains(part), "'{part}' is not in: {}", seen.text);
        }
    };
    Case { fails: true, ..ok(tool, shows, because, arguments, check) }
}

impl Case {
    /// The same row on a platform with these faults.
    pub fn with_faults(mut self, rules: Value) -> Self {
        self.faults = rules;
        self
    }

    /// The same row on a platform that holds this collection.
    pub fn with_world(mut self, collection: &'static str, items: Value) -> Self {
        self.world.push((collection, items));
        self
    }
}
