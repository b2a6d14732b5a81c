//! The options of single commands; those of settings come from the table of settings.

use super::call::FORMATS;
use super::clients::SYSTEMS;
use super::command::{Flag, option};

pub(super) const PARAMS: Flag = option(
    "params",
    "object",
    "",
    "Arguments of the tool as a JSON object, such as '{\"limit\": 5}', @ and the file it stands in, or \
     - for standard input",
);
pub(super) const CALL_FILE: Flag = option(
    "file",
    "name=path",
    "",
    "Take the value of this argument from a file, or with - from standard input; may stand several \
     times",
)
.ours();
pub(super) const CALL_OUTPUT: Flag = option(
    "output",
    "path",
    "",
    "Write the result to a file instead: text as it is, anything else as JSON",
)
.ours();
pub(super) const CALL_FORMAT: Flag = Flag {
    choices: &FORMATS,
    ..option(
        "format",
        "format",
        "auto",
        "How the result is written; auto is a table on a terminal, otherwise as response_format has it",
    )
    .ours()
};
pub(super) const ENABLED: Flag =
    option("enabled", "", "", "Only what the configuration leaves enabled").ours();
pub(super) const LISTED_ROLE: Flag =
    option("role", "role", "", "Only what callers of this role of the configuration may use")
        .ours();
pub(super) const TOOLS_FORMAT: Flag = Flag {
    choices: &["text", "markdown"],
    ..option("format", "format", "text", "A list, or the reference of the tools").ours()
};
pub(super) const TIMEOUT: Flag =
    option("timeout", "seconds", "30", "Seconds the whole test may take");
pub(super) const TEST_FORMAT: Flag = Flag {
    choices: &["human", "json"],
    ..option("format", "format", "human", "How the report is written")
};
pub(super) const VERBOSE: Flag =
    option("verbose", "", "", "Show details and duration of every check");
pub(super) const QUIET: Flag = option("quiet", "", "", "Leave out the opening line");
pub(super) const BUILT: Flag = option("verbose", "", "", "Tell also what it was built from").ours();
pub(super) const SHOW_FORMAT: Flag = Flag {
    choices: &["text", "json"],
    ..option("format", "format", "text", "How show and check write what they know").ours()
};
pub(super) const CHECK_FORMAT: Flag = TEST_FORMAT.ours();
pub(super) const TOKEN_ROLE: Flag =
    option("role", "role", "", "Role of its callers; without one they have the default role")
        .ours();
pub(super) const TOKEN_UNTIL: Flag =
    option("until", "YYYY-MM-DD", "", "Last day on which it is good, in UTC").ours();
pub(super) const TOKEN_FILE: Flag =
    option("file", "path", "", "File of tokens; without it that of the configuration").ours();
pub(super) const AUDIT_EARLIER: Flag =
    option("earlier", "file", "", "A file of the same trail from before; may stand several times")
        .ours();
pub(super) const PROBE_URL: Flag = option(
    "url",
    "url",
    "",
    "Server to ask instead, such as https://mcp.example.com:8443; with a path, exactly that is asked",
)
.ours();
pub(super) const READY: Flag =
    option("ready", "", "", "Ask whether the platform behind the server answers too").ours();
pub(super) const PROBE_TIMEOUT: Flag =
    option("timeout", "seconds", "5", "Seconds to wait for the answer").ours();
pub(super) const PROBE_CA_FILE: Flag = option(
    "ca-file",
    "path",
    "",
    "PEM file with the authority of the certificate behind --url, beside those of the system",
)
.ours();
pub(super) const INSECURE: Flag =
    option("insecure", "", "", "Accept any certificate from the server behind --url").ours();
pub(super) const CLIENT_NAME: Flag =
    option("name", "name", "itential", "Name of the server in the client").ours();
pub(super) const CLIENT_URL: Flag = option(
    "url",
    "url",
    "",
    "Address of the server as clients reach it, such as https://mcp.example.com:8443/mcp",
)
.ours();
pub(super) const CLIENT_CA_FILE: Flag = option(
    "ca-file",
    "path",
    "",
    "PEM file with the authority of the server's certificate, where clients do not know it",
)
.ours();
pub(super) const CLIENT_SYSTEM: Flag = Flag {
    choices: &SYSTEMS,
    ..option("system", "system", "", "System of the client, where it is not this one").ours()
};
pub(super) const CLIENT_WRITE: Flag =
    option("write", "", "", "Put the server into the client's own file instead of printing it")
        .ours();
pub(super) const CLIENT_FILE: Flag = option(
    "file",
    "path",
    "",
    "The file to write into, where it is not the usual one of the client",
)
.ours();
pub(super) const SANDBOX_HOST: Flag =
    option("host", "host", "127.0.0.1", "Address to listen on").ours();
pub(super) const SANDBOX_PORT: Flag =
    option("port", "port", "3000", "Port to listen on; 0 lets the system choose").ours();
