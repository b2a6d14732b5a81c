//! One table of settings and the typed configuration made from it.
//!
//! Precedence for every key: environment, then command line, then configuration file, then default.

pub mod bindings;
mod findings;
mod ini;
mod layers;
mod named;
mod placeholder;
mod resolved;
mod roles;
mod secret;
mod settings;
mod sources;
mod suggest;
mod unknown;
pub mod value;

pub use bindings::{BindingKind, ToolBinding};
pub use layers::{Config, Error, Loaded, load};
pub use resolved::Resolved;
pub use roles::Role;
pub use secret::Secret;
pub use settings::{
    Auth, AuthType, ClientDocuments, ClientIdentity, Confirm, ConfirmFallback, Group, Kind,
    LEVEL_ALIASES, LEVELS, LogFormat, Offer, OwnPort, Platform, PlatformCredentials,
    ResponseFormat, RoleSettings, SETTINGS, Section, Server, SessionStyle, Setting, TlsVersion,
    Tools, TraceContext, Transport, settings,
};
pub use sources::{CONFIG_ENV, Environment, Source, Sources};
pub use suggest::nearest;
