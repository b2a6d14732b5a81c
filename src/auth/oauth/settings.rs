//! What the configuration says of the proxy, made complete.

use super::endpoint::Endpoint;
use super::provider::{self, Provider};
use crate::config::{Config, Secret};
use crate::net::is_loopback;

/// What the configuration says of the proxy.
pub struct Settings {
    /// Scheme and host of this server, as browsers know it: the issuer.
    pub base: String,
    /// The path of the callback.
    callback: String,
    /// The URL of the callback, as registered at the provider.
    pub redirect_uri: String,
    /// The URL of the MCP endpoint.
    pub resource: String,
    /// The path of the MCP endpoint on this listener.
    path: String,
    /// What kind of provider it is.
    pub provider: &'static Provider,
    /// This server's id there.
    pub client_id: String,
    /// And its secret.
    pub client_secret: Secret,
    /// Where people log in.
    pub authorization_url: String,
    /// Where codes become tokens.
    pub token_url: String,
    /// Where it is told whose a token is.
    pub userinfo_url: Option<String>,
    /// Where tokens are given back.
    pub revocation_url: Option<String>,
    /// The audience that some providers want to be asked for.
    pub audience: Option<String>,
    /// What clients may ask for, and get when they ask for nothing.
    pub scopes: Vec<String>,
    /// What is needed of every token.
    pub required_scopes: Vec<String>,
    /// Who issues the identities of opaque tokens.
    pub issuer: String,
}

/// What stands first in the paths of other places.
const TAKEN: [&str; 11] = [
    "",
    ".well-known",
    "authorize",
    "consent",
    "messages",
    "metrics",
    "register",
    "revoke",
    "sse",
    "status",
    "token",
];

/// Scheme and host of the callback: the address of the proxy.
pub fn base(redirect_uri: &str) -> &str {
    let host = redirect_uri.find("://").map_or(0, |at| at + 3);
    let base = redirect_uri[host..]
        .find(['/', '?', '#'])
        .map_or(redirect_uri, |at| &redirect_uri[..host + at]);
    // Browsers leave these out of the origin.
    let usual = if base.starts_with("https:") { ":443" } else { ":80" };
    base.strip_suffix(usual).unwrap_or(base)
}

impl Settings {
    /// As the configuration has it.
    ///
    /// # Errors
    /// In words for the operator: what is missing.
    pub fn of(config: &Config) -> Result<Self, String> {
        let auth = &config.auth;
        let provider = provider::named(auth.oauth_provider_type.as_deref());
        let or = |set: &Option<String>, usual: Option<&str>| {
            set.clone().or_else(|| usual.map(str::to_owned)).filter(|it| !it.trim().is_empty())
        };
        let id = or(&auth.oauth_client_id, None);
        let secret = auth.oauth_client_secret.clone().filter(|it| !it.expose().trim().is_empty());
        let authorization = or(&auth.oauth_authorization_url, provider.authorization_url);
        let token = or(&auth.oauth_token_url, provider.token_url);
        let redirect = or(&auth.oauth_redirect_uri, None);
        let missing: Vec<&str> = [
            ("auth_oauth_client_id", id.is_none()),
            ("auth_oauth_client_secret", secret.is_none()),
            ("auth_oauth_authorization_url", authorization.is_none()),
            ("auth_oauth_token_url", token.is_none()),
            ("auth_oauth_redirect_uri", redirect.is_none()),
        ]
        .iter()
        .filter_map(|(name, missing)| missing.then_some(*name))
        .collect();
        let (Some(id), Some(secret), Some(authorization), Some(token), Some(redirect)) =
            (id, secret, authorization, token, redirect)
        else {
            return Err(format!("auth_type oauth_proxy needs {}", missing.join(", ")));
        };
        let base = base(&redirect).to_owned();
        let callback =
            redirect[base.len()..].find('/').map_or("", |at| &redirect[base.len() + at..]);
        let callback = callback.split(['?', '#']).next().unwrap_or_default();
        let first = callback.split('/').nth(1).unwrap_or_default();
        if TAKEN.contains(&first) || callback == config.server.path {
            return Err(format!(
                "auth_oauth_redirect_uri needs a path of its own, as {base}/auth/callback"
            ));
        }
        let resource = config.server.public_url.clone();
        let userinfo_url = or(&auth.oauth_userinfo_url, provider.userinfo_url);
        let issuer = auth.issuer.first().cloned();
        let scopes = match auth.oauth_scopes.is_empty() {
            true if auth.required_scopes.is_empty() => {
                provider.scopes.iter().map(|scope| (*scope).to_owned()).collect()
            }
            true => auth.required_scopes.clone(),
            false => auth.oauth_scopes.clone(),
        };
        Ok(Self {
            callback: callback.to_owned(),
            resource: resource.unwrap_or_else(|| format!("{base}{}", config.server.path)),
            path: config.server.path.clone(),
            issuer: issuer.unwrap_or_else(|| {
                self::base(userinfo_url.as_deref().unwrap_or(&authorization)).to_owned()
            }),
            base,
            redirect_uri: redirect,
            provider,
            client_id: id,
            client_secret: secret,
            authorization_url: authorization,
            token_url: token,
            userinfo_url,
            revocation_url: or(&auth.oauth_revocation_url, provider.revocation_url),
            audience: auth.audience.first().cloned(),
            scopes,
            required_scopes: auth.required_scopes.clone(),
        })
    }

