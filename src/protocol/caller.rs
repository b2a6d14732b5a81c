//! Who calls.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::places::CallerKey;
use crate::trace::Trace;

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The subject of a token or certificate; none on stdio and open listeners.
    pub identity: Option<String>,
    /// What it may do; none where there are no roles.
    pub role: Option<Arc<str>>,
    /// Who takes turns with others when places are scarce: the identity, else the session, else the
    /// address; empty where there is nobody else.
    pub key: CallerKey,
    /// How many of its calls may run at the same time, where its role says so.
    pub calls_at_once: Option<usize>,
    /// What it shows for an account of its own behind this server.
    pub credential: Option<Credential>,
    /// The trace that its request names, outside of the message.
    pub trace: Option<Trace>,
}

/// What a caller shows for an account of its own behind this server. Never shown to anybody.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(Arc<str>);

impl Caller {
    /// This identity, and otherwise who comes from there.
    pub fn new(identity: Option<String>, otherwise: &str) -> Self {
        let key = identity.as_deref().unwrap_or(otherwise).into();
        Self { identity, role: None, key, calls_at_once: None, credential: None, trace: None }
    }

    /// Whose a task or a state is: the identity's, in this role.
    pub fn owner(&self) -> Value {
        match &self.role {
            None => json!(self.identity),
            Some(role) => json!([self.identity, &**role]),
        }
    }
}

impl Default for Caller {
    fn default() -> Self {
        Self::new(None, "")
    }
}

impl Credential {
    /// This header value.
    pub fn new(shown: &str) -> Self {
        Self(shown.into())
    }

    /// The value itself, for the one place that must send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"********\"")
    }
}
