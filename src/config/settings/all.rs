//! Every setting.

use super::auth::Auth;
use super::platform::Platform;
use super::server::Server;
use super::table::Setting;
use super::tools::Tools;

/// The table, in the order in which people should read it.
pub static SETTINGS: &[&[Setting]] = &[Platform::ROWS, Server::ROWS, Auth::ROWS, Tools::ROWS];

/// Every row of [`SETTINGS`].
pub fn settings() -> impl Iterator<Item = &'static Setting> + Clone {
    SETTINGS.iter().copied().flatten()
}

impl Setting {
    /// The row for `section.key`.
    pub fn find(section: &str, key: &str) -> Option<&'static Self> {
        settings().find(|row| row.section.name() == section && row.key == key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::config::settings::table::{Group, Section};
    use crate::config::value;

    #[test]
    fn names_are_unique_and_follow_from_section_and_key() {
        let mut seen = HashSet::new();
        for row in settings() {
            assert!(seen.insert(row.id()), "{} twice", row.id());
            assert!(seen.insert(row.env.to_string()), "{} twice", row.env);
            assert!(seen.insert(format!("--{}", row.flag)), "--{} twice", row.flag);
            let env = format!("ITENTIAL_MCP_{}_{}", row.section.name(), row.key).to_uppercase();
            assert_eq!(row.env, env);
            let plain = row.key.replace('_', "-");
            let expected = match row.section {
                Section::Server => plain,
                Section::Role => unreachable!("roles are no settings"),
                // The one option people type often has a short name.
                Section::Platform if row.key == "sandbox" => plain,
                Section::Platform => format!("platform-{plain}"),
                Section::Tools => format!("tools-{plain}"),
            };
            assert_eq!(row.flag, expected);
        }
    }

    #[test]
    fn every_row_is_documented_for_its_readers() {
        for row in settings() {
            assert!(row.doc.len() >= 20, "{} needs a doc", row.id());
            assert!(!row.doc.ends_with('.') && !row.doc.contains('\n'), "{}: doc style", row.id());
            assert_eq!(row.metavar.is_empty(), row.is_switch(), "{}: metavar", row.id());
        }
    }

    #[test]
    fn every_default_is_valid_and_choices_are_plain_words() {
        for row in settings() {
            if !row.default.is_empty() {
                value::parse(row, row.default).unwrap_or_else(|e| panic!("{}: {e}", row.id()));
            }
            for word in row.choices() {
                assert!(word.bytes().all(|b| b.is_ascii_graphic()), "{}: {word}", row.id());
            }
        }
    }

    #[test]
    fn every_group_has_rows_and_a_title() {
        for group in Group::ALL {
            assert!(settings().any(|row| row.group == *group), "{group:?} is empty");
            assert!(group.title().ends_with("Options"));
        }
    }
}
