//! The `itential-mcp` command: parse, dispatch, map errors to exit codes.
#![forbid(unsafe_code)]

use std::process::ExitCode;

// musl's own allocator is several times slower under concurrent small allocations.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    itential_mcp::cli::main(std::env::args_os().skip(1))
}
