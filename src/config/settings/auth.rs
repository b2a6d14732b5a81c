//! Authentication: `auth_*` of `[server]`, or the same without `auth_` in `[auth]`.

use super::{Group, Kind, Section, Setting};

pub(super) const ROWS: &[Setting] = &[
    row("auth_type", "ITENTIAL_MCP_SERVER_AUTH_TYPE")
        .flag("auth-type", "type")
        .kind(Kind::Choice(&["none", "jwt", "oauth", "oauth_proxy"], &[]), "none")
        .doc("How HTTP clients prove who they are: none, jwt (signed bearer tokens) or oauth_proxy (a login at an OAuth provider); oauth is refused in favour of oauth_proxy"),
    row("auth_jwks_uri", "ITENTIAL_MCP_SERVER_AUTH_JWKS_URI")
        .flag("auth-jwks-uri", "url")
        .kind(Kind::Url, "")
        .doc("URL of the key set that verifies tokens; excludes auth_public_key"),
    row("auth_public_key", "ITENTIAL_MCP_SERVER_AUTH_PUBLIC_KEY")
        .flag("auth-public-key", "value")
        .kind(Kind::Secret, "")
        .doc("Key that verifies tokens: PEM text, the path of a PEM file, or the shared secret of an HS algorithm"),
    row("auth_issuer", "ITENTIAL_MCP_SERVER_AUTH_ISSUER")
        .flag("auth-issuer", "issuer")
        .doc("Issuer every token must name exactly"),
    row("auth_audience", "ITENTIAL_MCP_SERVER_AUTH_AUDIENCE")
        .flag("auth-audience", "audience")
        .kind(Kind::List, "")
        .doc("Audiences, one of which every token must name"),
    row("auth_algorithm", "ITENTIAL_MCP_SERVER_AUTH_ALGORITHM")
        .flag("auth-algorithm", "algorithm")
        .kind(Kind::Choice(ALGORITHMS, &[]), "")
        .doc("The one signature algorithm accepted; RS256 when unset"),
    row("auth_required_scopes", "ITENTIAL_MCP_SERVER_AUTH_REQUIRED_SCOPES")
        .flag("auth-required-scopes", "scopes")
        .kind(Kind::List, "")
        .doc("Scopes every token must carry"),
    row("auth_oauth_client_id", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_CLIENT_ID")
        .flag("auth-oauth-client-id", "client_id")
        .doc("Client id of this server at the OAuth provider; needed for oauth_proxy"),
    row("auth_oauth_client_secret", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_CLIENT_SECRET")
        .flag("auth-oauth-client-secret", "client_secret")
        .kind(Kind::Secret, "")
        .doc("Client secret of this server at the OAuth provider; needed for oauth_proxy"),
    row("auth_oauth_authorization_url", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_AUTHORIZATION_URL")
        .flag("auth-oauth-authorization-url", "url")
        .kind(Kind::Url, "")
        .doc("Authorization endpoint of the OAuth provider; needed for oauth_proxy"),
    row("auth_oauth_token_url", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_TOKEN_URL")
        .flag("auth-oauth-token-url", "url")
        .kind(Kind::Url, "")
        .doc("Token endpoint of the OAuth provider; needed for oauth_proxy"),
    row("auth_oauth_userinfo_url", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_USERINFO_URL")
        .flag("auth-oauth-userinfo-url", "url")
        .kind(Kind::Url, "")
        .doc("User information endpoint of the OAuth provider"),
    row("auth_oauth_scopes", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_SCOPES")
        .flag("auth-oauth-scopes", "scopes")
        .kind(Kind::Words, "")
        .doc("Scopes offered to clients and asked from the OAuth provider"),
    row("auth_oauth_redirect_uri", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_REDIRECT_URI")
        .flag("auth-oauth-redirect-uri", "uri")
        .kind(Kind::Url, "")
        .doc("Public URL of this server's callback, as registered at the OAuth provider; needed for oauth_proxy"),
    row("auth_oauth_provider_type", "ITENTIAL_MCP_SERVER_AUTH_OAUTH_PROVIDER_TYPE")
        .flag("auth-oauth-provider-type", "type")
        .kind(Kind::Choice(PROVIDERS, &[]), "")
        .doc("Kind of OAuth provider; accepted for compatibility, all are treated alike"),
];

const ALGORITHMS: &[&str] = &[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256",
    "PS384", "PS512",
];

const PROVIDERS: &[&str] = &["generic", "google", "azure", "auth0", "github", "okta"];

const fn row(key: &'static str, env: &'static str) -> Setting {
    Setting::new(Section::Server, Group::Auth, key, env)
}
