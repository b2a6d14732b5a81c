//! `probe`: a health check for containers that hold nothing but this program.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustls::AlertDescription;
use ureq::http::Uri;
use ureq::http::uri::{Authority, Scheme};

use super::text::{fail, tell};
use super::tls;
use crate::config::{Config, Server, Transport};
use crate::limits;
use crate::outbound::{Believed, Reach, Setup, Trust, build, cause, tls_error};

/// What to ask, and whom.
#[derive(Clone, Debug)]
pub struct ProbeOptions {
    /// The server to ask instead of the configured one.
    pub url: Option<String>,
    /// Ask for readiness, which includes the platform, rather than health.
    pub ready: bool,
    /// Time for the answer.
    pub timeout: Duration,
    /// Authorities of the server behind `url`, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Accept any certificate of the server behind `url`.
    pub insecure: bool,
}

/// Asks once and says in one line how the server is. The exit code is 0 when it is well.
pub fn probe(config: &Config, options: &ProbeOptions) -> ExitCode {
    let asked = question(&config.server, options).and_then(|question| {
        let answer = ask(&question, options);
        answer.map_err(|problem| format!("{}: {problem}", question.uri))
    });
    match asked {
        Ok(line) => tell(&format!("{line}\n")),
        Err(problem) => fail(&problem),
    }
}

/// One request.
struct Question {
    uri: Uri,
    /// `Host`, where the server would not take that of the address.
    host: Option<String>,
    /// Whether any certificate will do.
    unchecked: bool,
}

fn question(settings: &Server, options: &ProbeOptions) -> Result<Question, String> {
    let route = if options.ready { "/status/readyz" } else { "/status/healthz" };
    let Some(url) = &options.url else { return our_own(settings, route) };
    let uri: Uri = url.parse().map_err(|error| format!("--url '{url}': {error}"))?;
    let (Some("http" | "https"), Some(_)) = (uri.scheme_str(), uri.authority()) else {
        return Err(format!("--url '{url}' must begin with http:// or https:// and a host"));
    };
    let mut parts = uri.into_parts();
    if parts.path_and_query.as_ref().is_none_or(|path| path == "/") {
        parts.path_and_query = route.parse().ok();
    }
    let uri = Uri::from_parts(parts).map_err(|error| format!("--url '{url}': {error}"))?;
    Ok(Question { uri, host: None, unchecked: options.insecure })
}

/// The server that these settings describe, seen from the same machine.
fn our_own(settings: &Server, route: &str) -> Result<Question, String> {
    if settings.transport == Transport::Stdio {
        return Err(
            "a server with transport stdio listens nowhere; set transport to http or sse, \
                    or name a server with --url"
                .into(),
        );
    }
    if settings.port == 0 {
        return Err("port is 0, and only the server knows which one it was given; use --url".into());
    }
    let host = reachable(&settings.host);
    let authority: Authority = format!("{host}:{}", settings.port)
        .parse()
        .map_err(|error| format!("host '{}': {error}", settings.host))?;
    let secure = tls::files(settings).is_some();
    let uri = Uri::builder()
        .scheme(if secure { Scheme::HTTPS } else { Scheme::HTTP })
        .authority(authority)
        .path_and_query(route)
        .build()
        .map_err(|error| error.to_string())?;
    Ok(Question {
        uri,
        host: settings.allowed_hosts.first().cloned(),
        // Our own listener on our own machine gets no secret. To insist on certificate_file would
        // make a healthy server look ill while its certificate is being replaced, or when it bears
        // names for the outside alone.
        unchecked: true,
    })
}

/// An address to connect to a listener at `host`, in the form for URLs.
pub fn reachable(host: &str) -> String {
    let bare = bare(host);
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) if everywhere(host) => "[::1]".into(),
        _ if everywhere(host) => "127.0.0.1".into(),
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        Ok(IpAddr::V4(_)) | Err(_) => bare.to_owned(),
    }
}

/// Whether a listener at `host` listens on every address of the machine.
pub fn everywhere(host: &str) -> bool {
    let bare = bare(host);
    bare.is_empty() || bare.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified())
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn ask(question: &Question, options: &ProbeOptions) -> Result<String, String> {
    let secure = question.uri.scheme() == Some(&Scheme::HTTPS);
    let tls = if secure { Some(trusted(question, options)?) } else { None };
    // No proxy: a health check is about this server alone.
    let agent = build(Setup {
        timeout: options.timeout,
        tls,
        proxy: None,
        connections: 1,
        reach: Reach::Anywhere,
    });
    let mut request = agent.get(&question.uri);
    if let Some(host) = &question.host {
        request = request.header("Host", host);
    }
    let begun = Instant::now();
    match request.call() {
        Ok(mut answer) if answer.status().is_success() => {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            let millis = begun.elapsed().as_millis();
            Ok(format!("ok: {} {} in {millis} ms", question.uri, one_line(&text)))
        }
        Ok(mut answer) => {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            Err(format!("HTTP {} {}", answer.status(), one_line(&text)))
        }
        // A listener that asks for a client certificate is up. More it tells nobody without one.
        Err(error) if !options.ready && wants_certificate(&error) => {
            Ok(format!("ok: {} asks for a client certificate", question.uri))
        }
        Err(error) => Err(explain(&error, options.timeout)),
    }
}

fn trusted(question: &Question, options: &ProbeOptions) -> Result<Trust, String> {
    let ca_file = options.ca_file.clone();
    Trust::new(Believed { ca_file, anything: question.unchecked })
        .map_err(|error| error.to_string())
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(limits::SHOWN_LINE_CHARS)
        .collect()
}

fn wants_certificate(error: &ureq::Error) -> bool {
    matches!(
        tls_error(error),
        Some(rustls::Error::AlertReceived(AlertDescription::CertificateRequired))
    )
}

fn explain(error: &ureq::Error, timeout: Duration) -> String {
    match error {
        _ if wants_certificate(error) => {
            "the server asks for a client certificate, which a probe does not have".into()
        }
        ureq::Error::Timeout(_) => format!("no answer within {} s", timeout.as_secs()),
        error => cause(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_reached_on_its_own_machine() {
        for (listen, connect) in [
            ("", "127.0.0.1"),
            ("0.0.0.0", "127.0.0.1"),
            ("::", "[::1]"),
            ("[::]", "[::1]"),
            ("fd00::1", "[fd00::1]"),
            ("192.0.2.1", "192.0.2.1"),
            ("mcp.example.com", "mcp.example.com"),
        ] {
            assert_eq!(reachable(listen), connect, "{listen}");
        }
    }
}
