//! Who calls, proven.

use std::time::SystemTime;

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
    /// The role that the proof itself names.
    pub role: Option<String>,
    /// What its token was made for.
    pub scopes: Vec<String>,
    /// Until when it is proven.
    pub expires: Option<SystemTime>,
}

impl Identity {
    /// Whoever shows this certificate.
    pub fn of_certificate(name: &str) -> Self {
        let name = name.to_owned();
        Self { proof: Proof::Certificate, name, role: None, scopes: Vec::new(), expires: None }
    }

    /// The name, unlike that of anybody with another kind of proof.
    pub fn id(&self) -> String {
        match self.proof {
            Proof::Certificate => self.name.clone(),
            Proof::Token => format!("token:{}", self.name),
            Proof::Jwt => format!("jwt:{}", self.name),
        }
    }
}
