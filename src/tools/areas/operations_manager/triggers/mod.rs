//! Triggers: what starts automations by itself or by hand. Creating, changing and running them.

mod fields;
mod write;

use super::{AREA, WAIT, offers, report, runs};
use crate::tools::row::{Run, Tasking, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter, Presence};

/// A schedule starts jobs by itself, so whoever makes or changes one runs automation.
const RUN: Tool = Tool::runs(&AREA);

/// What the parameters of a trigger mean by its type; the first of each tool's own stand before them.
const OF_TYPE: [Parameter; 9] = [
    Parameter::optional("route_name", Kind::Name, "endpoint; else made of the name"),
    Parameter::optional("input_schema", Kind::Object, "endpoint, eventSystem: JSON Schema"),
    Parameter::optional("form_id", Kind::Name, "manual, schedule: its JSON form"),
    Parameter::optional("first_run_at", Kind::Name, "schedule: ISO 8601"),
    Parameter::optional(
        "repeat_minutes",
        Kind::Integer { min: 0, max: 5_256_000 },
        "schedule: 1440 is daily; 0: once",
    ),
    Parameter::optional("missed_runs", Kind::Name, "schedule: runs missed while down")
        .one_of(&["none", "last"]),
    Parameter::optional("input", Kind::Object, "schedule: input of each run"),
    Parameter::optional("source", Kind::Name, "eventSystem: the sender"),
    Parameter::optional("topic", Kind::Name, "eventSystem: the event"),
];

const DESCRIPTION: Parameter =
    Parameter::optional("description", Kind::Text, "Shown beside its name");

/// The tools of this file.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "create_trigger",
        title: "Create Trigger",
        description: "Make an automation start by a route (endpoint), a form (manual), at times \
                      (schedule) or on an event. A schedule repeats every so many minutes, no \
                      cron. A workflow without automation needs expose_workflow first.",
        parameters: &[
            Parameter::required(
                "automation",
                Kind::Name,
                "Exact name or id, e.g. from get_automations",
            ),
            Parameter::required("name", Kind::Name, "Name of the new trigger"),
            Parameter::required("type", Kind::Name, "What is to start it").one_of(&[
                "endpoint",
                "manual",
                "schedule",
                "eventSystem",
            ]),
            DESCRIPTION,
            Parameter::optional("enabled", Kind::Boolean, "false: it waits for update_trigger")
                .or(Presence::Boolean(true)),
            OF_TYPE[0],
            OF_TYPE[1],
            OF_TYPE[2],
            OF_TYPE[3],
            OF_TYPE[4],
            OF_TYPE[5],
            OF_TYPE[6],
            OF_TYPE[7],
            OF_TYPE[8],
        ],
        output: Output::Object(&offers::TRIGGER),
        run: Run::Code(write::create),
        ..RUN
    },
    Tool {
        name: "update_trigger",
        title: "Update Trigger",
        description: "Switch a trigger on or off, or change what belongs to its type; what is left \
                      out stays as it is.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact name or id, from get_triggers"),
            Parameter::optional("enabled", Kind::Boolean, "false switches it off"),
            Parameter::optional("new_name", Kind::Name, "Name it gets instead"),
            DESCRIPTION,
            OF_TYPE[0],
            OF_TYPE[1],
            OF_TYPE[2],
            OF_TYPE[3],
            OF_TYPE[4],
            OF_TYPE[5],
            OF_TYPE[6],
            OF_TYPE[7],
            OF_TYPE[8],
        ],
        output: Output::Object(&offers::TRIGGER),
        hints: RUN.hints.idempotent(),
        run: Run::Code(write::update),
        ..RUN
    },
    Tool {
        name: "run_trigger",
        title: "Run Trigger",
        description: "Run a manual trigger now, with what its form asks for. An endpoint is \
                      started by trigger_automation, any workflow by start_job.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact name or id, from get_triggers"),
            Parameter::optional(
                "form_data",
                Kind::Object,
                "Values by the names of the form's fields",
            ),
            WAIT,
        ],
        output: Output::OneOf(&[&report::JOB, &runs::SESSION]),
        tasking: Tasking::Starts(Some("wait")),
        run: Run::Code(write::run),
        ..RUN
    },
];
