//! From resolved values to the typed [`Config`].

use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;

use super::layers::Resolved;
use super::secret::Secret;
use super::settings::Setting;
use super::sources::Source;
use super::value::Value;
use super::*;

/// Makes the typed form; every value has been checked against its row.
pub(super) fn config(
    resolved: &[Resolved],
    tools: Vec<ToolBinding>,
    warnings: Vec<String>,
) -> Result<Config, String> {
    let values = Values(resolved);
    Ok(Config {
        server: server(&values),
        auth: auth(&values),
        platform: platform(&values)?,
        tools,
        warnings,
    })
}

fn server(v: &Values<'_>) -> Server {
    let s = |key| v.section("server", key);
    Server {
        transport: match s("transport").text().as_str() {
            "http" => Transport::Http,
            "sse" => Transport::Sse,
            _ => Transport::Stdio,
        },
        host: s("host").text(),
        port: s("port").port(),
        certificate_file: s("certificate_file").path(),
        private_key_file: s("private_key_file").path(),
        client_ca_file: s("client_ca_file").path(),
        tls13_only: s("tls_min_version").text() == "1.3",
        allow_expired_certificate: s("allow_expired_certificate").bool(),
        path: s("path").text(),
        log_level: level(&s("log_level").text()),
        include_tags: Some(s("include_tags").list()).filter(|tags| !tags.is_empty()),
        exclude_tags: s("exclude_tags").list(),
        tools_path: s("tools_path").path(),
        keepalive_interval: s("keepalive_interval").positive_seconds(),
        response_format: match s("response_format").text().as_str() {
            "toon" => ResponseFormat::Toon,
            _ => ResponseFormat::Json,
        },
        test_connection_on_startup: s("test_connection_on_startup").bool(),
        startup_test_timeout: s("startup_test_timeout").positive_seconds().unwrap_or_default(),
        read_only: s("read_only").bool(),
        no_destructive: s("no_destructive").bool(),
        slim: s("slim").bool(),
        confirm: match s("confirm").text().as_str() {
            "destructive" => Confirm::Destructive,
            _ => Confirm::Never,
        },
        confirm_fallback: match s("confirm_fallback").text().as_str() {
            "allow" => ConfirmFallback::Allow,
            _ => ConfirmFallback::Deny,
        },
        allowed_origins: s("allowed_origins").list(),
        allowed_hosts: s("allowed_hosts").list(),
        trusted_proxies: s("trusted_proxies").list(),
        max_connections: s("max_connections").count(),
        max_connections_per_address: s("max_connections_per_address").count(),
        max_sessions: s("max_sessions").count(),
        metrics: s("metrics").bool(),
        audit_file: s("audit_file").path(),
    }
}

fn auth(v: &Values<'_>) -> Auth {
    let s = |key| v.section("server", key);
    Auth {
        kind: match s("auth_type").text().as_str() {
            "jwt" => AuthKind::Jwt,
            "oauth" => AuthKind::Oauth,
            "oauth_proxy" => AuthKind::OauthProxy,
            _ => AuthKind::None,
        },
        jwks_uri: s("auth_jwks_uri").optional(),
        public_key: s("auth_public_key").secret(),
        issuer: s("auth_issuer").optional(),
        audience: s("auth_audience").list(),
        algorithm: s("auth_algorithm").optional(),
        required_scopes: s("auth_required_scopes").list(),
        oauth_client_id: s("auth_oauth_client_id").optional(),
        oauth_client_secret: s("auth_oauth_client_secret").secret(),
        oauth_authorization_url: s("auth_oauth_authorization_url").optional(),
        oauth_token_url: s("auth_oauth_token_url").optional(),
        oauth_userinfo_url: s("auth_oauth_userinfo_url").optional(),
        oauth_scopes: s("auth_oauth_scopes").list(),
        oauth_redirect_uri: s("auth_oauth_redirect_uri").optional(),
        oauth_provider_type: s("auth_oauth_provider_type").optional(),
    }
}

