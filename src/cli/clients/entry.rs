//! What every client must know, before it is written down for one of them.

use std::path::{Path, PathBuf, absolute};

use super::table::{Client, System};
use crate::cli::probe::{everywhere, reachable};
use crate::cli::tls;
use crate::config::value::Value;
use crate::config::{
    AuthType, Config, Environment, Kind, Loaded, Resolved, Section, Source, Transport,
};
use crate::http::tls::{Facts, load};

/// What the configuration is for.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// All of them when left out.
    pub client: Option<&'static Client>,
    /// What the client calls the server.
    pub name: String,
    /// Address of the server as clients reach it.
    pub url: Option<String>,
    /// Authority of the server's certificate.
    pub ca_file: Option<PathBuf>,
    /// The configuration file that these settings came from.
    pub config_file: Option<PathBuf>,
    /// The system that the client runs on.
    pub system: System,
}

/// The variable that holds the token of a caller, where a client can read variables.
const TOKEN: &str = "MCP_BEARER_TOKEN";

/// What logs in at the platform.
const CREDENTIALS: [&str; 2] = ["platform.password", "platform.client_secret"];

/// How the server is reached.
#[derive(Debug)]
pub enum Entry {
    /// The client starts it.
    Started(Started),
    /// It runs already.
    Running(Running),
}

/// A server that the client starts.
#[derive(Debug)]
pub struct Started {
    /// This program, absolute: desktop programs have another search path than shells.
    pub command: String,
    /// What follows it.
    pub arguments: Vec<String>,
    /// Its environment.
    pub variables: Vec<(String, Text)>,
    notes: Vec<String>,
}

/// A server that runs already.
#[derive(Debug)]
pub struct Running {
    /// Address of its endpoint.
    pub url: String,
    /// The token it asks for.
    pub token: Option<Hidden>,
    /// Authority of its certificate, where the system may not know it.
    pub ca_file: Option<String>,
    notes: Vec<String>,
}

/// Some text of a client's file.
#[derive(Debug)]
pub enum Text {
    /// As it is.
    Plain(String),
    /// Never written into the file.
    Secret(Hidden),
}

/// A secret that the user puts where the client finds it.
#[derive(Debug)]
pub struct Hidden {
    /// The variable that holds it.
    pub variable: String,
    /// What it is, for people.
    pub title: String,
}

impl Entry {
    /// What the settings make of it.
    ///
    /// # Errors
    /// When no address can be given to clients.
    pub fn new(loaded: &Loaded, options: &ClientOptions) -> Result<Self, String> {
        if options.url.is_none() && loaded.config.server.transport == Transport::Stdio {
            return Started::new(loaded, options).map(Self::Started);
        }
        Running::new(&loaded.config, options).map(Self::Running)
    }

    /// What the user should know besides.
    pub fn notes(&self) -> &[String] {
        match self {
            Self::Started(started) => &started.notes,
            Self::Running(running) => &running.notes,
        }
    }
}

impl Started {
    fn new(loaded: &Loaded, options: &ClientOptions) -> Result<Self, String> {
        let command = std::env::current_exe()
            .map_err(|error| format!("the path of this program is not known: {error}"))?;
        let mut arguments = vec!["run".to_owned()];
        if let Some(file) = &options.config_file {
            arguments.extend(["--config".to_owned(), full(file)]);
        }
        let mut variables: Vec<_> = loaded.settings.iter().filter_map(variable).collect();
        let environment = Environment::of_process();
        let tools =
            environment.variables().filter(|(name, _)| name.starts_with("ITENTIAL_MCP_TOOL_"));
        variables.extend(tools.map(|(name, value)| (name.into(), Text::Plain(value.into()))));
        variables.extend(loaded.roles.iter().flatten().filter_map(variable));
        // The only way to name a private authority of the platform that needs no setting.
        if let Ok(file) = std::env::var("SSL_CERT_FILE")
            && !file.is_empty()
        {
            variables.push(("SSL_CERT_FILE".into(), Text::Plain(full(Path::new(&file)))));
        }
        let given = |id: &str| {
            let row = loaded.settings.iter().find(|row| row.id == id);
            row.is_some_and(|row| !matches!(row.source, Source::Default))
        };
        let mut notes = Vec::new();
        if !loaded.config.platform.sandbox && !CREDENTIALS.into_iter().any(given) {
            notes.push(
                "no credentials of the platform are given, so the server will try the default ones; \
                 set ITENTIAL_MCP_PLATFORM_PASSWORD_FILE, or ITENTIAL_MCP_PLATFORM_CLIENT_SECRET_FILE, \
                 and do this again"
                    .into(),
            );
        }
        Ok(Self { command: full(&command), arguments, variables, notes })
    }
}

