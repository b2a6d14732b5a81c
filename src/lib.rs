//! An MCP server for the Itential Platform: one static binary, blocking threads, no runtime.
//!
//! Data flows down through these rooms and never back up; a lower room knows nothing of the rooms
//! above it.
//!
//! - [`cli`]: the commands, and what is generated from the settings table: help, man page, completions.
//! - [`config`]: one table of settings; environment over command line over file over default.
//! - [`transport`]: how MCP messages arrive: stdio, Streamable HTTP, legacy HTTP+SSE.
//! - [`mcp`]: the protocol, free of I/O: messages, eras, dispatch, requests in flight, progress.
//! - [`tools`]: one table of tools, one file per platform area; schemas, coercion, output shapes.
//! - [`platform`]: the Itential Platform over HTTPS: login, requests, paging, retries, errors.
//! - [`sandbox`]: a simulated Itential Platform on loopback, for trying, training and tests.
//! - [`http`]: a small blocking HTTP/1.1 server over plain or TLS streams.
//! - [`output`]: JSON and TOON rendering of results.
//! - [`observe`]: log and redaction.
//! - [`limits`]: every bound in one place, each with its reason.
#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod http;
pub mod limits;
pub mod mcp;
pub mod observe;
pub mod output;
pub mod platform;
pub mod sandbox;
pub mod tools;
pub mod transport;
