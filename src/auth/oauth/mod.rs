//! The OAuth proxy: an authorization server for MCP clients, which register themselves, in front of an
//! OAuth provider, where this server is registered once (`auth_type = oauth_proxy`).
//!
//! There is no store. Registered clients, logins under way, codes and tokens are sealed and travel
//! through their holders ([`handles`]), so that another replica, or this one after a restart, carries
//! on. Only what must be used once is remembered, by the process that saw it ([`once`]).
//!
//! ```text
//! client  POST /register                        registration
//! browser GET  /authorize -> /consent           authorize, consent   (a person agrees, once)
//!         -> provider -> callback -> client     callback
//! client  POST /token, /revoke                  token, revoke
//! ```

mod answer;
mod authorize;
mod callback;
mod client;
mod consent;
mod described;
mod documents;
mod endpoint;
mod form;
mod handles;
mod metadata;
mod once;
mod page;
mod prove;
mod proven;
mod provider;
mod redirect;
mod registration;
mod revoke;
mod settings;
mod token;
mod upstream;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use self::documents::Documents;
use self::handles::{Access, Handle};
use self::once::Once;
use self::settings::Settings;
use self::upstream::Upstream;
use super::identity::{Identity, Proof};
use super::jwt::Jwt;
use super::refusal::Refusal;
use super::verifier::{Verdict, Verifier};
use crate::config::Config;
use crate::http::{Request, Response};
use crate::limits;
use crate::seal::Seal;
use crate::time::since_epoch;

pub use self::endpoint::Endpoint;
pub use self::settings::base;

/// The OAuth proxy.
pub struct OauthProxy {
    settings: Settings,
    seal: Arc<Seal>,
    upstream: Upstream,
    documents: Documents,
    /// What checks access tokens of the provider that are signed.
    jwt: Option<Jwt>,
    codes: Once,
    refreshes: Once,
    /// Logins whose tokens were given back.
    revoked: Once,
}

impl OauthProxy {
    /// As the configuration has it.
    ///
    /// # Errors
    /// In words for the operator: what of it cannot work.
    pub fn new(config: &Config, seal: Arc<Seal>) -> Result<Self, String> {
        let settings = Settings::of(config)?;
        let keys = config.auth.jwks_uri.is_some() || config.auth.public_key.is_some();
        let jwt = keys.then(|| Jwt::of_provider(config)).transpose()?;
        if jwt.is_none() && settings.userinfo_url.is_none() {
            return Err(
                "auth_type oauth_proxy needs to know whose the provider's tokens are: set \
                        auth_jwks_uri or auth_public_key where they are signed (JWT), else \
                        auth_oauth_userinfo_url"
                    .into(),
            );
        }
        Ok(Self {
            upstream: Upstream::new(&settings)?,
            documents: Documents::new(config.auth.client_documents),
            settings,
            seal,
            jwt,
            codes: Once::default(),
            refreshes: Once::default(),
            revoked: Once::default(),
        })
    }

    /// Whether this endpoint is at this path.
    pub fn is_at(&self, endpoint: Endpoint, path: &str) -> bool {
        self.settings.is_at(endpoint, path)
    }

    /// Answers; asks the provider where it must.
    pub fn answer(&self, endpoint: Endpoint, request: &Request) -> Response {
        match endpoint {
            Endpoint::Metadata => self.metadata(),
            Endpoint::Register => self.register(request),
            Endpoint::Authorize => self.authorize(request),
            Endpoint::Consent => self.consent(request),
            Endpoint::Callback => self.callback(request),
            Endpoint::Token => self.token(request),
            Endpoint::Revoke => self.revoke(request),
        }
    }

    /// Whose token this is.
    fn holder(&self, token: &str, now: SystemTime) -> Result<Option<Identity>, Refusal> {
        let Some(access) = Access::open(&self.seal, token) else { return Ok(None) };
        let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(access.expires);
        let invalid = |why: &str| Err(Refusal::Invalid(why.into()));
        if now >= expires {
            return invalid("the token has expired; use the refresh token or log in again");
        }
        if access.resource != self.settings.resource {
            return invalid("the token was made for another server");
        }
        if self.revoked.has(&access.login) {
            return invalid("the token was revoked; log in again");
        }
        let Access { name, subject, scopes, .. } = access;
        let needed = &self.settings.required_scopes;
        if needed.iter().any(|needed| !scopes.contains(needed)) {
            return Err(Refusal::Scopes(needed.clone()));
        }
        let proof = Proof::Jwt;
        Ok(Some(Identity { proof, name, subject, role: None, scopes, expires: Some(expires) }))
    }
}

impl Verifier for OauthProxy {
    fn verify(&self, token: &str, now: SystemTime) -> Verdict {
        match self.holder(token, now) {
            Ok(None) => Verdict::Foreign,
            Ok(Some(identity)) => Verdict::Proven(Arc::new(identity)),
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.settings.warnings();
        warnings.extend(self.jwt.iter().flat_map(Verifier::warnings));
        warnings
    }

    fn tend(&self) {
        self.jwt.iter().for_each(Verifier::tend);
    }

    fn reload(&self) {
        self.jwt.iter().for_each(Verifier::reload);
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    since_epoch().as_secs()
}

/// Whether something made at `at` (seconds since 1970) is older than `most`, or from a future that no
/// clock nearby can be in.
fn is_over(at: u64, most: Duration) -> bool {
    let now = now();
    now > at.saturating_add(most.as_secs()) || at > now + limits::OAUTH_CLOCKS.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_is_over_and_what_a_replica_whose_clock_is_ahead_has_just_made_is_not() {
        let minute = Duration::from_secs(60);
        let ahead = limits::OAUTH_CLOCKS.as_secs();
        for (made, over) in [
            (now(), false),
            (now() - 50, false),
            (now() - 70, true),
            (now() + ahead - 5, false),
            (now() + ahead + 5, true),
            (0, true),
            (u64::MAX, true),
        ] {
            assert_eq!(is_over(made, minute), over, "{made}");
        }
    }
}
