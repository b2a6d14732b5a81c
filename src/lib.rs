//! An MCP server for the Itential Platform: one static binary, blocking threads, no runtime.
//!
//! Data flows down through these rooms and never back up; a lower room knows nothing of the rooms
//! above it.
//!
//! - [`cli`]: the commands, and what is generated from the tables: help, man page, completions.
//! - [`transport`]: how MCP messages arrive: stdio, Streamable HTTP, legacy HTTP+SSE.
//! - [`auth`]: who is calling over HTTP, and what proves it.
//! - [`product`]: what this server offers through the protocol: tools, prompts, resources.
//! - [`protocol`]: MCP itself, free of I/O: messages, eras, dispatch, sessions.
//! - [`bindings`]: more tools, made from configuration: automations, services, files, programs.
//! - [`tools`]: one table of tools; what a tool is told, asks the platform and shows.
//! - [`platform`]: the Itential Platform over HTTPS: login, requests, paging, retries, errors.
//! - [`outbound`]: requests to other servers: the HTTP library with our TLS, time limits and proxies.
//! - [`sandbox`]: a simulated Itential Platform on loopback, for trying, training and tests.
//! - [`http`]: a small blocking HTTP/1.1 server over plain or TLS streams.
//! - [`config`]: one table of settings; environment over command line over file over default.
//! - [`output`]: JSON and TOON rendering of results.
//! - [`observe`]: log, redaction, audit and metrics.
//! - Leaves: [`limits`] (every bound, each with its reason), [`sync`], [`cancel`], [`places`]
//!   (who works when places are scarce), [`json`] (read strictly), [`tree`]
//!   (JSON within a bound of memory), [`net`], [`time`], [`nearest`], [`sections`] (of device configurations), [`stamp`] (of files),
//!   [`seal`] (of what travels through clients), [`trace`] (to which a call belongs), [`built`] (what
//!   this program was made of).
//!
//! Which room may import which, held against the code by `tests/architecture.rs`; no files of one
//! room import each other in a circle either:
//!
//! ```text
//! anyone    -> limits sync cancel places json tree net time nearest sections stamp seal built trace
//! cli       -> transport auth product protocol bindings tools platform outbound sandbox http config observe
//! transport -> auth protocol http config observe
//! auth      -> outbound http config observe
//! product   -> protocol bindings tools platform config output observe
//! bindings  -> tools platform http config observe
//! tools     -> platform observe
//! platform  -> outbound config observe
//! sandbox   -> http
//! ```
#![forbid(unsafe_code)]

pub mod auth;
pub mod bindings;
pub mod built;
pub mod cancel;
pub mod cli;
pub mod config;
pub mod http;
pub mod json;
pub mod limits;
pub mod nearest;
pub mod net;
pub mod observe;
pub mod outbound;
pub mod output;
pub mod places;
pub mod platform;
pub mod product;
pub mod protocol;
pub mod sandbox;
pub mod seal;
pub mod sections;
pub mod stamp;
pub mod sync;
pub mod time;
pub mod tools;
pub mod trace;
pub mod transport;
pub mod tree;
