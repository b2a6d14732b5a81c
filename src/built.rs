//! What this program was built from, with and for, as build.rs found it.

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit it was built from, with `-dirty` when something had been changed since.
pub const COMMIT: &str = env!("ITENTIAL_MCP_COMMIT");

/// The system it was built for.
pub const TARGET: &str = env!("ITENTIAL_MCP_TARGET");

/// The compiler.
pub const COMPILER: &str = env!("ITENTIAL_MCP_COMPILER");

/// TLS and the provider of its cryptography, with versions.
pub const TLS: &str = env!("ITENTIAL_MCP_TLS");

/// The certificate authorities inside, with their version.
pub const AUTHORITIES: &str = env!("ITENTIAL_MCP_AUTHORITIES");

/// Who manages its memory.
pub const ALLOCATOR: &str = env!("ITENTIAL_MCP_ALLOCATOR");
