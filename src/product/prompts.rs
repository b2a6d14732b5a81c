//! Runbooks: tasks of a network engineer, as instructions for a model that has these tools.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::runner::{ToolRunner, among};
use super::search;
use super::suggest::{Listed, Suggestions, completer};
use crate::config::Offer;
use crate::protocol::PromptEntry;
use crate::tools::Tool;

/// One runbook.
struct Runbook {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [Argument],
    /// Without these tools the steps cannot be taken, and the runbook is not shown.
    tools: &'static [&'static str],
    /// What is asked of the model. `{argument}` stands for what was given. A line with an argument
    /// that was not given is left out, and so is one that names a tool that is not enabled.
    text: &'static str,
}

struct Argument {
    name: &'static str,
    doc: &'static str,
    required: bool,
    listed: Option<Listed>,
}

static RUNBOOKS: &[Runbook] = &[
    Runbook {
        name: "health_review",
        title: "Health Review",
        description: "Find out how the platform is doing and what needs attention.",
        arguments: &[Argument {
            name: "focus",
            doc: "An adapter to look at first",
            required: false,
            listed: Some(Listed::Adapters),
        }],
        tools: &["get_health", "get_adapters", "get_applications"],
        text: "Review the health of the Itential Platform. Change nothing.\n\
               1. get_health for the platform, its server and its services.\n\
               2. get_adapters and get_applications: list everything that is not RUNNING.\n\
               Look at the adapter '{focus}' first.\n\
               3. For each problem say what it affects and the next step, and whether that step \
               interrupts anything. Do not restart anything without being asked.\n\
               End with one line: healthy, degraded or down, and why.",
    },
    Runbook {
        name: "investigate_failed_job",
        title: "Investigate a Failed Job",
        description: "Find out why a job failed, then retry or cancel it.",
        arguments: &[
            Argument {
                name: "job_id",
                doc: "Id of the job; the latest failed one when left out",
                required: false,
                listed: Some(Listed::Jobs),
            },
            Argument {
                name: "workflow",
                doc: "Only jobs of this workflow",
                required: false,
                listed: Some(Listed::Workflows),
            },
        ],
        tools: &["get_jobs", "describe_job"],
        text: "Find out why a job failed, and bring it to an end.\n\
               The job is '{job_id}'.\n\
               Look among the jobs of the workflow '{workflow}'.\n\
               1. Without an id: get_jobs with status error, and take the newest.\n\
               2. describe_job: its error and the task that failed. Once more with task for what \
               that task was given and what came back.\n\
               3. Tell causes in the workflow from causes outside it (an adapter, a device, the \
               input). If an adapter or a device is to blame, check that it is up.\n\
               4. Answer with the cause, the evidence word for word, what the job has done already, \
               and what must be mended first. Propose one end and wait for agreement:\n\
               - retry_task once the cause is gone, with variables when the input was wrong; then \
               describe_job until the job has ended, and no second time without being asked.\n\
               - cancel_jobs when it cannot succeed any more.\n\
               - Neither, and who has to do what, when the cause lies outside.",
    },
    Runbook {
        name: "run_workflow_safely",
        title: "Run a Workflow Safely",
        description: "Start a workflow with checked input and follow its job to the end.",
        arguments: &[
            Argument {
                name: "workflow",
                doc: "Name of the workflow, as get_workflows shows it",
                required: true,
                listed: Some(Listed::Workflows),
            },
            Argument {
                name: "purpose",
                doc: "What it is to achieve",
                required: false,
                listed: None,
            },
        ],
        tools: &["get_workflows", "start_workflow", "describe_job"],
        text: "Run the workflow '{workflow}' safely.\n\
               Its purpose: {purpose}\n\
               1. get_workflows: find it, its route_name and its input_schema. If there is more \
               than one of this name, ask which.\n\
               2. Fill in the input by the schema. Ask for every value that is not known; never \
               invent one.\n\
               3. Show what will be started with which input, and wait for agreement.\n\
               4. start_workflow once, with a wait. Then describe_job until the job has ended; a job \
               that runs is never started again.\n\
               5. Report the outcome. If it failed, say which task and why, and do not try again \
               without being asked.",
    },
    Runbook {
        name: "change_device_configuration",
        title: "Change a Device Configuration",
        description: "Change a device with a backup before and a check after.",
        arguments: &[
            Argument {
                name: "device",
                doc: "Name of the device, as get_devices shows it",
                required: true,
                listed: Some(Listed::Devices),
            },
            Argument {
                name: "change",
                doc: "What is to be different afterwards",
                required: true,
                listed: None,
            },
        ],
        tools: &[
            "get_device_configuration",
            "backup_device_configuration",
            "apply_device_configuration",
            "compare_configurations",
        ],
        text: "Change the configuration of the device '{device}': {change}\n\
               1. get_device_configuration: read what runs now, and say what is there on this \
               subject.\n\
               2. Write the exact lines to send, in the language of the device, and the lines that \
               undo them. Try them by apply_device_configuration with preview=true. Show lines and \
               preview, say what could be cut off (also our own way to the device), and wait for \
               agreement.\n\
               3. backup_device_configuration with a description of the change, and keep the id. \
               Without a backup do not go on.\n\
               4. apply_device_configuration with exactly the lines agreed on.\n\
               5. compare_configurations with the id of that backup: show the diff, and say \
               whether it is the change that was wanted, all of it and nothing else. If not, \
               propose the lines that undo it and wait.",
    },
    Runbook {
        name: "compliance_review",
        title: "Compliance Review",
        description: "Check devices against their golden configuration and sum up what deviates.",
        arguments: &[Argument {
            name: "plan",
            doc: "Name of the compliance plan",
            required: false,
            listed: Some(Listed::CompliancePlans),
        }],
        tools: &["get_compliance_plans", "run_compliance_plan", "describe_compliance_report"],
        text: "Review the compliance of devices. Checking reads from devices and changes none.\n\
               The plan is '{plan}'.\n\
               1. get_compliance_plans: if no plan is given, show them and ask which.\n\
               2. run_compliance_plan with a wait that is long enough.\n\
               3. describe_compliance_report for each report of the run.\n\
               4. Sum up: devices checked, devices that comply, and for the others the rules they \
               break, the most severe first. Tell apart what is wrong on the device from a rule \
               that looks out of date.\n\
               Propose remediation, and carry out none of it.",
    },
];

