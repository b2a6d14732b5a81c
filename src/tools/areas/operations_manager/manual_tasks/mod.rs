//! What waits for a person: manual tasks of jobs, and work items where the platform has Work Center.

mod act;
mod waiting;

use super::AREA;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter};

const READ: Tool = Tool::reads(&AREA);
/// Who has a task changes, and nothing else.
const OWN: Tool = Tool { hints: Hints::CREATE.idempotent(), ..READ };
const RUN: Tool = Tool::runs(&AREA);

const TASK_ID: Parameter =
    Parameter::required("task_id", Kind::Name, "From get_manual_tasks or describe_job");

/// The tools of this file.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_manual_tasks",
        title: "Get Manual Tasks",
        description: "List what waits for a person, longest first: manual tasks of jobs (which \
                      show as running) and work items of agents. Next: describe_manual_task, \
                      claim_task, finish_task.",
        run: Run::List(&waiting::LIST),
        ..READ
    },
    Tool {
        name: "describe_manual_task",
        title: "Describe Manual Task",
        description: "Show what one waiting task or work item asks of a person, and which \
                      variables it collects. Next: claim_task, then finish_task.",
        parameters: &[TASK_ID],
        output: Output::Object(&waiting::DETAIL),
        run: Run::Code(waiting::describe),
        ..READ
    },
    Tool {
        name: "claim_task",
        title: "Claim Task",
        description: "Take a waiting task for the account of this server, which finish_task needs. \
                      Undo: release_task.",
        parameters: &[TASK_ID],
        output: Output::Object(&act::CHANGED),
        run: Run::Code(act::claim),
        ..OWN
    },
    Tool {
        name: "release_task",
        title: "Release Task",
        description: "Give a claimed task back, so that others can take it.",
        parameters: &[TASK_ID],
        output: Output::Object(&act::CHANGED),
        run: Run::Code(act::release),
        ..OWN
    },
    Tool {
        name: "finish_task",
        title: "Finish Task",
        description: "Decide a waiting task, as approving or rejecting a change; its job goes on. \
                      Only on a person's word, after describe_manual_task and claim_task.",
        parameters: &[
            TASK_ID,
            Parameter::required("finish_state", Kind::Text, "failure rejects what is asked for")
                .one_of(&["success", "failure"]),
            Parameter::optional(
                "variables",
                Kind::Object,
                "What its form collects, e.g. {\"approved\": true}",
            ),
        ],
        output: Output::Object(&act::CHANGED),
        run: Run::Code(act::finish),
        ..RUN
    },
];
