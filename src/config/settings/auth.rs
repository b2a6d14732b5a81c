//! Authentication: `auth_*` of `[server]`, or the same without `auth_` in `[auth]`.

use std::path::PathBuf;
use std::time::Duration;

use super::choices::{AuthType, ClientDocuments};
use super::table::Kind;
use super::told::settings;
use crate::config::secret::Secret;

const ALGORITHMS: &[&str] = &[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256",
    "PS384", "PS512", "EdDSA",
];

const PROVIDERS: &[&str] = &["generic", "google", "azure", "auth0", "github", "okta"];

settings! {
    /// Who may call: `[auth]`, or the `auth_*` keys of `[server]`.
    Auth, Server "server" "auth_";

    /// How HTTP clients prove who they are: none, token (of auth_tokens_file), jwt (signed bearer tokens) or oauth_proxy (a login at an OAuth provider); several, separated by commas, are accepted side by side. oauth is refused in favour of oauth_proxy
    kind = "type": Vec<AuthType> = Auth, AuthType::KINDS, "none", "types";

    /// File of the tokens that callers may show, one a line: name, role, hash, last day; written by 'itential-mcp token new', read again when it changes
    tokens_file: Option<PathBuf> = Auth, Kind::Path, "", "path" [ours];

    /// URL of the key set that verifies tokens, fetched in the background and kept up to date; excludes auth_public_key
    jwks_uri: Option<String> = Auth, Kind::Url, "", "url";

    /// Key that verifies tokens: public key or certificate as PEM text or the path of a file, or the shared secret of an HS algorithm (at least as long as its hash; below 16 bytes refused)
    public_key: Option<Secret> = Auth, Kind::Secret, "", "value";

    /// Issuers, one of which every token must name exactly
    issuer: Vec<String> = Auth, Kind::List, "", "issuers";

    /// Audiences, one of which every token must name; public_url when empty
    audience: Vec<String> = Auth, Kind::List, "", "audience";

    /// The one signature algorithm accepted, also of the keys behind auth_jwks_uri; RS256 when unset. ES512 is refused
    algorithm: Option<String> = Auth, Kind::Choice(ALGORITHMS, &[]), "", "algorithm";

    /// Scopes every token must carry, in scope, scp or roles; compared whole, none includes another
    required_scopes: Vec<String> = Auth, Kind::List, "", "scopes";

    /// Scopes that clients are told to ask for; auth_required_scopes when empty
    advertised_scopes: Vec<String> = Auth, Kind::Words, "", "scopes" [ours];

    /// Seconds by which the clock of whoever signs tokens may differ from this one
    leeway: Duration = Auth, Kind::Seconds(0, 3600), "60", "seconds" [ours];

    /// Client id of this server at the OAuth provider; needed for oauth_proxy
    oauth_client_id: Option<String> = Auth, Kind::Text, "", "client_id";

    /// Client secret of this server at the OAuth provider; needed for oauth_proxy
    oauth_client_secret: Option<Secret> = Auth, Kind::Secret, "", "client_secret";

    /// Authorization endpoint of the OAuth provider; needed for oauth_proxy
    oauth_authorization_url: Option<String> = Auth, Kind::Url, "", "url";

    /// Token endpoint of the OAuth provider; needed for oauth_proxy
    oauth_token_url: Option<String> = Auth, Kind::Url, "", "url";

    /// User information endpoint of the OAuth provider: it tells whose an access token is that is not signed
    oauth_userinfo_url: Option<String> = Auth, Kind::Url, "", "url";

    /// Token revocation endpoint of the OAuth provider, which is told when a client logs out
    oauth_revocation_url: Option<String> = Auth, Kind::Url, "", "url" [ours];

    /// Scopes offered to clients and asked from the OAuth provider; auth_required_scopes when empty
    oauth_scopes: Vec<String> = Auth, Kind::Words, "", "scopes";

    /// Public URL of this server's callback, as registered at the OAuth provider; needed for oauth_proxy
    oauth_redirect_uri: Option<String> = Auth, Kind::Url, "", "uri";

    /// Kind of OAuth provider, each of which wants to be asked a little differently; google and github need no URLs
    oauth_provider_type: Option<String> = Auth, Kind::Choice(PROVIDERS, &[]), "", "type";

    /// Clients of oauth_proxy whose id is the URL of a document about them: public reads documents that everybody can read, internal also those within private networks, off none
    client_documents: ClientDocuments = Auth, ClientDocuments::KIND, "public", "where" [ours];
}
