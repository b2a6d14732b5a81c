//! The macro in which a setting is told once.

/// `text` with every byte put through the same change, for names derived from keys.
pub(super) const fn derived<const N: usize>(text: &str, flag: bool) -> [u8; N] {
    let (text, mut out, mut at) = (text.as_bytes(), [0; N], 0);
    while at < N {
        out[at] = match text[at] {
            b'_' if flag => b'-',
            byte if flag => byte,
            byte => byte.to_ascii_uppercase(),
        };
        at += 1;
    }
    out
}

/// A name that [`derived`] made.
pub(super) const fn name(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(name) => name,
        Err(_) => panic!("keys are ASCII"),
    }
}

/// The settings of one struct, each told once: documentation, field, type, group, kind of value,
/// default, name of the value in help texts (empty for switches), and marks.
///
/// The macro makes the typed struct, its rows of the table and its extraction from checked values.
/// Key, variable and flag follow from the field's name.
macro_rules! settings {
    (
        $(#[$about:meta])* $name:ident, $section:ident $word:literal $prefix:literal;
        $(
            #[doc = $doc:literal]
            $field:ident $(= $key:literal)? : $type:ty
                = $group:ident, $kind:expr, $default:literal, $metavar:literal $([$($mark:ident)*])?;
        )*
    ) => {
        $(#[$about])*
        // The same words are shown on terminals, where the brackets of a link would be noise.
        #[allow(rustdoc::bare_urls)]
        #[derive(Clone, Debug)]
        pub struct $name {
            $(#[doc = $doc] pub $field: $type,)*
        }

        impl $name {
            /// The rows of the table.
            pub(super) const ROWS: &[$crate::config::settings::table::Setting] = &[$({
                use $crate::config::settings::table::{Group, Section, Setting};
                use $crate::config::settings::told::{derived, key, name};
                const KEY: &str = key!($prefix $field $($key)?);
                const ENV: &str = concat!("itential_mcp_", $word, "_", key!($prefix $field $($key)?));
                const UPPER: [u8; ENV.len()] = derived(ENV, false);
                const FLAG: &str = match Section::$section {
                    Section::Platform => concat!("platform-", key!($prefix $field $($key)?)),
                    Section::Tools => concat!("tools-", key!($prefix $field $($key)?)),
                    Section::Role | Section::Server => KEY,
                };
                const DASHED: [u8; FLAG.len()] = derived(FLAG, true);
                Setting {
                    section: Section::$section,
                    key: KEY,
                    env: name(&UPPER),
                    flag: name(&DASHED),
                    kind: $kind,
                    metavar: $metavar,
                    default: $default,
                    group: Group::$group,
                    reloadable: false,
                    drop_in: true,
                    doc: $doc.trim_ascii(),
                }$($(.$mark())*)?
            }),*];

            /// The typed form of checked values, by key.
            pub(crate) fn read(
                value: &dyn Fn(&str) -> $crate::config::value::Value,
            ) -> Result<Self, String> {
                use $crate::config::settings::told::key;
                use $crate::config::settings::typed::read;
                Ok(Self { $($field: read(value, $word, key!($prefix $field $($key)?))?,)* })
            }
        }
    };
}

/// The key of a field: its name or the one given, behind the prefix of its struct.
macro_rules! key {
    ($prefix:literal $field:ident) => {
        concat!($prefix, stringify!($field))
    };
    ($prefix:literal $field:ident $key:literal) => {
        concat!($prefix, $key)
    };
}

pub(super) use {key, settings};
