//! Who may come in: browsers only from allowed origins.
//!
//! A page that a browser has loaded from anywhere can make it send requests to this machine (DNS
//! rebinding). A browser shows itself by `Origin` or `Sec-Fetch-Site`; such a request must come from
//! an allowed origin. Programs send neither and pass.

use crate::config::Server as Settings;
use crate::http::{Request, Response};
use crate::net::{authority, is_loopback};

/// The rules for this listener.
pub struct OriginRules {
    loopback: bool,
    origins: Vec<String>,
    hosts: Vec<String>,
}

/// A request that may come in.
pub struct Admitted {
    origin: Option<String>,
}

impl OriginRules {
    /// The rules that these settings make.
    pub fn new(settings: &Settings) -> Self {
        let loopback = is_loopback(&settings.host);
        let normal = |items: &[String]| -> Vec<String> {
            items.iter().map(|item| item.trim_end_matches('/').to_ascii_lowercase()).collect()
        };
        Self {
            loopback,
            origins: normal(&settings.allowed_origins),
            hosts: normal(&settings.allowed_hosts),
        }
    }

    /// Lets a request in, or gives the refusal (403).
    pub fn admit(&self, request: &Request) -> Result<Admitted, Response> {
        let host = request.header("host").unwrap_or_default().to_ascii_lowercase();
        let refuse = |text: &str| Err(Response::text(403, format!("Forbidden: {text}\n")));
        let listed = |name: &str| self.hosts.iter().any(|known| known == name);
        if !self.hosts.is_empty() && !listed(&host) && !listed(name_of(&host)) {
            return refuse("this Host is not one of allowed_hosts");
        }
        let Some(origin) = request.header("origin") else {
            return match request.header("sec-fetch-site") {
                None | Some("none") => Ok(Admitted { origin: None }),
                Some("same-origin") if self.loopback && is_loopback(name_of(&host)) => {
                    Ok(Admitted { origin: None })
                }
                Some(_) => refuse("a browser asks for another site; see allowed_origins"),
            };
        };
        let lower = origin.trim_end_matches('/').to_ascii_lowercase();
        let from_here = self.loopback
            && lower.split_once("://").is_some_and(|(scheme, host)| {
                matches!(scheme, "http" | "https")
                    && authority(host).is_some_and(|(name, _)| is_loopback(name))
            });
        let allowed =
            |known: &String| known == &lower || (known == "*" && !lower.contains([' ', '\t']));
        if from_here || self.origins.iter().any(allowed) {
            Ok(Admitted { origin: Some(origin.to_owned()) })
        } else {
            refuse("this Origin is not one of allowed_origins")
        }
    }
}

impl Admitted {
    /// Whether a browser asks, from an allowed origin.
    pub fn is_browser(&self) -> bool {
        self.origin.is_some()
    }

    /// The same response, readable by the page that asked.
    pub fn dress(&self, response: Response) -> Response {
        match &self.origin {
            None => response,
            Some(origin) => response
                .with_header("Access-Control-Allow-Origin", origin.clone())
                .with_header("Access-Control-Expose-Headers", "Mcp-Session-Id")
                .with_header("Vary", "Origin"),
        }
    }
}

/// The answer to a preflight request.
pub fn preflight(methods: &[&str]) -> Response {
    Response::empty(204)
        .with_header("Access-Control-Allow-Methods", methods.join(", "))
        .with_header(
            "Access-Control-Allow-Headers",
            "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, \
             Mcp-Protocol-Version, Mcp-Session-Id",
        )
        .with_header("Access-Control-Max-Age", "600")
}

/// A host without its port: `[::1]:8000` is `[::1]`.
fn name_of(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host.ends_with(']') => &host[..colon],
        _ => host,
    }
}
