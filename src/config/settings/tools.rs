//! `[tools]`.

use std::time::Duration;

use super::table::Kind;
use super::told::settings;
use crate::limits;

settings! {
    /// Tools that are made from what the platform offers: `[tools]`.
    Tools, Tools "tools" "";

    /// Automations that are tools without a section of their own: tag:NAME, project:NAME, or a pattern of names such as Backup *
    automations: Vec<String> = Tools, Kind::List, "", "choice" [ours reloadable];

    /// Most tools that automations makes; of more the first by name are taken
    max_automations: usize = Tools, Kind::Int(1, 2_000), "50", "count" [ours reloadable];

    /// Seconds after which automations and services behind tools are looked up again; 0 means only on a reload or when a call does not find one
    refresh: Option<Duration> = Tools, Kind::Seconds(0, limits::INTERVAL_SECONDS), "300", "secs" [ours reloadable];

    /// Stop at start when the automation or service of a tool cannot be found, as the Python server does, instead of serving without that tool
    bindings_required: bool = Tools, Kind::Bool, "false", "" [ours];
}