/// A setting as a variable, unless the started program finds it where it stands.
fn variable(resolved: &Resolved) -> Option<(String, Text)> {
    let of_role = resolved.setting.section == Section::Role;
    let name = match &resolved.source {
        Source::Environment(place) if of_role && !place.ends_with("_FILE") => place.as_str(),
        _ => resolved.setting.env,
    };
    match &resolved.source {
        Source::Default | Source::File { .. } => return None,
        // A secret in a file of its own stays there.
        Source::Environment(place) if place != name => {
            let file = std::env::var(place).unwrap_or_default();
            return Some((place.clone(), Text::Plain(full(Path::new(&file)))));
        }
        Source::Credential(_) | Source::Environment(_) | Source::CommandLine(_) => {}
    }
    let text = match &resolved.value {
        Value::Secret(_) => {
            let title = format!("Itential {}", resolved.id.replace(['.', '_', ':'], " "));
            let variable = name.to_owned();
            return Some((name.to_owned(), Text::Secret(Hidden { variable, title })));
        }
        Value::Bool(on) => on.to_string(),
        Value::Int(number) => number.to_string(),
        Value::List(items) if resolved.setting.kind == Kind::Lines => items.join(";"),
        Value::List(items) => items.join(","),
        Value::Path(path) => full(path),
        Value::Text(text) => text.clone(),
        Value::Unset => String::new(),
    };
    Some((name.to_owned(), Text::Plain(text)))
}

impl Running {
    fn new(config: &Config, options: &ClientOptions) -> Result<Self, String> {
        let mut notes = Vec::new();
        let settings = &config.server;
        let facts = tls::files(settings).map(|files| match load(&files) {
            Ok(loaded) => Some(loaded.facts),
            Err(error) => {
                notes.push(format!("the server would not start: {error}"));
                None
            }
        });
        let secure = facts.is_some();
        let facts = facts.flatten();
        let url = match &options.url {
            Some(url) => url.clone(),
            None if settings.port == 0 => {
                return Err(
                    "port is 0, and only the server knows which one it was given; give its \
                            address with --url"
                        .into(),
                );
            }
            None => {
                let scheme = if secure { "https" } else { "http" };
                let host = host(&settings.host, facts.as_ref(), &mut notes);
                format!("{scheme}://{host}:{}{}", settings.port, settings.path)
            }
        };
        let own = || {
            let issued_by_itself = facts.as_ref().is_some_and(|it| it.issuer == it.subject);
            settings.certificate_file.clone().filter(|_| issued_by_itself && options.url.is_none())
        };
        let ca_file = options.ca_file.clone().or_else(own).map(|file| full(&file));
        if let Some(file) = &ca_file {
            notes.push(format!(
                "clients that run on Node.js trust {file} when NODE_EXTRA_CA_CERTS names it in \
                 the environment they are started in; others take it from the system's trust store"
            ));
        }
        if settings.client_ca_file.is_some() {
            notes.push(
                "the server asks for client certificates, which hardly any MCP client can show; \
                 see docs/tls.md for a way around"
                    .into(),
            );
        }
        // With oauth_proxy clients get their token by themselves.
        let token =
            (config.auth.kind.iter().any(|kind| matches!(kind, AuthType::Token | AuthType::Jwt)))
                .then(|| Hidden {
                    variable: TOKEN.into(),
                    title: "Bearer token for the Itential MCP server".into(),
                });
        Ok(Self { url, token, ca_file, notes })
    }
}

/// The name by which clients best reach a listener at `listen`.
fn host(listen: &str, facts: Option<&Facts>, notes: &mut Vec<String>) -> String {
    let reached = reachable(listen);
    if !everywhere(listen) && facts.is_none_or(|facts| facts.covers(&reached)) {
        return reached;
    }
    match facts.and_then(|facts| facts.names.iter().find(|name| !name.contains('*'))) {
        Some(name) if name.contains(':') => format!("[{name}]"),
        Some(name) => name.clone(),
        None if everywhere(listen) => {
            notes.push(
                "the server listens on every address, and only you know its name; give the \
                 address for other machines with --url"
                    .into(),
            );
            "localhost".into()
        }
        None => reached,
    }
}

fn full(path: &Path) -> String {
    let path = absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    path.to_string_lossy().into_owned()
}
