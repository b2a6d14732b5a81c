//! The table of tool cases: what is called, on what state of the platform, and what must come back.
//!
//! Each area's file adds rows; `tests/tool_cases.rs` runs them all against the simulated platform
//! over real HTTP and prints the table of tools and what was shown of each.

#![allow(dead_code, reason = "not every row needs every part")]

pub mod agent_session_manager;
pub mod authorization;
pub mod backups;
pub mod command_templates;
pub mod compliance;
pub mod components;
pub mod control;
pub mod device_groups;
pub mod devices;
pub mod filters;
pub mod gateway_manager;
pub mod golden_config;
pub mod health;
pub mod integrations;
pub mod inventory_manager;
pub mod lifecycle_manager;
pub mod operations_manager;
pub mod operations_manager_jobs;
pub mod operations_manager_manual;
pub mod operations_manager_triggers;
pub mod studio;
pub mod transfer;
pub mod workflow_engine;
pub mod writes;

use serde_json::{Value, json};

use crate::support::Platform;

/// A name, and the rows.
pub type Area = (&'static str, fn() -> Vec<Case>);

/// Every area's rows: one line for each file.
pub const AREAS: &[Area] = &[
    ("agent_session_manager", agent_session_manager::rows),
    ("authorization", authorization::rows),
    ("backups", backups::rows),
    ("command_templates", command_templates::rows),
    ("compliance", compliance::rows),
    ("components", components::rows),
    ("control", control::rows),
    ("device_groups", device_groups::rows),
    ("devices", devices::rows),
    ("filters", filters::rows),
    ("gateway_manager", gateway_manager::rows),
    ("golden_config", golden_config::rows),
    ("health", health::rows),
    ("integrations", integrations::rows),
    ("inventory_manager", inventory_manager::rows),
    ("lifecycle_manager", lifecycle_manager::rows),
    ("operations_manager", operations_manager::rows),
    ("operations_manager_jobs", operations_manager_jobs::rows),
    ("operations_manager_manual", operations_manager_manual::rows),
    ("operations_manager_triggers", operations_manager_triggers::rows),
    ("studio", studio::rows),
    ("transfer", transfer::rows),
    ("workflow_engine", workflow_engine::rows),
    ("writes", writes::rows),
];

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
    /// Most rows of any page of the platform (`PUT /sandbox/page-cap`).
    pub page_cap: Option<usize>,
    /// Paths that the platform does not have (`PUT /sandbox/absent`).
    pub absent: Vec<&'static str>,
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
    Case {
        tool,
        shows,
        because,
        faults: json!([]),
        world: vec![],
        page_cap: None,
        absent: vec![],
        arguments,
        fails: false,
        check,
    }
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

    /// The same row on a platform whose pages hold no more than this.
    pub fn with_page_cap(mut self, rows: usize) -> Self {
        self.page_cap = Some(rows);
        self
    }

    /// The same row on a platform that lacks everything below this path.
    pub fn lacking(mut self, path: &'static str) -> Self {
        self.absent.push(path);
        self
    }

    /// The same row, which must also hold this.
    pub fn and(mut self, check: impl Fn(&Seen<'_>) + 'static) -> Self {
        let first = self.check;
        self.check = Box::new(move |seen| {
            first(seen);
            check(seen);
        });
        self
    }

    /// The same row on a platform that holds this collection.
    pub fn with_world(mut self, collection: &'static str, items: Value) -> Self {
        self.world.push((collection, items));
        self
    }
}

impl Seen<'_> {
    /// The list that came back.
    pub fn items(&self) -> &[Value] {
        self.value.as_array().expect("a list")
    }

    /// The item of the list whose `field` is `value`.
    pub fn item(&self, field: &str, value: &str) -> &Value {
        let found = self.items().iter().find(|item| item[field] == value);
        found.unwrap_or_else(|| panic!("no {field} '{value}' in {}", self.value))
    }

    /// What the platform holds now.
    pub fn world(&self, collection: &str) -> Vec<Value> {
        let path = format!("/sandbox/world/{collection}");
        let (_, rows) = self.platform.control("GET", &path, None);
        rows.as_array().cloned().unwrap_or_default()
    }

    /// The row of a collection whose `key` is `value`; null when there is none.
    pub fn row(&self, collection: &str, key: &str, value: &str) -> Value {
        let rows = self.world(collection);
        rows.into_iter().find(|row| row[key] == value).unwrap_or_default()
    }

    /// The bodies the platform received by `method` at `path`, in order.
    pub fn sent(&self, method: &str, path: &str) -> Vec<Value> {
        let requests = self.platform.requests();
        let wanted = requests.iter().filter(|r| r["method"] == method && r["path"] == path);
        wanted.map(|request| request["body"].clone()).collect()
    }

    /// The text must hold each of these.
    pub fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.text.contains(part), "'{part}' is not in: {}", self.text);
        }
    }
}
