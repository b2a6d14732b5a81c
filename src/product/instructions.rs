//! What a model is told about this server before it sees a tool.

use crate::tools::Tool;

/// What each area is for, shown only when one of its tools is enabled.
const AREAS: &[(&str, &str)] = &[
    ("health", "get_health for the state of the platform"),
    ("adapters", "adapters: list, start, stop, restart connections to other systems"),
    ("applications", "applications: list, start, stop, restart platform services"),
    ("operations_manager", "workflows and jobs: get_workflows, start_workflow, then describe_job"),
    ("workflow_engine", "metrics of jobs and tasks"),
    ("configuration_manager", "devices, groups, backups, compliance and golden configuration"),
    ("automation_studio", "projects, templates and command templates"),
    ("integrations", "integrations and their OpenAPI models"),
    ("gateway_manager", "gateways and the services they run"),
    ("inventory_manager", "inventories and their nodes"),
    ("lifecycle_manager", "resource models, their instances and actions"),
    ("agent_session_manager", "sessions of AI agents and the tokens they used"),
];

/// The text for these tools. Under 1 kB, so that it costs a model little.
pub fn text(tools: &[&Tool], sandbox: bool) -> String {
    let mut text = String::from(
        "Itential Platform: network automation and orchestration. Read before you change, and \
         name things exactly as the listing tools show them.",
    );
    if sandbox {
        text.push_str(
            " THIS IS A SANDBOX: a simulated platform with invented data; nothing real changes.",
        );
    }
    for (tag, line) in AREAS {
        if tools.iter().any(|tool| tool.tags.contains(tag)) {
            text.push_str("\n- ");
            text.push_str(line);
        }
    }
    if tools.iter().any(|tool| tool.hints.destructive) {
        text.push_str(
            "\nTools marked destructive act on real systems: be sure of the target. A started job \
             goes on by itself; poll describe_job, never start it twice.",
        );
    } else {
        text.push_str("\nNothing here changes the network.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_has_a_line_and_all_of_them_fit() {
        let tools: Vec<&Tool> = crate::tools::all().collect();
        for tool in &tools {
            assert!(AREAS.iter().any(|(tag, _)| tool.tags.contains(tag)), "{}", tool.name);
        }
        assert!(text(&tools, true).len() < 1024, "{}", text(&tools, true).len());
    }
}
