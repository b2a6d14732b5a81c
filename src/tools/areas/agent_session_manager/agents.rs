//! Agents, by the names under which people know them.

use serde_json::{Value, json};

use super::sessions;
use crate::tools::asked::{Directory, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// `GET /operations-manager/automations`
const AUTOMATIONS: Source =
    Source::new("/operations-manager/automations", "data", "metadata.total");
static DIRECTORY: Directory =
    Directory { one: "agent", many: "agents", query: &[], by_id: true, lister: "get_agents" };

/// The id of the agent that is called so or has this id: by the automations that start agents, or
/// by what agents were called when they ran.
///
/// # Errors
/// When none is known by that name, or several are.
pub fn id(context: &Context<'_>, wanted: &str) -> Result<String, ToolError> {
    let automations = AUTOMATIONS
        .listing()
        .with("equalsField", "componentType")
        .with("equals", "agents")
        .items(context)?;
    let of_agents = automations.iter().filter(|automation| {
        record::text(automation, &["componentType"]).is_none_or(|kind| kind == "agents")
    });
    let mut known: Vec<Value> = of_agents
        .filter_map(|automation| {
            let id = record::text(automation, &["componentId"])?;
            Some(json!({"id": id, "name": record::name(automation)}))
        })
        .collect();
    let found = |known: &[Value]| -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        for agent in known {
            let named = record::name(agent) == Some(wanted) || agent["id"] == wanted;
            if named && !found.iter().any(|other| other["id"] == agent["id"]) {
                found.push(agent.clone());
            }
        }
        found
    };
    if found(&known).is_empty() {
        for session in sessions::SESSIONS.listing().items(context)? {
            if let Some(id) = sessions::agent_id(&session) {
                known.push(json!({"id": id, "name": sessions::agent_name(&session)}));
            }
        }
    }
    match found(&known).as_slice() {
        [] => Err(DIRECTORY.missing(wanted, known.iter().filter_map(record::name))),
        [agent] => DIRECTORY.id(agent),
        several => Err(DIRECTORY.ambiguous(wanted, several)),
    }
}
