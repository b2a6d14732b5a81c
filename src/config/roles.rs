//! Roles: `[role:NAME]` and `ITENTIAL_MCP_ROLE_<NAME>_<KEY>`.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::findings::Findings;
use super::named::{Draft, Entry, Family};
use super::resolved::{Resolved, counts, resolved, secret_file};
use super::settings::{RoleSettings, Setting};
use super::sources::{ConfigFile, Environment, Source};
use super::value::Value;
use crate::limits;

/// A role that callers may have.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: Arc<str>,
    /// What its callers may do, and who they are.
    pub settings: RoleSettings,
}

/// How a file of tokens writes that a token names no role.
const NO_ROLE: &str = "-";

/// The keys of a role, and those of secrets in files of their own.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rows = RoleSettings::rows().iter();
    rows.flat_map(|row| [Some(row.key.to_owned()), file_key(row)]).flatten().collect()
});

/// These sections. A key that nobody reads would leave open what it was to close.
pub(super) static FAMILY: Family = Family {
    word: "role",
    env: "ITENTIAL_MCP_ROLE_",
    keys: || KEYS.iter().map(String::as_str).collect(),
    only_in_file: &[],
    example: "OPERATORS_READ_ONLY",
    strict: true,
    fold: str::to_lowercase,
};

/// Every role, in the order of the file and then of the environment, with where its values come from.
pub(super) fn load(
    env: &Environment,
    file: Option<&ConfigFile>,
    findings: &mut Findings,
) -> Vec<(Role, Vec<Resolved>)> {
    for variable in env.unreadable().iter().filter(|name| name.starts_with(FAMILY.env)) {
        findings.errors.push(format!("the value of {variable} is not UTF-8"));
    }
    let mut drafts = FAMILY.drafts(env, file, findings);
    if drafts.len() > limits::ROLES {
        let (many, most) = (drafts.len(), limits::ROLES);
        findings.errors.push(format!("{many} roles are defined, and there may be {most}"));
        drafts.truncate(most);
    }
    let mut roles = Vec::new();
    for draft in drafts {
        let values: Vec<Resolved> =
            RoleSettings::rows().iter().map(|row| resolve(row, &draft, findings)).collect();
        let value = |key: &str| {
            let found = values.iter().find(|resolved| resolved.setting.key == key);
            found.map_or(Value::Unset, |resolved| resolved.value.clone())
        };
        let problem = match RoleSettings::read(&value) {
            Ok(settings) => match problem(&draft.name, &settings) {
                None => {
                    roles.push((Role { name: draft.name.as_str().into(), settings }, values));
                    continue;
                }
                Some(problem) => problem,
            },
            // What is wrong with the value has been told.
            Err(_) if !findings.errors.is_empty() => continue,
            Err(problem) => problem,
        };
        findings.errors.push(format!("{}: {problem}", draft.place(&FAMILY)));
    }
    roles
}

/// The key under which a secret may be read from a file.
fn file_key(row: &Setting) -> Option<String> {
    row.is_secret().then(|| format!("{}_file", row.key))
}

/// The value of one key: of the environment, else of the file; a secret itself before one in a file.
fn resolve(row: &'static Setting, draft: &Draft, findings: &mut Findings) -> Resolved {
    let id = format!("{}:{}.{}", FAMILY.word, draft.name, row.key);
    let of = |layer: &str, key: &str| -> Option<&Entry> {
        let of_layer = draft.entries.iter().filter(|entry| entry.source.layer() == layer);
        of_layer.into_iter().find(|entry| entry.key == key && counts(row, &entry.value))
    };
    let found = ["environment", "file"].into_iter().find_map(|layer| {
        let direct = of(layer, row.key).map(|entry| (entry.value.clone(), entry.source.clone()));
        let named = file_key(row).and_then(|key| of(layer, &key)).filter(|e| !e.value.is_empty());
        let Some(named) = named else { return direct };
        direct.filter(|(text, _)| !text.is_empty()).or_else(|| {
            let by = named.source.to_string();
            let text = secret_file(&id, Path::new(&named.value), &by, findings);
            Some((text, named.source.clone()))
        })
    });
    resolved(row, id, found.unwrap_or_else(|| (row.default.into(), Source::Default)), findings)
}

/// What of a role cannot work, if anything.
fn problem(name: &str, settings: &RoleSettings) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "._@-".contains(c);
    if name == NO_ROLE || !(1..=limits::TOKEN_NAME_BYTES).contains(&name.len()) {
        return Some(format!(
            "a role needs a name of up to {} letters, such as [role:operators]",
            limits::TOKEN_NAME_BYTES
        ));
    }
    if !name.chars().all(good) {
        return Some("the name of a role may have letters, digits and . _ @ -".into());
    }
    let RoleSettings { platform_user, platform_password, platform_client_id: id, .. } = settings;
    let secret = &settings.platform_client_secret;
    let half = |a: bool, b: bool, names: &str| {
        (a != b).then(|| format!("{names} belong together, and one of them is missing"))
    };
    half(
        platform_user.is_some(),
        platform_password.is_some(),
        "platform_user and platform_password",
    )
    .or_else(|| {
        half(id.is_some(), secret.is_some(), "platform_client_id and platform_client_secret")
    })
    .or_else(|| {
        (platform_user.is_some() && id.is_some()).then(|| {
            "it has two accounts at the platform; keep platform_user or platform_client_id".into()
        })
    })
}
