//! The layers laid over each other: environment over command line over file over credentials over
//! default, for every key.

use std::path::Path;
use std::sync::Arc;

use super::bindings::{self, ToolBinding};
use super::findings::Findings;
use super::resolved::{Resolved, counts, resolved, secret_file};
use super::roles::{self, Role};
use super::settings::{Auth, Platform, Server, Tools};
use super::settings::{Setting, settings};
use super::sources::{ConfigFile, Environment, Source, Sources, is_service_link};
use super::unknown;
use super::value::{self, Value};

/// Everything the program was told, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// How this process serves MCP clients.
    pub server: Server,
    /// Who may call.
    pub auth: Auth,
    /// The Itential Platform behind the tools.
    pub platform: Platform,
    /// Tools made from what the platform offers.
    pub tools: Tools,
    /// Those that have a section of their own (`[tool:NAME]`, `ITENTIAL_MCP_TOOL_*`).
    pub bindings: Vec<ToolBinding>,
    /// What callers may do (`[role:NAME]`, `ITENTIAL_MCP_ROLE_*`); none: everybody may do everything.
    pub roles: Vec<Arc<Role>>,
    /// What looked wrong but does not stop the program; for the log and `config check`.
    pub warnings: Vec<String>,
}

/// A loaded configuration with the source of every value, for those who explain it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The typed configuration.
    pub config: Config,
    /// Every setting, in the order of the table.
    pub settings: Vec<Resolved>,
    /// The keys of every role, in the order of [`Config::roles`].
    pub roles: Vec<Vec<Resolved>>,
}

/// Everything that is wrong with a configuration, one finding a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub Vec<String>);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Error {}

/// Reads, lays over each other, checks.
///
/// # Errors
/// Every finding that makes the configuration unusable, not only the first.
pub fn load(sources: &Sources) -> Result<Loaded, Error> {
    let file = sources.read_file().map_err(|message| Error(vec![message]))?;
    let mut findings = Findings::default();
    unknown::check(&sources.environment, file.as_ref(), &mut findings);
    let resolved: Vec<Resolved> =
        settings().map(|row| resolve(row, sources, file.as_ref(), &mut findings)).collect();
    let bindings = bindings::load(&sources.environment, file.as_ref(), &mut findings);
    let (roles, keys): (Vec<Role>, Vec<_>) =
        roles::load(&sources.environment, file.as_ref(), &mut findings).into_iter().unzip();
    // The typed form takes each value for granted, so it is made only of sound ones.
    if !findings.errors.is_empty() {
        return Err(Error(findings.errors));
    }
    let mut config = typed(&resolved, findings.warnings).map_err(|e| Error(vec![e]))?;
    config.bindings = bindings;
    config.roles = roles.into_iter().map(Arc::new).collect();
    config.warnings.extend(half_a_client(&config.platform));
    Ok(Loaded { config, settings: resolved, roles: keys })
}

/// The typed form; every value has been checked against its row.
fn typed(resolved: &[Resolved], warnings: Vec<String>) -> Result<Config, String> {
    let of = |section: &'static str| {
        move |key: &str| {
            let is = |row: &Setting| row.section.name() == section && row.key == key;
            let found = resolved.iter().find(|resolved| is(resolved.setting));
            found.map_or(Value::Unset, |resolved| resolved.value.clone())
        }
    };
    let mut platform = Platform::read(&of("platform"))?;
    platform.port = port(&platform, resolved)?;
    let (server, auth) = (Server::read(&of("server"))?, Auth::read(&of("server"))?);
    let tools = Tools::read(&of("tools"))?;
    let (bindings, roles) = (Vec::new(), Vec::new());
    Ok(Config { server, auth, platform, tools, bindings, roles, warnings })
}

/// The port may stand in `host` unless `port` says otherwise.
fn port(platform: &Platform, resolved: &[Resolved]) -> Result<Option<u16>, String> {
    let source = |key: &str| {
        let is = |row: &Setting| row.id() == format!("platform.{key}");
        resolved.iter().find(|resolved| is(resolved.setting)).map(|resolved| &resolved.source)
    };
    match (platform.host.port(), platform.port, source("host"), source("port")) {
        (Some(a), Some(b), Some(host), Some(port)) if a != b && *port != Source::Default => {
            Err(format!(
                "platform.host from {host} says port {a}, platform.port from {port} says {b}; keep \
                 one of them"
            ))
        }
        (in_host, own, ..) => Ok(in_host.or(own)),
    }
}

fn resolve(
    row: &'static Setting,
    sources: &Sources,
    file: Option<&ConfigFile>,
    findings: &mut Findings,
) -> Resolved {
    let found = from_environment(row, &sources.environment, findings)
        .or_else(|| from_command_line(row, &sources.command_line))
        .or_else(|| from_file(row, file, findings))
        .or_else(|| from_credential(row, &sources.environment, findings))
        .unwrap_or_else(|| (row.default.into(), Source::Default));
    resolved(row, row.id(), found, findings)
}

