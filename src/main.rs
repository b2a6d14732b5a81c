//! The `itential-mcp` command: parse, dispatch, map errors to exit codes.
#![forbid(unsafe_code)]

use std::process::ExitCode;

// glibc's own allocator keeps what a burst of calls took; musl's is several times slower under
// concurrent small allocations.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    itential_mcp::cli::main(std::env::args_os().skip(1))
}
