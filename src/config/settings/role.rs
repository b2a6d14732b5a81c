//! `[role:NAME]`.

use super::table::{Kind, Setting};
use super::told::settings;
use crate::config::secret::Secret;

settings! {
    /// What callers of one role may do, and who they are: `[role:NAME]`.
    RoleSettings, Role "role_<name>" "";

    /// Offer only tools with at least one of these tags; empty means all that the server offers
    include_tags: Option<Vec<String>> = Tools, Kind::List, "", "tags";

    /// Never offer tools with one of these tags; wins over include_tags
    exclude_tags: Vec<String> = Tools, Kind::List, "", "tags";

    /// Offer only tools that change nothing
    read_only: bool = Safety, Kind::Bool, "false", "";

    /// Offer no tools that may destroy or interrupt something
    no_destructive: bool = Safety, Kind::Bool, "false", "";

    /// May agree to calls of others; without effect in this build, which knows no such calls
    approve: bool = Safety, Kind::Bool, "false", "";

    /// Calls that one caller may begin in a minute; 0 sets no bound
    calls_per_minute: Option<usize> = Limits, Kind::Int(0, 100_000), "0", "count";

    /// Calls of one caller running at the same time; one that only waits does not count; 0 sets no bound of its own
    concurrent_calls: Option<usize> = Limits, Kind::Int(0, 4096), "0", "count";

    /// Callers whose token has one of these scopes have this role
    scopes: Vec<String> = Auth, Kind::Words, "", "scopes";

    /// Callers with one of these tokens of auth_tokens_file have this role, unless the token's line names another
    tokens: Vec<String> = Auth, Kind::Words, "", "names";

    /// Callers whose client certificate has one of these subjects, or whose signed token names one of them, have this role
    subjects: Vec<String> = Auth, Kind::Lines, "", "subjects";

    /// User name at the platform for calls of this role, instead of the server's own
    platform_user: Option<String> = Platform, Kind::Text, "", "user";

    /// Password of platform_user
    platform_password: Option<Secret> = Platform, Kind::Secret, "", "password";

    /// OAuth client id at the platform for calls of this role; with platform_client_secret it replaces user and password
    platform_client_id: Option<String> = Platform, Kind::Text, "", "client_id";

    /// OAuth client secret, used together with platform_client_id
    platform_client_secret: Option<Secret> = Platform, Kind::Secret, "", "client_secret";
}

impl RoleSettings {
    /// The keys of a role.
    pub fn rows() -> &'static [Setting] {
        Self::ROWS
    }
}