/// The runbooks whose steps the enabled tools can take.
pub fn entries(
    tools: &[&'static Tool],
    offer: Offer,
    runner: &Arc<ToolRunner>,
    suggestions: &Arc<Suggestions>,
) -> Vec<PromptEntry> {
    let possible =
        |runbook: &&Runbook| runbook.tools.iter().all(|name| among(tools, name).is_some());
    RUNBOOKS
        .iter()
        .filter(possible)
        .map(|runbook| entry(runbook, tools, offer, runner, suggestions))
        .collect()
}

fn entry(
    runbook: &'static Runbook,
    tools: &[&'static Tool],
    offer: Offer,
    runner: &Arc<ToolRunner>,
    suggestions: &Arc<Suggestions>,
) -> PromptEntry {
    let arguments: Vec<Value> = runbook
        .arguments
        .iter()
        .map(|a| json!({"name": a.name, "description": a.doc, "required": a.required}))
        .collect();
    let definition = json!({
        "name": runbook.name,
        "title": runbook.title,
        "description": runbook.description,
        "arguments": arguments,
    });
    let named = runbook.arguments.iter().filter_map(|a| Some((a.name, a.listed?))).collect();
    let enabled = tools.to_vec();
    PromptEntry {
        definition: definition.as_object().cloned().unwrap_or_default(),
        run: Arc::new(move |_, given| {
            let mut text = runbook.fill(given, &enabled);
            if offer == Offer::Search {
                text.push('\n');
                text.push_str(search::USE);
            }
            let content = json!({"type": "text", "text": text});
            let messages = json!([{"role": "user", "content": content}]);
            Ok(json!({"description": runbook.description, "messages": messages}).into())
        }),
        complete: completer(named, tools, runner, suggestions),
    }
}

impl Runbook {
    fn fill(&self, given: &Map<String, Value>, enabled: &[&'static Tool]) -> String {
        let possible = |line: &&str| {
            let mut words = line.split(|c: char| !c.is_ascii_lowercase() && c != '_');
            words.all(|word| crate::tools::find(word).is_none() || among(enabled, word).is_some())
        };
        let lines = self.text.lines().filter(possible).filter_map(|line| {
            let mut pieces = line.split('{');
            let mut filled = pieces.next()?.to_owned();
            for piece in pieces {
                let (name, rest) = piece.split_once('}')?;
                // What was given is put in once and never looked at again.
                let value = given.get(name).and_then(Value::as_str).map(str::trim);
                filled.push_str(value.filter(|value| !value.is_empty())?);
                filled.push_str(rest);
            }
            Some(filled)
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runbooks_name_tools_and_arguments_that_exist() {
        for runbook in RUNBOOKS {
            for tool in runbook.tools {
                assert!(crate::tools::find(tool).is_some(), "{}: {tool}", runbook.name);
                assert!(runbook.text.contains(tool), "{}: {tool}", runbook.name);
            }
            for argument in runbook.arguments {
                let place = format!("{{{}}}", argument.name);
                assert!(runbook.text.contains(&place), "{}: {place}", runbook.name);
            }
        }
    }

    #[test]
    fn what_is_not_given_leaves_no_trace_and_what_is_given_is_not_read_again() {
        let runbook = RUNBOOKS.iter().find(|r| r.name == "investigate_failed_job").expect("it");
        let all: Vec<_> = crate::tools::all().collect();
        let fill = |given: Value| runbook.fill(given.as_object().expect("an object"), &all);
        assert!(!fill(json!({})).contains('{'));
        assert!(!fill(json!({"job_id": " "})).contains("The job is"));
        let text = fill(json!({"job_id": "{workflow}", "workflow": "w"}));
        assert!(text.contains("The job is '{workflow}'."), "{text}");
        assert!(text.contains("retry_task") && text.contains("cancel_jobs"), "{text}");
        let reads: Vec<_> = all.into_iter().filter(|tool| tool.hints.read_only).collect();
        let text = runbook.fill(&Map::new(), &reads);
        assert!(!text.contains("retry_task") && text.contains("describe_job"), "{text}");
    }
}