    /// Whether this endpoint is at this path.
    pub fn is_at(&self, endpoint: Endpoint, path: &str) -> bool {
        match endpoint {
            Endpoint::Metadata => path
                .strip_prefix("/.well-known/oauth-authorization-server")
                .is_some_and(|rest| rest.is_empty() || rest == self.path.trim_end_matches('/')),
            Endpoint::Register => path == "/register",
            Endpoint::Authorize => path == "/authorize",
            Endpoint::Consent => path == "/consent",
            Endpoint::Callback => path == self.callback.trim_end_matches('/'),
            Endpoint::Token => path == "/token",
            Endpoint::Revoke => path == "/revoke",
        }
    }

    /// The URL of one of our places.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether browsers reach us over TLS.
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Whether clients may ask for this scope. Some ask for those of OpenID Connect unasked.
    pub fn offers(&self, scope: &str) -> bool {
        const USUAL: [&str; 4] = ["offline_access", "openid", "profile", "email"];
        USUAL.contains(&scope) || self.scopes.iter().any(|offered| offered == scope)
    }

    /// What an operator should know of it.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for (setting, url) in [
            ("auth_oauth_redirect_uri", Some(&self.redirect_uri)),
            ("auth_oauth_authorization_url", Some(&self.authorization_url)),
            ("auth_oauth_token_url", Some(&self.token_url)),
            ("auth_oauth_userinfo_url", self.userinfo_url.as_ref()),
            ("auth_oauth_revocation_url", self.revocation_url.as_ref()),
        ] {
            let open = url.and_then(|url| self::base(url).strip_prefix("http://"));
            let name = open.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
            if name.is_some_and(|name| !is_loopback(name)) {
                warnings.push(format!(
                    "{setting} has no TLS: whoever is on the way can take over logins; use https"
                ));
            }
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_browsers_call_the_origin() {
        for (redirect, origin) in [
            ("https://a.example/auth/callback", "https://a.example"),
            ("https://a.example:443/cb", "https://a.example"),
            ("https://a.example:8443/cb", "https://a.example:8443"),
            ("http://127.0.0.1:80/cb?x", "http://127.0.0.1"),
            ("https://a.example:80/cb", "https://a.example:80"),
            ("https://a.example", "https://a.example"),
        ] {
            assert_eq!(base(redirect), origin);
        }
    }
}
