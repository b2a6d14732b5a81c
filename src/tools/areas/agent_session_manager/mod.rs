//! Sessions of AI agents and the tokens they used.

mod agents;
mod control;
pub mod sessions;
mod turns;
mod usage;

use crate::tools::row::{Area, Hints, Run, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter, Presence};

/// This area.
pub static AREA: Area =
    Area { tag: "agent_session_manager", about: "sessions of AI agents and the tokens they used" };

const READ: Tool = Tool::reads(&AREA);
const RUN: Tool = Tool::runs(&AREA);

const SESSION_ID: Parameter = Parameter::required(
    "session_id",
    Kind::Name,
    "Session id from get_sessions or trigger_automation",
);

const INCLUDE_FAILED: Parameter =
    Parameter::optional("include_failed", Kind::Boolean, "true counts FAILED sessions too")
        .or(Presence::Boolean(false));

const STARTED_AFTER: Parameter =
    Parameter::optional("started_after", Kind::Text, "ISO 8601, e.g. 2026-01-31T08:00:00Z");

const STARTED_BEFORE: Parameter =
    Parameter::optional("started_before", Kind::Text, "ISO 8601; a date is its 00:00 UTC");

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_sessions",
        title: "Get Sessions",
        description: "List sessions of AI agents with status, times, duration in milliseconds and \
                      tokens. Messages are in describe_session.",
        run: Run::List(&sessions::LIST),
        ..READ
    },
    Tool {
        name: "describe_session",
        title: "Describe Session",
        description: "Show one agent session: status, messages (oldest first) and output, the \
                      agent's last words. Poll it until status is COMPLETE, FAILED or CANCELED.",
        parameters: &[
            SESSION_ID,
            Parameter::optional(
                "limit",
                Kind::Integer { min: 1, max: i64::MAX },
                "Only the last so many messages, e.g. 20",
            ),
        ],
        output: Output::Object(&sessions::DETAIL),
        run: Run::Code(sessions::describe),
        ..READ
    },
    Tool {
        name: "describe_session_token_usage",
        title: "Describe Session Token Usage",
        description: "Tokens and duration in milliseconds of every turn of one agent session, with \
                      their sums. For totals by agent use get_agent_token_usage.",
        parameters: &[SESSION_ID],
        output: Output::Object(&turns::USAGE),
        run: Run::Code(turns::usage),
        ..READ
    },
    Tool {
        name: "get_agent_token_usage",
        title: "Get Agent Token Usage",
        description: "Tokens and milliseconds per agent over its complete sessions, heaviest \
                      first, with their sums.",
        parameters: &[INCLUDE_FAILED, STARTED_AFTER, STARTED_BEFORE],
        run: Run::List(&usage::PER_AGENT),
        ..READ
    },
    Tool {
        name: "get_agent_session_token_usage",
        title: "Get Agent Session Token Usage",
        description: "Tokens and milliseconds of every complete session of one agent, oldest \
                      first. For sums use get_agent_token_usage.",
        parameters: &[INCLUDE_FAILED, STARTED_AFTER, STARTED_BEFORE],
        run: Run::List(&usage::PER_SESSION),
        ..READ
    },
    Tool {
        name: "create_session",
        title: "Create Session",
        description: "Start a session of an AI agent, also of one without a route (with a route: \
                      trigger_automation). It answers at once: poll describe_session with \
                      session_id.",
        parameters: &[
            Parameter::required("agent", Kind::Name, "Name or agent_id from get_agents"),
            Parameter::optional(
                "inputs",
                Kind::Object,
                "What the agent is to work on, e.g. {\"prompt\": \"..\"}",
            ),
        ],
        output: Output::Object(&control::SESSION),
        run: Run::Code(control::create),
        ..RUN
    },
    Tool {
        name: "cancel_session",
        title: "Cancel Session",
        description: "End a running agent session for good; what the agent did so far stays done. \
                      To hold it for a while use pause_session.",
        hints: Hints::RUN.idempotent(),
        parameters: &[SESSION_ID],
        output: Output::Object(&control::SESSION),
        run: Run::Code(|context, arguments| control::tell(context, arguments, &control::CANCEL)),
        ..RUN
    },
    Tool {
        name: "pause_session",
        title: "Pause Session",
        description: "Hold a running agent session after the turn it is at. Next: resume_session.",
        hints: Hints::RUN.idempotent(),
        parameters: &[SESSION_ID],
        output: Output::Object(&control::SESSION),
        run: Run::Code(|context, arguments| control::tell(context, arguments, &control::PAUSE)),
        ..RUN
    },
    Tool {
        name: "resume_session",
        title: "Resume Session",
        description: "Let a paused agent session go on.",
        hints: Hints::RUN.idempotent(),
        parameters: &[SESSION_ID],
        output: Output::Object(&control::SESSION),
        run: Run::Code(|context, arguments| control::tell(context, arguments, &control::RESUME)),
        ..RUN
    },
];
