//! "Did you mean": the known name nearest to an unknown one.

use crate::nearest::distance;

/// Names found in published charts, images and documents that never did anything, and what their
/// authors wanted.
const MISTAKES: &[(&str, &str)] = &[
    ("ITENTIAL_MCP_CONFIG_FILE", "ITENTIAL_MCP_CONFIG"),
    ("ITENTIAL_MCP_PASSWORD", "ITENTIAL_MCP_PLATFORM_PASSWORD"),
    ("ITENTIAL_MCP_PLATFORM_LOG_LEVEL", "ITENTIAL_MCP_SERVER_LOG_LEVEL"),
    ("ITENTIAL_MCP_PLATFORM_USERNAME", "ITENTIAL_MCP_PLATFORM_USER"),
    ("ITENTIAL_MCP_PLATFORM_VERIFY_SSL", "ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY"),
    ("ITENTIAL_MCP_SERVER_PASSWORD", "ITENTIAL_MCP_PLATFORM_PASSWORD"),
    ("ITENTIAL_MCP_SERVER_PROTOCOL", "ITENTIAL_MCP_SERVER_TRANSPORT"),
    ("ITENTIAL_MCP_SERVER_TIMEOUT", "ITENTIAL_MCP_PLATFORM_TIMEOUT"),
    ("ITENTIAL_MCP_SERVER_USERNAME", "ITENTIAL_MCP_PLATFORM_USER"),
    ("ITENTIAL_MCP_SERVER_VERIFY_SSL", "ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY"),
    ("ITENTIAL_MCP_TLS_CERT", "ITENTIAL_MCP_SERVER_CERTIFICATE_FILE"),
    ("ITENTIAL_MCP_TLS_CERT_FILE", "ITENTIAL_MCP_SERVER_CERTIFICATE_FILE"),
    ("ITENTIAL_MCP_TLS_KEY", "ITENTIAL_MCP_SERVER_PRIVATE_KEY_FILE"),
    ("ITENTIAL_MCP_TLS_KEY_FILE", "ITENTIAL_MCP_SERVER_PRIVATE_KEY_FILE"),
    ("ITENTIAL_MCP_USERNAME", "ITENTIAL_MCP_PLATFORM_USER"),
    ("cert_file", "certificate_file"),
    ("key_file", "private_key_file"),
    ("username", "user"),
    ("verify_ssl", "disable_verify"),
];

/// Parts of environment names that people leave out or mix up.
const PREFIX: &str = "ITENTIAL_MCP_";
const SECTIONS: &[&str] = &["SERVER_", "PLATFORM_"];

/// The known name meant by `unknown`, if one is near.
pub fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let find = |wanted: &str| known.clone().find(|name| name.eq_ignore_ascii_case(wanted));
    if let Some(name) = MISTAKES
        .iter()
        .find(|(wrong, _)| wrong.eq_ignore_ascii_case(unknown))
        .and_then(|(_, right)| find(right))
    {
        return Some(name);
    }
    if let Some(name) = moved_section(unknown).iter().find_map(|wanted| find(wanted)) {
        return Some(name);
    }
    // The common prefix says nothing about likeness.
    let bare = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_ascii_lowercase();
    let unknown = bare(unknown);
    let length = unknown.chars().count();
    let tolerance = if length < 2 { 0 } else { (length / 3).clamp(1, 4) };
    known
        .map(|name| (distance(&unknown, &bare(name)), name))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The environment names made by putting the right section into a name without or with another one.
fn moved_section(name: &str) -> Vec<String> {
    let Some(rest) = name.strip_prefix(PREFIX) else { return Vec::new() };
    let bare = SECTIONS.iter().find_map(|s| rest.strip_prefix(s)).unwrap_or(rest);
    SECTIONS.iter().map(|section| format!("{PREFIX}{section}{bare}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::settings;

    #[test]
    fn published_mistakes_lead_to_names_that_exist() {
        let env = || settings().map(|row| row.env).chain(["ITENTIAL_MCP_CONFIG"]);
        let keys = || settings().map(|row| row.key);
        for (wrong, right) in MISTAKES {
            let found = nearest(wrong, env()).or_else(|| nearest(wrong, keys()));
            assert_eq!(found, Some(*right), "{wrong}");
        }
        for (wrong, right) in [
            ("ITENTIAL_MCP_INCLUDE_TAGS", "ITENTIAL_MCP_SERVER_INCLUDE_TAGS"),
            ("ITENTIAL_MCP_LOG_LEVEL", "ITENTIAL_MCP_SERVER_LOG_LEVEL"),
            ("ITENTIAL_MCP_AUTH_TYPE", "ITENTIAL_MCP_SERVER_AUTH_TYPE"),
            ("ITENTIAL_MCP_HOST", "ITENTIAL_MCP_SERVER_HOST"),
            ("ITENTIAL_MCP_SERVER_PROT", "ITENTIAL_MCP_SERVER_PORT"),
        ] {
            assert_eq!(nearest(wrong, env()), Some(right), "{wrong}");
        }
        assert_eq!(nearest("ITENTIAL_MCP_HEALTH_INTERVAL_FACTOR", env()), None);
        assert_eq!(nearest("x", keys()), None);
    }
}
