//! Names to choose from while a person types an argument.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};

use super::run;
use super::runner::{Share, ToolRunner, among};
use crate::limits;
use crate::observe;
use crate::protocol::{Complete, RpcError};
use crate::sync::Lock;
use crate::tools::Tool;
use crate::tools::shown::ToolError;

/// Listed that have names, and the tool that lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listed {
    /// By name.
    Adapters,
    /// By name.
    CompliancePlans,
    /// By name.
    Devices,
    /// By id.
    Jobs,
    /// By name.
    Projects,
    /// By the name of their trigger.
    Workflows,
}

impl Listed {
    /// Of jobs there is a history without end, and who names one means one of late.
    fn share(self) -> Share {
        match self {
            Self::Jobs => Share { items: Some(limits::SUGGESTED_JOBS), ..Share::ALL },
            _ => Share::ALL,
        }
    }
}

/// Where the names of each kind come from: the tool, where its list stands, and the key of a name.
const SOURCES: &[(Listed, &str, &str, &str)] = &[
    (Listed::Adapters, "get_adapters", "", "name"),
    (Listed::CompliancePlans, "get_compliance_plans", "/plans", "name"),
    (Listed::Devices, "get_devices", "", "name"),
    (Listed::Jobs, "get_jobs", "", "_id"),
    (Listed::Projects, "get_projects", "", "name"),
    (Listed::Workflows, "get_workflows", "", "name"),
];

/// Names read from the platform not long ago: a person types faster than lists change.
#[derive(Default)]
pub struct Suggestions(Lock<HashMap<(Listed, Reader), Names>>);

/// Who has read them, with an account that sees what it may.
type Reader = Option<Arc<str>>;

/// When they were read, and the names.
type Names = (Instant, Arc<Vec<String>>);

/// Completes the arguments of this table, each with names of its kind. None when no tool that is
/// enabled can list any of them.
pub fn completer(
    arguments: Vec<(&'static str, Listed)>,
    tools: &[&'static Tool],
    runner: &Arc<ToolRunner>,
    suggestions: &Arc<Suggestions>,
) -> Option<Complete> {
    let sources: Vec<_> = arguments
        .into_iter()
        .filter_map(|(argument, listed)| {
            let (_, tool, list, key) = SOURCES.iter().find(|(known, ..)| *known == listed)?;
            Some((argument, listed, among(tools, tool)?, *list, *key))
        })
        .collect();
    if sources.is_empty() {
        return None;
    }
    let (runner, suggestions) = (Arc::clone(runner), Arc::clone(suggestions));
    Some(Arc::new(move |call, argument, typed, _| {
        let Some((_, listed, tool, list, key)) =
            sources.iter().find(|(name, ..)| *name == argument)
        else {
            return Ok(Vec::new());
        };
        let wrong = |error: ToolError| RpcError::internal(observe::redact(&error.to_string()));
        let reader = runner.acting(&call.caller).map_err(wrong)?.reader;
        let names = suggestions.names((*listed, reader), || {
            let outcome =
                run::outcome(*tool, &runner, call, &Map::new(), listed.share()).map_err(wrong)?;
            let items = outcome.value.pointer(list).and_then(Value::as_array);
            let names = items.into_iter().flatten().filter_map(|item| item.get(key)?.as_str());
            Ok(names.map(str::to_owned).collect())
        })?;
        Ok(fitting(&names, typed))
    }))
}

impl Suggestions {
    fn names(
        &self,
        listed: (Listed, Reader),
        read: impl FnOnce() -> Result<Vec<String>, RpcError>,
    ) -> Result<Arc<Vec<String>>, RpcError> {
        let known = self
            .0
            .lock()
            .get(&listed)
            .filter(|(when, _)| when.elapsed() < limits::SUGGESTIONS_TTL)
            .map(|(_, names)| Arc::clone(names));
        if let Some(names) = known {
            return Ok(names);
        }
        let mut names = read()?;
        names.sort_unstable();
        names.dedup();
        let names = Arc::new(names);
        self.0.lock().insert(listed, (Instant::now(), Arc::clone(&names)));
        Ok(names)
    }
}

/// Names that begin with what is typed, then those that hold it, whatever the case.
fn fitting(names: &[String], typed: &str) -> Vec<String> {
    let typed = typed.to_lowercase();
    let places = names.iter().filter_map(|name| Some((name.to_lowercase().find(&typed)?, name)));
    let (first, rest): (Vec<_>, Vec<_>) = places.partition(|(place, _)| *place == 0);
    first.into_iter().chain(rest).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_come_first_and_case_does_not_matter() {
        let names = ["Core-1", "edge-core", "MPLS", "Zürich"].map(str::to_owned);
        assert_eq!(fitting(&names, "CORE"), ["Core-1", "edge-core"]);
        assert_eq!(fitting(&names, "zü"), ["Zürich"]);
        assert_eq!(fitting(&names, ""), names);
        assert!(fitting(&names, "nothing").is_empty());
    }

    #[test]
    fn the_table_names_tools() {
        for (listed, tool, ..) in SOURCES {
            let tool = crate::tools::find(tool).unwrap_or_else(|| panic!("{listed:?}: {tool}"));
            assert!(tool.hints.read_only);
        }
    }
}
