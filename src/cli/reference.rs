//! What people read about the settings: `config example` and `config docs`, made from the table.

use crate::config::bindings;
use crate::config::{Group, Kind, LEVEL_ALIASES, RoleSettings, Section, Setting, settings};

/// A configuration file to start from: every setting with its default, commented out.
pub fn example() -> String {
    let mut out = String::from(
        "# Configuration of itential-mcp.\n\
         #\n\
         # Lines that begin with '#' or ';' are comments; a comment cannot follow a value on its line.\n\
         # A '%' in a value is written '%%'. Indented lines continue the value above.\n\
         # The commented lines show the defaults; remove the '#' to change one.\n",
    );
    for section in Section::FIXED {
        out.push_str(&format!("\n[{}]\n", section.name()));
        for row in settings().filter(|row| row.section == *section) {
            out.push_str(&format!("\n# {}.\n# {}.\n", row.doc, accepted(row)));
            if row.is_secret() {
                out.push_str(&format!(
                    "# Better kept in a file of its own: {}_file = /path, or {}_FILE.\n",
                    row.key, row.env
                ));
            }
            out.push_str(format!("#{} = {}", row.key, row.default).trim_end());
            out.push('\n');
        }
    }
    out.push_str("\n# A tool of your own that runs an automation of the platform:\n");
    out.push_str("#[tool:backup_router]\n#type = endpoint\n#name = backup-trigger\n");
    out.push_str(
        "#automation = Backup Router\n#description = Back up the configuration of one router\n",
    );
    out.push_str("#tags = backup, routers\n");
    out.push_str(
        "\n# What some of the callers may do; once there is a role, nobody else may do anything:\n",
    );
    out.push_str("#[role:operators]\n");
    for row in RoleSettings::rows() {
        out.push_str(&format!("\n# {}.\n# {}.\n", row.doc, accepted(row)));
        out.push_str(format!("#{} = {}", row.key, row.default).trim_end());
        out.push('\n');
    }
    out
}

/// The reference of every setting, in Markdown.
pub fn markdown() -> String {
    let mut out = format!("{INTRODUCTION}\n");
    for group in Group::ALL {
        out.push_str(&format!("\n## {}\n", group.title().trim_end_matches(" Options")));
        for row in settings().filter(|row| row.group == *group) {
            out.push_str(&entry(row));
        }
    }
    out.push_str(&format!("\n{TOOLS}\n"));
    for (key, doc) in bindings::KEYS {
        out.push_str(&format!("| `{key}` | {doc} |\n"));
    }
    out.push_str(&format!("\n{ROLES}\n"));
    for row in RoleSettings::rows() {
        let also = if row.is_secret() { format!(", or `{}_file`", row.key) } else { String::new() };
        out.push_str(&format!("| `{}`{also} | {} | {} |\n", row.key, accepted(row), row.doc));
    }
    out.push_str(&format!("\n{AUTH}\n"));
    out
}

fn entry(row: &Setting) -> String {
    let mut out = format!("\n### `{}`\n\n{}.\n\n", row.id(), row.doc);
    let default =
        if row.default.is_empty() { "unset".into() } else { format!("`{}`", row.default) };
    let value = if row.is_switch() { String::new() } else { format!(" <{}>", row.metavar) };
    out.push_str(&format!("- File: `[{}]` `{}`", row.section.name(), row.key));
    if let Some(key) = row.auth_key() {
        out.push_str(&format!(", or `[auth]` `{key}`"));
    }
    out.push_str(&format!("\n- Environment: `{}`", row.env));
    if row.is_secret() {
        out.push_str(&format!(
            "\n- From a file: `{}_file` in the configuration file, `{}_FILE`, or the systemd \
             credential `{}`",
            row.key, row.env, row.key
        ));
    }
    out.push_str(&format!("\n- Option: `--{}{value}`", row.flag));
    out.push_str(&format!("\n- Values: {}; default {default}", accepted(row)));
    if row.reloadable {
        out.push_str("\n- A change takes effect on SIGHUP, without a restart");
    }
    out + "\n"
}

/// What values a setting accepts, beginning with a capital letter.
pub fn accepted(row: &Setting) -> String {
    match row.kind {
        Kind::Bool => "true or false (yes/no, on/off, 1/0)".into(),
        Kind::Choice(words, aliases) => with_aliases(words, aliases),
        Kind::Choices(words) => {
            format!("One or more of {} in any case, separated by commas", words.join(", "))
        }
        Kind::Host => "Host name or IP address, with an optional `:port`".into(),
        Kind::Int(min, max) => format!("Whole number from {min} to {max}"),
        Kind::Level => with_aliases(row.choices(), LEVEL_ALIASES),
        Kind::Lines => "Items separated by semicolons or line ends".into(),
        Kind::List => "Items separated by commas".into(),
        Kind::Networks => "IP addresses or networks such as 10.0.0.0/8, separated by commas".into(),
        Kind::Path => "Path".into(),
        Kind::Route => "Route beginning with /".into(),
        Kind::Secret => "Text, masked wherever it is shown".into(),
        Kind::Seconds(i64::MIN, max) => format!("Whole seconds, at most {max}; 0 or less is off"),
        Kind::Seconds(min, max) => format!("Whole seconds from {min} to {max}"),
        Kind::Text => "Text".into(),
        Kind::Url => "URL beginning with https:// or http://".into(),
        Kind::Words => "Items separated by commas or blanks".into(),
    }
}

