//! Settings whose value is one of some words: each word stands beside what it means.

use super::table::Kind;
use super::typed::Typed;
use crate::config::value::Value;

/// An enumeration with the word, and other names of it, for each variant.
macro_rules! choice {
    (
        $(#[$about:meta])* $name:ident
        { $($(#[$doc:meta])* $variant:ident = $word:literal $(or $alias:literal)?,)* }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// What a configuration may say.
            #[allow(dead_code, reason = "one of several words, or a list of them")]
            pub(super) const KIND: Kind = Kind::Choice(&[$($word),*], &[$($(($alias, $word),)?)*]);

            /// What a configuration may say where it may say several.
            #[allow(dead_code, reason = "one of several words, or a list of them")]
            pub(super) const KINDS: Kind = Kind::Choices(&[$($word),*]);

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl Typed for $name {
            fn typed(value: &Value) -> Option<Self> {
                match value {
                    $(Value::Text(word) if word == $word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl Typed for Vec<$name> {
            fn typed(value: &Value) -> Option<Self> {
                let Value::List(words) = value else { return None };
                words.iter().map(|word| $name::typed(&Value::Text(word.clone()))).collect()
            }
        }
    };
}

choice! {
    /// How MCP messages arrive.
    Transport {
        /// Newline-delimited JSON-RPC on standard input and output.
        Stdio = "stdio",
        /// HTTP+SSE of 2024-11-05 and Streamable HTTP side by side.
        Sse = "sse",
        /// Streamable HTTP.
        Http = "http" or "streamable-http",
    }
}

choice! {
    /// The oldest TLS version that clients may speak.
    TlsVersion {
        /// TLS 1.2 and 1.3.
        Tls12 = "1.2",
        /// TLS 1.3 only.
        Tls13 = "1.3",
    }
}

choice! {
    /// How legacy clients over HTTP are known again.
    SessionStyle {
        /// By ids that say what has to be known, sealed.
        Sealed = "sealed",
        /// Not at all: they are served without ids.
        None = "none",
    }
}

choice! {
    /// What of a client's certificate names the caller.
    ClientIdentity {
        /// The distinguished name of its owner.
        Subject = "subject",
        /// Its first subject alternative name.
        San = "san",
    }
}

choice! {
    /// How the text of a result is written.
    ResponseFormat {
        /// Compact JSON.
        Json = "json",
        /// Token-Oriented Object Notation.
        Toon = "toon",
    }
}

choice! {
    /// How lines of the log are written.
    LogFormat {
        /// For people.
        Text = "text",
        /// For programs: one object a line.
        Json = "json",
    }
}

choice! {
    /// Which calls belong to a trace that goes on at the platform.
    TraceContext {
        /// None.
        Off = "off",
        /// Those whose client names one.
        Client = "client",
        /// All: what has none begins one.
        Always = "always",
    }
}

choice! {
    /// Which tools a client is shown.
    Offer {
        /// All that are enabled.
        All = "all",
        /// Those that operators need most, without overlaps.
        Lean = "lean",
        /// Three, which find, describe and call the others.
        Search = "search",
    }
}

choice! {
    /// When a destructive call needs a person's agreement.
    Confirm {
        /// Never ask.
        Never = "never",
        /// Ask before every tool that declares itself destructive.
        Destructive = "destructive",
    }
}

choice! {
    /// What happens to a call that needs confirmation when the client cannot ask its user.
    ConfirmFallback {
        /// Run the call.
        Allow = "allow",
        /// Refuse the call and say why.
        Deny = "deny",
    }
}

choice! {
    /// Whose account at the platform a call acts with.
    PlatformCredentials {
        /// That of the configuration.
        Server = "server",
        /// That which the caller sends along.
        Caller = "caller",
    }
}

choice! {
    /// Which documents about clients are read, whose address is the client's id.
    ClientDocuments {
        /// Those that everybody can read.
        Public = "public",
        /// Also those within private networks and on this machine.
        Internal = "internal",
        /// None.
        Off = "off",
    }
}

choice! {
    /// How callers prove who they are.
    AuthType {
        /// They do not.
        None = "none",
        /// A token of the file of tokens.
        Token = "token",
        /// A signed bearer token.
        Jwt = "jwt",
        /// Refused at start: it never worked; `oauth_proxy` is what users want.
        Oauth = "oauth",
        /// This server stands between the client and an OAuth provider.
        OauthProxy = "oauth_proxy",
    }
}
