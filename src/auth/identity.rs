//! Who calls, proven.

use std::sync::Arc;
use std::time::SystemTime;

use crate::config::Role;

/// What has proven who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A certificate of the caller's, checked by TLS.
    Certificate,
    /// A token of `auth_tokens_file`.
    Token,
    /// A signed token (RFC 7519).
    Jwt,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What has proven it.
    pub proof: Proof,
    /// The name of the token, the subject of the certificate, or the subject, client and issuer of the
    /// signed token: what stays the same when a token is renewed.
    pub name: String,
    /// The subject of the certificate or signed token, as it stands there; empty where there is none.
    pub subject: String,
    /// The role that the proof itself names.
    pub role: Option<String>,
    /// What its token was made for.
    pub scopes: Vec<String>,
    /// Until when it is proven.
    pub expires: Option<SystemTime>,
}

/// Somebody who may come in.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Who it is; none where nobody is asked.
    pub identity: Option<Arc<Identity>>,
    /// What it may do; none where there are no roles.
    pub role: Option<Arc<Role>>,
}

impl Identity {
    /// Whoever shows this certificate.
    pub fn of_certificate(name: &str) -> Self {
        let (name, subject) = (name.to_owned(), name.to_owned());
        let (role, scopes, expires) = (None, Vec::new(), None);
        Self { proof: Proof::Certificate, name, subject, role, scopes, expires }
    }

    /// The name, unlike that of anybody with another kind of proof.
    pub fn id(&self) -> String {
        match self.proof {
            Proof::Certificate => self.name.clone(),
            Proof::Token => format!("static:{}", self.name),
            Proof::Jwt => format!("signed:{}", self.name),
        }
    }
}
