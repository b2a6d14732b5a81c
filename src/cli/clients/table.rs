//! How each client writes things down.

/// How a client is configured.
#[derive(Debug)]
pub struct Client {
    /// The word of the command line.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Its file on each [`System`]; empty where it has none that is known. `//` ends the folder that is
    /// there when the client is.
    pub files: [&'static str; 3],
    /// Where else its servers can stand, for people.
    pub also: &'static str,
    /// How that file is written.
    pub notation: Notation,
    /// The table of servers in it.
    pub servers: &'static str,
    /// What starts a server is called.
    pub command: &'static str,
    /// What its environment is called.
    pub env: &'static str,
    /// The `type` of a server that is started, and of one that runs, where it must be said.
    pub types: [&'static str; 2],
    /// How it reaches a server over HTTP.
    pub remote: Remote,
    /// How its file refers to a secret that stands elsewhere.
    pub secrets: Secrets,
    /// What else it wants of every server, as a JSON object.
    pub more: &'static str,
}

/// How a client's file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// JSON, in some clients with comments.
    Json,
    /// TOML.
    Toml,
    /// YAML, where a server holds its own name as well.
    Yaml,
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
    /// As a variable listed under the first key; that of a token stands under the second, or in the
    /// header where there is none.
    Forwarded(&'static str, &'static str),
    /// As a question to the user.
    Input,
}

/// The operating system a client runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// macOS.
    Mac,
    /// Linux and its like.
    Linux,
    /// Windows.
    Windows,
}

/// The systems as the command line names them.
pub const SYSTEMS: [&str; 3] = ["macos", "linux", "windows"];

impl System {
    /// What the command line names, or the one this program runs on.
    pub fn named(word: Option<&str>) -> Self {
        match word {
            Some("macos") => Self::Mac,
            Some("linux") => Self::Linux,
            Some("windows") => Self::Windows,
            _ if cfg!(windows) => Self::Windows,
            _ if cfg!(target_os = "macos") => Self::Mac,
            _ => Self::Linux,
        }
    }
}

impl Client {
    /// Its file on a system, as people write it, and where else its servers can stand.
    pub fn place(&self, system: System) -> String {
        let mut place = self.files[system as usize].replace("//", "/");
        if system == System::Windows {
            place = place.replace('~', "%USERPROFILE%").replace('/', "\\");
        }
        let between = if place.is_empty() || self.also.is_empty() { "" } else { ", or " };
        place + between + self.also
    }
}

/// What most clients have in common.
const USUAL: Client = Client {
    id: "",
    title: "",
    files: [""; 3],
    also: "",
    notation: Notation::Json,
    servers: "mcpServers",
    command: "command",
    env: "env",
    types: [""; 2],
    remote: Remote::Url("url"),
    secrets: Secrets::Placeholder,
    more: "{}",
};

