//! How each client writes things down.

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

/// Every client.
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

/// The clients as the command line names them.
pub const CLIENTS: [&str; TABLE.len()] = {
    let (mut ids, mut at) = ([""; TABLE.len()], 0);
    while at < ids.len() {
        ids[at] = TABLE[at].id;
        at += 1;
    }
    ids
};
