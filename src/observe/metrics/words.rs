//! The values of labels: each set is bounded, so that nobody outside can make a new series.

use super::metric::Label;

/// An enumeration whose words are the values of a label.
macro_rules! words {
    ($(#[$about:meta])* $name:ident $label:literal { $($variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $word] $variant,)*
        }

        impl $name {
            /// The label.
            pub const LABEL: Label = Label { name: $label, values: &[$($word),*] };

            /// Its place among the values.
            pub const fn at(self) -> usize {
                self as usize
            }
        }
    };
}

words! {
    /// Where an HTTP request went.
    Route "route" {
        Mcp = "mcp",
        Sse = "sse",
        Messages = "messages",
        Health = "health",
        Ready = "ready",
        Status = "status",
        Metrics = "metrics",
        Metadata = "metadata",
        Oauth = "oauth",
        Other = "other",
    }
}

impl Route {
    /// Returns true for pages about the server itself.
    pub fn is_about_server(self) -> bool {
        matches!(self, Self::Health | Self::Ready | Self::Status | Self::Metrics)
    }
}

words! {
    /// A method of HTTP.
    Method "method" {
        Get = "GET",
        Head = "HEAD",
        Post = "POST",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
        Options = "OPTIONS",
        Other = "other",
    }
}

impl Method {
    /// The place of this method among the values.
    pub fn of(name: &str) -> usize {
        let known = Self::LABEL.values.iter().position(|known| *known == name);
        known.unwrap_or(Self::Other.at())
    }
}

/// Status codes that are told one by one; others are told by their class.
macro_rules! codes {
    ($($code:literal)*) => {
        const CODES: &[u16] = &[$($code),*];

        /// The status of an answer.
        pub const CODE: Label = Label {
            name: "code",
            values: &[$(stringify!($code),)* "1xx", "2xx", "3xx", "4xx", "5xx", "none"],
        };
    };
}

codes! {
    200 201 202 204 302 400 401 403 404 405 406 408 409 413 415 422 429 431 500 502 503 504
}

/// The place of this status among the values; 0 is that there was no answer.
pub fn code(status: u16) -> usize {
    let known = CODES.iter().position(|code| *code == status);
    known.unwrap_or_else(|| match status / 100 {
        class @ 1..=5 => CODES.len() + usize::from(class) - 1,
        _ => CODES.len() + 5,
    })
}

words! {
    /// How a tool call went.
    Outcome "outcome" {
        Ok = "ok",
        Invalid = "invalid_arguments",
        NotFound = "not_found",
        State = "invalid_state",
        Refused = "refused",
        Platform = "platform",
        Program = "program",
        Unknown = "unknown",
        Denied = "not_confirmed",
        Busy = "busy",
        Cancelled = "cancelled",
    }
}

words! {
    /// How a login at the platform, or a reload, went.
    Went "outcome" {
        Ok = "ok",
        Refused = "refused",
        Failed = "failed",
    }
}

words! {
    /// Why a request to the platform had no answer.
    Failure "reason" {
        Cancelled = "cancelled",
        Connect = "connect",
        Dns = "dns",
        Tls = "tls",
        Timeout = "timeout",
        Lost = "lost",
        Other = "other",
    }
}

words! {
    /// Why a caller is turned back.
    Turned "reason" {
        Origin = "origin",
        Proxy = "proxy",
        NoToken = "no_token",
        BadToken = "bad_token",
        Scope = "scope",
        Role = "role",
        Unavailable = "unavailable",
        Rate = "rate",
        Busy = "busy",
    }
}

words! {
    /// What is written to a file.
    Output "output" {
        Log = "log",
        Access = "access",
    }
}

/// The tool that is called.
pub const TOOL: Label = Label { name: "tool", values: &[] };

/// The role in which it is called; empty where there are no roles.
pub const ROLE: Label = Label { name: "role", values: &[] };

/// Why a connection, or what came on it, is refused before it is a request.
pub const WHY: Label = Label { name: "reason", values: &[] };

/// The version of this program.
pub const VERSION: Label = Label { name: "version", values: &[] };