/// Every client.
pub static TABLE: &[Client] = &[
    Client {
        id: "claude-desktop",
        title: "Claude Desktop",
        files: [
            "~/Library/Application Support/Claude//claude_desktop_config.json",
            "~/.config/Claude//claude_desktop_config.json",
            "%APPDATA%/Claude//claude_desktop_config.json",
        ],
        also: "what 'Edit Config' of its developer settings opens",
        remote: Remote::Bridge,
        ..USUAL
    },
    Client {
        id: "claude-code",
        title: "Claude Code",
        files: ["~/.claude.json//"; 3],
        also: ".mcp.json of the project",
        types: ["stdio", "http"],
        secrets: Secrets::Variable("${", "}"),
        ..USUAL
    },
    Client {
        id: "vscode",
        title: "VS Code",
        files: [
            "~/Library/Application Support/Code/User//mcp.json",
            "~/.config/Code/User//mcp.json",
            "%APPDATA%/Code/User//mcp.json",
        ],
        also: ".vscode/mcp.json of the project",
        servers: "servers",
        types: ["stdio", "http"],
        secrets: Secrets::Input,
        ..USUAL
    },
    Client {
        id: "cursor",
        title: "Cursor",
        files: ["~/.cursor//mcp.json"; 3],
        also: ".cursor/mcp.json of the project",
        secrets: Secrets::Variable("${env:", "}"),
        ..USUAL
    },
    Client {
        id: "windsurf",
        title: "Windsurf",
        files: ["~/.codeium/windsurf//mcp_config.json"; 3],
        remote: Remote::Url("serverUrl"),
        secrets: Secrets::Variable("${env:", "}"),
        ..USUAL
    },
    Client {
        id: "cline",
        title: "Cline",
        files: ["~/.cline//data/settings/cline_mcp_settings.json"; 3],
        also: "what 'Configure MCP Servers' opens",
        types: ["", "streamableHttp"],
        ..USUAL
    },
    Client {
        id: "gemini",
        title: "Gemini CLI",
        files: ["~/.gemini//settings.json"; 3],
        also: ".gemini/settings.json of the project",
        remote: Remote::Url("httpUrl"),
        secrets: Secrets::Variable("${", "}"),
        ..USUAL
    },
    Client {
        id: "codex",
        title: "Codex",
        files: ["~/.codex//config.toml"; 3],
        also: ".codex/config.toml of a trusted project",
        notation: Notation::Toml,
        servers: "mcp_servers",
        secrets: Secrets::Forwarded("env_vars", "bearer_token_env_var"),
        ..USUAL
    },
    Client {
        id: "copilot",
        title: "Copilot CLI",
        files: ["~/.copilot//mcp-config.json"; 3],
        also: ".mcp.json or .github/mcp.json of the project",
        types: ["local", "http"],
        secrets: Secrets::Variable("${", "}"),
        more: r#"{"tools":["*"]}"#,
        ..USUAL
    },
    Client {
        id: "goose",
        title: "Goose",
        files: [
            "~/.config/goose//config.yaml",
            "~/.config/goose//config.yaml",
            "%APPDATA%/Block/goose/config//config.yaml",
        ],
        notation: Notation::Yaml,
        servers: "extensions",
        command: "cmd",
        env: "envs",
        types: ["stdio", "streamable_http"],
        remote: Remote::Url("uri"),
        secrets: Secrets::Forwarded("env_keys", ""),
        more: r#"{"description":"Itential Platform","enabled":true,"timeout":300}"#,
        ..USUAL
    },
    Client {
        id: "zed",
        title: "Zed",
        files: [
            "~/.config/zed//settings.json",
            "~/.config/zed//settings.json",
            "%APPDATA%/Zed//settings.json",
        ],
        also: ".zed/settings.json of the project",
        servers: "context_servers",
        ..USUAL
    },
    Client {
        id: "lm-studio",
        title: "LM Studio",
        files: ["~/.lmstudio//mcp.json"; 3],
        also: "what 'Edit mcp.json' opens",
        ..USUAL
    },
    Client {
        id: "jetbrains",
        title: "JetBrains Junie and AI Assistant",
        files: ["~/.junie//mcp/mcp.json"; 3],
        also: ".junie/mcp/mcp.json of the project, or for AI Assistant its page Model Context Protocol \
               in the settings, as JSON",
        ..USUAL
    },
    Client {
        id: "anythingllm",
        title: "AnythingLLM",
        files: [
            "~/Library/Application Support/anythingllm-desktop/storage//plugins/anythingllm_mcp_servers.json",
            "~/.config/anythingllm-desktop/storage//plugins/anythingllm_mcp_servers.json",
            "%APPDATA%/anythingllm-desktop/storage//plugins/anythingllm_mcp_servers.json",
        ],
        also: "plugins/anythingllm_mcp_servers.json of the server's storage",
        types: ["", "streamable"],
        ..USUAL
    },
    Client {
        id: "mcp-remote",
        title: "Clients that start programs and no more",
        also: "where the client keeps its servers",
        remote: Remote::Bridge,
        ..USUAL
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
