//! What must be so before the server starts, and what an operator should know: one table, walked by
//! `run` before it opens anything and by `config check` instead, so that the two cannot disagree.

use std::path::Path;
use std::sync::Arc;

use super::{exposure, roles, tls};
use crate::auth::Authority;
use crate::config::{AuthType, Config, Loaded, OwnPort, Transport};
use crate::http::Listen;
use crate::http::tls as files;
use crate::outbound::Trust;
use crate::platform::{Client, believed};
use crate::product::tags;
use crate::seal::Seal;
use crate::{limits, tools};

/// What a check finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The server does not start.
    Refusal(String),
    /// The server starts and cannot listen.
    Deaf(String),
    /// The server starts; somebody should know.
    Warning(String),
}

/// One thing that is looked at.
struct Check {
    /// What it is about, for programs.
    name: &'static str,
    /// Whether it is about what a reload takes over.
    reloaded: bool,
    look: fn(&Loaded) -> Vec<Finding>,
}

/// In the order in which findings are told.
static CHECKS: &[Check] = &[
    Check { name: "settings", reloaded: true, look: settings },
    Check { name: "placeholders", reloaded: true, look: |loaded| warnings(loaded.placeholders()) },
    Check { name: "tags", reloaded: true, look: |loaded| warnings(tags::unknown(&loaded.config)) },
    Check { name: "tools", reloaded: true, look: |loaded| warnings(of_tools(&loaded.config)) },
    Check { name: "roles", reloaded: true, look: |loaded| of_roles(&loaded.config) },
    Check { name: "transport", reloaded: false, look: |loaded| without_effect(&loaded.config) },
    Check { name: "authentication", reloaded: false, look: |loaded| callers(&loaded.config) },
    Check { name: "exposure", reloaded: false, look: |loaded| exposed(&loaded.config) },
    Check { name: "tls", reloaded: false, look: |loaded| certificate(&loaded.config) },
    Check { name: "platform", reloaded: false, look: |loaded| platform(&loaded.config) },
    Check { name: "audit", reloaded: false, look: |loaded| files_written(&loaded.config) },
    Check { name: "address", reloaded: false, look: |loaded| address(&loaded.config) },
];

/// What all checks found.
#[derive(Debug, Default)]
pub struct Found(Vec<(&'static str, Finding)>);

impl Found {
    /// Looks at everything.
    pub fn all(loaded: &Loaded) -> Self {
        Self::of(loaded, |_| true)
    }

    /// Looks at everything a server needs that starts now, where `listening` to sockets that it was given.
    /// Those are of no use to a server that reads standard input.
    pub fn before_serving(loaded: &Loaded, listening: bool) -> Self {
        let mut found = Self::of(loaded, |check| !listening || check.name != "address");
        if listening && !listens(&loaded.config) {
            let text = "the service manager passed sockets, and transport stdio does not listen; set transport to http or sse";
            found.0.push(("transport", Finding::Refusal(text.into())));
        }
        found
    }

    /// Looks at what a reload takes over.
    pub fn reloaded(loaded: &Loaded) -> Self {
        Self::of(loaded, |check| check.reloaded)
    }

    fn of(loaded: &Loaded, wanted: impl Fn(&Check) -> bool) -> Self {
        let each = |check: &'static Check| {
            (check.look)(loaded).into_iter().map(|found| (check.name, found))
        };
        Self(CHECKS.iter().filter(|check| wanted(check)).flat_map(each).collect())
    }

    /// What does not stop the server: the check and what it says.
    pub fn warnings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().filter_map(|(name, found)| match found {
            Finding::Warning(text) => Some((*name, text.as_str())),
            Finding::Refusal(_) | Finding::Deaf(_) => None,
        })
    }

    /// What stops the server: the check and what it says.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().filter_map(|(name, found)| match found {
            Finding::Refusal(text) | Finding::Deaf(text) => Some((*name, text.as_str())),
            Finding::Warning(_) => None,
        })
    }

    /// Returns true if all that stops the server is that it cannot listen.
    pub fn only_deaf(&self) -> bool {
        self.0.iter().all(|(_, found)| !matches!(found, Finding::Refusal(_)))
    }
}

fn warnings(texts: Vec<String>) -> Vec<Finding> {
    texts.into_iter().map(Finding::Warning).collect()
}

fn warning(text: impl Into<String>) -> Vec<Finding> {
    vec![Finding::Warning(text.into())]
}

/// What the settings say of themselves.
fn settings(loaded: &Loaded) -> Vec<Finding> {
    warnings(loaded.config.warnings.clone())
}

/// Tools from configuration that are not what somebody may expect.
fn of_tools(config: &Config) -> Vec<String> {
    let names = config.bindings.iter().map(|binding| binding.tool_name.as_str());
    let built_in = names.filter(|name| tools::find(name).is_some()).take(limits::ADVICE);
    built_in
        .map(|name| format!("[tool:{name}] takes the place of the built-in tool '{name}'"))
        .collect()
}

/// Who may do what.
fn of_roles(config: &Config) -> Vec<Finding> {
    let refusal = roles::refusal(config).map(Finding::Refusal);
    refusal.into_iter().chain(warnings(roles::warnings(config))).collect()
}

