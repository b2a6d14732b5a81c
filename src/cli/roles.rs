//! Roles as operators read of them: what comes of each, and what looks wrong.

use serde_json::{Value, json};

use crate::auth::tokens;
use crate::config::{AuthType, Config, PlatformCredentials, Role, Transport, nearest, value};
use crate::nearest::one_of;
use crate::platform::Account;
use crate::{limits, product};

/// What cannot work: whoever has no role is to have one that is not there.
pub fn refusal(config: &Config) -> Option<String> {
    let name = config.server.default_role.as_deref()?;
    let known = config.roles.iter().map(|role| &*role.name);
    if known.clone().any(|known| known == name) {
        return None;
    }
    let meant = nearest(name, known);
    let meant = meant.map(|name| format!(" Did you mean '{name}'?")).unwrap_or_default();
    Some(format!(
        "server.default_role: {} is no role; define it in [role:NAME].{meant}",
        value::shown(name)
    ))
}

/// The role of this name.
///
/// # Errors
/// When none is defined by it.
pub fn called<'a>(config: &'a Config, name: &str) -> Result<&'a Role, String> {
    config.roles.iter().map(AsRef::as_ref).find(|role: &&Role| *role.name == *name).ok_or_else(
        || {
            let known: Vec<&str> = config.roles.iter().map(|role| &*role.name).collect();
            match known.is_empty() {
                true => format!("no role is called {}; none is defined", value::shown(name)),
                false => {
                    format!("no role is called {}; {}", value::shown(name), one_of(name, &known))
                }
            }
        },
    )
}

/// What looks wrong with the roles.
pub fn warnings(config: &Config) -> Vec<String> {
    let promised = match (&config.auth.tokens_file, config.auth.kind.contains(&AuthType::Token)) {
        // What is wrong with the file itself is told where it is opened.
        (Some(path), true) => tokens::roles_in(path).unwrap_or_default(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    let defined = |name: &str| config.roles.iter().any(|role| *role.name == *name);
    let unknown = promised.iter().filter(|(_, role)| !defined(role)).take(limits::ADVICE);
    found.extend(unknown.map(|(token, role)| {
        format!(
            "auth_tokens_file: the line of '{token}' names the role '{role}', which is not defined: \
             its callers are refused; define [role:{role}], or change the line"
        )
    }));
    let listens = config.server.transport != Transport::Stdio;
    if !listens && !config.roles.is_empty() && config.server.default_role.is_none() {
        let text = "roles mean nothing with transport stdio unless default_role names one: whoever \
                    starts it may use every tool";
        found.push(text.into());
    }
    let callers_accounts = config.server.platform_credentials == PlatformCredentials::Caller;
    if callers_accounts && !listens {
        let text = "platform_credentials = caller means nothing with transport stdio: calls act with \
                    the account of [platform]";
        found.push(text.into());
    }
    let made = product::declared(config);
    for role in config.roles.iter().take(limits::ADVICE) {
        let name = &role.name;
        if product::allowed(&config.server, &made, role).all().is_empty() {
            found.push(format!(
                "role:{name}: it has no tool: see its include_tags, exclude_tags, read_only and \
                 no_destructive, and those of [server]"
            ));
        }
        let named = promised.iter().any(|(_, promised)| *promised == **name);
        if listens && !named && !can_be_had(config, role) {
            found.push(format!(
                "role:{name}: nobody can have it: no line of auth_tokens_file names it, its scopes, \
                 tokens and subjects name nobody whom auth_type and client_ca_file let in, and it is \
                 not default_role"
            ));
        }
        if callers_accounts && Account::of_role(&role.settings).is_some() {
            found.push(format!(
                "role:{name}: its account at the platform is not used, for platform_credentials lets \
                 callers bring their own"
            ));
        }
        if role.settings.approve {
            found.push(format!(
                "role:{name}: approve has no effect in this build, in which no call waits for the \
                 agreement of an operator"
            ));
        }
    }
    found
}

/// Whether the settings can give it to anybody.
fn can_be_had(config: &Config, role: &Role) -> bool {
    let has = |kind: AuthType| config.auth.kind.contains(&kind);
    let signed = has(AuthType::Jwt) || has(AuthType::OauthProxy);
    let settings = &role.settings;
    config.server.default_role.as_deref() == Some(&*role.name)
        || (!settings.tokens.is_empty() && has(AuthType::Token))
        || (!settings.scopes.is_empty() && signed)
        || (!settings.subjects.is_empty() && (signed || config.server.client_ca_file.is_some()))
}

/// What comes of a role, in a line.
pub fn outcome(config: &Config, role: &Role) -> String {
    let settings = &role.settings;
    let made = product::declared(config);
    let tools = product::allowed(&config.server, &made, role).all().len();
    let of = product::enabled(&config.server, &made).all().len();
    let mut parts = vec![format!("{tools} of the {of} tools offered")];
    let whom = [
        ("scopes", &settings.scopes, " "),
        ("tokens", &settings.tokens, " "),
        ("subjects", &settings.subjects, "; "),
    ];
    for (what, names, between) in whom.into_iter().filter(|(_, names, _)| !names.is_empty()) {
        parts.push(format!("for {what} {}", names.join(between)));
    }
    if config.server.default_role.as_deref() == Some(&*role.name) {
        parts.push("for callers without another role".into());
    }
    if let Some(account) = Account::of_role(settings) {
        parts.push(format!("as {} at the platform", account.name()));
    }
    parts.join(", ")
}

/// The same for programs.
pub fn outcome_json(config: &Config, role: &Role) -> Value {
    let made = product::declared(config);
    let tools = product::allowed(&config.server, &made, role).all();
    let names: Vec<&str> = tools.iter().map(|tool| tool.name()).collect();
    let account = Account::of_role(&role.settings);
    json!({
        "name": &*role.name,
        "tools": names,
        "default": config.server.default_role.as_deref() == Some(&*role.name),
        "platform_account": account.as_ref().map(Account::name),
    })
}
