//! What a row of the table says.

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Section of the configuration file.
    pub section: Section,
    /// Key in that section. `auth_x` of `[server]` may be written as `x` in `[auth]`.
    pub key: &'static str,
    /// Environment variable.
    pub env: &'static str,
    /// Long option, without the dashes.
    pub flag: &'static str,
    /// What values are accepted.
    pub kind: Kind,
    /// Name of the value in help texts; empty for switches.
    pub metavar: &'static str,
    /// Default as text; empty is unset.
    pub default: &'static str,
    /// Heading under which help and documentation list it.
    pub group: Group,
    /// Whether a change takes effect on SIGHUP, without a restart.
    pub reloadable: bool,
    /// Whether the Python server had this option: its abbreviations keep their meaning.
    pub drop_in: bool,
    /// What it does, in one or two sentences, without a final full stop.
    pub doc: &'static str,
}

/// A section of the configuration file with a fixed set of keys; the name of a role is the operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `[platform]`.
    Platform,
    /// `[role:NAME]`, of which there may be several.
    Role,
    /// `[server]`.
    Server,
    /// `[tools]`.
    Tools,
}

/// Which values a setting accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A switch.
    Bool,
    /// One of some words, in any case; each alias stands for one of the words.
    Choice(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// One or more of some words, in any case, separated by commas.
    Choices(&'static [&'static str]),
    /// A name or IP address with an optional port.
    Host,
    /// A whole number within bounds, both included.
    Int(i64, i64),
    /// Log level: like a choice, but an unknown one is a runtime error as in the Python server.
    Level,
    /// Items separated by semicolons or line ends: names that hold commas.
    Lines,
    /// Items separated by commas.
    List,
    /// IP addresses or networks (`10.0.0.0/8`) separated by commas.
    Networks,
    /// A file or directory.
    Path,
    /// A route, beginning with `/`.
    Route,
    /// A secret: masked wherever it is shown, and readable from a file of its own.
    Secret,
    /// Whole seconds within bounds, both included.
    Seconds(i64, i64),
    /// Any text.
    Text,
    /// An `http://` or `https://` URL.
    Url,
    /// Items separated by commas or blanks.
    Words,
}

/// Names of the log levels; see [`Kind::Level`].
pub const LEVELS: &[&str] = &["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "NONE", "TRACE"];

/// Other names of log levels.
pub const LEVEL_ALIASES: &[(&str, &str)] =
    &[("WARN", "WARNING"), ("FATAL", "CRITICAL"), ("NOTSET", "TRACE")];

/// A heading in help and documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The platform behind the tools.
    Platform,
    /// Where and how clients connect.
    Listener,
    /// Certificates of the listener.
    Tls,
    /// Who may call.
    Auth,
    /// Which tools exist and how they answer.
    Tools,
    /// What a model may do to the network.
    Safety,
    /// Bounds.
    Limits,
    /// Log, audit, metrics.
    Logging,
}

impl Group {
    /// Every group, in the order of help texts.
    pub const ALL: &'static [Self] = &[
        Self::Platform,
        Self::Listener,
        Self::Tls,
        Self::Auth,
        Self::Tools,
        Self::Safety,
        Self::Limits,
        Self::Logging,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Platform => "Itential Platform Options",
            Self::Listener => "MCP Server Options",
            Self::Tls => "TLS Options",
            Self::Auth => "Authentication Options",
            Self::Tools => "Tool Options",
            Self::Safety => "Safety Options",
            Self::Limits => "Limit Options",
            Self::Logging => "Observation Options",
        }
    }
}

impl Section {
    /// Those whose names are fixed, in the order in which people should read them.
    pub const FIXED: &'static [Self] = &[Self::Platform, Self::Server, Self::Tools];

    /// Name between the brackets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Role => "role:NAME",
            Self::Server => "server",
            Self::Tools => "tools",
        }
    }
}

impl Setting {
    /// `section.key`, the name used in messages.
    pub fn id(&self) -> String {
        format!("{}.{}", self.section.name(), self.key)
    }

    /// The key in `[auth]`, for those that have one.
    pub fn auth_key(&self) -> Option<&'static str> {
        (self.section == Section::Server).then(|| self.key.strip_prefix("auth_")).flatten()
    }

    /// Whether the value must not be shown.
    pub fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }

    /// Whether the option may stand without a value.
    pub fn is_switch(&self) -> bool {
        self.kind == Kind::Bool
    }

    /// The words a choice accepts.
    pub fn choices(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Choice(words, _) | Kind::Choices(words) => words,
            Kind::Level => LEVELS,
            _ => &[],
        }
    }

    /// Not a command-line option of the Python server.
    pub(super) const fn ours(mut self) -> Self {
        self.drop_in = false;
        self
    }

    /// Taken over on SIGHUP.
    pub(super) const fn reloadable(mut self) -> Self {
        self.reloadable = true;
        self
    }

    /// An option that people type often: its flag is the key alone.
    pub(super) const fn short(mut self) -> Self {
        self.flag = self.key;
        self
    }
}