fn platform(v: &Values<'_>) -> Result<Platform, String> {
    let p = |key| v.section("platform", key);
    let (host, port) = host_and_port(p("host").0, p("port").0)?;
    Ok(Platform {
        host,
        port,
        disable_tls: p("disable_tls").bool(),
        disable_verify: p("disable_verify").bool(),
        ca_file: p("ca_file").path(),
        user: p("user").text(),
        password: p("password").secret().unwrap_or_default(),
        client: p("client_id").optional().zip(p("client_secret").secret()),
        timeout: p("timeout").positive_seconds().unwrap_or_default(),
        ttl: p("ttl").positive_seconds(),
        sandbox: p("sandbox").bool(),
    })
}

/// The port may stand in `host` unless `port` says otherwise.
fn host_and_port(host: &Resolved, port: &Resolved) -> Result<(String, Option<u16>), String> {
    let (name, in_host) = crate::net::parse(&Checked(host).text())
        .map_err(|expected| format!("platform.host from {}: expected {expected}", host.source))?;
    let own = Some(Checked(port).port()).filter(|port| *port != 0);
    match (in_host, own) {
        (Some(a), Some(b)) if a != b && port.source != Source::Default => Err(format!(
            "platform.host from {} says port {a}, platform.port from {} says {b}; keep one of them",
            host.source, port.source
        )),
        _ => Ok((name, in_host.or(own))),
    }
}

fn level(word: &str) -> Option<LevelFilter> {
    match word {
        "TRACE" => Some(LevelFilter::Trace),
        "DEBUG" => Some(LevelFilter::Debug),
        "INFO" => Some(LevelFilter::Info),
        "WARNING" => Some(LevelFilter::Warn),
        // The log knows nothing graver than an error.
        "ERROR" | "CRITICAL" => Some(LevelFilter::Error),
        _ => None,
    }
}

struct Values<'a>(&'a [Resolved]);

impl<'a> Values<'a> {
    fn section(&self, section: &str, key: &str) -> Checked<'a> {
        let is = |row: &Setting| row.section.name() == section && row.key == key;
        Checked(
            self.0
                .iter()
                .find(|resolved| is(resolved.setting))
                .expect("every key named in this file is a row: `defaults_make_a_config`"),
        )
    }
}

/// A value whose row's kind has been checked; each accessor belongs to some kinds.
struct Checked<'a>(&'a Resolved);

impl Checked<'_> {
    fn text(&self) -> String {
        match &self.0.value {
            Value::Text(text) => text.clone(),
            _ => String::new(),
        }
    }

    fn optional(&self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    fn path(&self) -> Option<PathBuf> {
        match &self.0.value {
            Value::Path(path) if !path.as_os_str().is_empty() => Some(path.clone()),
            _ => None,
        }
    }

    fn secret(&self) -> Option<Secret> {
        match &self.0.value {
            Value::Secret(secret) if !secret.expose().is_empty() => Some(secret.clone()),
            _ => None,
        }
    }

    fn list(&self) -> Vec<String> {
        match &self.0.value {
            Value::List(items) => items.clone(),
            _ => Vec::new(),
        }
    }

    fn bool(&self) -> bool {
        self.0.value == Value::Bool(true)
    }

    fn int(&self) -> i64 {
        match self.0.value {
            Value::Int(number) => number,
            _ => 0,
        }
    }

    fn port(&self) -> u16 {
        u16::try_from(self.int()).unwrap_or_default()
    }

    fn count(&self) -> usize {
        usize::try_from(self.int()).unwrap_or_default()
    }

    /// Seconds; nothing when zero or less.
    fn positive_seconds(&self) -> Option<Duration> {
        u64::try_from(self.int()).ok().filter(|secs| *secs > 0).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_make_a_config() {
        let config = load(&Sources::default()).expect("the defaults are sound").config;
        assert_eq!(config.server.transport, Transport::Stdio);
        assert_eq!(config.server.port, 8000);
        assert_eq!(config.server.exclude_tags, ["experimental", "beta"]);
        assert_eq!(config.server.log_level, None);
        assert_eq!(config.platform.port, None);
        assert_eq!(config.platform.password.expose(), "admin");
        assert!(config.platform.timeout > Duration::ZERO);
        assert_eq!(config.server.max_connections, crate::limits::CONNECTIONS);
        assert_eq!(
            config.server.max_connections_per_address,
            crate::limits::CONNECTIONS_PER_ADDRESS
        );
        assert!(config.warnings.is_empty());
    }
}
