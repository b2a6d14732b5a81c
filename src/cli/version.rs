//! `version`: what this program is.

use std::process::ExitCode;

use super::command::PROGRAM;
use super::text::print;
use crate::built;
use crate::outbound::built_in_authorities;
use crate::protocol::revision::{LEGACY, MODERN};
use crate::tools;

/// Prints the version; `verbose` adds what it was built from.
pub fn version(verbose: bool) -> ExitCode {
    let mut text = format!("{PROGRAM} {}\n", built::VERSION);
    if !verbose {
        // The empty line belongs to the Python server's output, which scripts read.
        return print(&(text + "\n"));
    }
    let revisions: Vec<&str> = MODERN.iter().chain(&LEGACY).copied().collect();
    for (name, value) in [
        ("commit", built::COMMIT.to_owned()),
        ("target", built::TARGET.to_owned()),
        ("compiler", built::COMPILER.to_owned()),
        ("TLS", format!("1.3, 1.2; {}", built::TLS)),
        (
            "authorities",
            format!("{} for systems without any; {}", built_in_authorities(), built::AUTHORITIES),
        ),
        ("allocator", built::ALLOCATOR.to_owned()),
        ("MCP", revisions.join(", ")),
        ("transports", "stdio, http, sse".to_owned()),
        ("tools", tools::all().count().to_string()),
    ] {
        text += &format!("{name:<12} {value}\n");
    }
    print(&text)
}