/// One half of the client credentials logs nobody in: the login would be another one, unseen.
fn half_a_client(platform: &Platform) -> Option<String> {
    let (given, lacks) = match (&platform.client_id, &platform.client_secret) {
        (Some(_), None) => ("client_id", "client_secret"),
        (None, Some(_)) => ("client_secret", "client_id"),
        _ => return None,
    };
    let user = &platform.user;
    Some(format!(
        "platform.{given} has no effect without platform.{lacks}: the login is that of user '{user}'"
    ))
}

type Found = Option<(String, Source)>;

fn from_environment(row: &Setting, env: &Environment, findings: &mut Findings) -> Found {
    if env.unreadable().iter().any(|name| name == row.env) {
        findings.errors.push(format!("{}: the value of {} is not UTF-8", row.id(), row.env));
    }
    let direct = env.get(row.env).filter(|text| counts(row, text)).and_then(|text| {
        if is_service_link(row.env, text) {
            findings.warnings.push(format!(
                "{} holds {}, which Kubernetes sets for a service of that name, not a value of {}; \
                 it is ignored. Set enableServiceLinks: false in the pod or rename the service",
                row.env,
                value::shown(text),
                row.id()
            ));
            return None;
        }
        Some((text.to_string(), Source::Environment(row.env.into())))
    });
    if !row.is_secret() {
        return direct;
    }
    let name = format!("{}_FILE", row.env);
    let Some(path) = env.get(&name).filter(|path| !path.is_empty()) else { return direct };
    // An empty variable beside a file is what container templates leave behind.
    match direct.filter(|(text, _)| !text.is_empty()) {
        Some(direct) => {
            findings.warnings.push(format!("{name} is ignored because {} is set", row.env));
            Some(direct)
        }
        None => {
            let text = secret_file(&row.id(), Path::new(path), &name, findings);
            Some((text, Source::Environment(name)))
        }
    }
}

fn from_command_line(row: &'static Setting, options: &[(&'static Setting, String)]) -> Found {
    options
        .iter()
        .rev()
        .find(|(option, text)| std::ptr::eq(*option, row) && counts(row, text))
        .map(|(_, text)| (text.clone(), Source::CommandLine(row.flag)))
}

fn from_file(row: &Setting, file: Option<&ConfigFile>, findings: &mut Findings) -> Found {
    let file = file?;
    let at = |line| Source::File { path: file.path.clone(), line };
    // `[auth] x` is `[server] auth_x`; the section that stands later in the file wins.
    file.sections.iter().rev().find_map(|(name, _, items)| {
        let key = match name.as_str() {
            "auth" => row.auth_key()?,
            name if name == row.section.name() => row.key,
            _ => return None,
        };
        let direct = items.iter().find(|item| item.key == key && counts(row, &item.value));
        let direct = direct.map(|item| (item.value.clone(), at(item.line)));
        if !row.is_secret() {
            return direct;
        }
        let key = format!("{key}_file");
        let Some(path) = items.iter().find(|item| item.key == key && !item.value.is_empty()) else {
            return direct;
        };
        let place = format!("[{name}] {key} in {}, line {}", file.path.display(), path.line);
        match direct.filter(|(text, _)| !text.is_empty()) {
            Some(direct) => {
                findings.warnings.push(format!("{place} is ignored because the key itself is set"));
                Some(direct)
            }
            None => {
                let text = secret_file(&row.id(), Path::new(&path.value), &place, findings);
                Some((text, at(path.line)))
            }
        }
    })
}

fn from_credential(row: &Setting, env: &Environment, findings: &mut Findings) -> Found {
    if !row.is_secret() {
        return None;
    }
    let path = env.credentials()?.join(row.key);
    match path.try_exists() {
        Ok(false) => None,
        _ => {
            let text = secret_file(&row.id(), &path, "$CREDENTIALS_DIRECTORY", findings);
            Some((text, Source::Credential(path)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Transport;
    use std::time::Duration;

    #[test]
    fn defaults_make_a_config() {
        let config = load(&Sources::default()).expect("the defaults are sound").config;
        assert_eq!(config.server.transport, Transport::Stdio);
        assert_eq!(config.server.port, 8000);
        assert_eq!(config.server.exclude_tags, ["experimental", "beta"]);
        assert_eq!(config.server.log_level, None);
        assert_eq!(config.platform.port, None);
        assert_eq!(config.platform.password.expose(), "admin");
        assert!(config.platform.timeout > Duration::ZERO);
        assert_eq!(config.server.max_connections, crate::limits::CONNECTIONS);
        assert_eq!(
            config.server.max_connections_per_address,
            crate::limits::CONNECTIONS_PER_ADDRESS
        );
        assert!(config.warnings.is_empty());
    }
}
