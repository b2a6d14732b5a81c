//! `client-config`: what MCP clients need to be told to use this server.
//!
//! One table says how each client writes things down; what is written follows from the settings.

mod entry;
mod format;

use std::path::PathBuf;
use std::process::ExitCode;

use super::commands::CLIENTS;
use super::text::{complain, print};
use crate::config::Loaded;
use entry::Entry;

/// What the configuration is for.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// One of [`CLIENTS`]; all of them when left out.
    pub client: Option<String>,
    /// What the client calls the server.
    pub name: String,
    /// Address of the server as clients reach it.
    pub url: Option<String>,
    /// Authority of the server's certificate.
    pub ca_file: Option<PathBuf>,
    /// The configuration file that these settings came from.
    pub config_file: Option<PathBuf>,
}

/// How a client is configured.
#[derive(Debug)]
pub struct Client {
    /// The word of the command line.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Where it reads its configuration.
    pub file: &'static str,
    /// The table of servers in that file.
    pub servers: &'static str,
    /// Whether it wants to be told the `type` of a server.
    pub typed: bool,
    /// How it reaches a server over HTTP.
    pub remote: Remote,
    /// How its file refers to a secret that stands elsewhere.
    pub secrets: Secrets,
}

/// How a client reaches a server over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remote {
    /// By itself; the address stands under this key.
    Url(&'static str),
    /// Not at all: it starts the mcp-remote bridge, which does.
    Bridge,
}

/// How a client's file refers to a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Not at all: the user replaces a placeholder.
    Placeholder,
    /// As a variable of the client's environment, between these two.
    Variable(&'static str, &'static str),
    /// As a variable, in keys of their own.
    Forwarded,
    /// As a question to the user.
    Input,
}

/// Every client, in the order of [`CLIENTS`].
pub static TABLE: &[Client] = &[
    Client {
        id: "claude-desktop",
        title: "Claude Desktop",
        file: "~/Library/Application Support/Claude/claude_desktop_config.json (macOS), \
               %APPDATA%\\Claude\\claude_desktop_config.json (Windows)",
        servers: "mcpServers",
        typed: false,
        remote: Remote::Bridge,
        secrets: Secrets::Placeholder,
    },
    Client {
        id: "claude-code",
        title: "Claude Code",
        file: ".mcp.json of the project, or ~/.claude.json",
        servers: "mcpServers",
        typed: true,
        remote: Remote::Url("url"),
        secrets: Secrets::Variable("${", "}"),
    },
    Client {
        id: "vscode",
        title: "VS Code",
        file: ".vscode/mcp.json",
        servers: "servers",
        typed: true,
        remote: Remote::Url("url"),
        secrets: Secrets::Input,
    },
    Client {
        id: "cursor",
        title: "Cursor",
        file: "~/.cursor/mcp.json, or .cursor/mcp.json of the project",
        servers: "mcpServers",
        typed: false,
        remote: Remote::Url("url"),
        secrets: Secrets::Variable("${env:", "}"),
    },
    Client {
        id: "windsurf",
        title: "Windsurf",
        file: "~/.codeium/windsurf/mcp_config.json",
        servers: "mcpServers",
        typed: false,
        remote: Remote::Url("serverUrl"),
        secrets: Secrets::Variable("${env:", "}"),
    },
    Client {
        id: "gemini",
        title: "Gemini CLI",
        file: "~/.gemini/settings.json",
        servers: "mcpServers",
        typed: false,
        remote: Remote::Url("httpUrl"),
        secrets: Secrets::Variable("${", "}"),
    },
    Client {
        id: "codex",
        title: "Codex",
        file: "~/.codex/config.toml",
        servers: "mcp_servers",
        typed: false,
        remote: Remote::Url("url"),
        secrets: Secrets::Forwarded,
    },
    Client {
        id: "zed",
        title: "Zed",
        file: "~/.config/zed/settings.json",
        servers: "context_servers",
        typed: false,
        remote: Remote::Url("url"),
        secrets: Secrets::Placeholder,
    },
];

/// Prints what the client, or every client, needs. For one client standard output is its file, and
/// where it belongs is said on standard error.
///
/// # Errors
/// When no address can be given to clients.
pub fn print_config(loaded: &Loaded, options: &ClientOptions) -> Result<ExitCode, String> {
    let entry = Entry::new(loaded, options)?;
    let chosen = TABLE.iter().find(|client| options.client.as_deref() == Some(client.id));
    let text = match chosen {
        Some(client) => {
            complain(&format!("{}: {}", client.title, client.file));
            format::file(client, &entry, &options.name)
        }
        None => CLIENTS
            .iter()
            .filter_map(|id| TABLE.iter().find(|client| client.id == *id))
            .map(|client| {
                let text = format::file(client, &entry, &options.name);
                format!("# {} ({}): {}\n\n{text}\n", client.title, client.id, client.file)
            })
            .collect(),
    };
    for note in entry.notes() {
        complain(&format!("note: {note}"));
    }
    Ok(print(&text))
}
