//! Who may come in: browsers only from allowed origins, and on loopback under names of this machine.
//!
//! A page that a browser has loaded from anywhere can make it send requests to this machine (DNS
//! rebinding). A browser shows itself by `Origin` or `Sec-Fetch-Site`; such a request must come from
//! an allowed origin. Programs send neither and pass. Nor does a browser with a GET from a page whose
//! own name now leads here; that name stands in `Host`.

use super::headers::is_passed_on;
use crate::config::Server as Settings;
use crate::http::{Request, Response};
use crate::net::{authority, is_loopback};

/// The rules for this listener.
pub struct OriginRules {
    loopback: bool,
    /// Whether only names of this machine lead here.
    own_names: bool,
    origins: Vec<String>,
    hosts: Vec<String>,
}

/// Whose pages may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// Those of allowed origins.
    Listed,
    /// All: what is there is for everybody.
    All,
    /// A browser goes there as to any page; whoever answers looks where it comes from.
    Browsed,
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
            // No browser speaks TLS with us under a name that our certificate does not have.
            own_names: loopback && settings.certificate_file.is_none(),
            origins: normal(&settings.allowed_origins),
            hosts: normal(&settings.allowed_hosts),
        }
    }

    /// Lets a request in, or gives the refusal (403).
    pub fn admit(&self, request: &Request, pages: Pages) -> Result<Admitted, Response> {
        let host = request.header("host").unwrap_or_default().to_ascii_lowercase();
        let refuse = |text: &str| Err(Response::text(403, format!("Forbidden: {text}\n")));
        let listed = |name: &str| self.hosts.iter().any(|known| known == name);
        if !self.hosts.is_empty() && !listed(&host) && !listed(name_of(&host)) {
            return refuse("this Host is not one of allowed_hosts");
        }
        if self.hosts.is_empty() && self.own_names && !is_own(&host) && !is_passed_on(request) {
            return refuse(
                "this server listens on loopback only and answers to localhost; let allowed_hosts \
                 name other hosts under which it is reached",
            );
        }
        match pages {
            Pages::Listed => {}
            Pages::All => {
                let origin = request.header("origin").map(|_| "*".to_owned());
                return Ok(Admitted { origin });
            }
            Pages::Browsed => return Ok(Admitted { origin: None }),
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
                .with_header("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate")
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
             Mcp-Protocol-Version, Mcp-Session-Id, X-Itential-Authorization",
        )
        .with_header("Access-Control-Max-Age", "600")
}

/// Returns true if a `Host` (none in HTTP/1.0) names this machine, to everybody (RFC 6761 section 6.3).
fn is_own(host: &str) -> bool {
    let name = name_of(host).trim_end_matches('.');
    host.is_empty() || is_loopback(name) || name.ends_with(".localhost")
}

/// A host without its port: `[::1]:8000` is `[::1]`.
fn name_of(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host.ends_with(']') => &host[..colon],
        _ => host,
    }
}