fn with_aliases(words: &[&str], aliases: &[(&str, &str)]) -> String {
    let aliases: Vec<_> =
        aliases.iter().map(|(alias, word)| format!("{alias} means {word}")).collect();
    let aliases =
        if aliases.is_empty() { String::new() } else { format!("; {}", aliases.join(", ")) };
    format!("One of {} in any case{aliases}", words.join(", "))
}

const INTRODUCTION: &str = concat!(
    "# Configuration\n\n",
    "<!-- Generated: docs/regenerate -->\n\n",
    "Every setting has a key in the configuration file, an environment variable and an option. For ",
    "each setting on its own, the first of these that has a value wins:\n\n",
    "1. the environment variable\n",
    "2. the option on the command line\n",
    "3. the configuration file, named by `--config` or else by `ITENTIAL_MCP_CONFIG`\n",
    "4. for secrets, the systemd credential of the key's name (`$CREDENTIALS_DIRECTORY`)\n",
    "5. the default\n\n",
    "The same rules hold for a value wherever it stands. An empty number, switch or choice counts as ",
    "not set; an empty text or list is a value of its own. What is not valid stops the program with a ",
    "message that names the setting, the place and what is allowed.\n\n",
    "`itential-mcp config show` prints every value and where it came from, `config check` reports ",
    "mistakes, `config example` prints a file to start from.\n\n",
    "## The configuration file\n\n",
    "INI with the sections `[platform]`, `[server]`, `[auth]`, `[role:NAME]` and `[tool:NAME]`:\n\n",
    "- Key and value are separated by the first `=` or `:`. Keys may be written in any case.\n",
    "- A line whose first character is `#` or `;` is a comment. A comment cannot follow a value.\n",
    "- Lines indented deeper than their key continue its value, for PEM text and long lists.\n",
    "- `%(key)s` stands for another key of the section, and a plain `%` is written `%%`.\n",
    "- Keys of `[DEFAULT]` are inherited by every section.\n",
    "- A key or a section may stand only once. An unknown section is an error. An unknown key is a ",
    "warning, and an error where it concerns authentication or a role.\n\n",
    "## Secrets\n\n",
    "A secret need not stand in the environment or in the configuration file: name a file that holds ",
    "it with `<KEY>_file` in the configuration file or with `<VARIABLE>_FILE` in the environment, or ",
    "let systemd provide it (`LoadCredential=password:/path`). One line end at the end of the file is ",
    "dropped. A secret given directly wins over one in a file of the same layer."
);

const TOOLS: &str = concat!(
    "## Tools of your own\n\n",
    "A section `[tool:NAME]` describes a tool made from an automation's endpoint trigger or from a ",
    "Gateway Manager service; what sends other requests, or runs a program, stands in a file of its own: ",
    "[custom-tools.md](custom-tools.md). NAME starts with a letter and contains ",
    "letters, digits and underscores. The variable `ITENTIAL_MCP_TOOL_<NAME>_<KEY>` sets or overrides ",
    "a key; NAME may be written in ",
    "capitals there.\n\n",
    "```ini\n",
    "[tool:backup_router]\n",
    "type = endpoint\n",
    "name = backup-trigger\n",
    "automation = Backup Router\n",
    "tags = backup, routers\n",
    "```\n\n",
    "| Key | Meaning |\n",
    "|---|---|"
);

const ROLES: &str = concat!(
    "## Roles\n\n",
    "A section `[role:NAME]` says what callers of that role may do and who they are; ",
    "[roles.md](roles.md) explains them. The variable `ITENTIAL_MCP_ROLE_<NAME>_<KEY>` sets or ",
    "overrides a key; there, NAME is written in capitals, with `_` for whatever is no letter or digit. ",
    "An unknown key is an error. A change takes effect on SIGHUP, without a restart.\n\n",
    "| Key | Values | Meaning |\n",
    "|---|---|---|"
);

const AUTH: &str = concat!(
    "## Keys of `[auth]`\n\n",
    "The keys `auth_...` of `[server]` may also be written in `[auth]` without `auth_`, so ",
    "`[auth] type` is `[server] auth_type`. When both are there, the section that stands later in the ",
    "file wins."
);
