//! From checked values to the types of the configuration.

use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;

use crate::config::secret::Secret;
use crate::config::value::Value;
use crate::net::{Host, Network};

/// A type that a setting can have. Values have been checked against their row, so none means that
/// row and type do not fit together, which a test over the defaults shows.
pub trait Typed: Sized {
    /// The value in this type.
    fn typed(value: &Value) -> Option<Self>;
}

/// The value of a key in its type. One copy for each type, not one for each setting.
///
/// # Errors
/// The key, when its row and its type do not fit together.
#[inline(never)]
pub fn read<T: Typed>(
    value: &dyn Fn(&str) -> Value,
    section: &str,
    key: &str,
) -> Result<T, String> {
    T::typed(&value(key)).ok_or_else(|| format!("{section}.{key} has a value of another kind"))
}

/// An unset or empty value is none.
macro_rules! optional {
    ($($type:ty: $is_empty:expr),* $(,)?) => {$(
        impl Typed for Option<$type> {
            fn typed(value: &Value) -> Option<Self> {
                match value {
                    Value::Unset => Some(None),
                    value => <$type>::typed(value).map(|value| Some(value).filter(|v| !$is_empty(v))),
                }
            }
        }
    )*};
}

optional! {
    PathBuf: |path: &PathBuf| path.as_os_str().is_empty(),
    Secret: |secret: &Secret| secret.expose().is_empty(),
    String: String::is_empty,
    Vec<String>: Vec::is_empty,
    // A port of zero is the default one, and zero or fewer seconds mean never.
    Duration: Duration::is_zero,
    u16: |port: &u16| *port == 0,
    // Zero is a port that the system chooses.
    OwnPort: |_: &OwnPort| false,
    // A bound of zero is none.
    usize: |bound: &usize| *bound == 0,
}

impl Typed for bool {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(on) => Some(*on),
            _ => None,
        }
    }
}

impl Typed for String {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Typed for PathBuf {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Path(path) => Some(path.clone()),
            _ => None,
        }
    }
}

impl Typed for Secret {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Secret(secret) => Some(secret.clone()),
            _ => None,
        }
    }
}

impl Typed for Vec<String> {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::List(items) => Some(items.clone()),
            Value::Unset => Some(Vec::new()),
            _ => None,
        }
    }
}

impl Typed for u16 {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Self::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// A port to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnPort(pub u16);

impl Typed for OwnPort {
    fn typed(value: &Value) -> Option<Self> {
        u16::typed(value).map(Self)
    }
}

impl Typed for usize {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Self::try_from(*number).ok(),
            _ => None,
        }
    }
}

impl Typed for Duration {
    fn typed(value: &Value) -> Option<Self> {
        match value {
            Value::Int(seconds) => Some(Self::from_secs(u64::try_from(*seconds).unwrap_or(0))),
            _ => None,
        }
    }
}

impl Typed for Host {
    fn typed(value: &Value) -> Option<Self> {
        String::typed(value)?.parse().ok()
    }
}

impl Typed for Vec<Network> {
    fn typed(value: &Value) -> Option<Self> {
        Vec::<String>::typed(value)?.iter().map(|network| network.parse().ok()).collect()
    }
}

impl Typed for Option<LevelFilter> {
    fn typed(value: &Value) -> Option<Self> {
        Some(match String::typed(value)?.as_str() {
            "TRACE" => Some(LevelFilter::Trace),
            "DEBUG" => Some(LevelFilter::Debug),
            "INFO" => Some(LevelFilter::Info),
            "WARNING" => Some(LevelFilter::Warn),
            // The log knows nothing graver than an error.
            "ERROR" | "CRITICAL" => Some(LevelFilter::Error),
            "NONE" => None,
            _ => return None,
        })
    }
}
