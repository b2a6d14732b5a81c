//! Where settings come from, as found, before any rule is applied.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::ini::{Ini, Item};
use super::settings::Setting;
use crate::limits;

/// Names the program itself knows that are no settings.
pub const CONFIG_ENV: &str = "ITENTIAL_MCP_CONFIG";

/// What every variable of this program begins with.
pub const ENV_PREFIX: &str = "ITENTIAL_MCP_";

/// Everything a configuration is made from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The process environment.
    pub environment: Environment,
    /// Options of the command line, the last one winning.
    pub command_line: Vec<(&'static Setting, String)>,
    /// `--config`; beats `ITENTIAL_MCP_CONFIG`.
    pub config_file: Option<PathBuf>,
}

/// The variables that concern this program.
#[derive(Clone, Default)]
pub struct Environment {
    variables: Vec<(String, String)>,
    /// Names whose values are not UTF-8.
    unreadable: Vec<String>,
    /// systemd's `$CREDENTIALS_DIRECTORY`.
    credentials: Option<PathBuf>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The table.
    Default,
    /// A file below `$CREDENTIALS_DIRECTORY`.
    Credential(PathBuf),
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// Line of the key, from 1.
        line: usize,
    },
    /// An option.
    CommandLine(&'static str),
    /// A variable.
    Environment(String),
}

/// The configuration file, read.
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    pub(super) ini: Ini,
    /// Every section with its keys, in the order of the file.
    pub(super) sections: Vec<(String, usize, Vec<Item>)>,
}

impl Sources {
    /// The configuration file that counts.
    pub fn file(&self) -> Option<PathBuf> {
        let named = self.environment.get(CONFIG_ENV).filter(|name| !name.is_empty());
        self.config_file.clone().or_else(|| named.map(PathBuf::from))
    }

    /// Reads that file.
    pub(super) fn read_file(&self) -> Result<Option<ConfigFile>, String> {
        let Some(path) = self.file() else { return Ok(None) };
        let shown = path.display();
        if path.is_dir() {
            return Err(format!("Config file is a directory: {shown}"));
        }
        let bytes = read(&path).map_err(|e| match e.kind() {
            ErrorKind::NotFound => format!("Config file not found: {shown}"),
            _ => format!("Config file {shown} cannot be read: {e}"),
        })?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(format!("Config file {shown} is UTF-16; save it as UTF-8"));
        }
        let text = String::from_utf8(bytes).map_err(|e| {
            let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = good.iter().filter(|b| **b == b'\n').count() + 1;
            format!("Config file {shown}, line {line}: not UTF-8 text; save the file as UTF-8")
        })?;
        let fail = |e| format!("Config file {shown}, {e}");
        let ini = Ini::parse(&text).map_err(fail)?;
        let items = ini.items().map_err(fail)?;
        let names = ini.sections().iter().map(|section| (section.name.clone(), section.line));
        let sections = names.zip(items).map(|((name, line), items)| (name, line, items)).collect();
        Ok(Some(ConfigFile { path, ini, sections }))
    }
}

/// A whole file within bounds.
pub(super) fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limits::CONFIG_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::CONFIG_FILE_BYTES {
        return Err(std::io::Error::other("larger than 1 MiB"));
    }
    Ok(bytes)
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Every variable of this program, those beginning with `ITENTIAL_MCP_`.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    pub(super) fn credentials(&self) -> Option<&Path> {
        self.credentials.as_deref()
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let mut own = Self::default();
        for (name, value) in variables {
            let value: OsString = value.into();
            let Ok(name) = name.into().into_string() else { continue };
            if name == "CREDENTIALS_DIRECTORY" && !value.is_empty() {
                own.credentials = Some(value.into());
            } else if name.starts_with(ENV_PREFIX) {
                match value.into_string() {
                    Ok(value) => own.variables.push((name, value)),
                    Err(_) => own.unreadable.push(name),
                }
            }
        }
        own
    }
}

// Values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.variables().map(|(name, _)| name)).finish()
    }
}

/// Whether Kubernetes put the variable there for a service whose name looks like ours.
///
/// A service `itential-mcp-server` yields `ITENTIAL_MCP_SERVER_PORT=tcp://10.0.0.1:8000` and more.
pub(super) fn is_service_link(name: &str, value: &str) -> bool {
    let scheme = ["tcp://", "udp://", "sctp://"].iter().any(|s| value.starts_with(s));
    let part_of_port = ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| {
        name.contains("_PORT_")
            && ["", "_ADDR", "_PORT", "_PROTO"]
                .iter()
                .any(|end| name.strip_suffix(end).is_some_and(|n| n.ends_with(protocol)))
    });
    (scheme && name.contains("_PORT"))
        || part_of_port
        || name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
}

impl Source {
    /// The layer, as one word.
    pub fn layer(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Credential(_) => "credential",
            Self::File { .. } => "file",
            Self::CommandLine(_) => "command line",
            Self::Environment(_) => "environment",
        }
    }

    /// The place within the layer: a variable, an option, a file and line.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Default => None,
            Self::Credential(path) => Some(path.display().to_string()),
            Self::File { path, line } => Some(format!("{}:{line}", path.display())),
            Self::CommandLine(flag) => Some(format!("--{flag}")),
            Self::Environment(name) => Some(name.clone()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::Credential(path) => write!(f, "credential {}", path.display()),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::CommandLine(flag) => write!(f, "option --{flag}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_links_are_told_from_settings() {
        for (name, value) in [
            ("ITENTIAL_MCP_SERVER_PORT", "tcp://10.0.0.1:8000"),
            ("ITENTIAL_MCP_SERVER_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
            ("ITENTIAL_MCP_SERVER_PORT_8000_TCP_ADDR", "10.0.0.1"),
            ("ITENTIAL_MCP_SERVER_PORT_8000_TCP_PROTO", "tcp"),
            ("ITENTIAL_MCP_SERVER_SERVICE_HOST", "10.0.0.1"),
            ("ITENTIAL_MCP_SERVER_SERVICE_PORT_HTTP", "8000"),
        ] {
            assert!(is_service_link(name, value), "{name}");
        }
        for (name, value) in [
            ("ITENTIAL_MCP_SERVER_PORT", "8000"),
            ("ITENTIAL_MCP_SERVER_HOST", "tcp://h"),
            ("ITENTIAL_MCP_PLATFORM_HOST", "h"),
        ] {
            assert!(!is_service_link(name, value), "{name}");
        }
    }
}