fn listens(config: &Config) -> bool {
    config.server.transport != Transport::Stdio
}

/// Settings that the transport has no use for.
fn without_effect(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    if listens(config) {
        return found;
    }
    if tls::files(&config.server).is_some() {
        let text = "the TLS files (certificate_file, private_key_file, client_ca_file, client_crl_file) mean nothing \
                    with transport stdio";
        found.push(Finding::Warning(text.into()));
    }
    if asks(config) {
        let text = "auth_type means nothing with transport stdio: whoever starts it may use it";
        found.push(Finding::Warning(text.into()));
    }
    found
}

/// Whether callers are asked for tokens.
fn asks(config: &Config) -> bool {
    config.auth.kind.iter().any(|kind| *kind != AuthType::None)
}

/// Who may call.
fn callers(config: &Config) -> Vec<Finding> {
    if !listens(config) {
        return Vec::new();
    }
    match Authority::new(config, Arc::new(Seal::random())) {
        Ok(authority) => warnings(authority.warnings()),
        Err(refusal) => vec![Finding::Refusal(refusal)],
    }
}

/// What lies open to those who reach the listener or the way to it.
fn exposed(config: &Config) -> Vec<Finding> {
    let gaps = if listens(config) { exposure::gaps(config) } else { Vec::new() };
    let strict = config.server.strict;
    let found = |gap: String| match strict {
        true => Finding::Refusal(format!("strict: {gap}")),
        false => Finding::Warning(gap),
    };
    gaps.into_iter().map(found).collect()
}

/// Certificate, key and authorities of the listener.
fn certificate(config: &Config) -> Vec<Finding> {
    let named = tls::files(&config.server).filter(|_| listens(config));
    match named.map(|named| files::load(&named)) {
        None => Vec::new(),
        Some(Ok(loaded)) => warnings(loaded.warnings),
        Some(Err(error)) => vec![Finding::Refusal(error.to_string())],
    }
}

/// What of the platform's settings shows without asking the platform.
pub fn platform(config: &Config) -> Vec<Finding> {
    let platform = &config.platform;
    if platform.sandbox {
        return Vec::new();
    }
    let client = match Client::new(platform) {
        Ok(client) => client,
        Err(error) => return vec![Finding::Refusal(error.to_string())],
    };
    if platform.disable_tls {
        return Vec::new();
    }
    if platform.disable_verify {
        return warning(format!(
            "certificate checks are switched off (platform disable_verify): anybody on the way can \
             read the credentials for {}; ca_file is the safe way to trust a private CA",
            client.server()
        ));
    }
    match Trust::new(believed(platform)).and_then(|trust| trust.config()) {
        Ok(_) => Vec::new(),
        Err(error) => warning(format!("no call can reach the platform: {error}")),
    }
}

/// Whether the audit file and those of the logs can be appended to. One that is not there yet is not
/// made here: it would belong to whoever checks.
fn files_written(config: &Config) -> Vec<Finding> {
    let settings = &config.server;
    let access = settings.access_log.as_deref().filter(|path| *path != Path::new("-"));
    [
        ("audit_file", settings.audit_file.as_deref()),
        ("log_file", settings.log_file.as_deref()),
        ("access_log", access),
    ]
    .into_iter()
    .filter_map(|(setting, path)| appended(setting, path?))
    .collect()
}

fn appended(setting: &str, path: &Path) -> Option<Finding> {
    let result = match path.symlink_metadata() {
        Ok(_) => std::fs::OpenOptions::new().append(true).open(path).map(drop),
        Err(_) => may_create(path),
    };
    let error = result.err()?;
    Some(Finding::Refusal(cannot_write(setting, path, &error)))
}

/// That the file of a setting cannot be written.
pub fn cannot_write(setting: &str, path: &Path, error: &std::io::Error) -> String {
    format!("{setting} {} cannot be written: {error}", path.display())
}

/// Whether a file can be made there.
fn may_create(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::NotADirectory.into());
    }
    writable(folder)
}

#[cfg(unix)]
fn writable(folder: &Path) -> std::io::Result<()> {
    use rustix::fs::{Access, AtFlags, CWD, accessat};

    let needed = Access::WRITE_OK | Access::EXEC_OK;
    accessat(CWD, folder, needed, AtFlags::EACCESS).map_err(Into::into)
}

#[cfg(not(unix))]
fn writable(folder: &Path) -> std::io::Result<()> {
    match folder.metadata()?.permissions().readonly() {
        true => Err(std::io::ErrorKind::PermissionDenied.into()),
        false => Ok(()),
    }
}

/// Whether this machine has the address, and lets this process listen at it.
fn address(config: &Config) -> Vec<Finding> {
    if !listens(config) {
        return Vec::new();
    }
    let settings = &config.server;
    let aside = settings.metrics_port.map(|OwnPort(port)| (&settings.metrics_host, port));
    let places = [Some((&settings.host, settings.port)), aside].into_iter().flatten();
    let possible = places.map(|(host, port)| Listen::Name(host.clone(), port).is_possible());
    possible.filter_map(Result::err).map(|error| Finding::Deaf(error.to_string())).collect()
}
