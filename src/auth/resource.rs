//! What clients are told of this server as a protected resource (RFC 9728), and where.

use serde_json::json;

use super::challenge;
use super::oauth;
use super::refusal::Refusal;
use crate::config::{AuthType, Config};
use crate::http::{Request, Response};

/// Where the metadata stands, followed by the path of the resource (RFC 9728 section 3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// This server as a protected resource.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The URL of the MCP endpoint as clients know it, when the configuration says it.
    public_url: Option<String>,
    /// Its path on this listener.
    path: String,
    tls: bool,
    /// Who gives tokens out; empty where no client can get one by itself.
    servers: Vec<String>,
    scopes: Vec<String>,
}

impl Resource {
    /// As the configuration has it.
    pub fn of(config: &Config) -> Self {
        let auth = &config.auth;
        let proxied = auth.kind.contains(&AuthType::OauthProxy);
        let proxy = auth.oauth_redirect_uri.as_deref().filter(|_| proxied).map(oauth::base);
        let mut servers: Vec<String> = proxy.map(str::to_owned).into_iter().collect();
        if auth.kind.contains(&AuthType::Jwt) {
            servers.extend(auth.issuer.iter().cloned());
        }
        let told = [&auth.advertised_scopes, &auth.required_scopes];
        let scopes = told.into_iter().find(|scopes| !scopes.is_empty());
        let scopes = scopes.or(proxied.then_some(&auth.oauth_scopes));
        let public_url = config.server.public_url.clone();
        Self {
            public_url: public_url.or_else(|| Some(format!("{}{}", proxy?, config.server.path))),
            path: config.server.path.clone(),
            tls: config.server.certificate_file.is_some(),
            servers,
            scopes: scopes.cloned().unwrap_or_default(),
        }
    }

    /// Whether clients can learn here where to get a token. Where they cannot, being shown the way
    /// would only lead them astray.
    pub fn is_told(&self) -> bool {
        !self.servers.is_empty()
    }

    /// Whether the metadata stands at this path: at the root, and where it belongs to the path of the
    /// endpoint, as clients know it or as it arrives here.
    pub fn is_at(&self, path: &str) -> bool {
        let public = self.public_url.as_deref().map(|url| split(url).1);
        path.strip_prefix(WELL_KNOWN).is_some_and(|rest| {
            let of = |path: &str| rest == path.trim_end_matches('/');
            rest.is_empty() || of(&self.path) || public.is_some_and(of)
        })
    }

    /// The metadata (RFC 9728 section 2).
    pub fn metadata(&self, request: &Request) -> Response {
        let (base, path) = self.place(request);
        let mut body = json!({
            "resource": base + path,
            "authorization_servers": self.servers,
            "bearer_methods_supported": ["header"],
            "resource_name": "Itential Platform",
        });
        // What is empty is left out (section 3.2).
        let scopes = challenge::told(&self.scopes);
        if !scopes.is_empty() {
            body["scopes_supported"] = json!(scopes);
        }
        Response::json(200, body.to_string()).with_header("Cache-Control", "public, max-age=3600")
    }

    /// The answer to whoever is not let in.
    pub fn refuse(&self, request: &Request, refusal: &Refusal) -> Response {
        let metadata = self.is_told().then(|| self.metadata_url(request));
        challenge::response(refusal, metadata.as_deref(), &self.scopes)
    }

    /// The path of the MCP endpoint, and what stands before it, as the sender of this request sees it.
    fn place(&self, request: &Request) -> (String, &str) {
        match self.public_url.as_deref().map(split) {
            Some((origin, path)) => (origin.to_owned(), path),
            None => (self.origin(request) + &request.prefix(), &self.path),
        }
    }

    fn metadata_url(&self, request: &Request) -> String {
        let (base, path) = self.place(request);
        // A slash that is all of the path goes, any other stays (section 3.1).
        let path = if path == "/" { "" } else { path };
        format!("{base}{WELL_KNOWN}{path}")
    }

    /// Scheme and host, as a trusted proxy or else the request says.
    fn origin(&self, request: &Request) -> String {
        let passed = |name: &str| {
            let value = request.header(name).filter(|_| request.trusted_peer)?;
            Some(value.split(',').next().unwrap_or_default().trim().to_owned())
        };
        let scheme = match passed("x-forwarded-proto").as_deref() {
            Some("https") => "https",
            Some("http") => "http",
            _ if self.tls => "https",
            _ => "http",
        };
        let host = passed("x-forwarded-host")
            .or_else(|| request.header("host").map(str::to_owned))
            .unwrap_or_default();
        format!("{scheme}://{host}")
    }
}

/// Scheme and host of a URL, and the rest.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..].find('/').map_or(url.len(), |at| host + at);
    url.split_at(path)
}
