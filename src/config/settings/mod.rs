//! The table of settings: the one place where each setting is described.
//!
//! Command line, environment, file, help, man page, completions, `config show`, `config example`,
//! `docs/configuration.md`, "did you mean" and the typed configuration are all derived from its rows.

mod all;
mod auth;
mod choices;
mod platform;
mod role;
mod server;
pub(super) mod table;
mod told;
mod tools;
mod typed;

pub use all::{SETTINGS, settings};
pub use auth::Auth;
pub use choices::{
    AuthType, ClientDocuments, ClientIdentity, Confirm, ConfirmFallback, LogFormat, Offer,
    PlatformCredentials, ResponseFormat, SessionStyle, TlsVersion, TraceContext, Transport,
};
pub use platform::Platform;
pub use role::RoleSettings;
pub use server::Server;
pub use table::{Group, Kind, LEVEL_ALIASES, LEVELS, Section, Setting};
pub use tools::Tools;
pub use typed::OwnPort;
