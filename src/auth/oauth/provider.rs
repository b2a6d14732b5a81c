//! What is particular about providers.

/// How this server shows its secret (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// In the Authorization header.
    Basic,
    /// In the form.
    Post,
}

/// What is particular about one kind of provider.
#[derive(Debug)]
pub struct Provider {
    /// The word of `auth_oauth_provider_type`.
    pub name: &'static str,
    /// Where people log in, where that is the same for everybody.
    pub authorization_url: Option<&'static str>,
    /// Where codes become tokens.
    pub token_url: Option<&'static str>,
    /// Where it is told whose a token is.
    pub userinfo_url: Option<&'static str>,
    /// Where tokens are given back.
    pub revocation_url: Option<&'static str>,
    /// How this server shows its secret.
    pub secrecy: Secrecy,
    /// Scopes to ask for where nobody says which.
    pub scopes: &'static [&'static str],
    /// Scopes without which there is no refresh token, or no identity.
    pub needs: &'static [&'static str],
    /// What else it is asked with.
    pub extras: &'static [(&'static str, &'static str)],
    /// Whether it knows `resource` (RFC 8707); Entra ID refuses it.
    pub resource: bool,
    /// Whether it must be told `audience` to give a token that can be checked.
    pub audience: bool,
    /// Whether a refresh must name the scopes again.
    pub scope_on_refresh: bool,
    /// What of its user information names a person for good: a name may be given to somebody else.
    pub subject: &'static str,
}

const GENERIC: Provider = Provider {
    name: "generic",
    authorization_url: None,
    token_url: None,
    userinfo_url: None,
    revocation_url: None,
    secrecy: Secrecy::Basic,
    scopes: &[],
    needs: &[],
    extras: &[],
    resource: true,
    audience: false,
    scope_on_refresh: false,
    subject: "sub",
};

static PROVIDERS: [Provider; 6] = [
    GENERIC,
    Provider {
        name: "google",
        authorization_url: Some("https://accounts.google.com/o/oauth2/v2/auth"),
        token_url: Some("https://oauth2.googleapis.com/token"),
        userinfo_url: Some("https://openidconnect.googleapis.com/v1/userinfo"),
        revocation_url: Some("https://oauth2.googleapis.com/revoke"),
        secrecy: Secrecy::Post,
        scopes: &["openid", "email"],
        needs: &["openid"],
        // Without the second one there is a refresh token at the first login only.
        extras: &[("access_type", "offline"), ("prompt", "consent")],
        resource: false,
        ..GENERIC
    },
    Provider {
        name: "azure",
        secrecy: Secrecy::Post,
        needs: &["offline_access"],
        resource: false,
        scope_on_refresh: true,
        ..GENERIC
    },
    Provider {
        name: "auth0",
        secrecy: Secrecy::Post,
        needs: &["openid", "offline_access"],
        resource: false,
        audience: true,
        ..GENERIC
    },
    Provider {
        name: "github",
        authorization_url: Some("https://github.com/login/oauth/authorize"),
        token_url: Some("https://github.com/login/oauth/access_token"),
        userinfo_url: Some("https://api.github.com/user"),
        secrecy: Secrecy::Post,
        scopes: &["read:user"],
        resource: false,
        subject: "id",
        ..GENERIC
    },
    Provider {
        name: "okta",
        scopes: &["openid"],
        needs: &["offline_access"],
        resource: false,
        ..GENERIC
    },
];

impl Provider {
    /// These scopes, and those that it needs, as it is asked for them.
    pub fn asked(&self, scopes: &[String]) -> String {
        let missing = |needed: &&&str| !scopes.iter().any(|known| known == **needed);
        let needed = self.needs.iter().filter(missing).copied();
        scopes.iter().map(String::as_str).chain(needed).collect::<Vec<_>>().join(" ")
    }
}

/// The row with this name; the generic one when there is no name.
pub fn named(name: Option<&str>) -> &'static Provider {
    let found = PROVIDERS.iter().find(|provider| Some(provider.name) == name);
    found.unwrap_or(&PROVIDERS[0])
}
