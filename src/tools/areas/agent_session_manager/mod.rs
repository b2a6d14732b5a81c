//! Sessions of AI agents and the tokens they used.

mod sessions;
mod turns;
mod usage;

use crate::tools::row::{Area, Run, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter, Presence};

/// This area.
pub static AREA: Area =
    Area { tag: "agent_session_manager", about: "sessions of AI agents and the tokens they used" };

const READ: Tool = Tool::reads(&AREA);

const SESSION_ID: Parameter =
    Parameter::required("session_id", Kind::Name, "From get_sessions or trigger_automation");

const LIMIT: Parameter =
    Parameter::optional("limit", Kind::Integer { min: 1, max: i64::MAX }, "At most this many");

const INCLUDE_FAILED: Parameter =
    Parameter::optional("include_failed", Kind::Boolean, "Count FAILED sessions too")
        .or(Presence::Boolean(false));

const STARTED_AFTER: Parameter =
    Parameter::optional("started_after", Kind::Text, "ISO 8601; UTC unless it has an offset");

const STARTED_BEFORE: Parameter =
    Parameter::optional("started_before", Kind::Text, "ISO 8601; a plain date means its 00:00");

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_sessions",
        title: "Get Sessions",
        description: "List sessions of AI agents with status, times, duration (milliseconds) and \
                      tokens. Long on a busy platform: give a limit. Next: describe_session.",
        parameters: &[
            Parameter::optional("agent_name", Kind::Name, "Exact name of the agent"),
            LIMIT,
        ],
        run: Run::List(&sessions::LIST),
        ..READ
    },
    Tool {
        name: "describe_session",
        title: "Describe Session",
        description: "One session of an agent: its status, its messages, oldest first, and its \
                      output, which is the last thing the agent said. Poll it until status is \
                      COMPLETE, FAILED or CANCELED.",
        parameters: &[
            SESSION_ID,
            Parameter::optional(
                "limit",
                Kind::Integer { min: 1, max: i64::MAX },
                "Only the last so many messages",
            ),
        ],
        output: Output::Object(&sessions::DETAIL),
        run: Run::Code(sessions::describe),
        ..READ
    },
    Tool {
        name: "describe_session_token_usage",
        title: "Describe Session Token Usage",
        description: "Tokens and duration (milliseconds) of every turn of one session, and their \
                      sums. Cached tokens are shown but not summed.",
        parameters: &[SESSION_ID],
        output: Output::Object(&turns::USAGE),
        run: Run::Code(turns::usage),
        ..READ
    },
    Tool {
        name: "get_agent_token_usage",
        title: "Get Agent Token Usage",
        description: "Tokens and durations (milliseconds) per agent over its complete sessions: \
                      total, average, least, most; heaviest agent first.",
        parameters: &[
            Parameter::optional("agent_name", Kind::Name, "Part of the agent's name, in any case"),
            INCLUDE_FAILED,
            STARTED_AFTER,
            STARTED_BEFORE,
        ],
        output: Output::List(&usage::AGENT),
        run: Run::Code(usage::per_agent),
        ..READ
    },
    Tool {
        name: "get_agent_session_token_usage",
        title: "Get Agent Session Token Usage",
        description: "Tokens and duration (milliseconds) of every complete session of an agent, \
                      oldest first. For sums use get_agent_token_usage.",
        parameters: &[
            Parameter::required("agent_name", Kind::Text, "Part of the agent's name, in any case"),
            INCLUDE_FAILED,
            STARTED_AFTER,
            STARTED_BEFORE,
            LIMIT,
        ],
        output: Output::List(&usage::SESSION),
        run: Run::Code(usage::per_session),
        ..READ
    },
];
