//! What a listener asks of those who call.

use std::sync::Arc;
use std::time::SystemTime;

use super::identity::{Identity, Visitor};
use super::jwt::Jwt;
use super::oauth::OauthProxy;
use super::refusal::Refusal;
use super::resource::Resource;
use super::roles::Roles;
use super::tokens::TokenFile;
use super::verifier::{Verdict, Verifier};
use crate::config::{AuthType, Config};
use crate::http::{Request, Response};
use crate::limits;
use crate::observe::metrics::{self, Turned};
use crate::seal::Seal;
use crate::sync::SharedLock;

/// Whether a request may come in.
pub enum Check {
    /// From whom.
    Admitted(Visitor),
    /// Not, and this is the answer.
    Refused(Response),
    /// To be seen by [`Authority::settle`], where waiting is allowed.
    Waits,
}

/// What a listener asks of those who call.
pub struct Authority {
    verifiers: Vec<Arc<dyn Verifier>>,
    resource: Resource,
    proxy: Option<Arc<OauthProxy>>,
    roles: SharedLock<Roles>,
}

impl Authority {
    /// What the configuration asks. `seal` seals what the OAuth proxy hands out.
    ///
    /// # Errors
    /// In words for the operator: what of it cannot work.
    pub fn new(config: &Config, seal: Arc<Seal>) -> Result<Self, String> {
        let mut verifiers: Vec<Arc<dyn Verifier>> = Vec::new();
        let mut proxy = None;
        for kind in &config.auth.kind {
            match kind {
                AuthType::None => {}
                AuthType::Token => verifiers.push(Arc::new(TokenFile::open(&config.auth)?)),
                AuthType::Jwt => verifiers.push(Arc::new(Jwt::new(config)?)),
                AuthType::OauthProxy => {
                    let made = Arc::new(OauthProxy::new(config, Arc::clone(&seal))?);
                    verifiers.push(Arc::clone(&made) as Arc<dyn Verifier>);
                    proxy = Some(made);
                }
                AuthType::Oauth => {
                    return Err(
                        "auth_type oauth was never served by anybody; set oauth_proxy, which \
                                lets clients log in at your provider"
                            .into(),
                    );
                }
            }
        }
        if verifiers.len() < config.auth.kind.len() && !verifiers.is_empty() {
            return Err("auth_type says none and something else; it is one or the other".into());
        }
        let roles = SharedLock::new(Roles::of(config));
        Ok(Self { verifiers, resource: Resource::of(config), proxy, roles })
    }

    /// What an operator should know of it.
    pub fn warnings(&self) -> Vec<String> {
        self.verifiers.iter().flat_map(|verifier| verifier.warnings()).collect()
    }

    /// What clients are told of this resource (RFC 9728).
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// The OAuth proxy, where there is one.
    pub fn proxy(&self) -> Option<&Arc<OauthProxy>> {
        self.proxy.as_ref()
    }

    /// Whether this request may come in, as far as that can be said at once.
    pub fn check(&self, request: &Request) -> Check {
        self.decide(request, |verifier, token, now| verifier.verify(token, now))
    }

    /// Whether this request may come in, after waiting for other servers where that is needed.
    pub fn settle(&self, request: &Request) -> Check {
        self.decide(request, |verifier, token, now| verifier.settle(token, now))
    }

    /// Looks whether what tokens are checked with has changed. Called often.
    pub fn tend(&self) {
        self.verifiers.iter().for_each(|verifier| verifier.tend());
    }

    /// Takes over what has changed now, and the roles of this configuration where there is one.
    pub fn reload(&self, config: Option<&Config>) {
        if let Some(config) = config {
            *self.roles.write() = Roles::of(config);
        }
        self.verifiers.iter().for_each(|verifier| verifier.reload());
    }

    fn decide(
        &self,
        request: &Request,
        ask: impl Fn(&dyn Verifier, &str, SystemTime) -> Verdict,
    ) -> Check {
        if self.verifiers.is_empty() {
            let certificate = request.client_identity.as_deref().map(Identity::of_certificate);
            return self.admit(request, certificate.map(Arc::new));
        }
        let refused = |refusal: &Refusal| self.refuse(request, refusal);
        let token = match bearer(request) {
            Ok(token) => token,
            Err(refusal) => return refused(&refusal),
        };
        let now = SystemTime::now();
        for verifier in &self.verifiers {
            match ask(verifier.as_ref(), token, now) {
                Verdict::Foreign => {}
                Verdict::Proven(identity) => return self.admit(request, Some(identity)),
                Verdict::Refused(refusal) => return refused(&refusal),
                Verdict::Waits => return Check::Waits,
            }
        }
        refused(&Refusal::Invalid("the token is none of those that are accepted here".into()))
    }

    /// Lets in whoever has a role, where there are roles.
    fn admit(&self, request: &Request, identity: Option<Arc<Identity>>) -> Check {
        match self.roles.read().role_of(identity.as_deref()) {
            Ok(role) => Check::Admitted(Visitor { identity, role }),
            Err(refusal) => self.refuse(request, &refusal),
        }
    }

    fn refuse(&self, request: &Request, refusal: &Refusal) -> Check {
        let reason = match refusal {
            Refusal::Missing => Turned::NoToken,
            Refusal::Invalid(_) => Turned::BadToken,
            Refusal::Scopes(_) => Turned::Scope,
            Refusal::Role { .. } => Turned::Role,
            Refusal::Unavailable(_) => Turned::Unavailable,
        };
        metrics::TURNED.count(&[reason.at()]);
        Check::Refused(self.resource.refuse(request, refusal))
    }
}

/// The token of a request (RFC 6750 section 2.1). Never one of its query, which ends up in logs.
fn bearer(request: &Request) -> Result<&str, Refusal> {
    let header = request.header("authorization").ok_or(Refusal::Missing)?;
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Missing);
    }
    let token = token.trim();
    match token.len() {
        0 => Err(Refusal::Invalid("Authorization names no token after Bearer".into())),
        1..=limits::BEARER_BYTES => Ok(token),
        _ => Err(Refusal::Invalid(format!(
            "the token is longer than {} bytes",
            limits::BEARER_BYTES
        ))),
    }
}
