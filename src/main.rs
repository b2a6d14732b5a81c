//! The `itential-mcp` command: parse, dispatch, map errors to exit codes.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use itential_mcp::bindings::program;
use itential_mcp::cli;

// glibc's own allocator keeps what a burst of calls took; musl's is several times slower under
// concurrent small allocations.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // What was started to become the program of a tool does nothing else.
    if let Some(failed) = program::become_program() {
        return failed;
    }
    let code = cli::main(std::env::args_os().skip(1));
    program::end_all();
    code
}
